import numpy as np
import pytest
from hypothesis import given

from har_model import layouts
from har_model.network import FORGET_BIAS
from har_model.oracle import OracleOps
from tests.har_model import cudnn_buffer
from tests.har_model.cudnn_buffer import NUMPY
from tests.har_model.strategies import canonical_lstms


def bits(array):
    return np.ascontiguousarray(array).tobytes()


@given(canonical_lstms())
def test_what_goes_to_cudnn_comes_back_to_the_bit(lstm):
    kernel, bias, n_inputs = lstm
    n = bias.shape[0] // 4
    params = layouts.to_cudnn(kernel, bias, n_inputs, NUMPY)
    assert params.shape == (4 * n * (n_inputs + n) + 8 * n,) and params.dtype == kernel.dtype
    back = cudnn_buffer.canonical(params, n_inputs, n)
    assert bits(back[0]) == bits(kernel) and bits(back[1]) == bits(bias)
    assert bits(layouts.to_cudnn(back[0], back[1], n_inputs, NUMPY)) == bits(params)


def test_each_number_stands_where_cudnn_looks_for_it():
    # n_inputs = 1, n = 1: one row for x, one for h, columns i, j, f, o.
    kernel = np.array([[1, 2, 3, 4], [5, 6, 7, 8]], np.float64)
    bias = np.array([10, 20, 30, 40], np.float64)
    params = layouts.to_cudnn(kernel, bias, 1, NUMPY)
    # Input matrices i f c o, recurrent ones i f c o, biases i f c o, second biases i f c o.
    assert params.tolist() == [1, 3, 2, 4, 5, 7, 6, 8, 10, 30, 20, 40, 0, FORGET_BIAS, 0, 0]


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def cudnn_lstm(inputs, params, n):
    """What cuDNN documents for CUDNN_LSTM, read out of its buffer, in float64: `[T, B, n_inputs]` to `[T, B, n]`.

    https://docs.nvidia.com/deeplearning/cudnn (cudnnRNNMode_t): every gate adds W x, R h and two biases.
    """
    matrices, recurrent, biases = cudnn_buffer.parts(params, inputs.shape[2], n)
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
    params = layouts.to_cudnn(kernel, bias, n_inputs, NUMPY)
    assert np.abs(cudnn_lstm(inputs, params, n) - expected).max() < 1e-12
    swapped = layouts.to_cudnn(np.roll(kernel, n, axis=1), bias, n_inputs, NUMPY)
    assert np.abs(cudnn_lstm(inputs, swapped, n) - expected).max() > 1e-3  # the comparison can fail
