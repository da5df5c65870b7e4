"""Loss scaling as the Ascend adapter does it, where an overflow skips the update: in plain TensorFlow operations."""

from contextlib import contextmanager
from typing import Any, Callable, Iterator, List, NamedTuple, Optional, Tuple

from backends.engines.tensorflow.compat import tf1
from backends.engines.tensorflow.update import LossScaling

Tensor = Any

#: The dynamic scale as the adapter's documentation sets it: ExponentialUpdateLossScaleManager(init_loss_scale=2**32,
#: incr_every_n_steps=1000, decr_every_n_nan_or_inf=2, incr_ratio=2, decr_ratio=0.5).
FIRST_SCALE = 2.0**32
GOOD_STEPS = 1000
BAD_STEPS = 2
INCREASE = 2.0
DECREASE = 0.5
#: It never falls below this (adapter, npu_loss_scale_manager.py) ...
LEAST_SCALE = 1.0
#: ... and is not raised where it would come near float32's largest number (as there).
LARGEST_SCALE = 3.4e38


class State(NamedTuple):
    """Of a dynamic scale: the scale (float32) and the steps without and with overflow since it changed (int32)."""

    scale: Tensor
    good_steps: Tensor
    bad_steps: Tensor


def next_state(state: State, has_overflowed: Tensor) -> State:
    """The state after a step. Pure.

    A good step leaves the count of bad ones as it is; a bad one sets that of good ones back; a change of the scale
    sets both back.
    """
    scale, good, bad = state
    rises = tf1.logical_and(tf1.logical_not(has_overflowed), good + 1 >= GOOD_STEPS)
    falls = tf1.logical_and(has_overflowed, bad + 1 >= BAD_STEPS)
    raised = tf1.where(scale < LARGEST_SCALE / INCREASE, scale * INCREASE, scale)
    lowered = tf1.maximum(LEAST_SCALE, scale * DECREASE)
    changes, none = tf1.logical_or(rises, falls), tf1.zeros_like(good)
    return State(
        tf1.where(rises, raised, tf1.where(falls, lowered, scale)),
        tf1.where(tf1.logical_or(changes, has_overflowed), none, good + 1),
        tf1.where(changes, none, tf1.where(has_overflowed, bad + 1, bad)),
    )


@contextmanager
def _classic_control_flow() -> Iterator[None]:
    """TensorFlow 1's `cond`, within which reference variables can be assigned; TensorFlow 2's cannot."""
    was_enabled = tf1.control_flow_v2_enabled()
    tf1.disable_control_flow_v2()
    try:
        yield
    finally:
        if was_enabled:
            tf1.enable_control_flow_v2()


class ScaledOptimizer:
    """An optimiser of the scaled loss that skips its update where a step has overflowed.

    Args:
        optimizer: what updates.
        scale: of the loss, a scalar tensor.
        has_overflowed: gives the tensor that says so, once the gradients are in the graph.
        after_step: from that tensor to what is done after each step, skipped or not; None for nothing.
    """

    def __init__(
        self,
        optimizer: Any,
        scale: Tensor,
        has_overflowed: Callable[[], Tensor],
        after_step: Optional[Callable[[Tensor], Any]],
    ) -> None:
        self._optimizer = optimizer
        self._scale = scale
        self._has_overflowed = has_overflowed
        self._after_step = after_step

    def compute_gradients(self, loss: Tensor, **settings: Any) -> List[Tuple[Tensor, Any]]:
        """Gradients of the scaled loss, scaled back."""
        pairs = self._optimizer.compute_gradients(loss * self._scale, **settings)
        return [(gradient / self._scale, variable) for gradient, variable in pairs]

    def apply_gradients(self, pairs: List[Tuple[Tensor, Any]], global_step: Any = None) -> Any:
        """Update variables and step counter, or neither; then the scale."""
        scope = tf1.get_default_graph().get_name_scope() + "/"

        def update() -> Any:
            with tf1.name_scope(scope):  # the optimiser names its variables by it
                return self._optimizer.apply_gradients(pairs, global_step=global_step)

        has_overflowed = self._has_overflowed()
        with _classic_control_flow():
            updated = tf1.cond(has_overflowed, tf1.no_op, update)
        if self._after_step is None:
            return updated
        # The gradients have read the scale before it changes.
        with tf1.control_dependencies([updated] + [gradient for gradient, _ in pairs]):
            return self._after_step(has_overflowed)


def fixed(scale: float, has_overflowed: Callable[[], Tensor]) -> LossScaling:
    """Loss scaling by a constant, at least 1."""

    def scaling(optimizer: Any) -> Tuple[Any, Tensor]:
        constant = tf1.constant(scale, tf1.float32)
        return ScaledOptimizer(optimizer, constant, has_overflowed, None), constant

    return scaling


def _variable(name: str, value: float, dtype: Any) -> Any:
    initial = tf1.constant_initializer(value)
    return tf1.get_variable("loss_scale/" + name, [], dtype, initial, trainable=False, use_resource=False)


def dynamic(has_overflowed: Callable[[], Tensor]) -> LossScaling:
    """Loss scaling that falls after overflows and rises without."""

    def scaling(optimizer: Any) -> Tuple[Any, Tensor]:
        state = State(
            _variable("scale", FIRST_SCALE, tf1.float32),
            _variable("good_steps", 0, tf1.int32),
            _variable("bad_steps", 0, tf1.int32),
        )

        def advance(overflow: Tensor) -> Any:
            values = next_state(State(*(variable.read_value() for variable in state)), overflow)
            with tf1.control_dependencies(values):
                return tf1.group(*(variable.assign(value) for variable, value in zip(state, values)))

        return ScaledOptimizer(optimizer, state.scale, has_overflowed, advance), state.scale

    return scaling
