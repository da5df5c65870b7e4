"""Whether the NPU did the work: the table of the decision, and what may never be called proven."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.ascend import adapter, proof
from backends.proof import (
    FIRST_EVALUATION,
    FURTHER_TRAINING,
    ON_HOST,
    PROVEN,
    SIMULATED,
    TRAINING,
    UNPROVEN,
    Evidence,
    Proof,
    phase_line,
)

_MIB = 2**20
_LINE = "2026-01-01 10:00:00: I tf_adapter/kernels/geop_npu.cc:%d] The model has been compiled on the Ascend AI "
_LINE += "processor, current graph id is:%s%d\n"
_CLAIM = Proof(UNPROVEN, "Ascend 910ProB", "the trial alone cannot tell")
_ASKED = {"adapter": adapter.NEW, "mix_compile_mode": False}
_OLD = dict(_ASKED, adapter=adapter.OLD)
_PROFILED = {"profiling_mode": True}


def _lines(ids):
    return "".join(_LINE % (694 + number, " " * (number % 2), graph) for number, graph in enumerate(ids))


def _log(*stepped, built=(1, 11, 21), evaluated=(41,), further=(), said=""):
    """A training's log: graphs that assign and read variables when it was built, others where it first computes."""
    training = phase_line(TRAINING) + _lines(stepped) + said + phase_line(FIRST_EVALUATION) + _lines(evaluated)
    return phase_line("build") + _lines(built) + training + phase_line(FURTHER_TRAINING) + _lines(further)


def _seen(process=False, before=1000, most=1000, busy=0.0, busy_before=0.0, new=None, another=None):
    return {
        "id": "npu 0 chip 0",
        "is_process_seen": process,
        "is_process_new": new,
        "is_another_seen": another,
        "memory_bytes_before": None if before is None else before * _MIB,
        "memory_bytes_most": None if most is None else most * _MIB,
        "utilisation_percent_before": busy_before,
        "utilisation_percent_most": busy,
    }


