"""The answers of `nvidia-smi --query-gpu` and `--query-compute-apps`, in any of the forms of --format=csv."""

import re
from typing import Any, Dict, List, Optional, Sequence, Tuple

from backends.telemetry.nvidia_smi import errors
from backends.telemetry.nvidia_smi.report import Gpu, Process, Report, switch, throttling
from backends.telemetry.printed import known, number, whole

#: Other names of a field that can be asked for, as `nvidia-smi --help-query-gpu` has them.
_SAME = {
    "gpu_name": "name",
    "gpu_uuid": "uuid",
    "gpu_bus_id": "pci.bus_id",
    "clocks.current.graphics": "clocks.gr",
    "clocks.current.sm": "clocks.sm",
    "clocks.current.memory": "clocks.mem",
    "used_memory": "used_gpu_memory",
    "process_id": "pid",
}
_REASON = re.compile(r"clocks_(?:throttle|event)_reasons\.(\w+)")
_NO_REASONS = ("supported", "active")
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*")

Row = Dict[str, str]


def parse_gpus(text: str, fields: Sequence[str] = ()) -> Report:
    """Read what `--query-gpu` answers.

    Args:
        text: as printed.
        fields: what was asked for; needed where the output has no header.
    """
    rows, is_whole = _rows(text, fields)
    gpus = tuple(_gpu(row) for row in rows)
    drivers = {row.get("driver_version", "") for row in rows}
    return Report(
        gpus=gpus,
        processes=None,
        fault=errors.fault_of(text, bool(gpus), "GPU"),
        text=text,
        driver_version=known(drivers.pop()) if len(drivers) == 1 else None,
        attached=whole(rows[0].get("count")) if rows else None,
        is_incomplete=not is_whole,
    )


def parse_processes(text: str, fields: Sequence[str] = ()) -> Report:
    """Likewise what `--query-compute-apps` answers; no row below a header is no process."""
    rows, is_whole = _rows(text, fields)
    found = [_process(row) for row in rows]
    processes = tuple(process for process in found if process is not None)
    lines = [line for line in text.splitlines() if line.strip()]
    is_told = bool(processes) or (len(lines) == 1 and "pid" in _header(lines[0]))
    return Report(
        gpus=(),
        processes=processes if is_told else None,
        fault=errors.fault_of(text, is_told, "process"),
        text=text,
        is_incomplete=not is_whole,
    )


def _header(line: str) -> List[str]:
    names = [re.sub(r"\s*\[[^\]]*\]$", "", cell.strip()) for cell in line.split(",")]
    return [_SAME.get(name, name) for name in names]


def _is_header(names: Sequence[str]) -> bool:
    expected = {*_NUMBERS, *_WHOLES, *_TEXTS, *_SWITCHES, "pid", "process_name", "used_gpu_memory"}
    return all(_FIELD.fullmatch(name) for name in names) and not expected.isdisjoint(names)


def _rows(text: str, fields: Sequence[str]) -> Tuple[List[Row], bool]:
    """The rows by field, and whether every line was one."""
    lines = [line for line in text.splitlines() if line.strip()]
    names = _header(lines[0]) if lines else []
    if lines and _is_header(names):
        lines = lines[1:]
    else:
        names = [_SAME.get(field, field) for field in fields]
    rows = [_row(names, line) for line in lines]
    return [row for row in rows if row is not None], None not in rows


def _row(names: List[str], line: str) -> Optional[Row]:
    cells = [cell.strip() for cell in line.split(",")]
    surplus = len(cells) - len(names)
    if surplus > 0 and "process_name" in names:  # nothing is quoted, and a path may hold commas
        place = names.index("process_name")
        cells[place : place + surplus + 1] = [", ".join(cells[place : place + surplus + 1])]
    return dict(zip(names, cells)) if names and len(cells) == len(names) else None


#: Fields of a GPU by what they hold: our name, and the unit.
_NUMBERS = {
    "utilization.gpu": ("utilisation_percent", "%"),
    "power.draw": ("power_watts", "W"),
    "power.draw.average": ("power_average_watts", "W"),
    "power.draw.instant": ("power_instant_watts", "W"),
    "power.limit": ("power_limit_watts", "W"),
    "power.default_limit": ("power_default_limit_watts", "W"),
    "temperature.gpu": ("temperature_celsius", "C"),
    "clocks.sm": ("sm_clock_mhz", "MHz"),
    "clocks.gr": ("graphics_clock_mhz", "MHz"),
    "clocks.mem": ("memory_clock_mhz", "MHz"),
    "fan.speed": ("fan_percent", "%"),
}
_WHOLES = {
    "index": ("index", ""),
    "memory.used": ("memory_used_mib", "MiB"),
    "memory.total": ("memory_total_mib", "MiB"),
}
_TEXTS = {
    "name": "name",
    "uuid": "uuid",
    "pci.bus_id": "bus_id",
    "pstate": "performance_state",
    "compute_mode": "compute_mode",
}
_SWITCHES = {"display_active": "is_display_active", "mig.mode.current": "is_mig"}


def _gpu(row: Row) -> Gpu:
    values: Dict[str, Any] = {ours: number(row.get(name), unit) for name, (ours, unit) in _NUMBERS.items()}
    values.update({ours: whole(row.get(name), unit) for name, (ours, unit) in _WHOLES.items()})
    values.update({ours: known(row.get(name)) for name, ours in _TEXTS.items()})
    values.update({ours: switch(row.get(name)) for name, ours in _SWITCHES.items()})
    return Gpu(throttle_reasons=_reasons(row), **values)


def _reasons(row: Row) -> Optional[Tuple[str, ...]]:
    found = [(match.group(1), row[name]) for name, match in ((name, _REASON.fullmatch(name)) for name in row) if match]
    told = [(reason, state) for reason, state in found if reason not in _NO_REASONS and known(state)]
    return throttling(reason for reason, state in told if state == "Active") if told else None


def _process(row: Row) -> Optional[Process]:
    pid = whole(row.get("pid"))
    if pid is None:
        return None
    return Process(
        pid=pid,
        bus_id=known(row.get("pci.bus_id")),
        uuid=known(row.get("uuid")),
        name=known(row.get("process_name")),
        memory_mib=whole(row.get("used_gpu_memory"), "MiB"),
    )
