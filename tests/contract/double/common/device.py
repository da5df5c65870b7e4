"""The pretended device of this process: its graph engine, its float status, its saturation mode, its counters."""

import os
from typing import Any, Optional

import numpy as np

from . import failures, log, script, variant
from .contract import ContractViolation, Fatal

_GE_PLUGIN = "tf_adapter/util/ge_plugin.cc:%d"

_is_started = False
_runs = 0
_training_steps = 0
_saturates: Optional[bool] = None


def _device_id() -> int:
    """The logical device, from the environment, as `GetEnvDeviceID` does."""
    is_old = variant.current().adapter == "old"
    for name in ("ASCEND_DEVICE_ID", "DEVICE_ID"):
        text = os.environ.get(name, "")
        if not text:
            continue
        if not text.lstrip("-").isdigit():
            wrong = "valid, not digit." if is_old else "invalid, should be int, such as 0, 1, 2."
            raise Fatal("%s is %s" % (name, wrong), _GE_PLUGIN % 207)
        if int(text) < 0:
            raise Fatal("%s should be >= 0." % name, _GE_PLUGIN % 207)
        return int(text)
    text = "[GePlugin] DEVICE_ID and ASCEND_DEVICE_ID is none, use default device id : 0, if set session_device_id, "
    log.line("W", "tf_adapter/util/npu_attrs.cc:163", text + "session_device_id has a higher priority.")
    return 0


def start(is_session: bool = True) -> None:
    """Start the graph engine, once in a process.

    Args:
        is_session: by a session's first run; otherwise by an explicit call.

    Raises:
        Fatal: the environment is wrong in a way that the adapter dies of.
        ContractViolation: it is wrong in a way that the adapter only logs.
    """
    global _is_started
    if _is_started:
        return
    _device_id()
    if not os.environ.get("JOB_ID"):
        log.line("W", _GE_PLUGIN % 221, "[GePlugin] can not find Environment variable : JOB_ID")
    if os.environ.get("CM_CHIEF_IP") and os.environ.get("RANK_TABLE_FILE"):
        text = "[GePlugin] CM_CHIEF_IP and RANK_TABLE_FILE cannot be configured at the same time."
        log.line("E", _GE_PLUGIN % 232, text)
        raise ContractViolation(text)
    failure = failures.scripted(failures.INIT)
    if failure == "ge-init-late" and not (is_session and variant.current().adapter == "new"):
        failure = "ge-init"
    if failure:
        failures.fail_init(failure)
    _is_started = True


def is_started() -> bool:
    """Whether the graph engine runs."""
    return _is_started


def stop() -> None:
    """Stop the graph engine."""
    global _is_started
    _is_started = False


def count_run() -> int:
    """Count one execution of a compiled graph; its number, from 1."""
    global _runs
    _runs += 1
    return _runs


def float_status(is_finite: Any) -> np.ndarray:
    """The float status after the gradients of one training step: 1.0 if anything overflowed, 0.0 otherwise.

    Args:
        is_finite: whether every gradient is finite, as computed on the host.
    """
    global _training_steps
    _training_steps += 1
    overflows = not bool(is_finite) or _training_steps in script.overflow_steps()
    return np.asarray(float(overflows), np.float32)


def saturates() -> bool:
    """Whether the device clamps where IEEE arithmetic gives Inf or NaN."""
    if _saturates is not None:
        return _saturates
    return bool(script.read().get("saturates", variant.current().saturates))


def set_saturation_mode(mode: int) -> None:
    """`npu_plugin.set_device_sat_mode`: 0 saturates, 1 gives Inf and NaN."""
    global _saturates
    if mode not in (0, 1):
        raise ContractViolation("the saturation mode is 0 or 1, not %r" % (mode,))
    _saturates = mode == 0


def clamp(value: Any) -> Any:
    """What a saturating device would hand back: NaN is 0, infinities are the largest finite numbers."""
    if not saturates() or not isinstance(value, (np.ndarray, np.generic)) or value.dtype.kind != "f":
        return value
    largest = np.finfo(value.dtype).max
    finite = np.where(np.isnan(value), 0, np.clip(value, -largest, largest)).astype(value.dtype)
    return finite if isinstance(value, np.ndarray) else finite[()]
