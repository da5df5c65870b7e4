"""From columns of samples to figures; None is unknown, and never zero."""

from typing import Any, List, Mapping, Optional, Tuple

Columns = Mapping[str, Any]
#: From and to, in seconds since sampling began.
Window = Tuple[float, float]
Points = List[Tuple[float, float]]

#: A longer time without a sample, in sampling intervals, hides what the device did in it.
LARGEST_GAP_INTERVALS = 5
#: From fewer samples of its power no energy is made.
FEWEST_POWER_SAMPLES = 3


def _known(columns: Columns, name: str) -> Points:
    """Time and value of the samples in which a column is known."""
    values = columns.get(name) or []
    return [(seconds, value) for seconds, value in zip(columns["seconds"], values) if value is not None]


def mean_cores(columns: Columns) -> Optional[float]:
    """Cores in use on average between the first and the last sample of the process: CPU seconds over seconds."""
    known = _known(columns, "cpu_seconds")
    if len(known) < 2 or known[-1][0] <= known[0][0]:
        return None
    (first_seconds, first), (last_seconds, last) = known[0], known[-1]
    return max(0.0, last - first) / (last_seconds - first_seconds)


def peak_memory_bytes(columns: Columns) -> Optional[int]:
    """The most memory that was resident at a time, as far as it was seen."""
    peak = columns.get("peak_resident_bytes")
    return None if peak is None else int(peak)


def energy_joules(columns: Columns) -> Optional[float]:
    """Energy of the processor packages between the first and the last sample, whatever else they did."""
    values = columns.get("energy_joules") or []
    # A counter that failed on the way leaves its energy unknown, not smaller.
    if len(values) < 2 or values[0] is None or values[-1] is None:
        return None
    return float(values[-1] - values[0])


def device_energy_joules(columns: Columns, window: Optional[Window] = None) -> Optional[float]:
    """Energy of the device: the difference of its counter where it has one, otherwise its power over time.

    Args:
        columns: samples.
        window: within it alone, otherwise over all samples. Between two samples a value changes evenly.
    """
    if _known(columns, "device_energy_joules"):
        return _counted(columns, window or _whole(columns))
    return _integral(columns, "device_power_watts", window or _whole(columns))


def device_power_watts_mean(columns: Columns, window: Optional[Window] = None) -> Optional[float]:
    """Mean power of the device over time, unknown where its energy by power is."""
    start, end = window or _whole(columns)
    joules = _integral(columns, "device_power_watts", (start, end))
    return None if joules is None else joules / (end - start)


def device_memory_bytes_peak(columns: Columns, window: Optional[Window] = None) -> Optional[int]:
    """The most memory in use on the device in any sample, whoever used it."""
    most = _most(columns, "device_memory_bytes", window)
    return None if most is None else int(most)


def device_temperature_celsius_most(columns: Columns, window: Optional[Window] = None) -> Optional[float]:
    """The highest temperature of the device in any sample."""
    return _most(columns, "device_temperature_celsius", window)


def _whole(columns: Columns) -> Window:
    seconds = columns["seconds"]
    return (seconds[0], seconds[-1]) if seconds else (0.0, 0.0)


def _most(columns: Columns, name: str, window: Optional[Window]) -> Optional[float]:
    start, end = window or _whole(columns)
    return max((value for seconds, value in _known(columns, name) if start <= seconds <= end), default=None)


def _value_at(points: Points, moment: float, largest_gap: float) -> Optional[float]:
    """The value at a moment between two points that are not too far apart; None elsewhere."""
    for (before, first), (after, second) in zip(points, points[1:]):
        if moment == before:
            return first
        if before < moment < after:
            share = (moment - before) / (after - before)
            return first + share * (second - first) if after - before <= largest_gap else None
    return points[-1][1] if points and points[-1][0] == moment else None


def _largest_gap(columns: Columns) -> float:
    return float(LARGEST_GAP_INTERVALS * columns["interval_seconds"])


def _counted(columns: Columns, window: Window) -> Optional[float]:
    points = _known(columns, "device_energy_joules")
    first, last = (_value_at(points, moment, _largest_gap(columns)) for moment in window)
    # A counter that goes back began anew.
    return last - first if first is not None and last is not None and last >= first else None


def _integral(columns: Columns, name: str, window: Window) -> Optional[float]:
    """A column over time within a window, by the trapezoidal rule; None where too little is known of it."""
    (start, end), points, gap = window, _known(columns, name), _largest_gap(columns)
    inside = [point for point in points if start <= point[0] <= end]
    if len(inside) < FEWEST_POWER_SAMPLES:
        return None
    edges = _edge(points, start, gap), _edge(points, end, gap)
    knots = [(start, edges[0]), *inside, (end, edges[1])]
    total = 0.0
    for (before, first), (after, second) in zip(knots, knots[1:]):
        if first is None or second is None or after - before > gap:
            return None
        total += (after - before) * (first + second) / 2
    return total


def _edge(points: Points, moment: float, largest_gap: float) -> Optional[float]:
    """The value at the edge of a window: beyond the first and the last point theirs goes on."""
    (first_seconds, first), (last_seconds, last) = points[0], points[-1]
    if moment < first_seconds:
        return first
    return last if moment > last_seconds else _value_at(points, moment, largest_gap)
