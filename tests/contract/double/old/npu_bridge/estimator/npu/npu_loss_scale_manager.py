"""The managers of the loss scale."""

from npu_bridge.common import loss_scaling
from npu_bridge.common.loss_scaling import ExponentialUpdateLossScaleManager  # noqa: F401


class FixedLossScaleManager(loss_scaling.FixedLossScaleManager):
    """A scale that never changes; overflow is always looked for."""

    def __init__(self, loss_scale):
        super().__init__(loss_scale)
