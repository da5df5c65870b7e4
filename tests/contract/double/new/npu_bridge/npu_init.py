"""What a migrated script imports with a star; importing it gives every session NpuOptimizer."""

import os  # noqa: F401

import tensorflow as tf  # noqa: F401
from hccl.manage.api import (  # noqa: F401
    create_group,
    destroy_group,
    get_group_rank_from_world_rank,
    get_local_rank_id,
    get_local_rank_size,
    get_rank_id,
    get_rank_size,
    get_world_rank_from_group_rank,
)
from hccl.split.api import set_split_strategy_by_idx, set_split_strategy_by_size  # noqa: F401
from tensorflow.core.protobuf import config_pb2, rewriter_config_pb2  # noqa: F401
from tensorflow.core.protobuf.rewriter_config_pb2 import RewriterConfig
from tensorflow.python.client import session
from tensorflow.python.training import session_run_hook  # noqa: F401

from npu_bridge.common.initialising import (  # noqa: F401
    NpuEmptyHook,
    close_session,
    get_npu_local_rank_id,
    get_npu_local_rank_size,
    get_npu_rank_id,
    get_npu_rank_size,
    init_resource,
    npu_callbacks_append,
    npu_clear_session,
    npu_config_proto,
    npu_graph_options,
    npu_hooks_append,
    npu_keras_optimizer,
    npu_optimizer_options,
    npu_run_config_init,
    npu_tf_optimizer,
    set_keras_session_npu_config,
    shutdown_resource,
)
from npu_bridge.common.sessions import decorator_tf_session
from npu_bridge.estimator import npu_ops  # noqa: F401
from npu_bridge.estimator.npu import keras_to_npu, npu_plugin, npu_rnn, npu_scope, npu_strategy, util  # noqa: F401
from npu_bridge.estimator.npu.npu_callbacks import NPUBroadcastGlobalVariablesCallback  # noqa: F401
from npu_bridge.estimator.npu.npu_config import (  # noqa: F401
    DumpConfig,
    DynamicInputConfig,
    MemoryConfig,
    NPURunConfig,
    ProfilingConfig,
)
from npu_bridge.estimator.npu.npu_estimator import NPUEstimator, NPUEstimatorSpec  # noqa: F401
from npu_bridge.estimator.npu.npu_hook import (  # noqa: F401
    NPUBroadcastGlobalVariablesHook,
    NPUCheckpointSaverHook,
    NPUOutputTensorHook,
    SetIterationsVarHook,
    TellMeStepOrLossHook,
)
from npu_bridge.estimator.npu.npu_loss_scale_manager import (  # noqa: F401
    ExponentialUpdateLossScaleManager,
    FixedLossScaleManager,
)
from npu_bridge.estimator.npu.npu_loss_scale_optimizer import NPULossScaleOptimizer  # noqa: F401
from npu_bridge.estimator.npu.npu_optimizer import (  # noqa: F401
    KerasDistributeOptimizer,
    NPUDistributedOptimizer,
    NPUOptimizer,
    npu_allreduce,
    npu_distributed_optimizer_wrapper,
)
from npu_bridge.estimator.npu_unary_ops import npu_unary_ops  # noqa: F401
from npu_bridge.hccl import hccl_ops  # noqa: F401
from npu_bridge.npu_cpu import npu_cpu_ops  # noqa: F401
from npu_bridge.profiler import profiler  # noqa: F401
from npu_bridge.scoped_graph_manager import scoped_graph_manager  # noqa: F401

backend = tf.keras.backend
experimental_options = {
    "disable_model_pruning": False,
    "function_optimization": RewriterConfig.ON,
    "constant_folding": RewriterConfig.ON,
    "shape_optimization": RewriterConfig.ON,
    "arithmetic_optimization": RewriterConfig.ON,
    "loop_optimization": RewriterConfig.ON,
    "dependency_optimization": RewriterConfig.ON,
    "layout_optimizer": RewriterConfig.ON,
}

session.Session.__init__ = decorator_tf_session(session.Session.__init__)
session.InteractiveSession.__init__ = decorator_tf_session(session.InteractiveSession.__init__)
