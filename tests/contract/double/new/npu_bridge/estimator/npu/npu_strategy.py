"""The distribution strategy."""

from npu_bridge.common.hooks import NPUStrategy  # noqa: F401
