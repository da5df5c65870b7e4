"""Trials of a small network on doubles of the adapter: every way to fail, and what proves that the NPU did the work."""

import json
import os

import pytest

from bench import record
from bench.errors import UsageError
from tests.contract import npu_bench
from tests.contract.npu_bench import HAS_TENSORFLOW_1, WHY_NOT, proof_of, said

pytestmark = pytest.mark.skipif(not HAS_TENSORFLOW_1, reason=WHY_NOT)
slow = pytest.mark.slow


# ---- failures (facts of the adapter's code and FAQ) ------------------------------------------------------------------

_GE = "The graph engine could not be started"
_NOT_COMPILED = "A graph could not be compiled for the NPU"
_FAILURES = [
    # variant, failure, words of the reason, what stands in the log
    ("new", "ge-init", (_GE, "SIGABRT"), "[GePlugin] Initialize ge failed"),
    ("old", "ge-init", (_GE, "SIGABRT"), "[GePlugin] Initialize ge failed"),
    ("new", "tdt", (_GE, "SIGABRT"), "[GePlugin] Tdt host init failed"),
    ("old", "tdt", (_GE, "SIGABRT"), "[GePlugin] Tdt host init failed"),
    ("new", "parser-init", (_GE, "SIGABRT"), "[GePlugin] Initialize parser failed"),
    ("new", "ge-init-late", (_GE, "exit code 1"), "[GePlugin] Initialize ge failed"),
    ("new", "add-graph", (_NOT_COMPILED, "exit code 1 in its phase 'build'"), "call ge session add graph failed"),
    ("new", "graph-compile", (_NOT_COMPILED, "exit code 1"), "GE session build graph failed"),
    ("old", "graph-compile", (_NOT_COMPILED, "SIGABRT"), "call ge session add graph failed"),
    ("new", "EZ3003", ("The NPU has no kernel for operator Scripted",), "EZ3003: No supported Ops kernel"),
    ("old", "EZ3003", (_NOT_COMPILED, "SIGABRT"), "call ge session add graph failed"),
    ("new", "EZ3002", ("Operator Scripted is not supported by the NPU's kernels",), "EZ3002: Optype [Scripted]"),
    ("new", "E40021", ("The kernel of operator scripted could not be compiled",), "E40021: Failed to compile Op"),
    ("new", "EZ9999", (_NOT_COMPILED,), "EZ9999: Inner Error!"),
    ("new", "EH9999", (_NOT_COMPILED,), "EH9999: Inner Error!"),
    ("new", "v1-control", ("control flow of TensorFlow 1",), "is v1 control operator"),
    ("new", "hccl", ("collective communication was called before",), "Call hcom_bind_model failed"),
    ("new", "rdev", ("The device_ip in the rank table",), "ra rdev init failed, ret [-17]"),
    ("new", "E30008", ("An operator on the device's CPU timed out",), "E30008: The AI CPU operator timed out."),
    ("new", "device-error", ("The device failed while it executed a graph",), "retCode=0x91"),
    ("old", "device-error", ("The device failed while it executed a graph", "SIGABRT"), "GEOP::::DoRunAsync Failed"),
    ("new", "table", ("A lookup table is used where it was not initialised",), "Table not initialized"),
    ("new", "resource-variable", ("is read where it was not initialised",), "Error while reading resource variable"),
    ("new", "end-of-sequence", ("asked its dataset for more than there is", "exit code 1"), "[GEOP] Out of range"),
]
# Not here, as no trial can come to it: `get rank id error` (the code calls nothing collective) and the hang of several
# cards (one rank alone is let in: tests/backends/ascend/test_variables.py). For the logs of others both are in
# tests/backends/logs.
#: Without -m slow one of each kind: an abort, a graph that is not compiled, a failure on the device.
_DEFAULT = {("new", "EZ3003"), ("old", "ge-init")}


@pytest.mark.parametrize(
    "variant, failure, words, logged",
    [pytest.param(*row, marks=() if row[:2] in _DEFAULT else slow) for row in _FAILURES],
)
def test_a_failure_of_the_adapter_is_told_in_a_sentence_with_its_log_kept(trial, variant, failure, words, logged):
    outcome = trial(variant, script={"fail": failure})
    assert (outcome.status, outcome.exit_code, outcome.proof) == (record.FAILED, 5, None)
    for word in words:
        assert word in outcome.reason
    assert "\n" not in outcome.reason
    assert any(logged in line for line in outcome.log_tail)


@slow
def test_a_failure_in_the_middle_keeps_the_steps_before_it(trial):
    outcome = trial("new", script={"fail": "device-error", "fail_at_run": 6})
    assert outcome.status == record.FAILED and 0 < len(outcome.steps) < 4
    assert "The device failed while it executed a graph" in outcome.reason


@slow
def test_an_operator_that_the_device_lacks_fails_and_mixed_it_stays_on_the_host(trial):
    outcome = trial("new", script={"host_ops": ["BiasAdd"]})
    assert outcome.status == record.FAILED and "The NPU has no kernel for operator BiasAdd" in outcome.reason
    assert "mix_compile_mode" in outcome.reason


