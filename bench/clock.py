"""The only clock: monotonic nanoseconds, with its resolution and cost measured rather than believed."""

import os
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Callable, Optional

#: Readings from which resolution and cost are taken: enough for a median, a few milliseconds in all.
_CALIBRATION_READINGS = 2000
#: Name of a clock whose times are given, not measured.
VIRTUAL = "virtual"

now_ns = time.perf_counter_ns


def utc_now() -> str:
    """The wall clock as ISO 8601 with offset; for labels only, never for durations."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")


def seconds_since(start_ns: int) -> float:
    """Seconds on the host's clock since a reading of `now_ns`."""
    return (now_ns() - start_ns) / 1e9


def process_seconds() -> Optional[float]:
    """Age of this process, its interpreter's start included, to a hundredth of a second; None off Linux."""
    try:
        with open("/proc/self/stat", encoding="utf-8", errors="replace") as file:
            # The name, in parentheses, may hold anything; the start is field 22, counted from 1 (proc(5)).
            ticks = int(file.read().rpartition(")")[2].split()[22 - 3])
        return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError):
        return None


@dataclass(frozen=True)
class ClockQuality:
    """What a reading of the clock can tell apart, and what it costs, in nanoseconds."""

    name: str
    resolution_ns: int
    cost_ns: float


def measure_quality(source: Callable[[], int] = now_ns) -> ClockQuality:
    """Smallest difference seen between readings, and mean time of a reading."""
    readings = [source() for _ in range(_CALIBRATION_READINGS)]
    differences = [b - a for a, b in zip(readings, readings[1:]) if b > a]
    name = "perf_counter_ns" if source is now_ns else VIRTUAL
    cost = (readings[-1] - readings[0]) / (len(readings) - 1)
    return ClockQuality(name, min(differences) if differences else 0, cost)
