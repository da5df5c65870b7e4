"""Where the work was done decides: on the host is a failed trial, without proof a record that no table shows."""

import json
import os

import pytest

from bench import record
from bench.comparing import sides
from bench.errors import NotComparable
from tests import small_dataset, strangers
from tests.bench.sides import documents, leave

_SMALL = ["--batch-size", "5", "--epochs", "2", "--warmup", "2"]
#: A backend whose parent looks at the log, and whose profiler leaves a trace.
_JUDGE = """
import os
from dataclasses import replace
from backends.null import NullBackend
from backends.proof import ON_HOST, PROVEN, UNPROVEN, Proof

class Backend(NullBackend):
    name = "xpu"
    has_profiler = True
    def open(self, workload, settings):
        print(os.environ.get("XPU_SAYS", ""))
        if settings.profile_folder and os.environ.get("XPU_TRACES") != "none":
            open(os.path.join(settings.profile_folder, "trace.json"), "w").close()
        return super().open(workload, settings)
    def judge(self, claim, evidence):
        if "device 0 ran the graph" in evidence.log:
            return Proof(PROVEN, "xpu", "the log says so")
        if "fell back" in evidence.log:
            return Proof(ON_HOST, "xpu", "the log says that it fell back.")
        return replace(claim, state=UNPROVEN, evidence="the log says nothing")
    def explain(self, log):
        return "The xpu was busy: end the other job." if "EBUSY" in log else None
"""


@pytest.fixture(scope="module")
def data_path(tmp_path_factory):
    return small_dataset.write(str(tmp_path_factory.mktemp("data") / "UCI HAR Dataset"))


@pytest.fixture
def run(harbench, data_path):
    def call(*arguments, backend="null", **options):
        return harbench("run", "--backend", backend, "--data-path", data_path, *_SMALL, *arguments, **options)

    return call


@pytest.fixture
def xpu(run, tmp_path):
    strangers.leave(tmp_path / "site", "xpu = strange_judge:Backend", strange_judge=_JUDGE)
    return lambda *arguments, **options: run(
        *arguments, backend="xpu", PYTHONPATH=strangers.beside_ours(tmp_path / "site"), **options
    )


def _records(tmp_path):
    found, faults = record.read_all([str(tmp_path / "results")])
    assert faults == []
    return found


def _proof(state):
    return json.dumps({"proof": state})


def test_a_trial_that_the_host_did_has_failed_with_6_and_is_in_no_figure(harbench, run, tmp_path):
    out, err = run("--trials", "2", expect=6, HARBENCH_NULL=_proof("on host"))
    assert "The null did not do the work: no device" in err and "2 of 2 trials did not complete" in err
    assert "windows/s" not in out
    for one in _records(tmp_path):
        assert one["status"] == "failed" and one["proof"]["state"] == "on host"
        assert one["reason"] == "The null did not do the work: no device: the times were given."
    out, _ = harbench("report")
    assert "Nothing is measured yet" in out and "failed. The null did not do the work" in out


def test_a_trial_without_proof_is_complete_ends_in_6_and_is_in_no_table(harbench, run, tmp_path):
    out, err = run("--trials", "2", expect=6, HARBENCH_NULL=_proof("unproven"))
    assert "Nothing proves that the null did the work" in err and "2 of 2 trials are unproven" in err
    assert "windows/s" not in out and out.count("no figures: Nothing proves") == 2
    found = _records(tmp_path)
    assert [one["status"] for one in found] == ["complete", "complete"]
    out, _ = harbench("report")
    assert "Nothing is measured yet" in out and "left out: 2 records of null without proof" in out
    for one in found:
        assert one["id"] in out.split("### Trials that are in no figure")[1]


def test_a_run_that_is_resumed_still_says_what_is_unproven(run):
    run("--trials", "1", expect=6, HARBENCH_NULL=_proof("unproven"))
    out, err = run("--trials", "1", "--resume", expect=6, HARBENCH_NULL=_proof("unproven"))
    assert "1 complete trials are there already" in out and "1 of 1 trials are unproven" in err


def test_what_is_simulated_ends_well_and_says_so(run):
    out, _ = run("--trials", "1", HARBENCH_NULL=_proof("simulated"))
    assert "windows/s" in out and "simulated (null): " in out


@pytest.mark.parametrize("says, state, code", [
    ("device 0 ran the graph", "proven", 0), ("fell back", "on host", 6), ("", "unproven", 6),
])  # fmt: skip
def test_the_parents_judgement_of_the_log_goes_before_the_trials_own_word(xpu, tmp_path, says, state, code):
    xpu("--trials", "1", expect=code, XPU_SAYS=says)
    (found,) = _records(tmp_path)
    assert found["proof"]["state"] == state and found["proof"]["evidence"].startswith("the log says")


def test_a_failed_trials_log_is_explained(xpu, tmp_path):
    _, err = xpu("--trials", "1", expect=5, XPU_SAYS="EBUSY", HARBENCH_NULL=json.dumps({"fail_at_step": 3}))
    assert err.startswith("harbench: The xpu was busy: end the other job. ")
    assert _records(tmp_path)[0]["reason"].startswith("The xpu was busy")


def test_a_profiled_trial_leaves_its_traces_and_no_figures(harbench, xpu, tmp_path):
    out, _ = xpu("--trials", "1", "--profile", XPU_SAYS="device 0 ran the graph")
    (found,) = _records(tmp_path)
    traces = os.path.join("results", found["artifacts"]["profile"])
    assert "traces of the device's profiler %s" % traces in out and "windows/s" not in out
    assert os.listdir(str(tmp_path / traces)) == ["trace.json"] and found["job"]["is_profiled"] is True
    out, _ = harbench("report")
    assert "Nothing is measured yet" in out and "profiler was on" in out


