"""The environment of a trial on a GPU: which one is meant, by `--device` and the list in CUDA_VISIBLE_DEVICES."""

import re
from typing import Dict, Mapping, Optional, Tuple

from har_model.errors import UsageError

VARIABLE = "CUDA_VISIBLE_DEVICES"
ORDER = "CUDA_DEVICE_ORDER"
#: As nvidia-smi and NVML number GPUs; CUDA's own order puts the fastest first.
BUS_ORDER = "PCI_BUS_ID"

#: A number, the beginning of a UUID, or a MIG instance; what is none of these ends the list, as CUDA reads it.
_ENTRY = re.compile(r"\d+|GPU-[0-9a-fA-F-]+|MIG-[0-9a-zA-Z/-]+")


def entries(variables: Mapping[str, str]) -> Optional[Tuple[str, ...]]:
    """The GPUs that CUDA_VISIBLE_DEVICES lists; None where it is not set, empty where it hides all."""
    if VARIABLE not in variables:
        return None
    listed = []
    for text in variables[VARIABLE].split(","):
        if not _ENTRY.fullmatch(text.strip()):
            break
        listed.append(text.strip())
    return tuple(listed)


def device_of(device: Optional[int], inherited: Mapping[str, str]) -> Optional[str]:
    """The GPU that a trial is given, as CUDA_VISIBLE_DEVICES names it; None where that variable hides all of them.

    Args:
        device: an index into the variable's list where it is set, else nvidia-smi's number; None: the first.
        inherited: the environment as the user has it.

    Raises:
        UsageError: the list has no such entry, or numbers mean something else than nvidia-smi's.
    """
    if inherited.get(ORDER, BUS_ORDER) != BUS_ORDER:
        raise UsageError(
            "%s=%s numbers the GPUs otherwise than nvidia-smi does: unset it, or set it to %s."
            % (ORDER, inherited[ORDER], BUS_ORDER)
        )
    listed = entries(inherited)
    if listed is None:
        return str(device or 0)
    if device is not None and device >= len(listed):
        raise UsageError(
            "There is no --device %d: %s is %r, a list of %d, and --device counts in it from 0."
            % (device, VARIABLE, inherited[VARIABLE], len(listed))
        )
    return listed[device or 0] if listed else None


def of_trial(device: Optional[int], inherited: Mapping[str, str]) -> Dict[str, str]:
    """What a trial's process needs: one GPU visible, by the name that the user gives it, and memory taken as needed.

    Raises:
        UsageError: as `device_of`.
    """
    entry = device_of(device, inherited)
    needed = {ORDER: BUS_ORDER, "TF_FORCE_GPU_ALLOW_GROWTH": "true"}
    return needed if entry is None else dict(needed, **{VARIABLE: entry})
