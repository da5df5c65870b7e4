"""Scopes that mark operations."""

import tensorflow as tf
from npu_device.common.scopes import keep_dtype_scope  # noqa: F401


def npu_recompute_scope():
    """The operations inside are computed again instead of kept."""
    return tf.name_scope("NpuRecompute")
