"""The rows of `npu-smi info watch`: one for each chip and each moment."""

import re
from dataclasses import dataclass, field
from typing import Dict, List, Optional, Tuple

from backends.telemetry.fault import Fault
from backends.telemetry.npu_smi import errors
from backends.telemetry.printed import number, whole

#: A heading holds blanks and ends with its unit; what parts it from the next may be a single blank.
_HEADING = re.compile(r"[^()\s][^()]*\([^()]*\)")


@dataclass(frozen=True)
class WatchRow:
    """One chip at one moment; one row alone is no utilisation, it jumps within seconds."""

    npu_id: int
    chip_id: Optional[int]
    power_watts: Optional[float]
    temperature_celsius: Optional[float]
    aicore_percent: Optional[float]
    aicpu_percent: Optional[float]
    ctrlcpu_percent: Optional[float]
    memory_percent: Optional[float]
    memory_bandwidth_percent: Optional[float]
    npu_utilisation_percent: Optional[float]


@dataclass(frozen=True)
class Watch:
    """The rows in the order printed, what npu-smi complained of, and all that was printed."""

    rows: Tuple[WatchRow, ...]
    fault: Optional[Fault]
    text: str = field(repr=False)


def parse(text: str) -> Watch:
    """Read `npu-smi info watch` by the names of its columns, which differ by chip."""
    columns: List[str] = []
    rows: List[WatchRow] = []
    for line in text.splitlines():
        cells = line.split()
        if line.lstrip().startswith("NpuID"):
            columns = _HEADING.findall(line)
        elif columns and len(cells) == len(columns):
            row = _row(dict(zip(columns, cells)))
            rows += [row] if row else []
    fault = errors.fault(text) or (None if rows else errors.not_understood("row"))
    return Watch(tuple(rows), fault, text)


def _row(values: Dict[str, str]) -> Optional[WatchRow]:
    npu_id = whole(values.get("NpuID(Idx)"))
    if npu_id is None:
        return None
    return WatchRow(
        npu_id=npu_id,
        chip_id=whole(values.get("ChipId(Idx)")),
        power_watts=number(values.get("Pwr(W)")),
        temperature_celsius=number(values.get("Temp(C)")),
        aicore_percent=number(values.get("AI Core(%)")),
        aicpu_percent=number(values.get("AI Cpu(%)")),
        ctrlcpu_percent=number(values.get("Ctrl Cpu(%)")),
        memory_percent=number(values.get("Memory(%)")),
        memory_bandwidth_percent=number(values.get("Memory BW(%)")),
        npu_utilisation_percent=number(values.get("NPU Util(%)")),
    )
