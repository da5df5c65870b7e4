"""Runs of several trials as a user starts them: in turns, resumed, saved, side by side, with faults about them."""

import json
import os
import resource
import shutil
import subprocess
import sys
import time

import pytest

from bench import clock, environment, record
from tests import small_dataset

_SMALL = ["--backend", "null", "--batch-size", "5", "--epochs", "2", "--warmup", "2"]
_NOISY = {"step_seconds": [0.02], "noise": {"trial": 0.01, "step": 0.02}}


def _script(factor=1.0, **changes):
    return json.dumps(dict(_NOISY, step_seconds=[0.02 * factor], **changes))


def _noise(seed, **more):
    return {"noise": {"trial": 0.01, "step": 0.02, "seed": seed}, **more}


def _cell(script):
    return "--env 'HARBENCH_NULL=%s'" % script


@pytest.fixture(scope="module")
def data_path(tmp_path_factory):
    return small_dataset.write(str(tmp_path_factory.mktemp("data") / "UCI HAR Dataset"))


@pytest.fixture
def run(harbench, data_path):
    def call(*arguments, **options):
        return harbench("run", "--data-path", data_path, *_SMALL, *arguments, **options)

    return call


def _records(tmp_path, place="results"):
    documents, faults = record.read_all([str(tmp_path / place)])
    assert faults == []
    return documents


@pytest.mark.slow
def test_a_planted_slow_down_is_found_and_equal_cells_are_not_told_apart(run, tmp_path):
    out, _ = run("--trials", "5", "--cell", _cell(_script(**_noise(1))), "--cell", _cell(_script(1.1, **_noise(2))))
    verdict, in_full = out.strip().splitlines()[-2:]
    assert in_full.startswith("in full: harbench compare run=")
    assert ": slower;" in verdict and "5 pairs of trials" in verdict and "simulated" in verdict
    documents = _records(tmp_path)
    order = [one["run"]["cell"] for one in documents]
    assert order == [0, 1, 1, 0, 0, 1, 1, 0, 0, 1]  # A B B A
    assert len({one["run"]["id"] for one in documents}) == 1
    out, _ = run("--trials", "5", "--cell", _cell(_script(**_noise(3))), "--cell", _cell(_script(**_noise(4))))
    assert out.strip().splitlines()[-2].split("margin 5 %: ")[1].startswith(("equivalent", "inconclusive"))


def test_trials_go_on_until_the_interval_is_as_narrow_as_asked_for(run, tmp_path):
    run("--target-interval", "1%", "--max-trials", "20", HARBENCH_NULL=_script(**_noise(5)))
    count = len(_records(tmp_path))
    assert 8 <= count < 20  # a deviation of 1 % has a half-width of 1 % at about 7 trials
    run("--target-interval", "0.1%", "--max-trials", "9", "--out", "capped", HARBENCH_NULL=_script(**_noise(5)))
    assert len(_records(tmp_path, "capped")) == 9


def test_the_command_for_one_of_several_pairs_says_that_it_judges_that_pair_alone(run):
    cells = [_cell(_script(factor, **_noise(1))) for factor in (1.0, 1.1, 1.2)]
    out, _ = run("--trials", "2", *[word for cell in cells for word in ("--cell", cell)])
    said = [line for line in out.splitlines() if line.startswith("in full")]
    assert len(said) == 2
    assert all(line.startswith("in full (this pair alone, without Holm's correction over 2): harb") for line in said)


@pytest.mark.parametrize(
    "arguments, word",
    [
        (["--max-trials", "9"], "--target-interval"),
        (["--target-interval", "2%", "--trials", "4"], "--max-trials"),
        (["--target-interval", "2"], "2%"),
        (["--cell", "--steps 3"], "--steps"),
    ],
)
def test_options_that_do_not_go_together_are_refused(run, arguments, word):
    _, err = run(*arguments, expect=2)
    assert word in err


