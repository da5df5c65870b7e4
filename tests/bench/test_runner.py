"""Trials as real processes on the null backend: every way to end leaves an outcome."""

import json
import os
import pathlib
import signal
import time

import psutil
import pytest

from backends.null import NullBackend
from backends.telemetry.source import Source
from bench import child_environment, clock, layout, record, runner, trial_files
from bench.errors import BackendUnavailable
from bench.guard import Guard
from bench.outcome import STOPPED_STEP_TIMEOUT, STOPPED_TRIAL_TIMEOUT, Ending, Limits, conclude
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


def _run(job, folder, monkeypatch, timeout=None, step_timeout=None, **script):
    monkeypatch.setenv("HARBENCH_NULL", json.dumps(script))
    events = []
    trial_files.leave_job(job, str(folder))
    return runner.run_trial(job, str(folder), Limits(timeout, step_timeout), events.append), events


def _seconds(outcome):
    return [step.seconds for step in outcome.steps]


def test_a_trial_reports_exactly_the_times_it_was_given(data_path, tmp_path, monkeypatch):
    times = [0.5, 0.25, 0.125]
    outcome, heard = _run(_job(data_path), tmp_path, monkeypatch, step_seconds=times)
    assert (outcome.status, outcome.exit_code, outcome.reason) == (record.COMPLETE, 0, None)
    assert _seconds(outcome) == (times * 6)[: 2 * (6 + 2)]  # 30 windows in batches of 5, two replays
    assert heard == outcome.events  # the pipe says what the file says
    phases = [event["name"] for event in outcome.events if event["event"] == "phase"]
    assert phases == ["import", "data", "build", "training"]


def test_steps_bound_all_updates_and_the_test_set_is_still_evaluated(data_path, tmp_path, monkeypatch):
    outcome, _ = _run(_job(data_path, steps=9), tmp_path, monkeypatch)
    assert len(_seconds(outcome)) == 9
    evaluations = [event for event in outcome.events if event["event"] == "evaluation"]
    assert [evaluation["epoch"] for evaluation in evaluations] == [1]
    assert sum(event["event"] == "predictions" for event in outcome.events) == 1


def test_a_full_run_evaluates_after_each_epoch(data_path, tmp_path, monkeypatch):
    outcome, _ = _run(_job(data_path, mode="full", epochs=3), tmp_path, monkeypatch)
    evaluations = [event for event in outcome.events if event["event"] == "evaluation"]
    assert [evaluation["epoch"] for evaluation in evaluations] == [0, 1, 2]
    assert sum(event["event"] == "predictions" for event in outcome.events) == 1


_DEATHS = [
    ({"fail_at_step": 3}, 5, "exit code 1 in its phase 'training' after 3 steps"),
    ({"kill_at_step": 3}, 5, "SIGKILL"),
]


@pytest.mark.parametrize("script, exit_code, word", _DEATHS)
def test_a_trial_that_dies_says_how_and_keeps_its_journal(data_path, tmp_path, monkeypatch, script, exit_code, word):
    outcome, _ = _run(_job(data_path), tmp_path, monkeypatch, **script)
    assert (outcome.status, outcome.exit_code) == (record.FAILED, exit_code)
    assert word in outcome.reason and "\n" not in outcome.reason
    assert len(outcome.steps) == 3
    if "fail_at_step" in script:
        assert "told to fail at step 3" in outcome.log_tail[-1]


def test_a_process_that_dies_when_its_work_is_done_is_not_blamed_on_the_work():
    events = [{"event": "phase-start", "name": "training"}, {"event": "end"}]
    status, sentence, _ = conclude(Ending(-signal.SIGABRT, None), events, 4, Limits())
    assert status == record.FAILED and sentence.endswith("SIGABRT when it had done all its work and was to end.")


@pytest.mark.parametrize("stopped", [STOPPED_TRIAL_TIMEOUT, STOPPED_STEP_TIMEOUT])
def test_a_stop_by_a_limit_says_which_one_to_raise_and_where_to_look(stopped):
    _, sentence, _ = conclude(Ending(-signal.SIGKILL, stopped), [], 4, Limits(3.0, 0.5))
    option, seconds = ("--timeout", "3 s") if stopped == STOPPED_TRIAL_TIMEOUT else ("--step-timeout", "0.5 s")
    assert option in sentence and seconds in sentence
    assert sentence.endswith("; raise that limit, or look at the end of the trial's log for what it waited for.")


