"""The wrappers of optimizers."""

from npu_bridge.common.optimizers import (  # noqa: F401
    KerasDistributeOptimizer,
    NPUDistributedOptimizer,
    NPUOptimizer,
    npu_allreduce,
    npu_distributed_optimizer_wrapper,
)