def test_resume_runs_what_is_missing_and_nothing_else(run, tmp_path):
    run("--trials", "2")
    before = {one["id"] for one in _records(tmp_path)}
    out, _ = run("--trials", "4", "--resume")
    assert "resumed: 2 complete trials" in out and out.count(": complete in") == 2
    documents = _records(tmp_path)
    assert before < {one["id"] for one in documents} and len({one["run"]["id"] for one in documents}) == 1
    assert sorted(one["job"]["workload"]["seed"] for one in documents) == [0, 1, 2, 3]
    out, _ = run("--trials", "4", "--resume")
    assert out.count(": complete in") == 0 and len(_records(tmp_path)) == 4
    out, _ = run("--trials", "1", "--kernel", "unrolled", "--resume")  # another cell is another run
    assert "nothing to resume" in out and len(_records(tmp_path)) == 5


def test_the_rest_of_the_plan_goes_on_and_a_failed_trial_is_run_again(run, tmp_path):
    cells = ["--trials", "2", "--cell", "--kernel fused", "--cell", "--kernel unrolled --env 'HARBENCH_NULL=%s'"]
    broken, whole = json.dumps({"kill_at_step": 3}), json.dumps({})
    _, err = run(*cells[:-1], cells[-1] % broken, expect=5)
    assert "2 of 4 trials did not complete" in err
    documents = _records(tmp_path)
    assert sorted(one["status"] for one in documents) == ["complete", "complete", "failed", "failed"]
    assert [len(one["steps"]["seconds"]) for one in documents if one["status"] == "failed"] == [3, 3]
    out, _ = run(*cells[:-1], cells[-1] % broken, "--resume", expect=5)
    assert out.count(": complete in") == 0 and out.count(": failed in") == 2
    out, _ = run(*cells[:-1], cells[-1] % whole)
    assert out.count(": complete in") == 4


def test_files_that_are_no_records_stop_nothing_and_are_named(run, tmp_path):
    run("--trials", "1")
    (tmp_path / "results" / "empty.json").write_bytes(b"")
    (tmp_path / "results" / "half.json").write_bytes(b'{"schema_version": 2, "id": "x"')
    (tmp_path / "results" / "folder.json").mkdir()
    out, err = run("--trials", "2", "--resume")
    assert "resumed: 1 complete" in out and out.count(": complete in") == 1
    assert "empty.json" in err and "half.json" in err and "folder.json" in err


def test_another_environment_is_another_run(run, tmp_path):
    run("--trials", "1", OMP_NUM_THREADS="2")
    out, _ = run("--trials", "2", "--resume", OMP_NUM_THREADS="1")
    assert "nothing to resume" in out and len(_records(tmp_path)) == 3


def test_a_run_that_is_still_under_way_is_not_resumed(run, data_path, tmp_path, tmp_path_factory):
    script = json.dumps({"sleep_seconds": 0.1})
    variables = {name: value for name, value in os.environ.items() if not name.startswith("HARBENCH_")}
    variables["HARBENCH_CACHE"] = str(tmp_path_factory.getbasetemp() / "cache")
    words = [sys.executable, "-m", "bench.cli", "run", "--data-path", data_path, *_SMALL, "--trials", "3"]
    words += ["--out", str(tmp_path / "results")]
    first = subprocess.Popen(words, env=dict(variables, HARBENCH_NULL=script), stdout=subprocess.PIPE)
    while not list((tmp_path / "results").glob("*.json")):
        assert first.poll() is None
        time.sleep(0.05)
    _, err = run("--trials", "3", "--resume", expect=2, HARBENCH_NULL=script)
    assert "still at this run" in err
    out, _ = first.communicate()
    assert first.returncode == 0 and len(_records(tmp_path)) == 3
    assert not [name for name in os.listdir(str(tmp_path / "results")) if name.endswith(".lock")]


