"""The managers of the loss scale."""

from npu_bridge.common.loss_scaling import ExponentialUpdateLossScaleManager, FixedLossScaleManager  # noqa: F401
