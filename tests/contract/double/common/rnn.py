"""DynamicRNN: the adapter's fused LSTM, computed step by step.

Gate order i, j, f, o; weight rows first of the input, then of the state: a kernel of TensorFlow's BasicLSTMCell fits
unchanged. The forget bias is an argument and 0.0 by default, where BasicLSTMCell has 1.0.
"""

from typing import Any, Dict, List, Optional, Tuple

import tensorflow as tf

from . import variant
from .contract import ContractViolation
from .layers import Layer

DIRECTIONS = ("UNIDIRECTIONAL", "BIDIRECTIONAL")
#: The subset that the documents support: argument to the only value.
SUPPORTED = {
    "cell_type": "LSTM",
    "direction": "UNIDIRECTIONAL",
    "cell_depth": 1,
    "use_peephole": False,
    "keep_prob": 1.0,
    "cell_clip": -1.0,
    "num_proj": 0,
    "time_major": True,
    "activation": "tanh",
}


#: AutoGraph has nothing to convert in a layer's `call`, and takes seconds to find out.
not_converted = tf.autograph.experimental.do_not_convert


def lstm(x: Any, w: Any, b: Any, init_h: Any, init_c: Any, forget_bias: float) -> Tuple[Any, ...]:
    """Every step of an LSTM.

    Args:
        x: (time, batch, input); `w`: (input + hidden, 4 * hidden); `b`: (4 * hidden,).
        init_h, init_c: (1, batch, hidden).
        forget_bias: added to the f gate before its sigmoid.

    Returns:
        h, c, i, j, f, o and tanh(c), each (time, batch, hidden).
    """

    def step(before: Tuple[Any, ...], inputs: Any) -> Tuple[Any, ...]:
        gates = tf.matmul(tf.concat([inputs, before[0]], 1), w) + b
        i, j, f, o = tf.split(gates, 4, axis=1)
        i, j, f, o = tf.sigmoid(i), tf.tanh(j), tf.sigmoid(f + forget_bias), tf.sigmoid(o)
        c = before[1] * f + i * j
        return (tf.tanh(c) * o, c, i, j, f, o, tf.tanh(c))

    nothing = tf.zeros_like(init_h[0])
    found = tf.scan(step, x, (init_h[0], init_c[0]) + (nothing,) * 5)
    shape = [x.shape[0], x.shape[1], init_h.shape[2]]
    return tuple(tf.ensure_shape(tensor, shape) for tensor in found)


def _last_only(tensor: Any) -> Any:
    """The tensor, with a gradient for its last step alone, as the adapter's gradient function has it."""
    return tf.concat([tf.stop_gradient(tensor[:-1]), tensor[-1:]], 0)


def dynamic_rnn(x: Any, w: Any, b: Any, init_h: Any, init_c: Any, forget_bias: float = 0.0) -> List[Any]:
    """The operation DynamicRnn: y, output_h, output_c, i, j, f, o, tanhc.

    Its registered gradient takes that of y at every step, those of output_h and output_c at the last step alone, and
    none of the five others: a loss on those trains nothing, without a word.
    """
    h, c, i, j, f, o, tanhc = lstm(x, w, b, init_h, init_c, forget_bias)
    gates = [tf.stop_gradient(tensor) for tensor in (i, j, f, o, tanhc)]
    return [tf.identity(h), _last_only(h), _last_only(c)] + gates


def _known(shape: Any, axis: int) -> Optional[int]:
    size = shape[axis]
    return getattr(size, "value", size)


