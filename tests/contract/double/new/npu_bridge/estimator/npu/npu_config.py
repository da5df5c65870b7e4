"""The Estimator's configuration."""

from enum import Enum

from npu_bridge.common.configs import (  # noqa: F401
    ExperimentalConfig,
    GraphMemoryOptimizeConfig,
    MemoryConfig,
    ProfilingConfig,
)
from npu_bridge.common.configs import NewDumpConfig as DumpConfig  # noqa: F401
from npu_bridge.common.configs import NewDynamicInputConfig as DynamicInputConfig  # noqa: F401
from npu_bridge.common.configs import NewRunConfig as NPURunConfig  # noqa: F401


class NpuExecutePlacement(Enum):
    """Where a variable is placed."""

    ALL = "all"
    CUBE = "cube"
    VECTOR = "vector"
    TAISHAN = "taishan"
    DVPP = "dvpp"
    HOST = "host"