def test_an_error_of_a_known_kind_keeps_its_sentence_and_code(tmp_path, monkeypatch):
    outcome, _ = _run(_job(str(tmp_path / "nowhere")), tmp_path, monkeypatch)
    assert outcome.exit_code == 3 and "nowhere" in outcome.reason


def test_a_hung_trial_is_stopped_when_its_time_is_over(data_path, tmp_path, monkeypatch):
    start = clock.now_ns()
    outcome, _ = _run(_job(data_path), tmp_path, monkeypatch, timeout=3.0, hang_at_step=2)
    assert (outcome.status, outcome.exit_code) == (record.TIMED_OUT, 124)
    assert "3 s" in outcome.reason and "after 2 steps" in outcome.reason
    assert clock.seconds_since(start) < 60


def _is_running(pid):
    try:
        state = pathlib.Path("/proc/%d/stat" % pid).read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def _left_behind():
    """Processes that a null trial was told to leave behind."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if "time.sleep(3600)" in " ".join(process.info["cmdline"] or []) and _is_running(process.pid):
            found.append(process.pid)
    return found


@pytest.mark.parametrize("how", [True, "session"])
@pytest.mark.parametrize("script", [{}, {"hang_at_step": 2}, {"kill_at_step": 2}, {"fail_at_step": 2}])
def test_nothing_that_a_trial_started_outlives_it(data_path, tmp_path, monkeypatch, script, how):
    before = set(_left_behind())
    outcome, _ = _run(_job(data_path), tmp_path, monkeypatch, step_timeout=1.0, leave_behind=how, **script)
    assert (outcome.status == record.COMPLETE) == (not script)
    deadline = time.monotonic() + 10  # it was killed; the kernel may take a moment
    while not set(_left_behind()) <= before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert set(_left_behind()) <= before


def test_a_step_that_hangs_is_stopped_and_named(data_path, tmp_path, monkeypatch):
    outcome, _ = _run(_job(data_path), tmp_path, monkeypatch, step_timeout=0.5, hang_at_step=4)
    assert (outcome.status, outcome.exit_code) == (record.TIMED_OUT, 124)
    assert outcome.reason.startswith("Step 5 (the first is step 1) took longer than the 0.5 s")
    assert len(outcome.steps) == 4


def test_a_bound_on_steps_leaves_alone_what_is_no_step(data_path, tmp_path, monkeypatch):
    # Importing and parsing take longer than this bound, each step far less.
    outcome, _ = _run(_job(data_path), tmp_path, monkeypatch, step_timeout=0.05)
    assert outcome.status == record.COMPLETE


def test_a_trial_stays_on_the_cores_it_is_given_and_harbench_does_not(data_path, tmp_path, monkeypatch):
    ours = os.sched_getaffinity(0)
    core = min(ours)
    monkeypatch.setenv("HARBENCH_NULL", json.dumps({"hang_at_step": 1}))
    job, seen = _job(data_path, cpus=(core,)), []
    trial_files.leave_job(job, str(tmp_path))

    def listener(event):
        if event["event"] == "phase-start" and event["name"] == "build":
            children = psutil.Process().children()
            seen.extend(set(p.cpu_affinity()) for p in children if "bench.trial" in " ".join(p.cmdline()))

    runner.run_trial(job, str(tmp_path), Limits(step_seconds=0.5), listener)
    assert seen == [{core}]
    assert os.sched_getaffinity(0) == ours


def test_a_jobs_variables_are_set_for_its_trial_alone(data_path, tmp_path, monkeypatch):
    job = _job(data_path, variables={"HARBENCH_NULL": json.dumps({"loss": 7.0})})
    outcome, _ = _run(job, tmp_path, monkeypatch, loss=1.0)
    assert {step.loss for step in outcome.steps} == {7.0}
    assert json.loads(os.environ["HARBENCH_NULL"]) == {"loss": 1.0}


def test_the_parent_waits_blocked(data_path, tmp_path, monkeypatch):
    job = _job(data_path)
    start, used = time.perf_counter(), time.process_time()
    _run(job, tmp_path, monkeypatch, sleep_seconds=0.2)  # 16 steps
    elapsed, used = time.perf_counter() - start, time.process_time() - used
    assert elapsed > 3.2 and used < 0.1 * elapsed


def test_the_environment_prepends_and_never_replaces(data_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/opt/vendor")
    parts = child_environment.of_trial(_job(data_path))["PYTHONPATH"].split(os.pathsep)
    assert parts[-1] == "/opt/vendor" and os.path.isdir(os.path.join(parts[0], "har_model"))


def test_the_environment_lacks_what_would_spoil_a_trial(data_path, monkeypatch):
    for name in ("PYTHONHOME", "PYTHONTRACEMALLOC", "PYTHONDEVMODE"):
        monkeypatch.setenv(name, "1")
    child = child_environment.of_trial(_job(data_path, variables={"TF_SOMETHING": "1"}))
    assert not {"PYTHONHOME", "PYTHONTRACEMALLOC", "PYTHONDEVMODE"} & set(child)
    assert child["TF_SOMETHING"] == "1"


def test_a_strangers_package_in_the_working_folder_of_the_user_is_not_imported(data_path, tmp_path, monkeypatch):
    stranger = tmp_path / "bench"
    stranger.mkdir()
    (stranger / "__init__.py").write_text("raise SystemExit('a stranger')")
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "work"
    folder.mkdir()
    outcome, _ = _run(_job(data_path), folder, monkeypatch)
    assert outcome.status == record.COMPLETE


class _Card(Source):
    """A device whose first look takes long; keeps what it knew of the trial's processes after each look."""

    name, columns, patience_seconds = "card", ("device_power_watts",), 60.0

    def __init__(self, pids):
        self._pids, self.seen = pids, []

    def read(self):
        if not self.seen:
            time.sleep(0.5)
        self.seen.append(self._pids())
        return {"device_power_watts": 1.0}


