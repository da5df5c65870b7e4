import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from har_model import network, oracle, weights
from har_model.config import PRESETS, NetworkConfig
from tests import shared_inputs
from tests.har_model.strategies import networks


def _random(config, n=5, seed=0):
    draw = np.random.RandomState(seed)
    windows = draw.normal(size=(n, config.window_length, config.n_channels)).astype(np.float32)
    values = {name: draw.normal(0.2, 0.5, shape) for name, shape in weights.variable_shapes(config).items()}
    return windows, values


def test_one_lstm_step_is_the_formula_worked_out_by_hand():
    ops = oracle.OracleOps()
    kernel = np.array([[0.1, 0.2, 0.3, 0.4], [9.0, 9.0, 9.0, 9.0]])  # the hidden state is zero, its row counts nothing
    bias = np.array([0.01, 0.02, 0.03, 0.04])
    output = ops.lstm(np.array([[[2.0]]]), kernel, bias)

    def sigmoid(x):
        return 1 / (1 + math.exp(-x))

    cell = sigmoid(0.21) * math.tanh(0.42)
    assert output.shape == (1, 1, 1)
    assert output[0, 0, 0] == pytest.approx(math.tanh(cell) * sigmoid(0.84), abs=1e-15)


def test_the_second_lstm_step_forgets_with_the_forget_bias():
    ops = oracle.OracleOps()
    output = ops.lstm(np.array([[[1.0]], [[0.0]]]), np.array([[0.0, 1.0, 0.0, 0.0], [0.0] * 4]), np.zeros(4))
    first = 0.5 * math.tanh(1.0)
    second = first / (1 + math.exp(-0.999))
    assert output[1, 0, 0] == pytest.approx(0.5 * math.tanh(second), abs=1e-15)


def test_batch_norm_takes_one_mean_a_time_step_over_batch_and_features():
    inputs = np.array([[[0.0, 2.0], [4.0, 6.0]], [[1.0, 1.0], [1.0, 1.0]]])  # (time, batch, features)
    output = oracle.OracleOps().moments_norm(inputs, np.array([0.5]), np.array([0.1]))
    expected = 0.5 * (np.array([-3.0, -1.0, 1.0, 3.0]) / math.sqrt(5.0 + 0.001)) + 0.1
    np.testing.assert_allclose(output[0].ravel(), expected, rtol=1e-14)
    np.testing.assert_allclose(output[1], 0.1, rtol=1e-14)


def test_the_sigmoid_never_overflows():
    with np.errstate(all="raise"):
        output = oracle.OracleOps().lstm(np.full((1, 1, 1), 1e4), np.full((2, 4), -1e4), np.zeros(4))
    assert np.isfinite(output).all()


def test_cross_entropy_and_l2_are_the_textbook_ones():
    ops = oracle.OracleOps()
    logits = np.array([[0.0, math.log(3.0)], [1000.0, 0.0]])
    assert ops.cross_entropy(logits, np.array([1, 0])) == pytest.approx(math.log(4 / 3) / 2, rel=1e-12)
    assert ops.l2([np.array([3.0]), np.array([[1.0, 1.0]])]) == pytest.approx(5.5)


@given(networks(), st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_every_configuration_gives_logits_that_passed_a_relu(config, seed):
    windows, values = _random(config, seed=seed)
    probes = network.forward(windows, values, oracle.OracleOps(), config)
    assert probes["logits"].shape == (5, config.n_classes)
    assert (probes["logits"] >= 0).all() and np.isfinite(probes["logits"]).all()
    for layer in range(1, config.n_stacked_layers + 1):
        assert probes["LSTM_network/layer_%d/output" % layer].shape == (config.window_length, 5, config.n_hidden)


@given(networks(), st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_without_batch_norm_a_window_does_not_see_its_neighbours(config, seed):
    windows, values = _random(config, seed=seed)
    together = oracle.logits(windows, values, config)
    alone = np.concatenate([oracle.logits(window[None], values, config) for window in windows])
    if not config.has_batch_norm:
        np.testing.assert_allclose(together, alone, atol=1e-12)


def test_residual_branches_read_the_blocks_input_and_are_summed():
    config = NetworkConfig(n_hidden=2, n_layers_in_highway=3, n_stacked_layers=1, window_length=4, n_channels=3)
    windows, values = _random(config)
    ops = oracle.OracleOps()
    probes = network.forward(windows, values, ops, config)
    scopes = ["LSTM_network/layer_1/", "LSTM_network/layer_1/LSTM_residual_0/", "LSTM_network/layer_1/LSTM_residual_1/"]
    inputs = ops.time_major(windows)
    branches = []
    for scope in scopes:
        dense = ops.dense_relu(inputs, values[scope + weights.DENSE_KERNEL], values[scope + weights.DENSE_BIAS])
        branches.append(ops.lstm(dense, values[scope + weights.LSTM_KERNEL], values[scope + weights.LSTM_BIAS]))
    scale, shift = (values["LSTM_network/layer_1/batch_norm/%s_noreg" % name] for name in "ab")
    expected = ops.moments_norm(branches[0] + branches[1] + branches[2], scale, shift)
    np.testing.assert_allclose(probes["LSTM_network/layer_1/output"], expected, rtol=1e-12)


def test_the_backward_pass_is_the_forward_pass_of_the_reversed_window():
    config = NetworkConfig(n_hidden=4, n_stacked_layers=1, bidirectional=True, window_length=5, n_channels=3)
    windows, values = _random(config)
    swapped = dict(values)
    for name in values:
        if "/pass_forward/" in name:
            swapped[name] = values[name.replace("pass_forward", "pass_backward")]
            swapped[name.replace("pass_forward", "pass_backward")] = values[name]
    key = "LSTM_network/layer_1/output"
    straight = network.forward(windows, values, oracle.OracleOps(), config)[key]
    mirrored = network.forward(windows[:, ::-1], swapped, oracle.OracleOps(), config)[key]
    np.testing.assert_allclose(straight[..., :2], mirrored[::-1, :, 2:], rtol=1e-12)


@pytest.mark.parametrize("site", ["input", "last"])
def test_dropout_masks_multiply_at_their_site(site):
    config = NetworkConfig(n_hidden=2, n_stacked_layers=1, window_length=3, n_channels=2)
    windows, values = _random(config)
    shape = (3, 5, 2) if site == "input" else (5, 2)
    masked = network.forward(windows, values, oracle.OracleOps({site: np.zeros(shape)}), config)["logits"]
    kept = network.forward(windows, values, oracle.OracleOps({site: np.ones(shape)}), config)["logits"]
    np.testing.assert_array_equal(kept, oracle.logits(windows, values, config))
    assert not np.array_equal(masked, kept)


@pytest.mark.parametrize("name, preset_name", [("modelzoo_0x3", "deep-lstm"), ("modelzoo_3x3", "deep-res-lstm")])
def test_the_oracle_agrees_with_the_port(name, preset_name):
    reference, data = shared_inputs.reference(name), shared_inputs.subset()
    config, values = PRESETS[preset_name], shared_inputs.starting_with("init/", reference)
    from har_model.schedule import epoch_order

    batch = epoch_order(len(data.train.labels), 0)[:100]
    windows, labels = data.train.windows[batch], data.train.labels[batch]
    assert np.abs(oracle.logits(windows, values, config) - reference["batch0_logits"]).max() < 1e-6
    assert np.abs(oracle.logits(data.test.windows, values, config) - reference["test_logits_init"]).max() < 1e-6
    assert oracle.loss(windows, labels, values, config, 0.005) == pytest.approx(
        float(reference["batch0_loss"]), rel=1e-6
    )
