"""Trials as real processes on the null backend: every way to end leaves an outcome."""

import json
import os
import pathlib
import time

import pytest

from bench import clock, record, runner
from bench.plan import Job
from har_model.config import TrainingConfig, Workload
from tests import small_dataset


@pytest.fixture(scope="module")
def data_path(tmp_path_factory):
    return small_dataset.write(str(tmp_path_factory.mktemp("data") / "UCI HAR Dataset"))


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("HARBENCH_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


def _job(data_path, **changes):
    workload = Workload("deep-lstm", training=TrainingConfig(batch_size=5, worst_batches=2))
    fields = dict(
        workload=workload, backend="null", kernel="fused", precision="fp32", mode="performance", epochs=2, steps=None,
        warmup_steps=1, threads=1, data_path=data_path,
    )  # fmt: skip
    return Job(**dict(fields, **changes))


def _run(job, folder, monkeypatch, timeout=None, **script):
    monkeypatch.setenv("HARBENCH_NULL", json.dumps(script))
    events = []
    runner.leave_job(job, str(folder))
    return runner.run_trial(str(folder), timeout, events.append), events


def _steps(events):
    return [second for event in events if event["event"] == "steps" for second in event["seconds"]]


def test_a_trial_reports_exactly_the_times_it_was_given(data_path, tmp_path, monkeypatch):
    times = [0.5, 0.25, 0.125]
    outcome, heard = _run(_job(data_path), tmp_path, monkeypatch, step_seconds=times)
    assert (outcome.status, outcome.exit_code, outcome.reason) == (record.COMPLETE, 0, None)
    assert _steps(outcome.events) == (times * 6)[: 2 * (6 + 2)]  # 30 windows in batches of 5, two replays
    assert heard == outcome.events  # the pipe says what the file says
    phases = [event["name"] for event in outcome.events if event["event"] == "phase"]
    assert phases == ["import", "data", "build", "training"]


def test_steps_bound_all_updates_and_the_test_set_is_still_evaluated(data_path, tmp_path, monkeypatch):
    outcome, _ = _run(_job(data_path, steps=9), tmp_path, monkeypatch)
    assert len(_steps(outcome.events)) == 9
    evaluations = [event for event in outcome.events if event["event"] == "evaluation"]
    assert [evaluation["epoch"] for evaluation in evaluations] == [1]
    assert sum(event["event"] == "predictions" for event in outcome.events) == 1


def test_a_full_run_evaluates_after_each_epoch(data_path, tmp_path, monkeypatch):
    outcome, _ = _run(_job(data_path, mode="full", epochs=3), tmp_path, monkeypatch)
    evaluations = [event for event in outcome.events if event["event"] == "evaluation"]
    assert [evaluation["epoch"] for evaluation in evaluations] == [0, 1, 2]
    assert sum(event["event"] == "predictions" for event in outcome.events) == 1


@pytest.mark.parametrize(
    "script, exit_code, word", [({"fail_at_step": 3}, 5, "exit code 1"), ({"kill_at_step": 3}, 5, "SIGKILL")]
)
def test_a_trial_that_dies_says_how_and_keeps_its_journal(data_path, tmp_path, monkeypatch, script, exit_code, word):
    outcome, _ = _run(_job(data_path), tmp_path, monkeypatch, **script)
    assert (outcome.status, outcome.exit_code) == (record.FAILED, exit_code)
    assert word in outcome.reason and "\n" not in outcome.reason
    assert outcome.events[-1]["event"] in ("phase-start", "steps")
    if "fail_at_step" in script:
        assert "told to fail at step 3" in outcome.log_tail[-1]


def test_an_error_of_a_known_kind_keeps_its_sentence_and_code(tmp_path, monkeypatch):
    outcome, _ = _run(_job(str(tmp_path / "nowhere")), tmp_path, monkeypatch)
    assert outcome.exit_code == 3 and "nowhere" in outcome.reason


def test_a_hung_trial_is_stopped_when_its_time_is_over(data_path, tmp_path, monkeypatch):
    start = clock.now_ns()
    outcome, _ = _run(_job(data_path), tmp_path, monkeypatch, timeout=3.0, hang_at_step=2)
    assert (outcome.status, outcome.exit_code) == (record.TIMED_OUT, 124)
    assert "3 s" in outcome.reason
    assert clock.seconds_since(start) < 60


def test_nothing_that_a_trial_started_outlives_it(tmp_path):
    # The trial's stand-in starts a grandchild that would run for ever and hangs; both belong to one group.
    pid_file = tmp_path / "pid"
    code = (
        "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    )
    code += "open(%r, 'w').write(str(p.pid)); time.sleep(600)" % str(pid_file)
    import subprocess
    import sys

    process = subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
    while not pid_file.exists() or not pid_file.read_text():
        time.sleep(0.02)
    runner._end_group(process)
    time.sleep(0.1)
    status = pathlib.Path("/proc/%s/stat" % pid_file.read_text())
    assert not status.exists() or status.read_text().split()[2] == "Z"


def test_the_environment_prepends_and_never_replaces(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/opt/vendor")
    parts = runner.child_environment()["PYTHONPATH"].split(os.pathsep)
    assert parts[-1] == "/opt/vendor" and os.path.isdir(os.path.join(parts[0], "har_model"))
    assert runner.child_environment()["PYTHONNOUSERSITE"] == "1"


def test_a_log_of_any_bytes_has_a_tail(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(b"one\ntw\xc0o\n\xb2\xe2\xca\xd4\n")
    assert runner.log_tail(str(path), 2) == ["tw\\xc0o", "\\xb2\\xe2\\xca\\xd4"]
    assert runner.log_tail(str(tmp_path / "none")) == []


def test_a_strangers_package_in_the_working_folder_of_the_user_is_not_imported(data_path, tmp_path, monkeypatch):
    stranger = tmp_path / "bench"
    stranger.mkdir()
    (stranger / "__init__.py").write_text("raise SystemExit('a stranger')")
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "work"
    folder.mkdir()
    outcome, _ = _run(_job(data_path), folder, monkeypatch)
    assert outcome.status == record.COMPLETE
