"""Sinking several iterations into one run: npu_bridge.estimator.npu.util."""

from typing import Any, Dict

import tensorflow as tf

from . import graphs

_SCOPE = "npu_runconfig"
_NAMES = ("iterations_per_loop", "loop_cond", "zero", "one")


def check_positive_integer(value: Any, name: str) -> None:
    """Raise unless it is an integer (TypeError) above 0 (ValueError)."""
    if not isinstance(value, int):
        raise TypeError("%s must be int, got %s" % (name, type(value)))
    if value <= 0:
        raise ValueError("%s must be positive, got %s" % (name, value))


def _variables() -> Dict[str, Any]:
    """The four int64 counters of a graph, made once."""
    found = {}
    for name in _NAMES:
        collection = "%s_%s" % (_SCOPE, name)
        existing = tf.compat.v1.get_collection(collection)
        found[name] = existing[0] if existing else _variable(name, collection)
    return found


def _variable(name: str, collection: str) -> Any:
    with tf.compat.v1.variable_scope(_SCOPE, reuse=tf.compat.v1.AUTO_REUSE):
        return tf.compat.v1.get_variable(
            name,
            shape=[],
            dtype=tf.int64,
            initializer=tf.compat.v1.zeros_initializer(),
            trainable=False,
            collections=[collection, tf.compat.v1.GraphKeys.LOCAL_VARIABLES],
            use_resource=True,
        )


def _load(counters: Dict[str, Any], session: Any, iterations: int) -> None:
    for name, value in zip(_NAMES, (iterations - 1, 0, 0, 1)):
        counters[name].load(value, session=session)


def _grouped(train_op: Any) -> Any:
    grouped = tf.group(train_op, name="IterationOp")
    tf.compat.v1.get_default_graph().add_to_collection(graphs.LOOPS, grouped)
    return grouped


def _check_operation(train_op: Any) -> None:
    if not isinstance(train_op, tf.Operation):
        text = "The incoming 'train_op' type is '%s', and the need type is 'Operation'"
        raise ValueError(text % train_op.dtype.name)


def set_iteration_per_loop(sess: Any, train_op: Any, iterations_per_loop: int = 1) -> Any:
    """An operation that runs `train_op` so many times in one `sess.run`; `train_op` itself for one."""
    _check_operation(train_op)
    check_positive_integer(iterations_per_loop, "iterations_per_loop")
    if iterations_per_loop == 1:
        return train_op
    _load(_variables(), sess, iterations_per_loop)
    return _grouped(train_op)


class IterationPerLoop:
    """The same in two steps, for graphs that are finalised in between."""

    def __init__(self) -> None:
        self._counters: Dict[str, Any] = {}

    def create_iteration_per_loop_var(self, train_op: Any) -> Any:
        """The operation and its counters."""
        _check_operation(train_op)
        self._counters = _variables()
        return _grouped(train_op)

    def load_iteration_per_loop_var(self, sess: Any, iterations_per_loop: int = 1) -> None:
        """Set the counters."""
        check_positive_integer(iterations_per_loop, "iterations_per_loop")
        _load(self._counters, sess, iterations_per_loop)
