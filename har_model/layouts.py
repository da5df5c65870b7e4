"""The canonical LSTM weights in the layouts of devices, and back, to the bit.

Canonical (BasicLSTMCell): kernel `[n_inputs + n, 4 n]`, rows of the inputs first, and bias `[4 n]`; gates in the order
i, j, f, o, where j is the candidate; `FORGET_BIAS` is added to f when the cell is computed.
"""

from typing import Any, Tuple

import numpy as np

from har_model.errors import DataError
from har_model.network import FORGET_BIAS

#: cuDNN's order of gates (i, f, candidate, o: linLayerID 0 to 3 of an LSTM in cudnnGetRNNWeightParams) as places in the
#: canonical order. Taken twice it is the canonical order again.
CUDNN_GATES = (0, 2, 1, 3)


def cudnn_size(n_inputs: int, n: int) -> int:
    """Numbers in cuDNN's parameter buffer of one LSTM."""
    return 4 * n * (n_inputs + n) + 8 * n


def cudnn_constant_bias(n: int, dtype: Any) -> np.ndarray:
    """The second of cuDNN's two biases `[4 n]`: `FORGET_BIAS` for the forget gate, in cuDNN's order of gates.

    cuDNN adds its two biases. The trained one goes into the first as it is, so nothing is rounded on the way.
    """
    constant = np.zeros((4, n), dtype)
    constant[CUDNN_GATES.index(2)] = FORGET_BIAS
    return constant.reshape(-1)


def _reordered(matrix: np.ndarray) -> np.ndarray:
    """The four gates along the last axis, from the canonical order to cuDNN's or back."""
    gates = np.split(matrix, 4, axis=-1)
    return np.concatenate([gates[place] for place in CUDNN_GATES], axis=-1)


def _check_canonical(kernel: np.ndarray, bias: np.ndarray, n_inputs: int) -> int:
    """The width n of the LSTM, where kernel and bias are canonical."""
    n = bias.shape[0] // 4 if bias.ndim == 1 else 0
    if n < 1 or n_inputs < 1 or bias.shape != (4 * n,) or kernel.shape != (n_inputs + n, 4 * n):
        raise DataError(
            "An LSTM with %d inputs has a kernel [%d + n, 4 n] and a bias [4 n], not %s and %s."
            % (n_inputs, n_inputs, list(kernel.shape), list(bias.shape))
        )
    if kernel.dtype != bias.dtype or kernel.dtype.kind != "f":
        raise DataError("An LSTM's kernel and bias are floats of one kind, not %s and %s." % (kernel.dtype, bias.dtype))
    return n


def to_cudnn(kernel: np.ndarray, bias: np.ndarray, n_inputs: int) -> np.ndarray:
    """cuDNN's parameter buffer `[cudnn_size]` of a one-layer LSTM.

    In it lie, one after the other: for each gate (i, f, candidate, o) its input matrix `[n, n_inputs]`, for each its
    recurrent matrix `[n, n]`, the first bias of each, the second bias of each.

    Args:
        kernel: canonical, `[n_inputs + n, 4 n]`.
        bias: canonical, `[4 n]`.
        n_inputs: width of the inputs.

    Raises:
        DataError: the shapes or types are not canonical.
    """
    n = _check_canonical(kernel, bias, n_inputs)
    matrices = [np.transpose(_reordered(rows)).reshape(-1) for rows in (kernel[:n_inputs], kernel[n_inputs:])]
    return np.concatenate(matrices + [_reordered(bias), cudnn_constant_bias(n, bias.dtype)])


def from_cudnn(params: np.ndarray, n_inputs: int, n: int) -> Tuple[np.ndarray, np.ndarray]:
    """The canonical kernel and bias of cuDNN's parameter buffer; of a buffer of `to_cudnn`, to the bit.

    Args:
        params: `[cudnn_size(n_inputs, n)]`.
        n_inputs: width of the inputs.
        n: width of the LSTM.

    Raises:
        DataError: the buffer has another size or holds no floats.
    """
    if n < 1 or n_inputs < 1 or params.shape != (cudnn_size(n_inputs, n),) or params.dtype.kind != "f":
        raise DataError(
            "cuDNN's buffer of an LSTM with %d inputs and width %d has %d floats, not %s of type %s."
            % (n_inputs, n, cudnn_size(n_inputs, n), list(params.shape), params.dtype)
        )
    edges = np.cumsum([4 * n * n_inputs, 4 * n * n, 4 * n])
    inputs, recurrent, first, second = np.split(params, edges)
    rows = [inputs.reshape(4 * n, n_inputs), recurrent.reshape(4 * n, n)]
    kernel = np.concatenate([_reordered(np.transpose(matrix)) for matrix in rows])
    rest = second - cudnn_constant_bias(n, params.dtype)
    # Where nothing is to be added nothing is: -0.0 + 0.0 would lose its sign.
    return kernel, _reordered(np.where(rest == 0, first, first + rest))


def to_dynamic_rnn(kernel: np.ndarray, bias: np.ndarray, n_inputs: int) -> Tuple[np.ndarray, np.ndarray]:
    """Weight `[n_inputs + n, 4 n]` and bias `[4 n]` of Ascend's DynamicRNN (gates i, j, f, o; rows of x, then of h).

    It is the canonical layout as it is; what is checked is that it is one. `FORGET_BIAS` is the operation's attribute.

    Raises:
        DataError: the shapes or types are not canonical.
    """
    _check_canonical(kernel, bias, n_inputs)
    return kernel, bias


def from_dynamic_rnn(weight: np.ndarray, bias: np.ndarray, n_inputs: int) -> Tuple[np.ndarray, np.ndarray]:
    """The canonical kernel and bias of DynamicRNN's weight and bias: the same, checked.

    Raises:
        DataError: the shapes or types are not canonical.
    """
    _check_canonical(weight, bias, n_inputs)
    return weight, bias
