"""Building the graph of the published network, without its first run."""

import pytest

from har_model.config import PRESETS
from tests.parity.engine import open_model


@pytest.mark.parametrize("kernel", ["fused", "unrolled"])
def test_graph_build(benchmark, kernel):
    model = benchmark.pedantic(open_model, args=(PRESETS["deep-lstm"], kernel), rounds=3, iterations=1)
    assert set(model.probe_names()) >= {"logits", "loss"}
