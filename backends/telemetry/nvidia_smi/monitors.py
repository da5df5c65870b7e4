"""The rows of `nvidia-smi dmon` and `nvidia-smi pmon`."""

from dataclasses import dataclass, field
from typing import Dict, List, Optional, Tuple

from backends.telemetry.fault import Fault
from backends.telemetry.nvidia_smi import errors
from backends.telemetry.printed import known, number, whole


@dataclass(frozen=True)
class DeviceRow:
    """One GPU at one moment; "-" is None."""

    gpu_index: int
    power_watts: Optional[float]
    temperature_celsius: Optional[float]
    memory_temperature_celsius: Optional[float]
    sm_percent: Optional[float]
    memory_percent: Optional[float]
    memory_clock_mhz: Optional[float]
    sm_clock_mhz: Optional[float]


@dataclass(frozen=True)
class ProcessRow:
    """One process at one moment; its command may be cut."""

    gpu_index: int
    pid: int
    kind: Optional[str]
    sm_percent: Optional[float]
    memory_percent: Optional[float]
    command: Optional[str]


@dataclass(frozen=True)
class DeviceRows:
    """The rows in the order printed, why there are none, and all that was printed."""

    rows: Tuple[DeviceRow, ...]
    fault: Optional[Fault]
    text: str = field(repr=False)


@dataclass(frozen=True)
class ProcessRows:
    """Likewise of pmon; a GPU without a process has a row without a pid there, and none here."""

    rows: Tuple[ProcessRow, ...]
    fault: Optional[Fault]
    text: str = field(repr=False)


def parse_dmon(text: str) -> DeviceRows:
    """Read `nvidia-smi dmon` by the names of its columns."""
    found = [_device(row) for row in _rows(text)]
    rows = tuple(row for row in found if row is not None)
    return DeviceRows(rows, errors.fault_of(text, bool(rows), "row"), text)


def parse_pmon(text: str) -> ProcessRows:
    """Read `nvidia-smi pmon` by the names of its columns."""
    printed = _rows(text)
    found = [_process(row) for row in printed]
    return ProcessRows(
        tuple(row for row in found if row is not None), errors.fault_of(text, bool(printed), "row"), text
    )


def _rows(text: str) -> List[Dict[str, str]]:
    columns: List[str] = []
    rows: List[Dict[str, str]] = []
    for line in text.splitlines():
        if line.startswith("#"):
            # Two lines of header, names and units, come again and again.
            columns = line[1:].split() if "gpu" in line.split() else columns
        elif columns:
            cells = line.strip().split(None, len(columns) - 1) if columns[-1] == "command" else line.split()
            rows += [dict(zip(columns, cells))] if len(cells) == len(columns) else []
    return rows


def _device(row: Dict[str, str]) -> Optional[DeviceRow]:
    index = whole(row.get("gpu"))
    if index is None:
        return None
    return DeviceRow(
        gpu_index=index,
        power_watts=number(row.get("pwr")),
        temperature_celsius=number(row.get("gtemp", row.get("temp"))),
        memory_temperature_celsius=number(row.get("mtemp")),
        sm_percent=number(row.get("sm")),
        memory_percent=number(row.get("mem")),
        memory_clock_mhz=number(row.get("mclk")),
        sm_clock_mhz=number(row.get("pclk")),
    )


def _process(row: Dict[str, str]) -> Optional[ProcessRow]:
    index, pid = whole(row.get("gpu")), whole(row.get("pid"))
    if index is None or pid is None:
        return None
    return ProcessRow(
        gpu_index=index,
        pid=pid,
        kind=known(row.get("type")),
        sm_percent=number(row.get("sm")),
        memory_percent=number(row.get("mem")),
        command=known(row.get("command")),
    )
