"""Loss scaling: two managers of the scale and the optimizer that skips a step whose gradients overflowed."""

from typing import Any, Callable, List, Tuple

import tensorflow as tf

from . import device, graphs, variant
from .contract import ContractViolation

#: The largest scale that may still be multiplied by the increase is this over it.
LARGEST_SCALE = 3.4e38
_where = tf.compat.v2.where  # broadcasts, and TensorFlow 1.15 does not warn of it
_Optimizer = tf.compat.v1.train.Optimizer


class FixedLossScaleManager:
    """A scale that never changes."""

    def __init__(self, loss_scale: float, enable_overflow_check: bool = True) -> None:
        if loss_scale < 1:
            raise ValueError("loss scale must be at least 1.")
        self._loss_scale = tf.convert_to_tensor(loss_scale, dtype=tf.float32, name="loss_scale")
        self._enable_overflow_check = enable_overflow_check

    def get_loss_scale(self) -> Any:
        """The scale, a scalar float32 tensor."""
        return self._loss_scale

    def get_enable_overflow_check(self) -> bool:
        """Whether overflow skips a step."""
        return self._enable_overflow_check

    def update_loss_scale(self, finite_grads: Any) -> Any:
        """Nothing to do."""
        return tf.no_op()


class ExponentialUpdateLossScaleManager:
    """A scale that grows after many good steps in a row and shrinks after some bad ones."""

    def __init__(
        self,
        init_loss_scale: float,
        incr_every_n_steps: int,
        decr_every_n_nan_or_inf: int = 2,
        incr_ratio: float = 2,
        decr_ratio: float = 0.8,
    ) -> None:
        self._incr_every_n_steps = incr_every_n_steps
        self._decr_every_n_nan_or_inf = decr_every_n_nan_or_inf
        self._incr_ratio = incr_ratio
        self._decr_ratio = decr_ratio
        self._loss_scale = _counter("loss_scale", float(init_loss_scale), tf.float32)
        self._num_good_steps = _counter("good_steps", 0, tf.int32)
        self._num_bad_steps = _counter("bad_steps", 0, tf.int32)

    def get_loss_scale(self) -> Any:
        """The scale, a variable."""
        return self._loss_scale

    def update_loss_scale(self, finite_grads: Any) -> Any:
        """The operation that takes one step into account; `finite_grads`: whether it was a good one."""
        scale, good, bad = self._loss_scale.value(), self._num_good_steps.value(), self._num_bad_steps.value()
        grows = tf.logical_and(finite_grads, good + 1 >= self._incr_every_n_steps)
        shrinks = tf.logical_and(tf.logical_not(finite_grads), bad + 1 >= self._decr_every_n_nan_or_inf)
        changes = tf.logical_or(grows, shrinks)
        grown = _where(scale < LARGEST_SCALE / self._incr_ratio, scale * self._incr_ratio, scale)
        shrunk = tf.maximum(1.0, scale * self._decr_ratio)
        new_scale = _where(grows, grown, _where(shrinks, shrunk, scale))
        zero = tf.zeros_like(good)
        new_good = _where(tf.logical_or(changes, tf.logical_not(finite_grads)), zero, good + 1)
        new_bad = _where(changes, zero, _where(finite_grads, bad, bad + 1))
        with tf.control_dependencies([new_scale, new_good, new_bad]):
            return tf.group(
                self._loss_scale.assign(new_scale),
                self._num_good_steps.assign(new_good),
                self._num_bad_steps.assign(new_bad),
            )


def _counter(name: str, value: Any, dtype: Any) -> Any:
    """A variable of a manager; in control_dependencies the device cannot make one ("Placeholder not support")."""
    if tf.compat.v1.get_default_graph()._control_dependencies_for_inputs([]):
        raise ContractViolation("a loss scale manager must not be made inside tf.control_dependencies")
    return tf.compat.v1.Variable(tf.constant(value, dtype), name=name, dtype=dtype, trainable=False)


class NPULossScaleOptimizer(_Optimizer):
    """Multiply the loss by the scale, divide the gradients by it, and skip the update where the device overflowed.

    Args:
        opt: the optimizer to wrap.
        loss_scale_manager: one of the above.
        is_distributed: whether the ranks agree on skipping.
    """

    def __init__(self, opt: Any, loss_scale_manager: Any, is_distributed: bool = False) -> None:
        super().__init__(use_locking=False, name="NPULossScaleOptimizer")
        if not isinstance(opt, _Optimizer):
            raise ContractViolation("NPULossScaleOptimizer wraps a tf.train.Optimizer, not %r" % (opt,))
        if not hasattr(loss_scale_manager, "update_loss_scale"):
            raise ContractViolation("not a loss scale manager: %r" % (loss_scale_manager,))
        self._opt = opt
        self._loss_scale_manager = loss_scale_manager
        self._is_distributed = is_distributed

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "_opt" or variant.current().adapter == "old":
            raise AttributeError(name)
        return getattr(self._opt, name)

    def compute_gradients(
        self,
        loss: Any,
        var_list: Any = None,
        gate_gradients: int = _Optimizer.GATE_OP,
        aggregation_method: Any = None,
        colocate_gradients_with_ops: bool = False,
        grad_loss: Any = None,
    ) -> List[Tuple[Any, Any]]:
        """Gradients of the loss itself, computed through the scaled one."""
        loss = loss() if callable(loss) else loss
        scale = tf.convert_to_tensor(self._loss_scale_manager.get_loss_scale())
        scaled = loss * tf.cast(scale, loss.dtype.base_dtype)
        pairs = self._opt.compute_gradients(
            scaled, var_list, gate_gradients, aggregation_method, colocate_gradients_with_ops, grad_loss
        )
        inverse = tf.math.reciprocal(scale)
        return [(g if g is None else g * tf.cast(inverse, g.dtype.base_dtype), v) for g, v in pairs]

    def apply_gradients(self, grads_and_vars: Any, global_step: Any = None, name: Any = None) -> Any:
        """The update and the step count, unless the status says overflow; then the manager learns of the step."""
        pairs = list(grads_and_vars)
        is_finite = self._is_finite([g for g, _ in pairs if g is not None])
        update = tf.cond(is_finite, self._applied(pairs, global_step, name), lambda: tf.no_op())
        return tf.group(update, self._loss_scale_manager.update_loss_scale(is_finite))

    def _applied(self, pairs: Any, global_step: Any, name: Any) -> Callable[[], Any]:
        return lambda: self._opt.apply_gradients(pairs, global_step, name)

    def _is_finite(self, grads: List[Any]) -> Any:
        """Whether the float status of the device is clear, which is read once a step after all gradients."""
        with tf.name_scope(graphs.OWN_SCOPE):
            finite = [tf.reduce_all(tf.math.is_finite(g)) for g in grads]
            status = tf.numpy_function(device.float_status, [tf.reduce_all(finite)], tf.float32)
            status.set_shape([])
            is_clear = tf.equal(status, 0.0, name="overflow_status_reduce_all")
        if self._checks_overflow():
            return is_clear
        with tf.control_dependencies([is_clear]):
            return tf.constant(True)

    def _checks_overflow(self) -> bool:
        """A fixed manager of NEW may switch the check off, where the device saturates."""
        return not device.saturates() or getattr(self._loss_scale_manager, "_enable_overflow_check", True)
