"""The engine against what the port computed (shared/reference), every step asserted."""

import numpy as np
import pytest

from har_model.config import PRESETS
from har_model.schedule import epoch_order
from tests import shared_inputs
from tests.parity.engine import observed_step, open_model

_CASES = [
    pytest.param("modelzoo_0x3", "deep-lstm", "fused", False),
    pytest.param("modelzoo_3x3", "deep-res-lstm", "fused", False),
    pytest.param("modelzoo_0x3", "deep-lstm", "unrolled", True, marks=pytest.mark.slow),
    pytest.param("modelzoo_3x3", "deep-res-lstm", "unrolled", True, marks=pytest.mark.slow),
]


def _distance(actual: np.ndarray, expected: np.ndarray) -> float:
    return float(np.linalg.norm(actual - expected) / np.linalg.norm(expected))


@pytest.mark.parametrize("name, preset, kernel, is_costly", _CASES)
def test_the_engine_computes_what_the_port_computed(name, preset, kernel, is_costly):
    reference, data = shared_inputs.reference(name), shared_inputs.subset()
    initial = shared_inputs.starting_with("init/", reference)
    model = open_model(PRESETS[preset], kernel)
    model.set_weights(initial)
    order = epoch_order(len(data.train.labels), 0)
    batches = [order[start : start + 100] for start in range(0, 100 * len(reference["losses"]), 100)]
    gradients = {"gradient/" + variable: "grad0/" + variable for variable in initial}

    names = ["logits", "cross_entropy", "loss"] + list(gradients)
    batches = [(data.train.windows[batch], data.train.labels[batch]) for batch in batches]
    if is_costly:
        answers = [observed_step(model, names, *batch) for batch in batches]
        first, losses = answers[0], [answer["loss"] for answer in answers]
    else:
        first, losses = model.probe(names, *batches[0]), [model.step(*batch) for batch in batches]

    assert np.abs(first["logits"] - reference["batch0_logits"]).max() < 1e-5
    assert first["cross_entropy"] == pytest.approx(float(reference["batch0_xent"]), rel=1e-6)
    assert first["loss"] == pytest.approx(float(reference["batch0_loss"]), rel=1e-6)
    for ours, theirs in gradients.items():
        assert _distance(first[ours], reference[theirs]) < 1e-4, ours
    for loss, expected in zip(losses, reference["losses"]):
        assert loss == pytest.approx(float(expected), rel=1e-4)
    for variable, value in model.get_weights().items():
        assert _distance(value, reference["final/" + variable]) < 1e-3, variable

    predictions = np.argmax(model.evaluate(data.test.windows), axis=1)
    agreeing = int((predictions == np.argmax(reference["test_logits_final"], axis=1)).sum())
    assert agreeing >= len(predictions) - 1
    model.close()
