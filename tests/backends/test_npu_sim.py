"""The emulated arithmetic against NumPy, its gradients, its loss scaling, and what it says of itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from backends import precision_modes, proof
from backends.ascend import graph, precision
from backends.cpu import CpuBackend
from backends.engines.tensorflow.backend import is_installed
from backends.npu_sim import NpuSimBackend
from backends.precision_modes import BFLOAT16, FLOAT16
from backends.protocol import Settings
from har_model import network
from har_model.config import NetworkConfig, TrainingConfig, Workload
from har_model.errors import UsageError
from tests.backends.rounded_oracle import MODES, RoundedOracleOps, to_bfloat16, to_float16

pytestmark = pytest.mark.skipif(not is_installed(), reason="needs TensorFlow")

#: Every primitive: both directions, a residual branch and so the norm.
_NETWORK = NetworkConfig(
    n_hidden=8, n_layers_in_highway=2, n_stacked_layers=2, bidirectional=True, window_length=8, n_channels=3,
    n_classes=4,
)  # fmt: skip
_PLAIN = NetworkConfig(n_hidden=8, n_stacked_layers=1, window_length=6, n_channels=3, n_classes=4)
_NAMES = {FLOAT16: to_float16, BFLOAT16: to_bfloat16}


def test_it_emulates_every_precision_of_the_npu_backend_and_its_loss_scaling():
    from backends.engines.tensorflow import loss_scaling

    assert set(precision_modes.MODES) == set(precision.ALL)
    policy = loss_scaling.ASCEND
    assert {
        "init_loss_scale": policy.first_scale,
        "incr_every_n_steps": policy.good_steps,
        "decr_every_n_nan_or_inf": policy.bad_steps,
        "decr_ratio": 1 / loss_scaling.FACTOR,
    } == graph.DYNAMIC


def _open(precision, config=_NETWORK, backend=NpuSimBackend, kernel="unrolled", **settings):
    backend = backend()
    backend.prepare()
    workload = Workload("custom", config, TrainingConfig(keep_prob=1.0, batch_size=16), 1)
    asked = Settings(kernel, precision, 1, **settings)
    backend.check(asked, {})
    return backend.open(workload, asked)


def _batch(config=_NETWORK, n=16):
    draw = np.random.RandomState(3)
    windows = draw.normal(size=(n, config.window_length, config.n_channels)).astype(np.float32)
    return windows, draw.randint(0, config.n_classes, n).astype(np.int32)


# ---- rounding -------------------------------------------------------------------------------------------------------


class _Rounder:
    """The graph operation, as a function of NumPy arrays: rounded, the gradient rounded, whether it overflowed."""

    def __init__(self, form, saturates=True):
        NpuSimBackend().prepare()
        from backends.engines.tensorflow.compat import tf1
        from backends.engines.tensorflow.rounding import Rounding

        with tf1.Graph().as_default():
            rounding = Rounding(saturates, is_watched=True)
            self._values, self._upstream = (tf1.placeholder(tf1.float32, [None]) for _ in range(2))
            rounded = rounding.between(form, form)(self._values)
            (gradient,) = tf1.gradients(rounded, self._values, self._upstream)
            self._fetches = rounded, gradient, rounding.has_overflowed()
            self._session = tf1.Session()

    def __call__(self, values, upstream=None):
        upstream = np.zeros_like(values) if upstream is None else upstream
        return self._session.run(self._fetches, {self._values: values, self._upstream: upstream})


@pytest.fixture(scope="module", params=[FLOAT16, BFLOAT16])
def rounder(request):
    return request.param, _Rounder(request.param)


@given(bits=arrays(np.uint32, 64))
def test_any_number_is_rounded_as_numpy_rounds_it_bit_for_bit_and_so_is_a_gradient(rounder, bits):
    form, round_it = rounder
    values = bits.view(np.float32)
    values = np.where(np.isfinite(values), values, np.float32(1))
    values = np.where(np.abs(values) < 2.0**-126, np.float32(0), values)  # as TensorFlow takes float32's subnormal ones
    expected = _NAMES[form](values)
    rounded, gradient, _ = round_it(values, values[::-1].copy())
    np.testing.assert_array_equal(rounded.view(np.uint32), expected.view(np.uint32))
    np.testing.assert_array_equal(gradient.view(np.uint32), expected[::-1].view(np.uint32))


@given(exponent=st.integers(-26, 15), mantissa=st.integers(0, 4095))
def test_ties_go_to_the_even_neighbour_and_subnormal_numbers_are_kept(rounder, exponent, mantissa):
    form, round_it = rounder
    values = np.array([(1 + mantissa / 4096) * 2.0**exponent], np.float32)
    np.testing.assert_array_equal(round_it(values)[0], _NAMES[form](values))


@pytest.mark.parametrize(
    "form, value, saturated, is_overflow",
    [
        (FLOAT16, 65504.0, 65504.0, False),
        (FLOAT16, 65519.0, 65504.0, False),
        (FLOAT16, 65520.0, 65504.0, True),
        (FLOAT16, -1e30, -65504.0, True),
        (FLOAT16, np.inf, 65504.0, True),
        (BFLOAT16, 65520.0, 65536.0, False),
        (BFLOAT16, 3.4e38, 3.3895314e38, True),
        (BFLOAT16, -np.inf, -3.3895314e38, True),
    ],
)
def test_a_number_beyond_the_largest_is_held_there_or_made_infinite_and_told(form, value, saturated, is_overflow):
    values = np.array([1.0, value], np.float32)
    rounded, _, overflowed = _Rounder(form)(values)
    assert rounded[1] == np.float32(saturated) and overflowed == is_overflow
    rounded, _, overflowed = _Rounder(form, saturates=False)(values)
    assert rounded[1] == (np.sign(value) * np.inf if is_overflow else np.float32(saturated))
    assert overflowed == is_overflow


def test_an_overflow_of_a_gradient_is_told_as_one_of_a_value_is():
    values = np.ones(2, np.float32)
    rounded, gradient, overflowed = _Rounder(FLOAT16)(values, np.array([1.0, 1e6], np.float32))
    assert list(gradient) == [1.0, 65504.0] and overflowed


# ---- the network ----------------------------------------------------------------------------------------------------


def _error(ours, expected):
    """Mean deviation over every tensor of the network, each relative to its size."""
    return np.mean([np.mean(np.abs(ours[name] - expected[name])) / np.abs(expected[name]).max() for name in expected])


#: A mode of each kind; the others, and other names for the same rounding, which the table says they are, take longer.
_FIRST = ("allow_mix_precision", "allow_fp32_to_fp16", "force_fp32", "allow_fp32_to_bf16")


@pytest.mark.parametrize(
    "precision", [pytest.param(one, marks=[pytest.mark.slow] * (one not in _FIRST)) for one in NpuSimBackend.precisions]
)
def test_the_forward_pass_is_that_of_its_mode_and_of_no_other(precision):
    model, (windows, labels) = _open(precision), _batch()
    weights = model.get_weights()
    # The norm's own numbers matter only where they are no powers of two.
    weights.update({name: value + np.float32(0.37) for name, value in weights.items() if "batch_norm" in name})
    model.set_weights(weights)
    expected = {
        mode: network.forward(windows, weights, RoundedOracleOps(mode), _NETWORK) for mode in set(MODES.values())
    }
    ours = model.probe(list(expected[MODES[precision]]), windows, labels)
    model.close()
    errors = {mode: _error(ours, one) for mode, one in expected.items()}
    mine = errors.pop(MODES[precision])
    # Where sums in another order fall on the other side of a tie, one number is the next one.
    assert mine < min(errors.values()) / 4


def test_every_mode_has_an_arithmetic_and_the_first_is_what_models_are_trained_in():
    assert NpuSimBackend.precisions[0] == "allow_mix_precision"
    assert set(NpuSimBackend.precisions) == set(MODES)
    for names in (
        ("allow_mix_precision", "allow_mix_precision_fp16", "mixed_float16"),
        ("allow_mix_precision_bf16", "mixed_bfloat16"),
        ("force_fp16", "fp16"),
        ("must_keep_origin_dtype", "origin"),
        ("force_fp32", "cube_fp16in_fp32out"),
    ):
        assert len({precision_modes.MODES[name] for name in names}) == 1


@pytest.mark.parametrize("precision", ["must_keep_origin_dtype", pytest.param("origin", marks=pytest.mark.slow)])
def test_without_rounding_it_is_the_cpus_own_training(precision):
    windows, labels = _batch()
    ours, theirs = _open(precision), _open("fp32", backend=CpuBackend)
    names = ours.probe_names()  # every tensor of the forward pass, the loss and each gradient
    assert any(name.startswith("gradient/") for name in names)
    mine, other = ours.probe(names, windows, labels), theirs.probe(names, windows, labels)
    for name in names:
        np.testing.assert_allclose(mine[name], other[name], rtol=1e-6, atol=1e-6, err_msg=name)
    for _ in range(3):
        assert ours.step(windows, labels) == pytest.approx(theirs.step(windows, labels), rel=1e-6)
    ours.close()
    theirs.close()


@pytest.mark.parametrize(
    "precision",
    [
        "allow_mix_precision",
        pytest.param("allow_fp32_to_fp16", marks=pytest.mark.slow),
        pytest.param("force_fp32", marks=pytest.mark.slow),
        "allow_fp32_to_bf16",
    ],
)
def test_a_gradient_is_a_product_of_rounded_matrices_rounded_again(precision):
    model, (windows, labels), mode = _open(precision, _PLAIN), _batch(_PLAIN), MODES[precision]
    kernel_name = "LSTM_network/relu_fc_weights"
    names = ["LSTM_network/layer_1/output", "logits", "gradient/" + kernel_name]
    output, logits, gradient = model.probe(names, windows, labels).values()
    kernel = model.get_weights()[kernel_name]
    model.close()
    shares = np.exp(logits - logits.max(1, keepdims=True))
    shares /= shares.sum(1, keepdims=True)
    upstream = mode.vector((shares - np.eye(4)[labels]) / len(labels)) * (logits > 0)
    product = mode.read(output[-1]).T.astype(np.float64) @ mode.read(upstream)
    expected = mode.vector(mode.write(product)) + 0.005 * kernel
    wrong = output[-1].T.astype(np.float64) @ ((shares - np.eye(4)[labels]) / len(labels) * (logits > 0))
    assert np.abs(gradient - expected).mean() < np.abs(gradient - 0.005 * kernel - wrong).mean() / 4


@pytest.mark.parametrize("precision, low, high", [("allow_mix_precision", 1e-5, 1e-2), ("mixed_bfloat16", 1e-4, 1e-1)])
def test_gradients_differ_from_the_cpus_by_about_the_formats_precision(precision, low, high):
    windows, labels = _batch(_PLAIN)
    ours, theirs = _open(precision, _PLAIN), _open("fp32", _PLAIN, backend=CpuBackend)
    names = [name for name in ours.probe_names() if name.startswith("gradient/")]
    mine, other = ours.probe(names, windows, labels), theirs.probe(names, windows, labels)
    ours.close()
    theirs.close()
    for name in names:
        assert low < np.abs(mine[name] - other[name]).max() / np.abs(other[name]).max() < high, name


# ---- loss scaling ---------------------------------------------------------------------------------------------------


def _expected_state(scale, good, bad, overflowed):
    """The adapter's manager, in plain Python."""
    if overflowed:
        if bad + 1 >= 2:
            return max(1.0, scale * 0.5), 0, 0
        return scale, 0, bad + 1
    if good + 1 >= 1000:
        return scale * 2 if scale < 1.7e38 else scale, 0, 0
    return scale, good + 1, bad


