"""Loss scaling around an optimiser, one code on 1.15 and 2.x: an update whose gradients overflow is skipped.

TensorFlow's own (`train.experimental.MixedPrecisionLossScaleOptimizer`) is not used: with a fixed scale it applies
overflows, and under 2.x its condition is a function, which cannot hold Adam on plain reference variables.
"""

import contextlib
from typing import Any, Iterator, List, Optional, Tuple

from backends.engines.tensorflow.compat import tf1
from backends.engines.tensorflow.update import LossScaling

Tensor = Any

#: TensorFlow's defaults (`DynamicLossScale`): where the scale starts, after how many good updates it doubles.
FIRST_SCALE = 2.0**15
GOOD_UPDATES = 2000
FACTOR = 2.0


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


def _variable(name: str, dtype: Any, value: Any) -> Any:
    """A variable of the scaling: a constant scale would be folded away where gradients are linear in it."""
    with tf1.variable_scope("loss_scaling"):
        initial = tf1.constant_initializer(value)
        return tf1.get_variable(name, [], dtype, initial, trainable=False, use_resource=False)


class ScaledOptimizer:
    """An optimiser whose loss is scaled up, whose gradients are scaled down, and which skips what overflows.

    Args:
        optimizer: a TensorFlow 1 optimiser.
        scale: the scale of this step, scalar float32.
        rule: from whether all gradients are finite to the operation that changes the scale; None for a fixed one.
    """

    def __init__(self, optimizer: Any, scale: Tensor, rule: Any = None) -> None:
        self._optimizer = optimizer
        self._scale = scale
        self._rule = rule

    def compute_gradients(self, loss: Tensor, **options: Any) -> List[Tuple[Tensor, Any]]:
        """Unscaled gradients and their variables; options are those of the optimiser."""
        pairs = self._optimizer.compute_gradients(loss * self._scale, **options)
        return [(gradient / self._scale, variable) for gradient, variable in pairs]

    def apply_gradients(self, pairs: List[Tuple[Tensor, Any]], global_step: Any) -> Any:
        """Apply gradients and count the step where all of them are finite, neither otherwise."""
        finite = tf1.reduce_all(tf1.stack([tf1.reduce_all(tf1.is_finite(gradient)) for gradient, _ in pairs]))
        scope = tf1.get_default_graph().get_name_scope()

        def apply() -> Any:
            with tf1.name_scope(scope + "/" if scope else None):  # Adam names its powers by it: as without scaling
                return self._optimizer.apply_gradients(pairs, global_step=global_step)

        with _conditions_in_the_graph():
            applied = tf1.cond(finite, apply, tf1.no_op)
            applied = applied if isinstance(applied, tf1.Operation) else applied.op
            if self._rule is None:
                return applied
            with tf1.control_dependencies([applied]):
                return tf1.group(applied, self._rule(finite))


def fixed(value: float) -> LossScaling:
    """One scale throughout."""

    def scaling(optimizer: Any) -> Tuple[Any, Optional[Tensor]]:
        scale = _variable("scale", tf1.float32, value)
        return ScaledOptimizer(optimizer, tf1.identity(scale)), scale

    return scaling


def dynamic(first: float = FIRST_SCALE, good_updates: int = GOOD_UPDATES) -> LossScaling:
    """A scale that is doubled after so many good updates in a row, and halved (never below 1) by a bad one."""

    def scaling(optimizer: Any) -> Tuple[Any, Optional[Tensor]]:
        scale = _variable("scale", tf1.float32, first)
        good = _variable("good_updates", tf1.int32, 0)

        def rule(finite: Tensor) -> Any:
            is_due = tf1.logical_and(finite, good + 1 >= good_updates)
            raised = scale * FACTOR
            raised = tf1.where(tf1.is_finite(raised), raised, tf1.identity(scale))
            kept = tf1.where(is_due, raised, tf1.identity(scale))
            new_scale = tf1.where(finite, kept, tf1.maximum(scale / FACTOR, 1.0))
            new_good = tf1.where(tf1.logical_and(finite, tf1.logical_not(is_due)), good + 1, tf1.zeros_like(good))
            with tf1.control_dependencies([new_scale, new_good]):
                return tf1.group(scale.assign(new_scale), good.assign(new_good))

        return ScaledOptimizer(optimizer, tf1.identity(scale), rule), scale

    return scaling
