"""The host's memory, and what of it this process may have."""

from typing import Any, Dict, Optional

import psutil

from bench.environment import cgroup, system_files


def available_bytes() -> int:
    """What can be had without swapping, on the host and below the control groups' limits."""
    available, room = int(psutil.virtual_memory().available), cgroup.memory_room_bytes()
    return available if room is None else min(available, room)


def swap_used_bytes() -> Optional[int]:
    """Memory that was moved to disk; None where the system does not say."""
    try:
        return int(psutil.swap_memory().used)
    except (OSError, RuntimeError):
        return None


def transparent_hugepages() -> Optional[str]:
    """`always`, `madvise` or `never`; None where the kernel does not say."""
    words = (system_files.read("/sys/kernel/mm/transparent_hugepage/enabled") or "").split()
    return next((word.strip("[]") for word in words if word.startswith("[")), None)


def identity() -> Dict[str, Any]:
    """How much there is."""
    return {"memory_bytes": int(psutil.virtual_memory().total), "memory_limit_bytes": cgroup.memory_limit_bytes()}


def volatile() -> Dict[str, Any]:
    """How much of it is free now."""
    return {
        "memory_available_bytes": available_bytes(),
        "swap_used_bytes": swap_used_bytes(),
        "transparent_hugepages": transparent_hugepages(),
    }
