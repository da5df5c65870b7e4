"""The Estimator's configuration."""

from enum import Enum

from npu_bridge.common.configs import OldDumpConfig as DumpConfig  # noqa: F401
from npu_bridge.common.configs import OldDynamicInputConfig as DynamicInputConfig  # noqa: F401
from npu_bridge.common.configs import OldRunConfig as NPURunConfig  # noqa: F401
from npu_bridge.common.configs import ProfilingConfig  # noqa: F401


class NpuExecutePlacement(Enum):
    """Where a variable is placed."""

    ALL = "all"
    CUBE = "cube"
    VECTOR = "vector"
    TAISHAN = "taishan"
    DVPP = "dvpp"
    HOST = "host"
