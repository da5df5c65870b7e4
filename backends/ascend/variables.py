"""The environment of a trial on an NPU: what must be set, and what must not."""

from typing import Dict, Mapping, Optional

from har_model.errors import UsageError

#: A free number; ModelZoo's scripts use this one.
JOB_ID = "10087"
_PROFILED = "the profiler would be on while steps are timed; unset it, or use --profile for a run without figures"
_DUMPING = "dumping graphs or data slows the run; unset it"
#: Variable -> why it must not be set, to anything but what means off.
_SPOILERS = {
    "PROFILING_MODE": _PROFILED,
    "DUMP_GE_GRAPH": _DUMPING,
    "PRINT_MODEL": _DUMPING,
    "NPU_COLLECT_PATH": _DUMPING,
    "AOE_MODE": "tuning takes place inside the steps; tune in a run of its own",
    "RANK_TABLE_FILE": "a trial runs on one device and would wait for others; unset it",
    "CM_CHIEF_IP": "a trial runs on one device and would wait for others; unset it",
    "ASCEND_SLOG_PRINT_TO_STDOUT": "every message of the runtime would go through the trial's output; unset it",
}
_OFF = ("", "0", "false", "False", "off")


def device_of(device: Optional[int], inherited: Mapping[str, str]) -> int:
    """The logical number of the device that a trial is given.

    Raises:
        UsageError: only a physical number is known, or two variables contradict one another.
    """
    if device is not None:
        if "ASCEND_RT_VISIBLE_DEVICES" in inherited:
            raise UsageError(
                "--device and ASCEND_RT_VISIBLE_DEVICES are both set, and nothing says which of them is counted in the "
                "other: unset the variable, or leave --device out."
            )
        return device
    text = inherited.get("ASCEND_DEVICE_ID", "")
    if not text and inherited.get("DEVICE_ID"):
        raise UsageError(
            "DEVICE_ID names a physical device, harbench needs the logical number: give it with --device (npu-smi info "
            "-m lists it)."
        )
    if text and not text.isdecimal():
        raise UsageError("ASCEND_DEVICE_ID is the logical number of a device, not %r." % text)
    return int(text or 0)


def of_trial(device: Optional[int], inherited: Mapping[str, str]) -> Dict[str, str]:
    """What a trial's process needs: one device, one rank, and the adapter's own words in the log."""
    return {
        "ASCEND_DEVICE_ID": str(device_of(device, inherited)),
        "JOB_ID": inherited.get("JOB_ID") or JOB_ID,
        "RANK_ID": "0",
        "RANK_SIZE": "1",
        # At 1 and above the adapter does not say that it compiled a graph.
        "TF_CPP_MIN_LOG_LEVEL": "0",
    }


def check(variables: Mapping[str, str], is_profiled: bool) -> None:
    """Refuse an environment in which a timed run would not be one.

    Raises:
        UsageError: a variable profiles, dumps, tunes, or waits for other devices.
    """
    for name, reason in _SPOILERS.items():
        is_asked = name == "PROFILING_MODE" and is_profiled
        if variables.get(name, "") not in _OFF and not is_asked:
            raise UsageError("%s=%s is set: %s." % (name, variables[name], reason))
    if variables.get("CM_WORKER_SIZE", "1") != "1":
        raise UsageError(
            "CM_WORKER_SIZE=%s is set: a trial runs on one device; unset it." % variables["CM_WORKER_SIZE"]
        )
