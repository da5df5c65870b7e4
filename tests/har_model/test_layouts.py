import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from har_model import layouts
from har_model.errors import DataError
from har_model.network import FORGET_BIAS
from har_model.oracle import OracleOps

_FLOATS = (np.float16, np.float32, np.float64)


@st.composite
def canonical(draw):
    """Kernel, bias and number of inputs of an LSTM, of any bits: -0.0, denormals, infinities, NaN."""
    n_inputs, n = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    kind = np.dtype(draw(st.sampled_from(_FLOATS)))
    size = 4 * n * (n_inputs + n + 1)
    raw = draw(st.binary(min_size=size * kind.itemsize, max_size=size * kind.itemsize))
    values = np.frombuffer(raw, kind)
    return values[: -4 * n].reshape(n_inputs + n, 4 * n), values[-4 * n :], n_inputs


def bits(array):
    return np.ascontiguousarray(array).tobytes()


@given(canonical())
def test_what_goes_to_cudnn_comes_back_to_the_bit(lstm):
    kernel, bias, n_inputs = lstm
    n = bias.shape[0] // 4
    params = layouts.to_cudnn(kernel, bias, n_inputs)
    assert params.shape == (layouts.cudnn_size(n_inputs, n),) and params.dtype == kernel.dtype
    back = layouts.from_cudnn(params, n_inputs, n)
    assert bits(back[0]) == bits(kernel) and bits(back[1]) == bits(bias)
    assert bits(layouts.to_cudnn(back[0], back[1], n_inputs)) == bits(params)


@given(canonical())
def test_dynamic_rnn_takes_the_canonical_weights_as_they_are(lstm):
    kernel, bias, n_inputs = lstm
    weight, offset = layouts.to_dynamic_rnn(kernel, bias, n_inputs)
    assert bits(weight) == bits(kernel) and bits(offset) == bits(bias)
    back = layouts.from_dynamic_rnn(weight, offset, n_inputs)
    assert bits(back[0]) == bits(kernel) and bits(back[1]) == bits(bias)


def test_each_number_stands_where_cudnn_looks_for_it():
    # n_inputs = 1, n = 1: one row for x, one for h, columns i, j, f, o.
    kernel = np.array([[1, 2, 3, 4], [5, 6, 7, 8]], np.float64)
    bias = np.array([10, 20, 30, 40], np.float64)
    params = layouts.to_cudnn(kernel, bias, 1)
    # Input matrices i f c o, recurrent ones i f c o, biases i f c o, second biases i f c o.
    assert params.tolist() == [1, 3, 2, 4, 5, 7, 6, 8, 10, 30, 20, 40, 0, FORGET_BIAS, 0, 0]


def test_a_second_bias_of_another_origin_is_added_to_the_first():
    params = layouts.to_cudnn(np.zeros((2, 4)), np.arange(4.0), 1)
    params[-4:] = [0.5, FORGET_BIAS + 0.25, 0.0, -1.0]  # i, f, c, o
    assert layouts.from_cudnn(params, 1, 1)[1].tolist() == [0.5, 1.0, 2.25, 2.0]  # i, j, f, o


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def cudnn_lstm(inputs, params, n):
    """What cuDNN documents for CUDNN_LSTM, read out of its buffer, in float64: `[T, B, n_inputs]` to `[T, B, n]`.

    https://docs.nvidia.com/deeplearning/cudnn (cudnnRNNMode_t): every gate adds W x, R h and two biases.
    """
    n_inputs = inputs.shape[2]
    matrices = params[: 4 * n * n_inputs].reshape(4, n, n_inputs)
    recurrent = params[4 * n * n_inputs :][: 4 * n * n].reshape(4, n, n)
    biases = params[4 * n * (n_inputs + n) :].reshape(2, 4, n)
    hidden = cell = np.zeros((inputs.shape[1], n))
    outputs = []
    for x in inputs:
        gates = [x @ matrices[k].T + hidden @ recurrent[k].T + biases[0, k] + biases[1, k] for k in range(4)]
        input_gate, forget_gate, candidate, output_gate = gates
        cell = _sigmoid(forget_gate) * cell + _sigmoid(input_gate) * np.tanh(candidate)
        hidden = _sigmoid(output_gate) * np.tanh(cell)
        outputs.append(hidden)
    return np.stack(outputs)


@pytest.mark.parametrize("n_inputs, n", [(1, 1), (3, 5), (28, 28)])
def test_cudnns_formulas_on_its_buffer_are_the_canonical_lstm(n_inputs, n):
    draw = np.random.RandomState(n)
    inputs, kernel = draw.normal(size=(7, 4, n_inputs)), draw.normal(0, 0.5, (n_inputs + n, 4 * n))
    bias = draw.normal(size=4 * n)
    expected = OracleOps().lstm(inputs, kernel, bias)
    params = layouts.to_cudnn(kernel, bias, n_inputs)
    assert np.abs(cudnn_lstm(inputs, params, n) - expected).max() < 1e-12
    swapped = layouts.to_cudnn(np.roll(kernel, n, axis=1), bias, n_inputs)
    assert np.abs(cudnn_lstm(inputs, swapped, n) - expected).max() > 1e-3  # the comparison can fail


@pytest.mark.parametrize(
    "kernel, bias, n_inputs",
    [
        (np.zeros((3, 8)), np.zeros(8), 2),
        (np.zeros((4, 8)), np.zeros(7), 2),
        (np.zeros((4, 8)), np.zeros((8, 1)), 2),
        (np.zeros((4, 8)), np.zeros(8, np.float32), 2),
        (np.zeros((4, 8), int), np.zeros(8, int), 2),
        (np.zeros((2, 8)), np.zeros(8), 0),
        (np.zeros((1, 0)), np.zeros(0), 1),
    ],
)
@pytest.mark.parametrize("convert", [layouts.to_cudnn, layouts.to_dynamic_rnn, layouts.from_dynamic_rnn])
def test_what_is_not_canonical_is_refused(convert, kernel, bias, n_inputs):
    with pytest.raises(DataError, match="LSTM"):
        convert(kernel, bias, n_inputs)


@pytest.mark.parametrize("params", [np.zeros(15), np.zeros((16, 1)), np.zeros(16, int)])
def test_a_buffer_of_another_size_or_type_is_refused(params):
    with pytest.raises(DataError, match="16 floats"):
        layouts.from_cudnn(params, 1, 1)
