"""The wrappers of optimizers."""

from npu_bridge.common.optimizers import NPUDistributedOptimizer, NPUOptimizer  # noqa: F401
