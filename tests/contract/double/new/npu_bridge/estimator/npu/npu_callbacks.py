"""Callbacks of Keras."""

from npu_bridge.common.hooks import NPUBroadcastGlobalVariablesCallback  # noqa: F401
