"""The adapter for TensorFlow 2 as a contract double: opening a device, its options, and sessions as in TensorFlow 1."""

from pathlib import Path

# The implementation that the variants share is seen as the subpackage `npu_device.common`.
__path__.append(str(Path(__file__).resolve().parents[2]))

from npu_device.common import script  # noqa: E402

script.check_package("npu_device")

from npu_device import compat, configs, distribute, ops, train  # noqa: E402, F401
from npu_device.npu_device import (  # noqa: E402, F401
    gen_npu_ops,
    global_options,
    is_inf_nan_enabled,
    npu_compat_function,
    npu_run_context,
    open,
    set_device_sat_mode,
    set_npu_loop_size,
)
from npu_device.utils.scope import keep_dtype_scope, npu_recompute_scope  # noqa: E402, F401

#: Nobody may take what this package computes for a result of a device.
IS_CONTRACT_DOUBLE = True
