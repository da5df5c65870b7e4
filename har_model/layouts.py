"""The canonical LSTM weights in the layout of a device, to the bit; an engine converts in its graph, differentiably.

Canonical (BasicLSTMCell): kernel `[n_inputs + n, 4 n]`, rows of the inputs first, and bias `[4 n]`; gates in the order
i, j, f, o, where j is the candidate; `FORGET_BIAS` is added to f when the cell is computed. Ascend's DynamicRNN takes
the canonical layout as it is, with `FORGET_BIAS` as the operation's attribute.
"""

from typing import Any, Callable, NamedTuple

import numpy as np

from har_model.network import FORGET_BIAS

Array = Any

#: cuDNN's order of gates (i, f, candidate, o: linLayerID 0 to 3 of an LSTM in cudnnGetRNNWeightParams) as places in the
#: canonical order. Taken twice it is the canonical order again.
CUDNN_GATES = (0, 2, 1, 3)


class Arrays(NamedTuple):
    """What a conversion is made of: an engine's operations, by the arguments that NumPy's have.

    Args:
        split: an array into so many equal parts along an axis.
        concat: arrays into one along an axis.
        transpose: a matrix.
        reshape: to a shape.
        like: an array of NumPy as a constant of another array's type.
    """

    split: Callable[..., Any]
    concat: Callable[..., Any]
    transpose: Callable[..., Any]
    reshape: Callable[..., Any]
    like: Callable[[np.ndarray, Array], Array]


def cudnn_constant_bias(n: int) -> np.ndarray:
    """The second of cuDNN's two biases `[4 n]`: `FORGET_BIAS` for the forget gate, in cuDNN's order of gates.

    cuDNN adds its two biases. The trained one goes into the first as it is, so nothing is rounded on the way.
    """
    constant = np.zeros((4, n))
    constant[CUDNN_GATES.index(2)] = FORGET_BIAS
    return constant.reshape(-1)


def to_cudnn(kernel: Array, bias: Array, n_inputs: int, arrays: Arrays) -> Array:
    """cuDNN's parameter buffer `[4 n (n_inputs + n) + 8 n]` of a one-layer LSTM.

    In it lie, one after the other: for each gate (i, f, candidate, o) its input matrix `[n, n_inputs]`, for each its
    recurrent matrix `[n, n]`, the first bias of each, the second bias of each.

    Args:
        kernel: canonical, `[n_inputs + n, 4 n]`.
        bias: canonical, `[4 n]`.
        n_inputs: width of the inputs.
        arrays: the engine's operations.
    """

    def reordered(matrix: Array) -> Array:
        gates = arrays.split(matrix, 4, axis=-1)
        return arrays.concat([gates[place] for place in CUDNN_GATES], axis=-1)

    halves = (kernel[:n_inputs], kernel[n_inputs:])
    matrices = [arrays.reshape(arrays.transpose(reordered(rows)), [-1]) for rows in halves]
    constant = arrays.like(cudnn_constant_bias(int(kernel.shape[1]) // 4), kernel)
    return arrays.concat(matrices + [reordered(bias), constant], axis=0)
