"""The recurrent layer as one cuDNN operation on the canonical weights; it runs on an NVIDIA GPU alone."""

from typing import Any, Callable

from backends.engines.tensorflow.compat import raw_ops, tf1
from backends.engines.tensorflow.kernels import LstmKernel
from backends.engines.tensorflow.ops import GraphOps
from har_model import layouts
from har_model.network import Ops

Tensor = Any

#: The operations by which weights become cuDNN's, differentiable.
_TENSORS = layouts.Arrays(
    tf1.split,
    tf1.concat,
    tf1.transpose,
    tf1.reshape,
    lambda values, like: tf1.constant(values, like.dtype.base_dtype),
)


def parameters(kernel: Tensor, bias: Tensor, n_inputs: int) -> Tensor:
    """cuDNN's parameter buffer from canonical variables; differentiable."""
    return layouts.to_cudnn(kernel, bias, n_inputs, _TENSORS)


def lstm(is_training: bool) -> LstmKernel:
    """The whole sequence in one operation.

    Args:
        is_training: whether it keeps what its gradient needs.
    """

    def kernel(inputs: Tensor, weights: Tensor, bias: Tensor) -> Tensor:
        n_steps, _, n_inputs = inputs.shape.as_list()
        width = weights.shape.as_list()[1] // 4
        batch = tf1.shape(inputs)[1]
        state = tf1.zeros(tf1.stack([1, batch, width]))
        # V1 and V2 give cuDNN no sequence lengths, which cuDNN 9 refuses ("Sequence lengths for RNN are required from
        # CUDNN 9.0+", xla/stream_executor/cuda/cuda_dnn.cc); V3 does, has a gradient in 1.15 and 2.x, and tries no
        # algorithms out.
        output = raw_ops.CudnnRNNV3(
            input=inputs,
            input_h=state,
            input_c=state,
            params=parameters(weights, bias, n_inputs),
            sequence_lengths=tf1.fill(tf1.reshape(batch, [1]), n_steps),
            rnn_mode="lstm",
            input_mode="linear_input",  # "skip_input" would leave out the input matrix where n_inputs is the width
            direction="unidirectional",
            is_training=is_training,
            time_major=True,
        ).output
        output.set_shape([n_steps, inputs.shape.as_list()[1], width])
        return output

    return kernel


def ops() -> Callable[[Any, int], Ops]:
    """What makes the primitives around it; a keep probability that is the number 1.0 means that nothing is trained."""

    def make(keep_prob: Any, seed: int) -> Ops:
        is_evaluation = isinstance(keep_prob, float) and keep_prob == 1.0
        return GraphOps(lstm(is_training=not is_evaluation), keep_prob, seed)

    return make