def test_a_profiler_that_leaves_no_trace_ends_the_run_in_5_and_its_record_names_none(xpu, tmp_path):
    variables = {"XPU_SAYS": "device 0 ran the graph", "XPU_TRACES": "none"}
    out, err = xpu("--trials", "1", "--profile", expect=5, **variables)
    assert "  the device's profiler left no trace" in out and "traces of" not in out
    assert err.startswith("harbench: The device's profiler left no trace in 1 of 1 trials")
    (found,) = _records(tmp_path)
    assert found["status"] == "complete" and "profile" not in found["artifacts"]
    _, err = xpu("--trials", "1", "--profile", "--resume", expect=5, **variables)
    assert "left no trace in 1 of 1" in err


def test_a_profiled_trial_without_proof_has_its_traces_and_ends_the_run_well(xpu, tmp_path):
    out, _ = xpu("--trials", "1", "--profile")
    (found,) = _records(tmp_path)
    assert found["proof"]["state"] == "unproven" and "profile" in found["artifacts"]
    assert "no figures: Nothing proves that" in out and "windows/s" not in out
    _, err = xpu("--trials", "1", "--profile", "--seed", "5", expect=5, XPU_TRACES="none")
    assert "left no trace in 1 of 1" in err


def test_a_backend_without_a_profiler_refuses_it(run):
    _, err = run("--trials", "1", "--profile", expect=2)
    assert "no profiler" in err


@pytest.mark.parametrize("text", ["npu", "npu-records"])
def test_records_without_proof_are_never_compared(tmp_path, text):
    leave(tmp_path / "npu-records", documents("n", job__backend="npu", proof__state="unproven"))
    argument = str(tmp_path / text) if text != "npu" else text
    with pytest.raises(NotComparable, match="without proof that their device did the work") as error:
        sides.side_of(argument, str(tmp_path / "npu-records"))
    assert error.value.exit_code == 7 and "n0" in str(error.value)


def test_compare_refuses_a_side_without_proof_with_7(harbench, tmp_path):
    leave(tmp_path / "n", documents("n", job__backend="npu", proof__state="unproven"))
    leave(tmp_path / "b", documents("b"))
    for sides_asked in (("n", "b"), ("b", "n")):
        _, err = harbench("compare", *sides_asked, expect=7)
        assert "without proof" in err


def test_beside_proven_records_those_without_proof_are_listed_and_not_compared(harbench, tmp_path):
    made = documents("n", job__backend="npu") + documents("u", factor=9, job__backend="npu", proof__state="unproven")
    leave(tmp_path / "n", made)
    leave(tmp_path / "b", documents("b"))
    out, _ = harbench("compare", "n", "b")
    assert "left out: 5 records of npu without proof that the device did the work: u0, u1" in out
    assert "NPU trains at 1.000x the CPU" in out
    out, _ = harbench("compare", "n", "b", "--json")
    left_out = {one["id"]: one["reason"] for one in json.loads(out)["incomplete"]}
    assert sorted(left_out) == ["u0", "u1", "u2", "u3", "u4"] and "Nothing proves" in left_out["u0"]


def _broken(tmp_path, method):
    source = strangers.GOOD % "xpu" + "\n    def %s(self, *_):\n        1 / 0\n" % method
    strangers.leave(tmp_path / "broken", "xpu = strange_broken:Backend", strange_broken=source)
    return {"backend": "xpu", "PYTHONPATH": strangers.beside_ours(tmp_path / "broken")}


def test_a_judge_that_fails_leaves_a_record_without_proof(run, tmp_path):
    _, err = run("--trials", "1", expect=6, **_broken(tmp_path, "judge"))
    assert "Traceback" not in err
    (document,) = _records(tmp_path)
    assert (document["status"], document["proof"]["state"]) == ("complete", "unproven")
    assert "ZeroDivisionError" in document["proof"]["evidence"]


def test_what_a_backend_left_that_is_gone_since_keeps_no_other_run_from_its_work(run, tmp_path):
    run("--trials", "1", expect=4, **_broken(tmp_path, "telemetry"))
    run("--trials", "1")
    assert {one["job"]["backend"] for one in _records(tmp_path)} == {"null", "xpu"}


_NONSENSE = """
from backends.null import NullBackend, NullModel
from backends.protocol import Description, Updates

class Model(NullModel):
    def updates(self):
        return %s
    def describe(self):
        return Description("none", "0", %s)

class Backend(NullBackend):
    name = "xpu"
    def open(self, workload, settings):
        return Model(workload, settings)
"""


@pytest.mark.parametrize("updates, device", [("Updates(-1)", "'x'"), ("None", "7")])
def test_a_trial_that_says_what_no_record_holds_has_failed_and_stands_in_nobodys_way(run, tmp_path, updates, device):
    strangers.leave(tmp_path / "site", "xpu = strange_words:Backend", strange_words=_NONSENSE % (updates, device))
    _, err = run("--trials", "1", backend="xpu", expect=5, PYTHONPATH=strangers.beside_ours(tmp_path / "site"))
    assert "Traceback" not in err and "said what no record holds" in err
    run("--trials", "1")
    assert sorted(one["status"] for one in _records(tmp_path)) == ["complete", "failed"]


def test_an_infinite_loss_scale_at_the_end_is_unknown_and_costs_nobody_a_trial(run, tmp_path):
    source = _NONSENSE % ("Updates(6, float('inf'))", "'x'")
    strangers.leave(tmp_path / "site", "xpu = strange_words:Backend", strange_words=source)
    run("--trials", "1", backend="xpu", PYTHONPATH=strangers.beside_ours(tmp_path / "site"))
    (document,) = _records(tmp_path)
    assert document["updates"] == {"applied": 6, "loss_scale": None}
