"""Optimizers."""

from npu_device.common import absent

NpuLossScaleOptimizer = absent.a_class(
    "NpuLossScaleOptimizer", "inner_optimizer, dynamic=True, initial_scale=None, dynamic_growth_steps=None"
)
