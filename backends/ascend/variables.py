"""The environment of a trial on an NPU: what must be set, and what must not."""

import re
from typing import Dict, Mapping, Optional

from har_model.errors import UsageError

#: A free number; ModelZoo's scripts use this one.
JOB_ID = "10087"
_PROFILED = "the profiler would be on while steps are timed; unset it, or use --profile for a run without figures"
_DUMPING = "dumping graphs or data slows the run; unset it"
_DISTRIBUTED = "a trial runs on one device and would wait for others; unset it"
#: Variable -> why it must not be set, to anything but what means off.
_SPOILERS = {
    "PROFILING_MODE": _PROFILED,
    "DUMP_GE_GRAPH": _DUMPING,
    "PRINT_MODEL": _DUMPING,
    "NPU_COLLECT_PATH": _DUMPING,
    "NPU_DUMP_GRAPH": _DUMPING,
    "NPU_DEBUG": "debug code slows the run; unset it",
    "NPU_LOOP_SIZE": "each step is fed and timed by itself; unset it",
    "AOE_MODE": "tuning takes place inside the steps; unset it, and tune in a run of its own",
    "RANK_TABLE_FILE": _DISTRIBUTED,
    # The adapter refuses any of these beside RANK_SIZE.
    "CM_CHIEF_IP": _DISTRIBUTED,
    "CM_CHIEF_PORT": _DISTRIBUTED,
    "CM_CHIEF_DEVICE": _DISTRIBUTED,
    "CM_WORKER_IP": _DISTRIBUTED,
    "CM_WORKER_SIZE": _DISTRIBUTED,
    "ASCEND_SLOG_PRINT_TO_STDOUT": "every message of the runtime would go through the trial's output; unset it",
}
#: What means off beside an empty value. The others are paths, addresses and modes: they have no such word.
_OFF = ("0", "false", "off")
_SWITCHES = (
    "PROFILING_MODE", "DUMP_GE_GRAPH", "PRINT_MODEL", "NPU_DUMP_GRAPH", "NPU_DEBUG", "ASCEND_SLOG_PRINT_TO_STDOUT",
)  # fmt: skip


def _number(name: str, text: str) -> int:
    if not re.fullmatch("[0-9]{1,4}", text):
        raise UsageError("%s is the logical number of a device, not %r." % (name, text))
    return int(text)


def _asked(device: Optional[int], inherited: Mapping[str, str]) -> int:
    if device is not None:
        return device
    text = inherited.get("ASCEND_DEVICE_ID", "")
    if not text and inherited.get("DEVICE_ID"):
        raise UsageError(
            "DEVICE_ID names a physical device, harbench needs the logical number: give it with --device (npu-smi info "
            "-m lists it)."
        )
    return _number("ASCEND_DEVICE_ID", text or "0")


def _check_visible(number: int, text: str) -> None:
    """A filter that counts the device differently leaves open which one is meant, and which one to watch."""
    visible = [part.strip() for part in text.split(",") if part.strip()]
    if number >= len(visible) or visible[number] != str(number):
        raise UsageError(
            "ASCEND_RT_VISIBLE_DEVICES=%s and the device number %d are counted from different devices, and nothing "
            "says which one is meant: unset that variable, and give the number of npu-smi info -m with --device."
            % (text, number)
        )


def device_of(device: Optional[int], inherited: Mapping[str, str]) -> int:
    """The logical number of the device that a trial is given.

    Args:
        device: what --device says.
        inherited: the environment.

    Raises:
        UsageError: only a physical number is known, or two variables contradict one another.
    """
    number = _asked(device, inherited)
    if "ASCEND_RT_VISIBLE_DEVICES" in inherited:
        _check_visible(number, inherited["ASCEND_RT_VISIBLE_DEVICES"])
    return number


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


def _is_off(name: str, value: str) -> bool:
    return not value or (name in _SWITCHES and value.lower() in _OFF) or (name == "NPU_LOOP_SIZE" and value == "1")


def check(variables: Mapping[str, str], is_profiled: bool) -> None:
    """Refuse an environment in which a timed run would not be one.

    Args:
        variables: those that the trial would have.
        is_profiled: whether a run with the profiler on was asked for.

    Raises:
        UsageError: a variable profiles, dumps, tunes, or waits for other devices.
    """
    for name, reason in _SPOILERS.items():
        is_asked = name == "PROFILING_MODE" and is_profiled
        if not _is_off(name, variables.get(name, "")) and not is_asked:
            raise UsageError("%s=%s is set: %s." % (name, variables[name], reason))
