"""Random kill points: whatever is killed, no step and no record is lost, none is half written, no process stays."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from bench import environment, layout, record, runner, step_log, trial_files
from bench.outcome import Limits
from bench.plan import Job
from har_model.config import TrainingConfig, Workload
from tests import small_dataset

#: Together more than 200.
_TRIAL_KILLS = 110
_HARNESS_KILLS = 110
_STEPS = 16
_SCRIPT = json.dumps({"sleep_seconds": 0.01})

#: A harness as small as can be, so that most kill points fall into a trial or the writing of its record.
_HARNESS = """
import sys
from rich.console import Console
from bench import campaign, environment, record, resume, trial_folder
from bench.assemble import RunFacts
from bench.outcome import Limits
from bench.plan import Job
import json

environment.busy_share = lambda: None
folder, job = sys.argv[1], Job.from_dict(json.loads(sys.argv[2]))
trial_folder.salvage(folder)
earlier = resume.find(record.read_all([folder])[0], "fingerprint")
facts = RunFacts(earlier.run_id if earlier else "run", "fingerprint", 1, 3, (), ((),))
one = campaign.Campaign((job,), facts, 30, folder, Limits(), 0.0, lambda _: False)
run = campaign.Run(one, Console(quiet=True), earlier.records if earlier else {})
run.all_blocks()
run.raise_failures()
"""


@pytest.fixture
def job(tmp_path, tmp_path_factory, monkeypatch):
    monkeypatch.setenv("HARBENCH_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
    data_path = small_dataset.write(str(tmp_path / "data" / "UCI HAR Dataset"))
    return Job(
        workload=Workload("deep-lstm", training=TrainingConfig(batch_size=5, worst_batches=2)), backend="null",
        kernel="fused", precision="fp32", mode="performance", epochs=2, steps=None, warmup_steps=1, threads=1,
        data_path=data_path, variables={"HARBENCH_NULL": _SCRIPT},
    )  # fmt: skip


def _kill_soon(delay, known):
    """Kill the trial that this process starts, after a delay; notes the steps that it had done just before."""

    def kill():
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for process in psutil.Process().children():
                try:
                    if "bench.trial" in process.cmdline():
                        time.sleep(delay)
                        known.append(len(step_log.read(os.path.join(process.cwd(), layout.STEPS))))
                        process.kill()
                        return
                except psutil.Error:
                    return  # it was faster
            time.sleep(0.005)

    killer = threading.Thread(target=kill)
    killer.start()
    return killer


@pytest.mark.slow
def test_a_trial_killed_anywhere_keeps_every_step(job, tmp_path):
    draw = random.Random(0)
    reached = set()
    for number in range(_TRIAL_KILLS):
        folder = tmp_path / ("trial%d" % number)
        folder.mkdir()
        trial_files.leave_job(job, str(folder))
        known = []
        killer = _kill_soon(draw.uniform(0, 0.9), known)
        ended = runner.run_trial(job, str(folder), Limits(), lambda _: None)
        killer.join()
        assert ended.status in (record.COMPLETE, record.FAILED)
        if ended.status == record.FAILED:
            assert "SIGKILL" in ended.reason
            assert known[0] <= len(ended.steps) <= known[0] + 2  # it went on for a moment after it was looked at
        else:
            assert len(ended.steps) == _STEPS
        reached.add(len(ended.steps))
    assert len(reached) > 5  # the kill points fell all over the trial, not before or behind it alone


def _start_harness(folder, job):
    return subprocess.Popen(
        [sys.executable, "-c", _HARNESS, str(folder), json.dumps(job.to_dict())],
        env=dict(os.environ, PYTHONPATH=environment.packages_root()),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def _steps_on_disk(folder):
    """Steps that trials without a record have done, by their folder's name."""
    return {path.parent.name: len(step_log.read(str(path))) for path in folder.glob("*/" + layout.STEPS)}


def _until_it_finishes(folder, job, draw):
    """Start harnesses in a folder and kill them until one gets to its end; kills, and steps seen by trial."""
    kills, known = 0, {}
    while True:
        harness = _start_harness(folder, job)
        try:
            _, err = harness.communicate(timeout=draw.uniform(0.4, 2.6))
        except subprocess.TimeoutExpired:
            started = psutil.Process(harness.pid).children(recursive=True)
            known.update(_steps_on_disk(folder))
            harness.send_signal(signal.SIGKILL)
            harness.communicate()
            kills += 1
            _, alive = psutil.wait_procs(started, timeout=10)
            assert alive == []
        else:
            assert harness.returncode == 0, err
            return kills, known
        assert record.read_all([str(folder)])[1] == []


def _check(folder, known):
    documents, faults = record.read_all([str(folder)])
    assert faults == [] and not list(folder.glob("*/" + layout.DRAFT))
    complete = [one["run"]["block"] for one in documents if one["status"] == record.COMPLETE]
    assert sorted(complete) == [0, 1, 2] and len({one["run"]["id"] for one in documents}) == 1
    steps = {one["id"]: len(one["steps"]["seconds"]) for one in documents}
    assert all(steps.get(name, 0) >= count for name, count in known.items()), (known, steps)
    assert {one["status"] for one in documents} <= {record.COMPLETE, record.INTERRUPTED}


def _many_kills(folder, job, seed):
    """Finished runs, after half of all kills."""
    draw, kills, finished = random.Random(seed), 0, 0
    while kills < _HARNESS_KILLS // 2:
        place = folder / ("results%d" % finished)
        place.mkdir(parents=True)
        more, known = _until_it_finishes(place, job, draw)
        _check(place, known)
        kills, finished = kills + more, finished + 1
    return finished


@pytest.mark.slow
def test_a_harness_killed_anywhere_loses_nothing_and_a_later_one_finishes_its_plan(job, tmp_path):
    with ThreadPoolExecutor(2) as pool:  # they mostly wait
        finished = list(pool.map(lambda seed: _many_kills(tmp_path / str(seed), job, seed), (1, 2)))
    assert min(finished) >= 2
