"""npu_ops: dropout, and the operations that start and stop the graph engine."""

import numbers
from typing import Any, NamedTuple, Optional

import tensorflow as tf

from . import graphs, variant


class _Texts(NamedTuple):
    """How an adapter words what dropout refuses."""

    name: str
    floating: str
    probability: str


_SCALED = "x has to be a floating point tensor since it's going to be scaled."
_TEXTS = {
    "old": _Texts("tf.dropout()", _SCALED, "a scalar tensor or a float"),
    "new": _Texts("npu_ops.dropout()", "x must be a floating point tensor.", "a float value or a scalar tensor"),
}


def refuse_eager(text: str) -> None:
    """The adapter's operations exist in graphs only."""
    if tf.executing_eagerly():
        raise RuntimeError("%s is not compatible with eager execution." % text)


def dropout(x: Any, keep_prob: Any, noise_shape: Any = None, seed: Optional[int] = None, name: Any = None) -> Any:
    """Keep each element with the probability keep_prob, then divide by it; x itself for the Python float 1.0 alone.

    Args:
        x: a floating-point tensor.
        keep_prob: a float in (0, 1] or a scalar tensor: what is kept, not the rate of what is dropped.
    """
    text = _TEXTS[variant.current().adapter]
    refuse_eager(text.name)
    x = tf.convert_to_tensor(x, name="x")
    if not x.dtype.is_floating:
        raise ValueError("%s Got a %s tensor instead." % (text.floating, x.dtype))
    if isinstance(keep_prob, numbers.Real) and not 0 < keep_prob <= 1:
        raise ValueError("keep_prob must be %s in the range (0, 1], got %g" % (text.probability, keep_prob))
    if isinstance(keep_prob, float) and keep_prob == 1.0:
        return x
    shape = tf.shape(x) if noise_shape is None else noise_shape
    keep = tf.cast(keep_prob, x.dtype)
    chosen = tf.random.uniform(shape, seed=seed, dtype=tf.float32) < tf.cast(keep_prob, tf.float32)
    return tf.multiply(x / keep, tf.stop_gradient(tf.cast(chosen, x.dtype)), name=name)


def _system(kind: str, name: Any) -> Any:
    refuse_eager("tf.%s()" % kind)
    operation = tf.no_op(name=name or kind)
    tf.compat.v1.get_default_graph().add_to_collection(graphs.SYSTEM, operation)
    return operation


def npu_init(name: Any = None) -> Any:
    """The operation that starts the graph engine."""
    return _system("NPUInit", name)


def npu_shutdown(name: Any = None) -> Any:
    """The operation that stops the graph engine."""
    return _system("NPUShutdown", name)


def gelu(x: Any) -> Any:
    """The Gaussian error linear unit, in its tanh form."""
    return 0.5 * x * (1.0 + tf.tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)))
