"""How busy the host is."""

import os
import time
from typing import List, NamedTuple, Optional

import psutil


class CpuTimes(NamedTuple):
    """Seconds of all cores since the start of the system; `steal` is None where there is no such account."""

    total: float
    idle: float
    steal: Optional[float]


class Shares(NamedTuple):
    """Shares (0 to 1) of all cores' time; None where the system does not say."""

    busy: Optional[float]
    steal: Optional[float]


def load_average() -> Optional[List[float]]:
    """Mean number of runnable tasks over 1, 5 and 15 minutes; None where the system does not say."""
    try:
        return list(os.getloadavg())
    except OSError:
        return None


def cpu_times() -> Optional[CpuTimes]:
    """The kernel's account of all cores; None where it cannot be read."""
    try:
        times = psutil.cpu_times()
    except (OSError, RuntimeError):
        return None
    # The time of guests is in that of users already (proc(5)).
    total = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
    return CpuTimes(total, times.idle + getattr(times, "iowait", 0.0), getattr(times, "steal", None))


def shares_between(before: Optional[CpuTimes], after: Optional[CpuTimes]) -> Shares:
    """What part of the cores' time between two readings was work, stolen time not among it, and what was stolen."""
    if before is None or after is None or after.total <= before.total:
        return Shares(None, None)
    total = after.total - before.total
    # The idle account of some kernels goes back a little at times.
    idle = max(0.0, after.idle - before.idle)
    stolen = None if before.steal is None or after.steal is None else max(0.0, after.steal - before.steal)
    busy = max(0.0, total - idle - (stolen or 0.0))
    return Shares(min(1.0, busy / total), None if stolen is None else min(1.0, stolen / total))


def shares_over(seconds: float) -> Shares:
    """Shares over the next `seconds`, in which we do nothing ourselves."""
    before = cpu_times()
    time.sleep(seconds)
    return shares_between(before, cpu_times())


def busy_share(seconds: float = 0.25) -> Optional[float]:
    """Share (0 to 1) of the host's cores that work takes over the next `seconds`, what is stolen not among it.

    None where the system does not say.
    """
    return shares_over(seconds).busy
