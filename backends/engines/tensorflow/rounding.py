"""Rounding of float32 tensors to a smaller format and back: what an operation in that format would have written."""

from typing import Any, Callable, Dict, List, Tuple

from backends.engines.tensorflow.compat import raw_ops, tf1
from backends.precision_modes import BFLOAT16, FLOAT16, FLOAT32

Tensor = Any

_TYPES = {FLOAT16: tf1.float16, BFLOAT16: tf1.bfloat16}
#: The largest finite number of each format: (2 - 2^-10) 2^15 and (2 - 2^-7) 2^127.
LARGEST = {FLOAT16: 65504.0, BFLOAT16: (2 - 2**-7) * 2.0**127}


class Rounding:
    """Rounds to nearest, ties to even, float16's subnormal numbers kept; for one graph.

    Args:
        saturates: a number beyond the format's largest becomes the largest (Ascend 910A); otherwise infinite (A2).
        is_watched: whether a step shall know that a number was beyond the largest, as the chip's float status does.
    """

    def __init__(self, saturates: bool, is_watched: bool) -> None:
        self._saturates = saturates
        self._is_watched = is_watched
        self._sums: List[Tensor] = []
        self._limits: Dict[str, Tuple[Tensor, Tensor]] = {}

    def once(self, values: Tensor, form: str, is_bounded: bool = False) -> Tensor:
        """The values rounded, for use where no gradient is taken.

        Args:
            values: float32, any shape.
            form: a format of `backends.precision_modes`; float32 leaves the values as they are.
            is_bounded: whether they cannot lie beyond the format's largest number.
        """
        if form == FLOAT32:
            return values
        rounded = tf1.cast(tf1.cast(values, _TYPES[form]), tf1.float32)
        if is_bounded:
            return rounded
        if self._is_watched:
            self._sums.append(tf1.reduce_sum(rounded))  # not finite if one value is not
        if not self._saturates:
            return rounded
        low, high = self._limits_of(form)
        return raw_ops.ClipByValue(t=rounded, clip_value_min=low, clip_value_max=high)

    def _limits_of(self, form: str) -> Tuple[Tensor, Tensor]:
        if form not in self._limits:  # thousands of operations share them
            with tf1.control_dependencies(None):
                self._limits[form] = tf1.constant(-LARGEST[form]), tf1.constant(LARGEST[form])
        return self._limits[form]

    def between(self, forward: str, backward: str, is_bounded: bool = False) -> Callable[[Tensor], Tensor]:
        """An operation that rounds what passes it to one format, and the gradient that comes back to another.

        Args:
            is_bounded: of the values on their way forward, see `once`.
        """
        if forward == backward == FLOAT32:
            return lambda values: values

        @tf1.custom_gradient
        def rounded(values: Tensor) -> Any:
            return self.once(values, forward, is_bounded), lambda gradient: self.once(gradient, backward)

        return lambda values: rounded(values)

    def has_overflowed(self) -> Tensor:
        """Whether a value of this step was beyond the largest number of its format; asked when the graph is complete.

        A sum of finite float16 numbers is finite in float32; one of bfloat16 numbers might not be near 1e35, where a
        training is lost anyway.
        """
        if not self._sums:
            return tf1.constant(False)
        return tf1.logical_not(tf1.math.is_finite(tf1.add_n(self._sums)))
