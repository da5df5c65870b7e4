"""The adapter of 2021 (OLD) as a contract double."""

from pathlib import Path

# The implementation that the variants share is seen as the subpackage `npu_bridge.common`.
__path__.append(str(Path(__file__).resolve().parents[2]))

from npu_bridge.common import script  # noqa: E402

script.check_package("npu_bridge")

from npu_bridge.estimator.npu import npu_estimator  # noqa: E402, F401
from npu_bridge.hccl import hccl_ops  # noqa: E402, F401
from npu_bridge.helper import helper  # noqa: E402, F401
from npu_bridge.helper.helper import npu_bridge_handle  # noqa: E402, F401
from npu_bridge.helper.helper import version as __version__  # noqa: E402, F401

#: Nobody may take what this package computes for a result of a device.
IS_CONTRACT_DOUBLE = True