_IDLE = _seen()
_PROCESS = _seen(process=True)
_GROWN = _seen(process=None, most=1064)
_BUSY = _seen(process=None, busy=37.0)
_WORKING = _seen(process=True, most=3000, busy=37.0)
_NEW = _seen(process=None, new=True)
_ANOTHERS = _seen(another=True, most=3000, busy=99.0)
_HIDDEN = _seen(most=3000, busy=37.0)  # no process is listed, and somebody works there
_BUSY_BEFORE = _seen(process=None, busy=99.0, busy_before=90.0)
_UNTOLD = _seen(process=None, before=None, most=None, busy=None, busy_before=None)
_NOTHING = _log(built=(), evaluated=())
_FAILED = _log(31) + "E GEOP::::DoRunAsync Failed\nmodel execute error, retCode=0x91\n"
_ONLINE = "2021-01-01 10:00:00.0: I tf_adapter/optimizers/om_partition_subgraphs_pass.cc:1846] Run online process and "
_ONLINE += "skip the optimizer\n"
_NOT_USED = "ERROR, your task haven't used Ascend NPU, please check your npu Migration.\n"
_MIXED = "2021-01-01 10:00:00.0: I tf_adapter/optimizers/mark_noneed_optimize_pass.cc:98] mix_compile_mode is True\n"
_WITHOUT_CUDA = "2021-01-01 10:00:00.0: W tensorflow/stream_executor/platform/default/dso_loader.cc:55] Could not load "
_WITHOUT_CUDA += "dynamic library 'libcuda.so.1'; dlerror: libcuda.so.1: cannot open shared object file\n"
_WITHOUT_CUDA += "2021-01-01 10:00:00.0: E tensorflow/stream_executor/cuda/cuda_driver.cc:318] failed call to cuInit\n"
#: What Python, the compiler's helpers and the adapter say of their own end, after all was done.
_DESTRUCTOR = "Exception ignored in: <bound method BaseSession.__del__ of <tensorflow.Session object at 0x7f00>>\n"
_DESTRUCTOR += 'Traceback (most recent call last):\n  File "session.py", line 738, in __del__\n'
_DESTRUCTOR += "TypeError: 'NoneType' object is not callable\n"
_HELPER = "Process ForkServerPoolWorker-3:\nTraceback (most recent call last):\n"
_HELPER += '  File "te_fusion/parallel_compilation.py", line 100, in run\nBrokenPipeError: [Errno 32] Broken pipe\n'
_CLOSING = "2026-01-01 10:00:00.0: W tf_adapter/util/ge_plugin.cc:300] [GePlugin] Finalize: destroy tdt failed\n"
_TABLE = [
    # log, what npu-smi saw, settings, state, words of the evidence
    (_log(31), _WORKING, _ASKED, PROVEN, "5 graphs compiled on the NPU (ids 1, 11, 21, 31, 41); npu-smi"),
    (_log(31), _PROCESS, _ASKED, PROVEN, "process on npu 0 chip 0"),
    (_log(31), _GROWN, _ASKED, PROVEN, "64 MiB more memory in use"),
    (_log(31), _BUSY, _ASKED, PROVEN, "AI cores up to 37 % busy"),
    (_log(31), _NEW, _ASKED, PROVEN, "a process on npu 0 chip 0 that was not there before"),
    (_log(31), _HIDDEN, _ASKED, PROVEN, "2000 MiB more memory in use and AI cores up to 37 % busy"),
    (_log(31, evaluated=[31]), _WORKING, _ASKED, PROVEN, "5 graphs compiled"),  # a new shape may keep the id
    (_log(31, 41, evaluated=()), _WORKING, _ASKED, UNPROVEN, "compiled when the trial came to its evaluation: 5"),
    (_log(31, evaluated=(), further=[41]), _WORKING, _ASKED, UNPROVEN, "when the trial came to its evaluation"),
    (_log(evaluated=[31, 41]), _WORKING, _ASKED, UNPROVEN, "when the trial came to its step: 5 graphs compiled"),
    (_log(evaluated=()), _WORKING, _ASKED, UNPROVEN, "when the trial came to its step: 3 graphs compiled"),
    (_lines([1, 11, 21]), _WORKING, _ASKED, UNPROVEN, "does not tell when the trial came to its step: 3 graphs"),
    (phase_line(TRAINING) + _lines([1, 11]), _WORKING, _ASKED, UNPROVEN, "does not tell when the trial came to its ev"),
    (_log(31), _IDLE, _ASKED, UNPROVEN, "npu-smi showed nothing of it"),
    (_log(31), _ANOTHERS, _ASKED, UNPROVEN, "npu-smi showed nothing of it"),
    (_log(31), _seen(process=None, another=True, most=3000, busy=99.0), _ASKED, UNPROVEN, "showed nothing of it"),
    (_log(31), _BUSY_BEFORE, _ASKED, UNPROVEN, "npu-smi showed nothing of it"),
    (_log(31), _UNTOLD, _ASKED, UNPROVEN, "npu-smi showed nothing of it"),
    (_log(31), None, _ASKED, UNPROVEN, "npu-smi could not be read"),
    (_log(31), {}, _ASKED, UNPROVEN, "npu-smi could not be read"),
    (_log(31), _WORKING, dict(_ASKED, mix_compile_mode=True), UNPROVEN, "mix_compile_mode leaves to the host"),
    (_FAILED, _WORKING, _ASKED, UNPROVEN, "the device failed after it had compiled"),
    (_FAILED + _DESTRUCTOR, _WORKING, _ASKED, UNPROVEN, "the device failed after it had compiled"),
    (_log(31) + _DESTRUCTOR, _WORKING, _ASKED, PROVEN, "5 graphs compiled"),
    (_log(31) + _HELPER, _WORKING, _ASKED, PROVEN, "5 graphs compiled"),
    (_log(31) + _CLOSING, _WORKING, _ASKED, PROVEN, "5 graphs compiled"),
    (_log(31, said=_NOT_USED) + _HELPER, _WORKING, _ASKED, UNPROVEN, "the host did a part of the work"),
    (_log(31, said=_MIXED) + _CLOSING, _WORKING, _ASKED, UNPROVEN, "the host did a part of the work"),
    (_NOTHING + _FAILED[len(_log(31)) :], _WORKING, _OLD, UNPROVEN, "the device failed after it had compiled"),
    (_NOTHING + _CLOSING + _HELPER, _WORKING, _OLD, PROVEN, "this adapter is older than the line"),
    (_log(31, said=_ONLINE), _WORKING, _ASKED, UNPROVEN, "the host did a part of the work (Use_off_line is False"),
    (_log(31, said=_NOT_USED), _WORKING, _ASKED, UNPROVEN, "the host did a part of the work"),
    (_log(31, said=_MIXED), _WORKING, _ASKED, UNPROVEN, "the host did a part of the work"),
    (_NOTHING + _ONLINE, _WORKING, _OLD, UNPROVEN, "the log says that the host did the work (Use_off_line is False"),
    (_NOTHING + _WITHOUT_CUDA, _WORKING, _OLD, PROVEN, "this adapter is older than the line"),
    (_NOTHING, _IDLE, _ASKED, ON_HOST, "or on another device than npu 0 chip 0: no graph was told of"),
    (_NOTHING, _seen(busy=None, busy_before=None), _ASKED, ON_HOST, "all of it ran on the host"),
    (_NOTHING, _seen(another=True, busy=90.0, busy_before=90.0), _ASKED, ON_HOST, "all of it ran on the host"),
    (_NOTHING, _seen(busy=1.0), _ASKED, ON_HOST, "all of it ran on the host"),
    (_NOTHING, _ANOTHERS, _ASKED, UNPROVEN, "no graph was told of"),
    (_NOTHING, _seen(another=True, busy=40.0), _ASKED, UNPROVEN, "no graph was told of"),
    (_NOTHING, _seen(another=True, busy=40.0, busy_before=None), _ASKED, UNPROVEN, "no graph was told of"),
    (_NOTHING, _seen(another=True, most=3000), _ASKED, UNPROVEN, "no graph was told of"),
    (_NOTHING, _IDLE, dict(_ASKED, mix_compile_mode=True), ON_HOST, "all of it ran on the host"),
    (_NOTHING, _WORKING, _ASKED, UNPROVEN, "no graph was told of"),
    (_NOTHING, _UNTOLD, _ASKED, UNPROVEN, "no graph was told of"),
    (_NOTHING, _seen(process=None), _ASKED, UNPROVEN, "no graph was told of"),
    (_NOTHING, None, _ASKED, UNPROVEN, "npu-smi could not be read"),
    (_NOTHING, _WORKING, _OLD, PROVEN, "this adapter is older than the line"),
    (_NOTHING, _seen(process=True, busy=37.0), _OLD, PROVEN, "AI cores up to 37 % busy"),
    (_NOTHING, _seen(process=None, new=True, busy=37.0), _OLD, PROVEN, "that was not there before"),
    (_NOTHING, _seen(process=None, most=3000, busy=37.0), _OLD, UNPROVEN, "2000 MiB more memory"),
    (_NOTHING, _HIDDEN, _OLD, UNPROVEN, "2000 MiB more memory"),
    (_NOTHING, _seen(process=None, another=True, most=3000, busy=50.0), _OLD, UNPROVEN, "showed nothing of it"),
    (_NOTHING, _seen(process=True, another=True, busy=50.0), _OLD, UNPROVEN, "another process was listed there"),
    (_NOTHING, _seen(new=True, another=True, busy=50.0), _OLD, UNPROVEN, "another process was listed there"),
    (_NOTHING, _seen(process=True, most=3000), _OLD, UNPROVEN, "this adapter is older than the line"),
    (_NOTHING, _seen(process=True, most=3000, busy=99.0, busy_before=90.0), _OLD, UNPROVEN, "older than the line"),
    (_NOTHING, _PROCESS, _OLD, UNPROVEN, "this adapter is older than the line"),
    (_NOTHING, _BUSY, _OLD, UNPROVEN, "this adapter is older than the line"),
    (_NOTHING, _ANOTHERS, _OLD, UNPROVEN, "older than the line"),  # all of it may be the trial's, in a container
    (_NOTHING, _seen(another=True), _OLD, ON_HOST, "all of it ran on the host"),
    (_NOTHING, None, _OLD, UNPROVEN, "npu-smi could not be read"),
    (_NOTHING, _seen(process=True, most=3000, busy=None), dict(_OLD, **_PROFILED), UNPROVEN, "a profiler hides"),
    (_log(31), _seen(process=True, most=3000, busy=None), dict(_ASKED, **_PROFILED), PROVEN, "5 graphs compiled"),
    (_NOTHING, _WORKING, dict(_OLD, mix_compile_mode=True), UNPROVEN, "mix_compile_mode leaves to the host"),
    (_NOTHING, _WORKING, {}, UNPROVEN, "no graph was told of"),
]


