"""cuDNN's parameter buffer of an LSTM as its documentation has it, read back without the code under test."""

import numpy as np

from har_model.layouts import Arrays

#: The operations of a conversion, by NumPy.
NUMPY = Arrays(np.split, np.concatenate, np.transpose, np.reshape, lambda values, like: values.astype(like.dtype))


def parts(params, n_inputs, n):
    """Input matrices `[4, n, n_inputs]`, recurrent ones `[4, n, n]` and both biases `[2, 4, n]`, gates i, f, c, o."""
    inputs, recurrent, biases = np.split(params, [4 * n * n_inputs, 4 * n * (n_inputs + n)])
    return inputs.reshape(4, n, n_inputs), recurrent.reshape(4, n, n), biases.reshape(2, 4, n)


def canonical(params, n_inputs, n):
    """The canonical kernel and bias (gates i, j, f, o) in a buffer, whose second bias is not looked at."""
    inputs, recurrent, biases = parts(params, n_inputs, n)
    gates = (0, 2, 1, 3)  # i, c, f, o
    rows = [np.concatenate([matrix[k].T for k in gates], axis=1) for matrix in (inputs, recurrent)]
    return np.concatenate(rows), np.concatenate([biases[0, k] for k in gates])
