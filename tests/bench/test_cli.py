"""The command as a user calls it: every fault is one sentence and its exit code, never a traceback."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time

import psutil
import pytest

from bench import environment, layout, record, step_log
from tests import small_dataset

_SMALL = ["--batch-size", "5", "--epochs", "2", "--warmup", "2", "--trials", "2"]


@pytest.fixture(scope="module")
def data_path(tmp_path_factory):
    return small_dataset.write(str(tmp_path_factory.mktemp("data 数据") / "UCI HAR Dataset"))


def _records(folder):
    documents, faults = record.read_all([str(folder)])
    assert faults == []
    return documents


def test_run_leaves_a_record_of_each_trial_and_report_shows_them(harbench, data_path, tmp_path):
    script = json.dumps({"step_seconds": [0.02]})
    out, _ = harbench("run", "--backend", "null", "--data-path", data_path, *_SMALL, HARBENCH_NULL=script)
    assert out.count("complete in") == 2
    first, second = _records(tmp_path / "results")
    assert (first["job"]["workload"]["seed"], second["job"]["workload"]["seed"]) == (0, 1)
    assert first["steps"]["seconds"] == [0.02] * 22  # two epochs of six batches and five replays
    assert first["dataset"]["kind"] == "real" and first["command"][:2] == ["harbench", "run"]
    assert len(first["predictions"]["labels"]) == 12
    names = os.listdir(str(tmp_path / "results" / first["id"]))
    assert names == ["trial.log"]
    out, _ = harbench("report")
    assert "250.00 [250.00, 250.00]" in out and "simulated" in out
    with open(str(tmp_path / "reports" / "out" / "report.md"), encoding="utf-8") as file:
        assert file.read() == out


def test_a_part_of_an_epoch_is_called_a_part(harbench, data_path):
    arguments = ["run", "--backend", "null", "--data-path", data_path, *_SMALL, "--trials", "1", "--steps", "3"]
    out, _ = harbench(*arguments)
    assert "after 0.5 epochs" in out  # three of six batches


def test_a_failed_trial_leaves_a_record_and_the_rest_goes_on(harbench, data_path, tmp_path):
    script = json.dumps({"kill_at_step": 3})
    out, err = harbench("run", "--backend", "null", "--data-path", data_path, *_SMALL, expect=5, HARBENCH_NULL=script)
    assert "SIGKILL" in err and "2 of 2 trials did not complete" in err
    documents = _records(tmp_path / "results")
    assert [document["status"] for document in documents] == ["failed", "failed"]
    assert all(document["phase_reached"] == "training" for document in documents)
    out, _ = harbench("report")
    assert "Trials that are in no figure" in out


def test_a_time_out_is_124_and_names_the_option(harbench, data_path, tmp_path):
    script = json.dumps({"hang_at_step": 2})
    arguments = ["run", "--backend", "null", "--data-path", data_path, *_SMALL, "--trials", "1", "--timeout", "3"]
    _, err = harbench(*arguments, expect=124, HARBENCH_NULL=script)
    assert "--timeout" in err
    assert _records(tmp_path / "results")[0]["status"] == "timed-out"


def test_a_dry_run_shows_the_plan_and_measures_nothing(harbench, data_path, tmp_path):
    out, _ = harbench("run", "--backend", "null", "--data-path", data_path, "--dry-run", *_SMALL)
    assert "trial 2: backend null" in out and "22 steps (warm-up 2)" in out
    assert os.listdir(str(tmp_path)) == []


@pytest.mark.parametrize(
    "arguments, code, word",
    [
        (["run", "--backend", "tpu"], 2, "tpu"),
        (["run", "--backend", "null", "--kernel", "quantum"], 2, "fused or unrolled"),
        (["run", "--backend", "null", "--precision", "fp8"], 2, "fp32"),
        (["run", "--backend", "null", "--batch-size", "5", "--steps", "10", "--warmup", "10"], 2, "warm-up"),
        (["run", "--backend", "null", "--batch-size", "31"], 2, "at most 30"),
        (["run", "--backend", "null", "--batch-size", "0"], 2, "batch-size"),
        (["run", "--backend", "null", "--timeout", "-1"], 2, "timeout"),
        (["run", "--backend", "null", "--timeout", "nan"], 2, "timeout"),
        (["run", "--backend", "null", "--timeout", "inf"], 2, "timeout"),
        (["run", "--backend", "null", "--timeout", "1e300"], 2, "timeout"),
        (["run", "--backend", "null", "--threads", "3000000000"], 2, "threads"),
        (["run", "--backend", "null", "--colour"], 2, "colour"),
        (["run", "--backend", "gpu"], 4, "GPU"),
        (["run", "--backend", "npu"], 4, "NPU"),
        (["run", "--backend", "null", "--data-path", "nowhere"], 3, "nowhere"),
        (["evaluate", "--ckpt", "nowhere"], 3, "'nowhere' (no file 'nowhere.index'); give the prefix of its files"),
        (["report", "nowhere"], 3, "'nowhere': no such file or folder; name a record or a folder"),
        (["data", "info", "--data-path", "nowhere"], 3, "nowhere"),
        (["data", "fetch", "--archive", "nowhere"], 3, "nowhere"),
        (["nonsense"], 2, "nonsense"),
    ],
)
def test_every_fault_has_its_code_and_its_sentence(harbench, data_path, arguments, code, word):
    if "--data-path" not in arguments and arguments[0] == "run":
        arguments = arguments + ["--data-path", data_path]
    _, err = harbench(*arguments, expect=code)
    assert word in err


def test_results_that_cannot_be_written_are_refused_before_anything_is_spent(harbench, data_path, tmp_path):
    (tmp_path / "results").write_bytes(b"")
    harbench("run", "--backend", "null", "--data-path", data_path, *_SMALL, expect=3)


@pytest.mark.parametrize("how", ["./data", "HARBENCH_DATA", "--data-path"])
def test_a_trial_uses_the_data_that_was_found_from_the_users_folder(harbench, tmp_path, how):
    small_dataset.write(str(tmp_path / ("data" if how == "./data" else "elsewhere") / "UCI HAR Dataset"))
    arguments = ["run", "--backend", "null", *_SMALL] + (["--data-path", "elsewhere"] if how == "--data-path" else [])
    harbench(*arguments, **({"HARBENCH_DATA": "elsewhere"} if how == "HARBENCH_DATA" else {}))
    assert [document["dataset"]["n_train"] for document in _records(tmp_path / "results")] == [30, 30]


def test_options_have_twins_in_the_environment(harbench, data_path, tmp_path):
    out, _ = harbench("run", "--dry-run", HARBENCH_BACKEND="null", HARBENCH_DATA=data_path, HARBENCH_TRIALS="2",
                      HARBENCH_BATCH_SIZE="5", HARBENCH_WARMUP="3", HARBENCH_SEED="7")  # fmt: skip
    assert "seed 8" in out and "warm-up 3" in out


def test_without_data_the_synthetic_one_serves_and_says_so(harbench):
    out, _ = harbench("run", "--backend", "null", "--dry-run")
    assert "synthetic" in out and "harbench data fetch" in out


def test_an_ascii_terminal_gets_escapes_rather_than_an_error(harbench):
    out, _ = harbench("report", PYTHONIOENCODING="ascii", LC_ALL="C", expect=0)
    assert "898.13" in out and "Nothing is measured yet" in out and "no records" not in out


def test_the_command_in_the_record_reproduces_the_run_without_the_environment(harbench, data_path, tmp_path):
    harbench("run", HARBENCH_BACKEND="null", HARBENCH_DATA=data_path, HARBENCH_TRIALS="1", HARBENCH_BATCH_SIZE="5",
             HARBENCH_WARMUP="3", HARBENCH_SEED="7", HARBENCH_OUT="first")  # fmt: skip
    (first,) = _records(tmp_path / "first")
    harbench(*first["command"][1:], "--out", "second")
    (second,) = _records(tmp_path / "second")
    assert first["job"] == second["job"] and first["dataset"] == second["dataset"]


def test_a_fault_of_the_job_keeps_its_exit_code(harbench, data_path):
    arguments = ["run", "--backend", "null", "--data-path", data_path, *_SMALL]
    _, err = harbench(*arguments, expect=2, HARBENCH_NULL='{"step_seconds": -1}')
    assert "HARBENCH_NULL" in err


@pytest.mark.parametrize("closed", ["| true", ">&-", "2>&-", "> /dev/full"])
def test_no_reader_and_no_terminal_costs_a_measurement(data_path, tmp_path, tmp_path_factory, closed):
    variables = dict(os.environ, PYTHONPATH=environment.packages_root(), HARBENCH_OUT="out",
                     HARBENCH_CACHE=str(tmp_path_factory.getbasetemp() / "cache"))  # fmt: skip
    words = [sys.executable, "-m", "bench.cli", "run", "--backend", "null", "--data-path", data_path, *_SMALL]
    script = "%s %s; exit ${PIPESTATUS[0]}" % (" ".join(map(shlex.quote, words)), closed)
    answer = subprocess.run(["bash", "-c", script], cwd=str(tmp_path), env=variables, capture_output=True)
    assert b"Traceback" not in answer.stdout + answer.stderr
    assert answer.returncode == (1 if "full" in closed else 0), answer.stderr
    assert [document["status"] for document in _records(tmp_path / "out")] == ["complete", "complete"]


@pytest.mark.parametrize("words", [[], ["data"]])
def test_without_a_command_there_is_the_help(harbench, words):
    out, err = harbench(*words)
    assert "Commands:" in out and err == ""


def test_help_lists_the_exit_codes(harbench):
    out, _ = harbench("--help")
    assert "124 time-out" in " ".join(out.split())


def _hear_signals():
    """Undo what a shell does to a command in its background, and nohup to any."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP", "SIGKILL"])