@pytest.mark.parametrize("log, seen, effective, state, words", _TABLE)
def test_the_decision(log, seen, effective, state, words):
    found = proof.judge(_CLAIM, Evidence(log, seen, {"effective": effective}))
    assert (found.state, found.device) == (state, "Ascend 910ProB")
    assert words in found.evidence and "\n" not in found.evidence


def test_a_double_is_never_more_than_simulated():
    claim = Proof(SIMULATED, "contract double of the Ascend adapter (no NPU)", "a double stood for the adapter")
    assert proof.judge(claim, Evidence(_log(31), _WORKING, {"effective": _ASKED})) == claim


_OBSERVATIONS = st.none() | st.builds(
    _seen,
    process=st.sampled_from([None, True, False]),
    before=st.none() | st.integers(0, 2**16),
    most=st.none() | st.integers(0, 2**16),
    busy=st.none() | st.floats(0, 100),
    busy_before=st.none() | st.floats(0, 100),
    new=st.sampled_from([None, True]),
    another=st.sampled_from([None, True]),
)


@given(
    built=st.lists(st.integers(0, 99), max_size=4),
    stepped=st.lists(st.integers(100, 999), max_size=3),
    evaluated=st.lists(st.integers(100, 999), max_size=3),
    seen=_OBSERVATIONS,
    is_mixed=st.booleans(),
    contradiction=st.sampled_from([None, "the log says otherwise"]),
    kind=st.sampled_from([adapter.OLD, adapter.NEW, adapter.COMPATIBLE, None]),
)
def test_nothing_is_proven_without_the_computing_graphs_and_a_sign_except_by_the_rule_of_the_old_adapter(
    built, stepped, evaluated, seen, is_mixed, contradiction, kind
):
    log, effective = _log(*stepped, built=built, evaluated=evaluated), {"adapter": kind, "mix_compile_mode": is_mixed}
    state, text = proof.decide(Evidence(log, seen, {"effective": effective}), contradiction)
    assert state in (PROVEN, UNPROVEN, ON_HOST) and text
    if state == ON_HOST:
        assert not built + stepped + evaluated and seen and seen["is_process_seen"] is False
        assert not seen["is_process_new"] and seen["memory_bytes_most"] - seen["memory_bytes_before"] < 64 * _MIB
        assert (seen["utilisation_percent_most"] or 0) <= max(seen["utilisation_percent_before"] or 0, 1)
    if state != PROVEN:
        return
    assert not is_mixed and not contradiction and seen
    is_there = seen["is_process_seen"] is True or seen["is_process_new"] is True
    assert is_there or not seen["is_another_seen"]
    before, most = seen["memory_bytes_before"], seen["memory_bytes_most"]
    has_grown = None not in (before, most) and most - before >= 64 * _MIB
    idle, busy = seen["utilisation_percent_before"], seen["utilisation_percent_most"]
    has_worked = None not in (idle, busy) and idle <= 1 and busy > idle
    if built or stepped or evaluated:
        assert stepped and evaluated and (is_there or has_grown or has_worked)
    else:
        assert kind == adapter.OLD and has_worked and is_there and not seen["is_another_seen"]
