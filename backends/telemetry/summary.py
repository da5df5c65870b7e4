"""From columns of samples to figures; None is unknown, and never zero."""

from typing import Any, List, Mapping, Optional, Tuple

Columns = Mapping[str, Any]


def _known(columns: Columns, name: str) -> List[Tuple[float, float]]:
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
