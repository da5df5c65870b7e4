"""The GPUs that TensorFlow itself has, and its switch for TensorFloat-32."""

import re
from dataclasses import dataclass
from typing import Any, List, Optional, Tuple

from tensorflow.python.client import device_lib

from backends.engines.tensorflow.compat import tensorflow_root

_NAME = re.compile(r"name: ([^,]+)")
_CAPABILITY = re.compile(r"compute capability: (\d+)\.(\d+)")


@dataclass(frozen=True)
class Gpu:
    """A GPU of TensorFlow.

    Args:
        place: how it is called in a graph: `/device:GPU:0`.
        description: TensorFlow's own: name, bus and compute capability.
    """

    place: str
    description: str

    @property
    def name(self) -> str:
        """As the driver calls it."""
        found = _NAME.search(self.description)
        return found.group(1).strip() if found else "NVIDIA GPU"

    @property
    def compute_capability(self) -> Optional[Tuple[int, int]]:
        """Major and minor; None where TensorFlow does not say."""
        found = _CAPABILITY.search(self.description)
        return (int(found.group(1)), int(found.group(2))) if found else None


def listed(session_config: Any) -> List[Gpu]:
    """The GPUs that a session of this configuration has; they are set up on the way, as the session would do it."""
    devices = device_lib.list_local_devices(session_config)
    return [Gpu(device.name, device.physical_device_desc) for device in devices if device.device_type == "GPU"]


def has_tensor_float_32() -> bool:
    """Whether this TensorFlow knows TF32: 2.4 and newer do."""
    return hasattr(tensorflow_root.config.experimental, "enable_tensor_float_32_execution")


def set_tensor_float_32(is_on: bool) -> Optional[bool]:
    """Switch TF32 on or off for the process; whether it is on then, None where TensorFlow knows no such thing."""
    if not has_tensor_float_32():
        return None
    tensorflow_root.config.experimental.enable_tensor_float_32_execution(is_on)
    return bool(tensorflow_root.config.experimental.tensor_float_32_execution_enabled())
