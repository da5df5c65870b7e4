"""Loss scaling around an optimiser, one code on 1.15 and 2.x: an update whose step overflows is skipped.

TensorFlow's own (`train.experimental.MixedPrecisionLossScaleOptimizer`) is not used: with a fixed scale it applies
overflows, and under 2.x its condition is a function, which cannot hold Adam on plain reference variables.
"""

import contextlib
from dataclasses import dataclass
from typing import Any, Callable, Iterator, List, NamedTuple, Optional, Tuple

from backends.engines.tensorflow.compat import tf1
from backends.engines.tensorflow.update import LossScaling, unscaled
from backends.protocol import LOSS_SCALE_DYNAMIC, LOSS_SCALE_NONE, Settings

Tensor = Any
#: From the unscaled gradients of a step to whether it has overflowed, a scalar boolean tensor.
Overflow = Callable[[List[Tensor]], Tensor]

#: No scale falls below this ...
LEAST_SCALE = 1.0
#: ... or is raised where it would come near float32's largest number (the adapter's npu_loss_scale_manager.py).
LARGEST_SCALE = 3.4e38


@dataclass(frozen=True)
class Policy:
    """How a dynamic scale moves.

    Args:
        first_scale: where it starts.
        good_steps: after so many steps without overflow it is doubled.
        bad_steps: after so many with overflow it is halved.
    """

    first_scale: float
    good_steps: int
    bad_steps: int


#: TensorFlow's defaults (`DynamicLossScale`).
TENSORFLOW = Policy(2.0**15, 2000, 1)
#: As the Ascend adapter's documents set its ExponentialUpdateLossScaleManager.
ASCEND = Policy(2.0**32, 1000, 2)
FACTOR = 2.0


class State(NamedTuple):
    """Of a dynamic scale: the scale (float32) and the steps without and with overflow since it changed (int32)."""

    scale: Tensor
    good_steps: Tensor
    bad_steps: Tensor


def next_state(policy: Policy, state: State, has_overflowed: Tensor) -> State:
    """The state after a step. Pure.

    A good step leaves the count of bad ones as it is; a bad one sets that of good ones back; a change of the scale
    sets both back.
    """
    scale, good, bad = state
    rises = tf1.logical_and(tf1.logical_not(has_overflowed), good + 1 >= policy.good_steps)
    falls = tf1.logical_and(has_overflowed, bad + 1 >= policy.bad_steps)
    raised = tf1.where(scale < LARGEST_SCALE / FACTOR, scale * FACTOR, scale)
    lowered = tf1.maximum(LEAST_SCALE, scale / FACTOR)
    changes, none = tf1.logical_or(rises, falls), tf1.zeros_like(good)
    return State(
        tf1.where(rises, raised, tf1.where(falls, lowered, scale)),
        tf1.where(tf1.logical_or(changes, has_overflowed), none, good + 1),
        tf1.where(changes, none, tf1.where(has_overflowed, bad + 1, bad)),
    )


def not_finite(gradients: List[Tensor]) -> Tensor:
    """Whether any gradient has an infinity or a NaN, as an overflow leaves them where numbers are not held."""
    return tf1.logical_not(tf1.reduce_all(tf1.stack([tf1.reduce_all(tf1.is_finite(one)) for one in gradients])))


@contextlib.contextmanager
def _conditions_in_the_graph() -> Iterator[None]:
    """Conditions as nodes of the graph itself, not as functions, while it lasts."""
    was_on = tf1.control_flow_v2_enabled()
    tf1.disable_control_flow_v2()
    try:
        yield
    finally:
        if was_on:
            tf1.enable_control_flow_v2()


class ScaledOptimizer:
    """An optimiser whose loss is scaled up, whose gradients are scaled down, and which skips what overflows.

    Args:
        optimizer: a TensorFlow 1 optimiser.
        scale: the scale of this step, scalar float32.
        overflow: tells whether the step has overflowed.
        after_step: from that to what is done after each step, skipped or not; None for nothing.
    """

    def __init__(
        self, optimizer: Any, scale: Tensor, overflow: Overflow, after_step: Optional[Callable[[Tensor], Any]] = None
    ) -> None:
        self._optimizer = optimizer
        self._scale = scale
        self._overflow = overflow
        self._after_step = after_step

    def compute_gradients(self, loss: Tensor, **options: Any) -> List[Tuple[Tensor, Any]]:
        """Unscaled gradients and their variables; options are those of the optimiser."""
        pairs = self._optimizer.compute_gradients(loss * self._scale, **options)
        return [(gradient / self._scale, variable) for gradient, variable in pairs]

    def apply_gradients(self, pairs: List[Tuple[Tensor, Any]], global_step: Any = None) -> Any:
        """Apply gradients and count the step, or neither; then move the scale."""
        gradients = [gradient for gradient, _ in pairs]
        scope = tf1.get_default_graph().get_name_scope()

        def apply() -> Any:
            with tf1.name_scope(scope + "/" if scope else None):  # Adam names its powers by it: as without scaling
                return self._optimizer.apply_gradients(pairs, global_step=global_step)

        has_overflowed = self._overflow(gradients)
        with _conditions_in_the_graph():
            applied = tf1.cond(has_overflowed, tf1.no_op, apply)
        applied = applied if isinstance(applied, tf1.Operation) else applied.op
        if self._after_step is None:
            return applied
        # The gradients have read the scale before it changes.
        with tf1.control_dependencies([applied] + gradients):
            return tf1.group(applied, self._after_step(has_overflowed))


def _variable(name: str, dtype: Any, value: Any) -> Any:
    """A variable of the scaling: a constant scale would be folded away where gradients are linear in it."""
    with tf1.variable_scope("loss_scaling"):
        initial = tf1.constant_initializer(value)
        return tf1.get_variable(name, [], dtype, initial, trainable=False, use_resource=False)


def fixed(value: float, overflow: Overflow = not_finite) -> LossScaling:
    """One scale throughout, at least 1."""

    def scaling(optimizer: Any) -> Tuple[Any, Optional[Tensor]]:
        scale = _variable("scale", tf1.float32, value)
        return ScaledOptimizer(optimizer, tf1.identity(scale), overflow), scale

    return scaling


def dynamic(policy: Policy = TENSORFLOW, overflow: Overflow = not_finite) -> LossScaling:
    """A scale that falls after overflows and rises without."""

    def scaling(optimizer: Any) -> Tuple[Any, Optional[Tensor]]:
        state = State(
            _variable("scale", tf1.float32, policy.first_scale),
            _variable("good_steps", tf1.int32, 0),
            _variable("bad_steps", tf1.int32, 0),
        )

        def advance(has_overflowed: Tensor) -> Any:
            values = next_state(policy, State(*map(tf1.identity, state)), has_overflowed)
            with tf1.control_dependencies(values):
                return tf1.group(*(variable.assign(value) for variable, value in zip(state, values)))

        return ScaledOptimizer(optimizer, tf1.identity(state.scale), overflow, advance), state.scale

    return scaling


def asked(settings: Settings, policy: Policy = TENSORFLOW, overflow: Overflow = not_finite) -> LossScaling:
    """The loss scaling that a backend was asked for; a dynamic one moves by its `policy`."""
    if settings.loss_scale == LOSS_SCALE_NONE:
        return unscaled
    if settings.loss_scale == LOSS_SCALE_DYNAMIC:
        return dynamic(policy, overflow)
    return fixed(float(settings.loss_scale), overflow)
