"""What is no measurement: called simulated in every table, or in no table and listed below."""

import pytest

from tests.bench import records
from tests.reports.test_report import _render, _table

_TITLES = ("精度结果比对", "性能结果比对", "Comparison", "Step time", "Phases")


def _made_by_a_double(identifier, backend, state):
    """A record as the double of a device makes it."""
    proof = {"state": state, "device": backend, "evidence": "a contract double: no device"}
    return records.make(identifier, job__backend=backend, proof=proof)


@pytest.mark.parametrize("backend", ["cpu", "gpu", "npu"])
def test_what_is_simulated_is_called_so_in_every_table_and_never_measured(backend):
    text = _render(_made_by_a_double("a", backend, "simulated"))
    for title in _TITLES:
        assert "simulated" in str(_table(text, title)), title
        assert "measured" not in str(_table(text, title)).replace("not measured", ""), title
    assert "No measurement of that device (simulated): a contract double" in text.split("### Doubts")[1]


@pytest.mark.parametrize("state", ["unproven", "on host"])
def test_what_has_no_proof_is_in_no_table_and_listed_by_backend_with_the_reason(state):
    made = [_made_by_a_double("n%d" % i, "npu", state) for i in range(2)] + [_made_by_a_double("g0", "gpu", state)]
    text = _render(records.make("a"), *made)
    for title in _TITLES:
        assert "NPU deep" not in str(_table(text, title)) and "GPU deep" not in str(_table(text, title)), title
    listed = text.split("### Trials that are in no figure")[1]
    assert "left out: 2 records of npu without proof that the device did the work: n0, n1; Nothing proves" in listed
    assert "left out: 1 record of gpu without proof" in listed and "a contract double" in listed
    assert "Nothing is measured yet" in _render(*made)


def test_a_profiled_trial_is_in_no_table_and_its_reason_is_said():
    text = _render(records.make("a", job__is_profiled=True))
    assert "Nothing is measured yet" in text and "- a: complete. The device's profiler was on" in text


def test_loss_scaling_stands_among_the_effective_settings():
    scaled = {"updates": {"applied": 4, "loss_scale": 65536.0}, "job__loss_scale": "dynamic"}
    assert "loss_scale=dynamic, loss_scale_at_the_end=65536" in _render(records.make("a", **scaled))
    assert "loss_scale" not in _render(records.make("a", job__loss_scale="none", updates={"applied": 4}))