def test_the_device_is_read_once_before_the_trial_starts_and_at_once_when_it_has(data_path, tmp_path, monkeypatch):
    cards = []

    def telemetry(self, settings, variables, pids):
        cards.append(_Card(pids))
        return cards

    monkeypatch.setattr(NullBackend, "telemetry", telemetry)
    outcome, _ = _run(_job(data_path), tmp_path, monkeypatch)
    assert outcome.status == record.COMPLETE
    before, *others = cards[0].seen
    assert before is None and None not in others and len(others[0]) >= 1
    assert outcome.telemetry["cpu_seconds"][0] is None and outcome.telemetry["cpu_seconds"][1] is not None


def test_what_a_device_takes_to_be_read_is_no_time_of_the_trial(data_path, tmp_path, monkeypatch):
    monkeypatch.setattr(_Card, "read", lambda self: time.sleep(3.0) or {})
    monkeypatch.setattr(NullBackend, "telemetry", lambda self, settings, variables, pids: [_Card(pids)])
    begin = time.monotonic()
    outcome, _ = _run(_job(data_path), tmp_path, monkeypatch)
    assert outcome.status == record.COMPLETE
    assert outcome.process_seconds + 3.0 <= time.monotonic() - begin  # the first reading; the last one may be cut


def test_a_backend_whose_telemetry_fails_starts_no_process_and_the_trial_has_failed(data_path, tmp_path, monkeypatch):
    def telemetry(self, settings, variables, pids):
        raise BackendUnavailable("No telemetry here; mend the backend.")

    monkeypatch.setattr(NullBackend, "telemetry", telemetry)
    outcome, events = _run(_job(data_path), tmp_path, monkeypatch)
    assert (outcome.status, outcome.exit_code, events) == (record.FAILED, 4, [])
    assert outcome.reason == "No telemetry here; mend the backend." and not (tmp_path / layout.LOG).exists()


@pytest.mark.parametrize(
    "changes, words",
    [({"python": "/gone/bin/python"}, "/gone/bin/python (No such file"), ({"cpus": (4095,)}, "--cpus")],
)
def test_a_process_that_cannot_be_started_is_a_trial_that_failed(data_path, tmp_path, monkeypatch, changes, words):
    outcome, _ = _run(_job(data_path, **changes), tmp_path, monkeypatch)
    assert (outcome.status, outcome.exit_code) == (record.FAILED, 5) and words in outcome.reason


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(11, "Resource temporarily unavailable")])
def test_nothing_is_left_running_where_the_guard_cannot_be_started(data_path, tmp_path, monkeypatch, error):
    def watch(self, group, mark):
        started.append(psutil.Process(group))
        raise error

    started = []
    monkeypatch.setattr(Guard, "watch", watch)
    outcome, _ = _run(_job(data_path), tmp_path, monkeypatch, sleep_seconds=60)
    expected = (record.INTERRUPTED, 130) if isinstance(error, KeyboardInterrupt) else (record.FAILED, 5)
    assert (outcome.status, outcome.exit_code) == expected and not started[0].is_running()
