"""The frozen graph: its nodes, and its answers against the float64 oracle."""

from dataclasses import replace

import numpy as np
import pytest

from backends.engines.tensorflow.backend import is_installed
from har_model import oracle, weights
from har_model.config import PRESETS, NetworkConfig

pytestmark = pytest.mark.skipif(not is_installed(), reason="needs TensorFlow")

_SMALL = {
    "plain": NetworkConfig(n_hidden=6, n_stacked_layers=2, window_length=12),
    "residual": NetworkConfig(n_hidden=6, n_layers_in_highway=2, n_stacked_layers=2, window_length=12),
    "both": NetworkConfig(
        n_hidden=6, n_layers_in_highway=2, n_stacked_layers=1, bidirectional=True, window_length=12, n_channels=4
    ),
}


def _windows(config, n=7):
    shape = (n, config.window_length, config.n_channels)
    return np.random.RandomState(3).normal(0, 5, shape).astype(np.float32)


def _frozen(config):
    from backends.engines.tensorflow import export

    draw = np.random.RandomState(18)  # with these not all windows are of one class
    values = {name: draw.normal(0, 0.6, shape).astype(np.float32) for name, shape in _shapes(config)}
    return values, export.freeze(config, values)


def _shapes(config):
    return weights.variable_shapes(config).items()


def _oracle(config, values, windows):
    """Classes by the oracle, and where its best two logits are too close to tell."""
    logits = oracle.logits(windows, values, config)
    best = np.sort(logits, axis=1)
    return np.argmax(logits, axis=1), best[:, -1] - best[:, -2] < 1e-5


@pytest.mark.parametrize("name", sorted(_SMALL))
def test_a_frozen_network_answers_as_the_oracle_does(name):
    from backends.engines.tensorflow import export

    config = _SMALL[name]
    values, content = _frozen(config)
    windows = _windows(config)
    expected, is_close = _oracle(config, values, windows)
    answers = export.run(content, windows, len(windows))
    assert answers.dtype == np.int32 and ((answers == expected) | is_close).all()
    assert len(set(expected.tolist())) > 1  # else anything would do


@pytest.mark.parametrize("batch", [1, 3, 7, 20])
def test_windows_are_given_in_batches_of_one_size_the_last_filled_up_with_the_first(batch):
    from backends.engines.tensorflow import export

    config = _SMALL["residual"]  # takes moments over the batch, so it shows who was in it
    values, content = _frozen(config)
    windows = _windows(config)
    rows = np.resize(np.arange(7), -(-7 // batch) * batch).reshape(-1, batch)
    answers = [_oracle(config, values, windows[one]) for one in rows]
    expected, is_close = (np.concatenate(part)[:7] for part in zip(*answers))
    assert ((export.run(content, windows, batch) == expected) | is_close).all()


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_the_graph_has_the_ports_input_and_output_and_nothing_that_trains(preset):
    from backends.engines.tensorflow.compat import tf1

    # The published one as it is; of the larger ones a few time steps, which show as much.
    config = PRESETS[preset] if preset == "deep-lstm" else replace(PRESETS[preset], window_length=4)
    values, content = _frozen(config)
    definition = tf1.GraphDef.FromString(content)
    nodes = {node.name: node for node in definition.node}
    assert nodes["X"].op == "Placeholder" and nodes["output"].op == "ArgMax"
    kinds = {node.op for node in definition.node}
    assert [node.name for node in definition.node if node.op == "Placeholder"] == ["X"]
    assert not [kind for kind in kinds if "Variable" in kind or "Random" in kind or "Block" in kind or "Assign" in kind]
    assert set(values) <= set(nodes) and all(nodes[name].op == "Const" for name in values)
    graph = tf1.Graph()
    with graph.as_default():
        tf1.import_graph_def(definition, name="")
    given, answer = graph.get_tensor_by_name("X:0"), graph.get_tensor_by_name("output:0")
    assert given.dtype == tf1.float32 and given.shape.as_list() == [None, config.window_length, 9]
    assert answer.dtype == tf1.int32 and answer.shape.as_list() == [None]


def test_the_same_weights_give_the_same_file():
    assert _frozen(_SMALL["plain"])[1] == _frozen(_SMALL["plain"])[1]


def test_no_attribute_stands_there_with_its_default_which_an_older_reader_would_refuse():
    from backends.engines.tensorflow.compat import tf1

    definition = tf1.GraphDef.FromString(_frozen(_SMALL["plain"])[1])
    product = next(node for node in definition.node if node.op == "MatMul")
    assert sorted(product.attr) == ["T"]
