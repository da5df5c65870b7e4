import numpy as np
import pytest
from hypothesis import given, settings

from har_model import weights
from har_model.config import PRESETS, NetworkConfig
from har_model.errors import DataError
from tests.har_model.strategies import networks


def test_the_published_network_has_the_published_number_of_parameters():
    assert weights.count_parameters(NetworkConfig()) == 21230


def test_the_plain_network_has_the_names_of_the_ports_checkpoint():
    assert list(weights.variable_shapes(NetworkConfig(n_stacked_layers=1)).items()) == [
        ("LSTM_network/layer_1/relu_fc_weights", (9, 28)),
        ("LSTM_network/layer_1/relu_fc_biases_noreg", (28,)),
        ("LSTM_network/layer_1/lstm_cell/rnn/basic_lstm_cell/kernel", (56, 112)),
        ("LSTM_network/layer_1/lstm_cell/rnn/basic_lstm_cell/bias", (112,)),
        ("LSTM_network/relu_fc_weights", (28, 6)),
        ("LSTM_network/relu_fc_biases_noreg", (6,)),
    ]


def test_residual_branches_directions_and_batch_norm_add_their_scopes():
    names = list(weights.variable_shapes(NetworkConfig(n_layers_in_highway=2, n_stacked_layers=1, bidirectional=True)))
    assert "LSTM_network/layer_1/pass_forward/relu_fc_weights" in names
    assert "LSTM_network/layer_1/LSTM_residual_0/pass_backward/lstm_cell/rnn/basic_lstm_cell/kernel" in names
    assert "LSTM_network/layer_1/batch_norm/a_noreg" in names
    assert len(names) == 2 * 2 * 4 + 2 + 2


@given(networks())
def test_the_weights_tell_their_network(config):
    inferred = weights.infer_network(weights.variable_shapes(config), config.window_length)
    # Dropout between layers has no weights, so weights cannot tell it.
    expected = NetworkConfig(**dict(vars(config), dropout_between_layers=False))
    assert inferred == expected


def test_optimiser_slots_and_counters_do_not_hide_the_network():
    shapes = dict(weights.variable_shapes(NetworkConfig()), Variable=(), **{"OptimizeLoss/beta1_power": ()})
    assert weights.infer_network(shapes) == NetworkConfig()


@pytest.mark.parametrize("shapes", [{}, {"dense/kernel": (3, 4)}, {"LSTM_network/relu_fc_weights": (28, 6)}])
def test_weights_of_another_model_are_refused(shapes):
    with pytest.raises(DataError, match="not the weights"):
        weights.infer_network(shapes)


@given(networks())
@settings(max_examples=20)
def test_initial_weights_have_the_canonical_shapes_and_follow_the_seed(config):
    first, again = weights.initial_weights(config, 5), weights.initial_weights(config, 5)
    assert {name: value.shape for name, value in first.items()} == dict(weights.variable_shapes(config))
    assert all(value.dtype == np.float32 for value in first.values())
    assert all(np.array_equal(first[name], again[name]) for name in first)
    other = weights.initial_weights(config, 6)
    assert any(not np.array_equal(first[name], other[name]) for name in first)


def test_initial_weights_follow_the_reference_distributions():
    values = weights.initial_weights(NetworkConfig(n_hidden=400, n_channels=200), 0)
    dense = values["LSTM_network/layer_1/relu_fc_weights"]  # 80,000 draws: standard error of the mean 0.0007
    assert abs(dense.mean()) < 0.004 and abs(dense.std() - 0.2) < 0.004
    kernel = values["LSTM_network/layer_1/lstm_cell/rnn/basic_lstm_cell/kernel"]
    limit = np.sqrt(6.0 / (800 + 1600))
    assert kernel.min() >= -limit and kernel.max() <= limit and kernel.max() > 0.999 * limit
    assert abs(values["LSTM_network/layer_2/relu_fc_biases_noreg"].mean() - 0.3) < 0.05
    assert not values["LSTM_network/layer_1/lstm_cell/rnn/basic_lstm_cell/bias"].any()


def test_batch_norm_starts_at_one_half_and_zero():
    values = weights.initial_weights(PRESETS["deep-res-lstm"], 0)
    assert values["LSTM_network/layer_2/batch_norm/a_noreg"].tolist() == [0.5]
    assert values["LSTM_network/layer_2/batch_norm/b_noreg"].tolist() == [0.0]


def test_lstm_biases_are_regularised_and_dense_biases_are_not():
    regularised = [name for name in weights.variable_shapes(PRESETS["deep-res-lstm"]) if weights.is_regularised(name)]
    assert {name.rsplit("/", 1)[1] for name in regularised} == {"relu_fc_weights", "kernel", "bias"}
