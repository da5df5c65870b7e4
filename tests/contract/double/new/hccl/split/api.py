"""How gradients are split."""

from npu_bridge.common.collective import set_split_strategy_by_idx, set_split_strategy_by_size  # noqa: F401
