"""The recurrent layer, two ways on the canonical weights; both differentiable, `[T, B, n_in]` to `[T, B, n]`."""

from typing import Any, Callable

from backends.engines.tensorflow.compat import raw_ops, tf1
from har_model.network import FORGET_BIAS

Tensor = Any
LstmKernel = Callable[[Tensor, Tensor, Tensor], Tensor]


def unrolled(inputs: Tensor, kernel: Tensor, bias: Tensor) -> Tensor:
    """One BasicLSTMCell after the other, as a graph of small operations: what the published figures used."""
    n_steps = inputs.shape.as_list()[0]
    width = kernel.shape.as_list()[1] // 4
    hidden = cell = tf1.zeros(tf1.stack([tf1.shape(inputs)[1], width]))
    outputs = []
    for step_inputs in tf1.unstack(inputs, num=n_steps, axis=0):  # (batch, n_in)
        gates = tf1.nn.bias_add(tf1.matmul(tf1.concat([step_inputs, hidden], axis=1), kernel), bias)
        i, j, f, o = tf1.split(gates, 4, axis=1)
        cell = cell * tf1.sigmoid(f + FORGET_BIAS) + tf1.sigmoid(i) * tf1.tanh(j)
        hidden = tf1.tanh(cell) * tf1.sigmoid(o)
        outputs.append(hidden)
    return tf1.stack(outputs)


def _block_lstm(inputs: Tensor, kernel: Tensor, bias: Tensor) -> Tensor:
    width = kernel.shape.as_list()[1] // 4
    n_steps = inputs.shape.as_list()[0]
    state = tf1.zeros(tf1.stack([tf1.shape(inputs)[1], width]))
    no_peephole = tf1.zeros([width])
    outputs = raw_ops.BlockLSTM(
        seq_len_max=tf1.constant(n_steps, tf1.int64),
        x=inputs,
        cs_prev=state,
        h_prev=state,
        w=kernel,
        wci=no_peephole,
        wcf=no_peephole,
        wco=no_peephole,
        b=bias,
        forget_bias=FORGET_BIAS,
        cell_clip=-1.0,  # its default of 3 would clip the cell, which BasicLSTMCell does not
        use_peephole=False,
    )
    return outputs.h  # gates in order i, ci (candidate), f, o: the canonical layout as it is


def fused(slices: int) -> LstmKernel:
    """The whole sequence in one BlockLSTM operation, the batch cut into `slices` that run side by side.

    In one piece it is slower than unrolled on a CPU: the operation computes on one thread only.
    """

    def kernel(inputs: Tensor, weights: Tensor, bias: Tensor) -> Tensor:
        if slices == 1:
            return _block_lstm(inputs, weights, bias)
        batch = tf1.shape(inputs)[1]
        edges = [batch * k // slices for k in range(slices + 1)]
        parts = [inputs[:, edges[k] : edges[k + 1]] for k in range(slices)]
        return tf1.concat([_block_lstm(part, weights, bias) for part in parts], axis=1)

    return kernel
