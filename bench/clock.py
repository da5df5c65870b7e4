"""The only clock: monotonic nanoseconds, with its resolution and cost measured rather than believed."""

import time
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Callable

#: Readings from which resolution and cost are taken: enough for a median, a few milliseconds in all.
_CALIBRATION_READINGS = 2000

now_ns = time.perf_counter_ns


def utc_now() -> str:
    """The wall clock as ISO 8601 with offset; for labels only, never for durations."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def seconds_since(start_ns: int) -> float:
    """Seconds on the host's clock since a reading of `now_ns`."""
    return (now_ns() - start_ns) / 1e9


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
    name = "perf_counter_ns" if source is now_ns else "virtual"
    cost = (readings[-1] - readings[0]) / (len(readings) - 1)
    return ClockQuality(name, min(differences) if differences else 0, cost)
