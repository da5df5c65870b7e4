"""Operations of the device."""

from npu_device.common.operations import gelu  # noqa: F401
