"""The network's primitives as TensorFlow graph operations."""

import zlib
from typing import Any, Callable, List

from backends.engines.tensorflow.compat import tf1
from backends.engines.tensorflow.kernels import LstmKernel
from har_model.network import NORM_EPSILON, Ops

Tensor = Any


def dropout_seed(workload_seed: int, site: str) -> int:
    """Seed of one dropout's random stream: its own for each site, the same for the same workload seed."""
    return (workload_seed * 1000003 + zlib.crc32(site.encode("ascii"))) % 2**31


class GraphOps(Ops):
    """`network.Ops` on TensorFlow graph tensors.

    Args:
        lstm_kernel: how the recurrent layer is computed.
        keep_prob: scalar tensor, the probability that dropout keeps a value in this step; the number 1.0 drops nothing.
        seed: the workload's seed.
    """

    def __init__(self, lstm_kernel: LstmKernel, keep_prob: Tensor, seed: int) -> None:
        self._lstm_kernel = lstm_kernel
        self._keep_prob = keep_prob
        self._seed = seed

    def time_major(self, windows: Tensor) -> Tensor:
        return tf1.transpose(windows, [1, 0, 2])

    def dense_relu(self, inputs: Tensor, kernel: Tensor, bias: Tensor) -> Tensor:
        if inputs.shape.ndims == 2:
            return tf1.nn.relu(tf1.nn.bias_add(tf1.matmul(inputs, kernel), bias))
        n_steps, _, n_inputs = inputs.shape.as_list()
        width = kernel.shape.as_list()[1]
        flat = tf1.reshape(inputs, [-1, n_inputs])  # (time * batch, n_inputs)
        output = tf1.nn.relu(tf1.nn.bias_add(tf1.matmul(flat, kernel), bias))
        return tf1.reshape(output, [n_steps, -1, width])

    def lstm(self, inputs: Tensor, kernel: Tensor, bias: Tensor) -> Tensor:
        return self._lstm_kernel(inputs, kernel, bias)

    def reverse(self, inputs: Tensor) -> Tensor:
        return tf1.reverse(inputs, [0])

    def concat(self, parts: List[Tensor]) -> Tensor:
        return tf1.concat(parts, axis=-1)

    def add(self, left: Tensor, right: Tensor) -> Tensor:
        return left + right

    def moments_norm(self, inputs: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
        mean, variance = tf1.nn.moments(inputs, axes=[1, 2], keep_dims=True)  # (time, 1, 1)
        return scale * (inputs - mean) * tf1.rsqrt(variance + NORM_EPSILON) + shift

    def dropout(self, inputs: Tensor, site: str) -> Tensor:
        # A keep probability of 1 multiplies by exactly 1, so that evaluation is exact.
        return tf1.nn.dropout(inputs, rate=1.0 - self._keep_prob, seed=dropout_seed(self._seed, site))

    def take_last(self, inputs: Tensor) -> Tensor:
        return inputs[-1]

    def cross_entropy(self, logits: Tensor, labels: Tensor) -> Tensor:
        return tf1.reduce_mean(tf1.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))

    def l2(self, variables: List[Tensor]) -> Tensor:
        return tf1.add_n([tf1.nn.l2_loss(variable) for variable in variables])


def ops_with(lstm_kernel: LstmKernel) -> Callable[[Any, int], Ops]:
    """What makes the primitives around a recurrent layer, from the keep probability and the seed."""
    return lambda keep_prob, seed: GraphOps(lstm_kernel, keep_prob, seed)
