"""Scripts of TensorFlow 1."""

from npu_device.compat import v1  # noqa: F401
from npu_device.npu_device import enable_v1  # noqa: F401
