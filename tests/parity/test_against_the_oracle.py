"""The engine against the float64 oracle, on presets at reduced size and on any configuration."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from backends.protocol import KERNEL_FUSED, KERNEL_UNROLLED
from har_model import oracle, weights
from har_model.config import PRESETS, NetworkConfig
from tests.har_model.strategies import networks
from tests.parity.engine import open_model

_KERNELS = (KERNEL_FUSED, KERNEL_UNROLLED)
_REDUCED = {"window_length": 12, "n_hidden": 8}


def _random(config, n=7, seed=0):
    draw = np.random.RandomState(seed)
    windows = draw.normal(size=(n, config.window_length, config.n_channels)).astype(np.float32)
    values = {
        name: draw.normal(0.1, 0.4, shape).astype(np.float32) for name, shape in weights.variable_shapes(config).items()
    }
    return windows, draw.randint(0, config.n_classes, n).astype(np.int32), values


def _assert_agrees(config, kernel, threads=2):
    windows, labels, values = _random(config)
    model = open_model(config, kernel, threads=threads)
    model.set_weights(values)
    answer = model.probe(["logits", "loss"], windows, labels)
    assert np.abs(answer["logits"] - oracle.logits(windows, values, config)).max() < 1e-5
    assert answer["loss"] == pytest.approx(oracle.loss(windows, labels, values, config, 0.005), rel=1e-5)
    model.close()


@pytest.mark.parametrize("kernel", _KERNELS)
@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_every_preset_agrees_at_reduced_size(preset, kernel):
    _assert_agrees(NetworkConfig(**dict(vars(PRESETS[preset]), **_REDUCED)), kernel)


@pytest.mark.parametrize("kernel", _KERNELS)
@given(config=networks())
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_configuration_agrees(kernel, config):
    _assert_agrees(config, kernel)


@pytest.mark.parametrize("threads", [1, 3, 16])
def test_the_fused_kernel_agrees_however_the_batch_is_cut(threads):
    # 16 slices of 7 windows: some slices are empty.
    _assert_agrees(NetworkConfig(n_hidden=4, window_length=5, n_stacked_layers=2), KERNEL_FUSED, threads)


@pytest.mark.parametrize("kernel", _KERNELS)
def test_gradients_agree_with_central_differences_of_the_oracle(kernel):
    config = NetworkConfig(n_hidden=4, n_layers_in_highway=2, n_stacked_layers=2, bidirectional=True, window_length=5)
    windows, labels, values = _random(config)
    model = open_model(config, kernel)
    model.set_weights(values)
    names = list(values)
    gradients = model.probe(["gradient/" + name for name in names], windows, labels)
    model.close()
    draw = np.random.RandomState(1)
    for name in names:
        direction = draw.normal(size=values[name].shape)

        def loss_at(step, name=name, direction=direction):
            moved = dict(values, **{name: values[name].astype(np.float64) + step * direction})
            return oracle.loss(windows, labels, moved, config, 0.005)

        expected = (loss_at(1e-5) - loss_at(-1e-5)) / 2e-5
        assert float(np.sum(gradients["gradient/" + name] * direction)) == pytest.approx(
            expected, rel=2e-3, abs=2e-5
        ), name


def test_the_kernels_train_alike_step_for_step():
    config = NetworkConfig(n_hidden=6, n_layers_in_highway=2, n_stacked_layers=2, bidirectional=True, window_length=6)
    windows, labels, values = _random(config, n=20)
    losses = []
    for kernel in _KERNELS:
        model = open_model(config, kernel)
        model.set_weights(values)
        losses.append([model.step(windows, labels) for _ in range(10)])
        model.close()
    assert losses[0][-1] < losses[0][0]
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-4)
