"""A training step of each kernel, batch 100, the published network."""

import pytest

from har_model.config import PRESETS
from har_model.dataset import synthetic
from tests.parity.engine import open_model


@pytest.mark.parametrize("kernel", ["fused", "unrolled"])
def test_training_step(benchmark, kernel):
    data = synthetic.generate(n_train=100, n_test=6)
    model = open_model(PRESETS["deep-lstm"], kernel, keep_prob=0.85)
    windows, labels = data.train.windows, data.train.labels
    model.step(windows, labels)  # builds and compiles, which is no step
    loss = benchmark(model.step, windows, labels)
    assert loss > 0
    model.close()