@pytest.fixture(scope="module")
def next_state():
    NpuSimBackend().prepare()
    from backends.engines.tensorflow import loss_scaling
    from backends.engines.tensorflow.compat import tf1

    with tf1.Graph().as_default():
        state = [tf1.placeholder(kind, []) for kind in (tf1.float32, tf1.int32, tf1.int32)]
        overflowed = tf1.placeholder(tf1.bool, [])
        following = loss_scaling.next_state(loss_scaling.ASCEND, loss_scaling.State(*state), overflowed)
        session = tf1.Session()
    return lambda *values: tuple(session.run(following, dict(zip(state + [overflowed], values))))


@given(st.integers(0, 127), st.one_of(st.integers(0, 1001), st.integers(997, 1001)), st.integers(0, 2), st.booleans())
def test_the_scale_moves_as_the_adapters_manager_does(next_state, exponent, good, bad, overflowed):
    state = (2.0**exponent, good, bad, overflowed)
    assert next_state(*state) == _expected_state(*state)


def test_two_steps_with_overflow_halve_the_scale_and_a_thousand_without_double_it(next_state):
    state = (2.0**32, 0, 0)
    for overflowed in [True, False, True]:  # a good step between does not forgive the first bad one
        state = next_state(*state, overflowed)
    assert state == (2.0**31, 0, 0)
    for _ in range(1000):
        state = next_state(*state, False)
    assert state == (2.0**32, 0, 0)


