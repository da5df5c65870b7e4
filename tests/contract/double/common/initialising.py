"""The functions that NEW's npu_init adds: configurations with NpuOptimizer, and an explicit start of the device."""

import os
from typing import Any, List, Tuple

import tensorflow as tf

from . import collective, hooks, operations, optimizers, sessions

_facts = {}


def _config(given: Any) -> Any:
    return sessions.set_defaults(given if isinstance(given, tf.compat.v1.ConfigProto) else tf.compat.v1.ConfigProto())


def npu_config_proto(config_proto: Any = None) -> Any:
    """The configuration, or a new one, with what the device needs."""
    return _config(config_proto)


def npu_graph_options(graph_options: Any = None) -> Any:
    """The options, or new ones, without XLA."""
    found = graph_options if isinstance(graph_options, tf.compat.v1.GraphOptions) else tf.compat.v1.GraphOptions()
    found.optimizer_options.global_jit_level = -1
    return found


def npu_optimizer_options(optimizer_options: Any = None) -> Any:
    """The options, or new ones, without XLA."""
    kind = tf.compat.v1.OptimizerOptions
    found = optimizer_options if isinstance(optimizer_options, kind) else kind()
    found.global_jit_level = -1
    return found


def npu_run_config_init(run_config: Any = None) -> Any:
    """An Estimator's configuration."""
    raise NotImplementedError("the contract double has no npu_run_config_init")


def set_keras_session_npu_config(config: Any = None) -> Any:
    """A session for Keras."""
    raise NotImplementedError("the contract double has no set_keras_session_npu_config")


def npu_clear_session(config: Any = None) -> None:
    """A new session for Keras."""
    raise NotImplementedError("the contract double has no npu_clear_session")


def init_resource(config: Any = None) -> Tuple[Any, Any]:
    """Start the device; the session that did it and the operation that stops the device."""
    npu_init, npu_shutdown = operations.npu_init(), operations.npu_shutdown()
    sess = tf.compat.v1.Session(config=_config(config))
    sess.run(npu_init)
    for name in ("rank_id", "local_rank_id", "rank_size", "local_rank_size"):
        _facts[name] = getattr(collective, "get_" + name)()
    return sess, npu_shutdown


def shutdown_resource(sess: Any, npu_shutdown: Any) -> None:
    """Stop the device."""
    sess.run(npu_shutdown)


def close_session(sess: Any) -> None:
    """Close the session of `init_resource`."""
    sess.close()


def get_npu_rank_id() -> int:
    """The number of this rank, 0 before `init_resource`."""
    return _facts.get("rank_id", 0)


def get_npu_local_rank_id() -> int:
    """The number of this rank on its server, 0 before `init_resource`."""
    return _facts.get("local_rank_id", 0)


def get_npu_rank_size() -> int:
    """The number of ranks, 1 before `init_resource`."""
    return _facts.get("rank_size", 1)


def get_npu_local_rank_size() -> int:
    """The number of ranks of this server, 1 before `init_resource`."""
    return _facts.get("local_rank_size", 1)


def npu_hooks_append(hooks_list: Any = ()) -> List[Any]:
    """The hooks and one that broadcasts the variables."""
    found = hooks_list if isinstance(hooks_list, list) else []
    found.append(hooks.NPUBroadcastGlobalVariablesHook(0, int(os.getenv("RANK_ID", "0"))))
    return found


def npu_callbacks_append(callbacks_list: Any = ()) -> List[Any]:
    """The callbacks and one that broadcasts the variables."""
    found = callbacks_list if isinstance(callbacks_list, list) else []
    found.append(hooks.NPUBroadcastGlobalVariablesCallback(0))
    return found


class NpuEmptyHook(tf.compat.v1.train.SessionRunHook):
    """A hook that does nothing."""


def npu_keras_optimizer(opt: Any) -> Any:
    """An optimizer of Keras, wrapped."""
    return optimizers.KerasDistributeOptimizer(opt)


def npu_tf_optimizer(opt: Any) -> Any:
    """An optimizer of TensorFlow, wrapped."""
    return optimizers.NPUDistributedOptimizer(opt)