class DynamicRNN(Layer):
    """`npu_bridge.estimator.npu.npu_dynamic_rnn.DynamicRNN`, without the options that the documents do not support.

    Args:
        hidden_size: width of the state.
        dtype: tf.float16 or tf.float32.
    """

    def __init__(
        self,
        hidden_size: int,
        dtype: Any,
        cell_type: str = "LSTM",
        direction: str = "UNIDIRECTIONAL",
        cell_depth: int = 1,
        use_peephole: bool = False,
        keep_prob: float = 1.0,
        cell_clip: float = -1.0,
        num_proj: int = 0,
        time_major: bool = True,
        activation: str = "tanh",
        forget_bias: float = 0.0,
        is_training: bool = True,
    ) -> None:
        super().__init__()
        self._given: Dict[str, Any] = {
            "cell_type": cell_type,
            "direction": direction,
            "cell_depth": cell_depth,
            "use_peephole": use_peephole,
            "keep_prob": keep_prob,
            "cell_clip": cell_clip,
            "num_proj": num_proj,
            "time_major": time_major,
            "activation": activation,
        }
        self._hidden_size = hidden_size
        self._type = tf.as_dtype(dtype)
        self._forget_bias = forget_bias
        self._is_training = is_training
        self._check()

    def _check(self) -> None:
        for name, value in self._given.items():
            is_known = name == "direction" and value not in DIRECTIONS  # the adapter says so, when called
            if value != SUPPORTED[name] and not is_known:
                raise ContractViolation("DynamicRNN supports only %s=%r, not %r" % (name, SUPPORTED[name], value))
        if self._type not in (tf.float16, tf.float32):
            raise ContractViolation("DynamicRNN computes in float16 or float32, not %s" % self._type.name)
        if not isinstance(self._hidden_size, int) or self._hidden_size < 1:
            raise ContractViolation("hidden_size is a positive integer, not %r" % (self._hidden_size,))

    @property
    def forget_bias(self) -> float:
        """What is added to the f gate."""
        return self._forget_bias

    def build(self, input_shape: Any) -> None:
        """Make `dynamicrnn/w`, `dynamicrnn/b` and the helper `dynamicbase/seq_length`."""
        is_old = variant.current().adapter == "old"
        time, batch, width = (_known(input_shape, axis) for axis in range(3))
        if is_old and batch is None:
            raise ValueError("Expected input_shape[0] to be known, saw shape: batch_size.")
        if width is None:
            raise ValueError("Expected input_shape[2] to be known, saw shape: input_size.")
        hidden = self._hidden_size
        glorot = tf.compat.v1.glorot_uniform_initializer(seed=10)
        zeros = tf.compat.v1.zeros_initializer()
        self._w = self.add_variable("dynamicrnn/w", [width + hidden, 4 * hidden], self._type, glorot)
        self._b = self.add_variable("dynamicrnn/b", [4 * hidden], self._type, zeros)
        if is_old and time is None:
            raise ValueError("Expected input_shape[0] to be known, saw shape: batch_size.")
        full = tf.compat.v1.constant_initializer(1 if time is None else time)
        length = [16 if batch is None else batch]
        self.add_variable("dynamicbase/seq_length", length, tf.int32, full, trainable=False)
        super().build(input_shape)

    def _state(self, given: Any, x: Any, name: str) -> Any:
        batch = _known(x.shape, 1)
        if given is None:
            return tf.zeros([1, tf.shape(x)[1] if batch is None else batch, self._hidden_size], self._type)
        state = tf.convert_to_tensor(given)
        if state.shape.as_list() != [1, batch, self._hidden_size]:
            text = "%s has the shape [1, batch, hidden_size], not %s"
            raise ContractViolation(text % (name, state.shape))
        return state

    @not_converted
    def call(
        self,
        x: Any,
        seq_length: Any = None,
        init_h: Any = None,
        init_c: Any = None,
        weight: Any = None,
        bias: Any = None,
    ) -> List[Any]:
        """The eight outputs, of `x` (time, batch, input)."""
        direction = self._given["direction"]
        if direction not in DIRECTIONS:
            raise ValueError("Invalid direction: %s, expecting %s or %s" % ((direction,) + DIRECTIONS))
        if seq_length is not None:
            raise NotImplementedError("the contract double has no DynamicRNN with seq_length")
        if variant.current().adapter == "old" and (weight is not None or bias is not None):
            raise TypeError("call() got an unexpected keyword argument 'weight'")
        if x.dtype != self._type:
            raise ContractViolation("DynamicRNN of %s was called with %s" % (self._type.name, x.dtype.name))
        w, b = self._w if weight is None else weight, self._b if bias is None else bias
        init_h, init_c = self._state(init_h, x, "init_h"), self._state(init_c, x, "init_c")
        return dynamic_rnn(x, w, b, init_h, init_c, self._forget_bias)


def npu_dynamic_rnn(
    cell: Any,
    inputs: Any,
    initial_state: Any = None,
    dtype: Any = None,
    sequence_length: Any = None,
    scope: Any = None,
) -> Tuple[Any, Any]:
    """`npu_rnn.npu_dynamic_rnn`: an ordinary cell, unrolled over time-major inputs."""
    steps = tf.unstack(inputs, axis=0)
    outputs, state = tf.compat.v1.nn.static_rnn(cell, steps, initial_state, dtype, sequence_length, scope)
    return tf.stack(outputs, axis=0), state
