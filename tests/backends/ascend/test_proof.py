"""Whether the NPU did the work: the table of the decision, and what may never be called proven."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.ascend import adapter, proof
from backends.proof import ON_HOST, PROVEN, SIMULATED, UNPROVEN, Evidence, Proof

_MIB = 2**20
_LINE = "2026-01-01 10:00:00: I tf_adapter/kernels/geop_npu.cc:%d] The model has been compiled on the Ascend AI "
_LINE += "processor, current graph id is:%s%d\n"
_CLAIM = Proof(UNPROVEN, "Ascend 910ProB", "the trial alone cannot tell")
_ASKED = {"adapter": adapter.NEW, "mix_compile_mode": False}
_OLD = dict(_ASKED, adapter=adapter.OLD)


def _log(*ids):
    return "".join(_LINE % (694 + number, " " * (number % 2), graph) for number, graph in enumerate(ids))


def _seen(process=False, before=1000, most=1000, busy=0.0):
    return {
        "id": "npu 0 chip 0",
        "is_process_seen": process,
        "memory_bytes_before": None if before is None else before * _MIB,
        "memory_bytes_most": None if most is None else most * _MIB,
        "utilisation_percent_most": busy,
    }


_IDLE = _seen()
_PROCESS = _seen(process=True)
_GROWN = _seen(process=None, most=1064)
_BUSY = _seen(busy=37.0)
_WORKING = _seen(process=True, most=3000, busy=37.0)
_UNTOLD = _seen(process=None, before=None, most=None, busy=None)
_FAILED = _log(1, 11) + "E GEOP::::DoRunAsync Failed\nmodel execute error, retCode=0x91\n"
_TABLE = [
    # log, what npu-smi saw, settings, state, words of the evidence
    (_log(1, 11, 21), _WORKING, _ASKED, PROVEN, "3 graphs compiled on the NPU (ids 1, 11, 21); npu-smi showed the"),
    (_log(1, 11), _PROCESS, _ASKED, PROVEN, "process on npu 0 chip 0"),
    (_log(1, 11), _GROWN, _ASKED, PROVEN, "64 MiB more memory in use"),
    (_log(1, 11), _BUSY, _ASKED, PROVEN, "AI cores up to 37 % busy"),
    (_log(1, 1), _BUSY, _ASKED, PROVEN, "ids 1, 1"),  # the same number for another shape
    (_log(1), _WORKING, _ASKED, UNPROVEN, "step and evaluation are two graphs: 1 graph compiled"),
    (_log(1, 11, 21), _IDLE, _ASKED, UNPROVEN, "npu-smi showed nothing of it"),
    (_log(1, 11, 21), _UNTOLD, _ASKED, UNPROVEN, "npu-smi showed nothing of it"),
    (_log(1, 11, 21), None, _ASKED, UNPROVEN, "npu-smi could not be read"),
    (_log(1, 11, 21), {}, _ASKED, UNPROVEN, "npu-smi could not be read"),
    (_log(1, 11, 21), _WORKING, dict(_ASKED, mix_compile_mode=True), UNPROVEN, "mix_compile_mode leaves to the host"),
    (_FAILED, _WORKING, _ASKED, UNPROVEN, "the device failed after it had compiled"),
    ("", _IDLE, _ASKED, ON_HOST, "all of it ran on the host: no graph was told of"),
    ("", _seen(most=1063), _ASKED, ON_HOST, "all of it ran on the host"),
    ("", _IDLE, dict(_ASKED, mix_compile_mode=True), ON_HOST, "all of it ran on the host"),
    ("", _WORKING, _ASKED, UNPROVEN, "no graph was told of"),
    ("", _UNTOLD, _ASKED, UNPROVEN, "no graph was told of"),
    ("", _seen(process=None), _ASKED, UNPROVEN, "no graph was told of"),
    ("", None, _ASKED, UNPROVEN, "npu-smi could not be read"),
    ("", _seen(process=True, most=3000), _OLD, PROVEN, "this adapter is older than the line"),
    ("", _seen(process=True, busy=37.0), _OLD, PROVEN, "AI cores up to 37 % busy"),
    ("", _PROCESS, _OLD, UNPROVEN, "this adapter is older than the line"),
    ("", _seen(most=3000, busy=37.0), _OLD, UNPROVEN, "this adapter is older than the line"),
    ("", _IDLE, _OLD, ON_HOST, "all of it ran on the host"),
    ("", None, _OLD, UNPROVEN, "npu-smi could not be read"),
    ("", _WORKING, dict(_OLD, mix_compile_mode=True), UNPROVEN, "mix_compile_mode leaves to the host"),
    ("", _WORKING, {}, UNPROVEN, "no graph was told of"),
]


@pytest.mark.parametrize("log, seen, effective, state, words", _TABLE)
def test_the_decision(log, seen, effective, state, words):
    found = proof.judge(_CLAIM, Evidence(log, seen, {"effective": effective}))
    assert (found.state, found.device) == (state, "Ascend 910ProB")
    assert words in found.evidence and "\n" not in found.evidence


def test_a_double_is_never_more_than_simulated():
    claim = Proof(SIMULATED, "contract double of the Ascend adapter (no NPU)", "a double stood for the adapter")
    assert proof.judge(claim, Evidence(_log(1, 11, 21), _WORKING, {"effective": _ASKED})) == claim


_OBSERVATIONS = st.none() | st.fixed_dictionaries(
    {
        "id": st.just("npu 0"),
        "is_process_seen": st.sampled_from([None, True, False]),
        "memory_bytes_before": st.none() | st.integers(0, 2**36),
        "memory_bytes_most": st.none() | st.integers(0, 2**36),
        "utilisation_percent_most": st.none() | st.floats(0, 100),
    }
)


@given(
    ids=st.lists(st.integers(0, 999), max_size=4),
    seen=_OBSERVATIONS,
    is_mixed=st.booleans(),
    has_failed=st.booleans(),
    kind=st.sampled_from([adapter.OLD, adapter.NEW, adapter.COMPATIBLE, None]),
)
def test_nothing_is_proven_without_two_graphs_and_a_sign_except_by_the_rule_of_the_old_adapter(
    ids, seen, is_mixed, has_failed, kind
):
    state, text = proof.decide({"adapter": kind, "mix_compile_mode": is_mixed}, ids, has_failed, seen)
    assert state in (PROVEN, UNPROVEN, ON_HOST) and text
    grown = seen and None not in (seen["memory_bytes_before"], seen["memory_bytes_most"])
    has_grown = bool(grown) and seen["memory_bytes_most"] - seen["memory_bytes_before"] >= 64 * _MIB
    does_something = bool(seen) and (has_grown or bool(seen["utilisation_percent_most"]))
    is_there = bool(seen) and bool(seen["is_process_seen"])
    if state == PROVEN:
        assert not is_mixed and not has_failed
        by_lines = len(ids) >= 2 and (is_there or does_something)
        assert by_lines or (kind == adapter.OLD and not ids and is_there and does_something)
    if state == ON_HOST:
        assert not ids and seen and seen["is_process_seen"] is False and grown and not does_something