def test_a_folder_that_vanishes_is_said_to_be_gone(data_path, tmp_path, tmp_path_factory):
    variables = dict(os.environ, HARBENCH_CACHE=str(tmp_path_factory.getbasetemp() / "cache"))
    variables["HARBENCH_NULL"] = json.dumps({"hang_at_step": 1})
    words = [sys.executable, "-m", "bench.cli", "run", "--data-path", data_path, *_SMALL, "--trials", "1"]
    words += ["--out", str(tmp_path / "results"), "--step-timeout", "3"]
    harness = subprocess.Popen(words, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while not list((tmp_path / "results").glob("*/steps.bin")):
        assert harness.poll() is None
        time.sleep(0.05)
    time.sleep(0.5)
    shutil.rmtree(str(tmp_path / "results"))
    _, err = harness.communicate()
    assert harness.returncode == 5 and b"is gone" in err, err


def test_two_harnesses_in_one_folder_leave_each_other_alone(data_path, tmp_path, tmp_path_factory):
    variables = dict(os.environ, HARBENCH_CACHE=str(tmp_path_factory.getbasetemp() / "cache"))
    variables["HARBENCH_NULL"] = json.dumps({"sleep_seconds": 0.05})
    words = [sys.executable, "-m", "bench.cli", "run", "--data-path", data_path, *_SMALL, "--trials", "3"]
    words += ["--out", str(tmp_path / "results")]
    both = [subprocess.Popen(words, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    for harness in both:
        out, err = harness.communicate()
        assert harness.returncode == 0 and b"saved" not in out, err
    documents = _records(tmp_path)
    assert [one["status"] for one in documents] == ["complete"] * 6
    assert len({one["run"]["id"] for one in documents}) == 2


def test_a_full_disk_loses_nothing_that_was_measured(data_path, tmp_path, tmp_path_factory):
    variables = dict(os.environ, HARBENCH_CACHE=str(tmp_path_factory.getbasetemp() / "cache"))
    words = [sys.executable, "-m", "bench.cli", "run", "--data-path", data_path, *_SMALL, "--trials", "1"]
    words += ["--out", str(tmp_path / "results")]

    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (7500, resource.RLIM_INFINITY))  # the journal fits, the record not

    answer = subprocess.run(words, env=variables, capture_output=True, preexec_fn=small_files)
    assert answer.returncode == 3 and b"Traceback" not in answer.stderr, answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1 and b"cannot be written" in answer.stderr
    assert _records(tmp_path) == []
    answer = subprocess.run(words + ["--resume"], env=variables, capture_output=True)
    assert answer.returncode == 0 and b"saved from a run" in answer.stdout
    (document,) = _records(tmp_path)  # complete: nothing is left to run
    assert document["status"] == "complete" and document["process_seconds"] > 0


def test_a_clock_that_is_set_back_changes_no_duration_and_no_name_twice(harbench, data_path, tmp_path):
    times = iter(["2030-01-01T00:00:0%d+00:00" % second for second in (5, 4, 3, 2, 1, 0)] * 3)
    code = "import sys\nfrom bench import clock, cli\ntimes = iter(%r)\nclock.utc_now = lambda: next(times)\ncli.main()"
    answer = subprocess.run(
        [sys.executable, "-c", code % list(times), "run", "--data-path", data_path, *_SMALL, "--trials", "2"],
        cwd=str(tmp_path), capture_output=True, env=dict(os.environ, PYTHONPATH=environment.packages_root()),
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    documents = _records(tmp_path)
    assert len(documents) == 2 and all(one["finished"] < one["started"] for one in documents)
    assert all(0 < one["process_seconds"] < 600 for one in documents)
    assert clock.utc_now() < "2030"


@pytest.mark.slow
def test_noise_keeps_a_floor_that_later_verdicts_take_as_their_margin(
    harbench,
    data_path,
    tmp_path,
    tmp_path_factory,
):
    words = ["--data-path", data_path, *_SMALL]
    script = json.dumps({"step_seconds": [0.02], "noise": {"trial": 0.01, "step": 0.02}})
    out, _ = harbench("noise", *words, "--trials", "4", HARBENCH_NULL=script)
    kept = json.loads((tmp_path_factory.getbasetemp() / "cache" / "noise-v1.json").read_text())
    (floor,) = kept.values()
    assert floor["blocks"] == 4 and floor["relabellings"] == 8 and floor["backend"] == "null, simulated"
    assert max(floor["high"], 1 / floor["low"]) - 1 == pytest.approx(floor["floor"])
    assert not list((tmp_path / "results").glob("*.json"))  # apart from the records that enter a report
    assert "verdict: faster" not in out and "verdict: slower" not in out
    out, _ = harbench("run", *words, "--trials", "3", "--cell", "", "--cell", "", HARBENCH_NULL=script)
    assert "margin %.4g %%" % (100 * floor["floor"]) in out


def test_equal_sides_without_any_spread_have_no_floor(harbench, data_path):
    _, err = harbench("noise", "--data-path", data_path, *_SMALL, "--trials", "3", expect=5)
    assert "no interval" in err
