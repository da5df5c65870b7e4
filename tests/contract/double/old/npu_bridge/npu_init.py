"""What a migrated script imports with a star; nothing else is in this namespace."""

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
from tensorflow.core.protobuf import rewriter_config_pb2  # noqa: F401
from tensorflow.core.protobuf.rewriter_config_pb2 import RewriterConfig  # noqa: F401

from npu_bridge.estimator import npu_ops  # noqa: F401
from npu_bridge.estimator.npu import keras_to_npu, npu_rnn, npu_scope, npu_strategy, util  # noqa: F401
from npu_bridge.estimator.npu.npu_config import (  # noqa: F401
    DumpConfig,
    DynamicInputConfig,
    NPURunConfig,
    ProfilingConfig,
)
from npu_bridge.estimator.npu.npu_estimator import NPUEstimator, NPUEstimatorSpec  # noqa: F401
from npu_bridge.estimator.npu.npu_hook import NPUCheckpointSaverHook, NPUOutputTensorHook  # noqa: F401
from npu_bridge.estimator.npu.npu_loss_scale_manager import (  # noqa: F401
    ExponentialUpdateLossScaleManager,
    FixedLossScaleManager,
)
from npu_bridge.estimator.npu.npu_loss_scale_optimizer import NPULossScaleOptimizer  # noqa: F401
from npu_bridge.estimator.npu.npu_optimizer import NPUDistributedOptimizer, NPUOptimizer  # noqa: F401
from npu_bridge.estimator.npu_unary_ops import npu_unary_ops  # noqa: F401
from npu_bridge.hccl import hccl_ops  # noqa: F401