@slow
@pytest.mark.parametrize(
    "variant, changes, words",
    [
        ("old", {"options": {"deterministic": "1"}}, "the old one, does not know deterministic"),
        ("old", {"precision": "mixed_float16"}, "the old one, does not know the precision mixed_float16"),
        ("new", {"options": {"mstune_mode": "1"}}, None),  # refused before
        ("new", {"precision": "allow_mix_precision_bf16"}, "Ascend 910ProB computes no bfloat16"),
    ],
)
def test_what_only_the_trial_can_know_is_a_sentence_with_exit_code_2(trial, variant, changes, words):
    if words is None:
        with pytest.raises(UsageError):
            trial(variant, **changes)
        return
    outcome = trial(variant, **changes)
    assert (outcome.status, outcome.exit_code) == (record.FAILED, 2) and words in outcome.reason


# ---- loss scaling and profiling --------------------------------------------------------------------------------------


@slow
@pytest.mark.parametrize("variant", ["old", "new"])
def test_the_record_counts_the_updates_that_overflow_left_out(trial, variant):
    outcome = trial(variant, script={"overflow_at_steps": [2, 3], "saturates": True}, loss_scale="dynamic")
    updates = said(outcome, "updates")
    assert (updates["applied"], updates["loss_scale"]) == (2, 2.0**31)
    assert said(outcome, "description")["effective"]["loss_scale"] == "dynamic" and len(outcome.steps) == 4


@slow
@pytest.mark.parametrize("variant", ["old", "new"])
def test_a_profiled_trial_has_a_folder_for_its_traces_and_no_utilisation(trial, tmp_path, variant):
    outcome = trial(variant, is_profiled=True)
    assert outcome.status == record.COMPLETE
    effective = said(outcome, "description")["effective"]
    folder = str(tmp_path / "trial" / "profile")
    assert effective["profiling_mode"] is True and os.path.isdir(folder)
    assert json.loads(effective["profiling_options"])["output"] == folder
    assert outcome.telemetry["device"]["utilisation_percent_most"] is None


# ---- proof: a copy of the double without its mark is taken for the adapter -------------------------------------------


def test_lines_of_compiled_graphs_and_a_busy_device_prove_the_work(trial):
    state, device, evidence = proof_of(trial("new", is_marked=False, smi={"growth_mb_per_s": 100}))
    assert (state, device) == ("proven", "Ascend 910ProB")
    assert "graphs compiled on the NPU (ids 1, 11, 21" in evidence and "the trial's process on npu 0 chip 0" in evidence


_HIDDEN = {"variables": {"FAKE_NPU_SMI": "{}"}}  # for the trial npu-smi is another one: its device stays idle
_PROOFS = [
    # variant, npu-smi, script, changes of the job, state, words
    ("new", {}, {"sentinel": "no-space"}, {}, "proven", "graphs compiled on the NPU"),
    ("new", {}, {"sentinel": False}, {}, "unproven", "no graph was told of"),
    ("new", {"failure": "dcmi-8005"}, {}, {}, "unproven", "npu-smi could not be read"),
    ("new", {"failure": "hang"}, {"sentinel": False}, {}, "unproven", "npu-smi could not be read"),
    ("new", {}, {}, {"options": {"mix_compile_mode": "true"}}, "unproven", "mix_compile_mode leaves to the host"),
    ("new", {}, {}, _HIDDEN, "unproven", "npu-smi showed nothing of it"),
    ("new", {}, {"sentinel": False}, _HIDDEN, "on host", "all of it ran on the host"),
    ("old", {"growth_mb_per_s": 100}, {}, {}, "proven", "this adapter is older than the line"),
    ("old", {"busy_aicore": 0}, {}, {}, "unproven", "this adapter is older than the line"),
    ("old", {}, {}, _HIDDEN, "on host", "all of it ran on the host"),
    ("old", {"failure": "dcmi-8005"}, {}, {}, "unproven", "npu-smi could not be read"),
]


@slow
@pytest.mark.parametrize("variant, smi, script, changes, state, words", _PROOFS)
def test_what_is_missing_leaves_it_unproven(trial, variant, smi, script, changes, state, words):
    outcome = trial(variant, is_marked=False, smi=smi, script=script, **changes)
    found, _, evidence = proof_of(outcome)
    assert found == state and words in evidence
    on_host = (record.FAILED, 6) if state == "on host" else (record.COMPLETE, 0)
    assert (outcome.status, outcome.exit_code) == on_host


@slow
@pytest.mark.parametrize("variant", ["old", "new"])
def test_a_double_is_simulated_whatever_its_lines_and_npu_smi_say(trial, variant):
    state, device, _ = proof_of(trial(variant, smi={"growth_mb_per_s": 100}))
    assert (state, device) == ("simulated", npu_bench.DOUBLE_TEXT)