@pytest.mark.parametrize("overflow", ["saturate", "infnan"])
def test_a_step_with_an_overflow_changes_neither_variables_nor_the_step_counter(overflow):
    model, batch = (
        _open("allow_mix_precision", _PLAIN, loss_scale="1e9", options={"overflow": overflow}),
        _batch(_PLAIN),
    )
    before = model.get_weights()
    assert all(np.isfinite(model.step(*batch)) for _ in range(3))
    after, updates = model.get_weights(), model.updates()
    model.close()
    assert all(np.array_equal(before[name], after[name]) for name in before)
    assert (updates.applied, updates.loss_scale) == (0, 1e9)


@pytest.mark.parametrize("precision", ["origin", "must_keep_origin_dtype"])
def test_an_overflow_is_seen_where_nothing_is_rounded_too(precision):
    model, batch = _open(precision, _PLAIN, loss_scale="3e38"), _batch(_PLAIN)
    before = {name: 100 * value for name, value in model.get_weights().items()}
    model.set_weights(before)
    model.step(*batch)
    after, updates = model.get_weights(), model.updates()
    model.close()
    assert updates.applied == 0 and all(np.array_equal(before[name], after[name]) for name in before)


def test_a_dynamic_scale_falls_until_nothing_overflows_and_then_trains():
    model, batch = _open("allow_mix_precision", _PLAIN, loss_scale="dynamic"), _batch(_PLAIN)
    first = [model.step(*batch) for _ in range(60)][0]
    updates = model.updates()
    skipped = 60 - updates.applied
    assert 0 < skipped < 60 and skipped % 2 == 0
    assert updates.loss_scale == 2.0 ** (32 - skipped // 2)
    assert model.step(*batch) < first
    model.close()


def test_a_moderate_scale_trains_as_none_does_and_leaves_the_same_checkpoint(tmp_path):
    batch, losses, names = _batch(_PLAIN), [], []
    for number, scale in enumerate(["none", "1024"]):
        model = _open("force_fp32", _PLAIN, loss_scale=scale)
        losses.append([model.step(*batch) for _ in range(5)])
        prefix = str(tmp_path / str(number) / "mode.ckpt")
        model.save_checkpoint(prefix)
        names.append(sorted(NpuSimBackend().checkpoint_shapes(prefix)))
        assert model.updates().applied == 5
        model.close()
    assert losses[1] == pytest.approx(losses[0], rel=1e-4) and names[0] == names[1]


# ---- what it says of itself -----------------------------------------------------------------------------------------


def test_it_is_simulated_and_says_what_it_rounds():
    model = _open("allow_fp32_to_fp16", _PLAIN)
    description, claim = model.describe(), model.prove()
    model.close()
    assert description.device == claim.device == "npu-sim (simulated on the CPU)"
    assert claim.state == proof.SIMULATED and not NpuSimBackend.has_speed
    rounding = description.effective["rounding"]
    assert (rounding["matrix_inputs"], rounding["vectors"]) == ("float16", "float32")
    assert (description.effective["overflow"], description.effective["loss_scale"]) == ("saturate", "none")


@pytest.mark.parametrize(
    "settings",
    [
        {"options": {"overflow": "wrap"}},
        {"options": {"saturation": "inf"}},
        {"device": 0},
        {"precision": "fp32"},
        {"kernel": "fused"},
    ],
)
def test_what_it_does_not_have_is_refused(settings):
    asked = dict({"kernel": "unrolled", "precision": "fp16", "threads": 1}, **settings)
    with pytest.raises(UsageError):
        NpuSimBackend().check(Settings(**asked), {})
