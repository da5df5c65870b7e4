"""The network's primitives in reduced arithmetic, emulated in float32: each operation's output is rounded."""

from typing import Any, Callable, List

from backends.engines.tensorflow.compat import tf1
from backends.engines.tensorflow.ops import GraphOps
from backends.engines.tensorflow.rounding import Rounding
from backends.precision_modes import FLOAT32, Arithmetic
from har_model.network import FORGET_BIAS, NORM_EPSILON, Ops

Tensor = Any


class ReducedOps(GraphOps):
    """`GraphOps` whose operations round, the recurrent layer unrolled.

    Args:
        arithmetic: to what each kind of operation is rounded.
        rounding: how, and what becomes of numbers that are too large.
        keep_prob, seed: as in `GraphOps`.
    """

    def __init__(self, arithmetic: Arithmetic, rounding: Rounding, keep_prob: Tensor, seed: int) -> None:
        super().__init__(self._unrolled, keep_prob, seed)
        self._arithmetic = arithmetic
        self._rounding = rounding
        vectors, reductions = arithmetic.vectors, arithmetic.reductions
        self._vector = rounding.between(vectors, vectors)
        self._bounded = rounding.between(vectors, vectors, is_bounded=True)
        self._reduction = rounding.between(reductions, reductions)
        # A variable is read in the format of the operation that it enters. Its gradient is a sum over time steps
        # (elementwise) for a kernel, over windows (a reduction) for a bias.
        self._kernel = rounding.between(arithmetic.matrix_inputs, vectors)
        self._parameter = rounding.between(vectors, reductions)
        # What a matrix multiplication reads comes from vector operations: rounded already where the formats agree.
        is_rounded = vectors == arithmetic.matrix_inputs
        self._matrix_format = FLOAT32 if is_rounded else arithmetic.matrix_inputs
        self._matrix_input = rounding.between(self._matrix_format, FLOAT32)
        self._matmul = self._matrix_product() if arithmetic.matrix_inputs != FLOAT32 else tf1.matmul

    def _matrix_product(self) -> Callable[[Tensor, Tensor], Tensor]:
        """Product of two rounded matrices; both gradients are matrix products of rounded matrices too."""
        once, outputs = self._rounding.once, self._arithmetic.matrix_outputs

        @tf1.custom_gradient
        def product(left: Tensor, right: Tensor) -> Any:
            def gradients(upstream: Tensor) -> Any:
                read = once(upstream, self._matrix_format)
                to_left = tf1.matmul(read, right, transpose_b=True)
                to_right = tf1.matmul(left, read, transpose_a=True)
                return once(to_left, outputs), once(to_right, outputs)

            return once(tf1.matmul(left, right), outputs), gradients

        return lambda left, right: product(left, right)

    def dense_relu(self, inputs: Tensor, kernel: Tensor, bias: Tensor) -> Tensor:
        n_inputs, width = kernel.shape.as_list()
        flat = self._matrix_input(tf1.reshape(inputs, [-1, n_inputs]))  # (time * batch, n_inputs)
        product = self._matmul(flat, self._kernel(kernel))
        output = tf1.nn.relu(self._vector(tf1.nn.bias_add(product, self._parameter(bias))))
        return output if inputs.shape.ndims == 2 else tf1.reshape(output, [inputs.shape.as_list()[0], -1, width])

    def _unrolled(self, inputs: Tensor, kernel: Tensor, bias: Tensor) -> Tensor:
        """`kernels.unrolled`, each operation rounded."""
        n_steps, width = inputs.shape.as_list()[0], kernel.shape.as_list()[1] // 4
        kernel, bias = self._kernel(kernel), self._parameter(bias)
        hidden = cell = tf1.zeros(tf1.stack([tf1.shape(inputs)[1], width]))
        outputs = []
        for step_inputs in tf1.unstack(self._matrix_input(inputs), num=n_steps, axis=0):  # (batch, n_in)
            product = self._matmul(tf1.concat([step_inputs, self._matrix_input(hidden)], axis=1), kernel)
            hidden, cell = self._gated(self._vector(tf1.nn.bias_add(product, bias)), cell)
            outputs.append(hidden)
        return tf1.stack(outputs)

    def _gated(self, gates: Tensor, cell: Tensor) -> Any:
        """New hidden and cell state; both are bounded by the number of time steps."""
        rounded = self._bounded
        i, j, f, o = tf1.split(gates, 4, axis=1)
        kept = rounded(cell * rounded(tf1.sigmoid(rounded(f + FORGET_BIAS))))
        added = rounded(rounded(tf1.sigmoid(i)) * rounded(tf1.tanh(j)))
        cell = rounded(kept + added)
        return rounded(rounded(tf1.tanh(cell)) * rounded(tf1.sigmoid(o))), cell

    def add(self, left: Tensor, right: Tensor) -> Tensor:
        is_loss = left.shape.ndims == 0  # the sum of two reductions
        return (self._reduction if is_loss else self._vector)(left + right)

    def moments_norm(self, inputs: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
        vector, reduction = self._vector, self._reduction
        mean, variance = map(reduction, tf1.nn.moments(inputs, axes=[1, 2], keep_dims=True))  # (time, 1, 1)
        scaled = vector(self._parameter(scale) * vector(inputs - mean))
        return vector(vector(scaled * vector(tf1.rsqrt(variance + NORM_EPSILON))) + self._parameter(shift))

    def dropout(self, inputs: Tensor, site: str) -> Tensor:
        return self._vector(super().dropout(inputs, site))

    def cross_entropy(self, logits: Tensor, labels: Tensor) -> Tensor:
        each = tf1.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=self._reduction(logits))
        return self._reduction(tf1.reduce_mean(self._reduction(each)))

    def l2(self, variables: List[Tensor]) -> Tensor:
        reduction = self._reduction
        return reduction(tf1.add_n([reduction(tf1.nn.l2_loss(reduction(variable))) for variable in variables]))


def ops_with(arithmetic: Arithmetic, rounding: Rounding) -> Callable[[Any, int], Ops]:
    """What makes the primitives in an arithmetic, from the keep probability and the seed."""
    return lambda keep_prob, seed: ReducedOps(arithmetic, rounding, keep_prob, seed)