def test_the_end_of_the_parent_leaves_no_process_and_a_record_where_it_can(
    harbench, data_path, tmp_path, tmp_path_factory, name
):
    script = json.dumps({"sleep_seconds": 0.1, "leave_behind": "session"})  # 22 steps
    variables = dict(os.environ, PYTHONPATH=environment.packages_root(), HARBENCH_NULL=script,
                     HARBENCH_CACHE=str(tmp_path_factory.getbasetemp() / "cache"))  # fmt: skip
    arguments = ["run", "--backend", "null", "--data-path", data_path, *_SMALL]
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.cli"] + arguments, cwd=str(tmp_path), env=variables, stderr=subprocess.PIPE,
        preexec_fn=_hear_signals,
    )  # fmt: skip
    journals = []
    while not journals or step_log.StepWatch(str(journals[0].parent / layout.STEPS)).under_way() is None:
        journals = list(tmp_path.glob("results/*/journal.jsonl"))
        time.sleep(0.05)
    time.sleep(0.5)  # it is in its sixth step or so by now
    started = psutil.Process(process.pid).children(recursive=True)  # the trial, its guard, what the trial left behind
    assert len(started) == 3
    process.send_signal(getattr(signal, name))
    _, err = process.communicate(timeout=60)
    psutil.wait_procs(started, timeout=10)
    assert not [one for one in started if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
    if name == "SIGKILL":  # nobody was left to write a record, but nothing measured is lost
        assert journals[0].is_file() and _records(tmp_path / "results") == []
        harbench("run", "--backend", "null", "--data-path", data_path, *_SMALL, "--resume", HARBENCH_NULL=script)
        saved, *complete = _records(tmp_path / "results")
        assert saved["status"] == "interrupted" and 2 <= len(saved["steps"]["seconds"]) < 22
        assert "saved by a later run" in saved["reason"] and [one["status"] for one in complete] == ["complete"] * 2
        assert {one["run"]["id"] for one in complete} == {saved["run"]["id"]}
        return
    assert process.returncode == 130 and b"Traceback" not in err
    (document,) = _records(tmp_path / "results")
    assert document["status"] == "interrupted" and 2 <= len(document["steps"]["seconds"]) < 22
