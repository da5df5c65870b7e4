"""The optimizer that scales the loss."""

from npu_bridge.common.loss_scaling import NPULossScaleOptimizer  # noqa: F401
