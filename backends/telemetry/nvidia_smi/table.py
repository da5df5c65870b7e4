"""The table of `nvidia-smi`: GPUs, parts of GPUs, processes."""

import re
from typing import List, Match, Optional, Pattern, Tuple

from backends.telemetry.nvidia_smi import errors
from backends.telemetry.nvidia_smi.report import Gpu, Process, Report, switch
from backends.telemetry.printed import PCI_BUS_ID, known, number, whole

_TOOL, _DRIVER, _CUDA = (
    re.compile(heading + r"\s*([0-9][0-9.]*)") for heading in ("NVIDIA-SMI", "Driver Version:", "CUDA Version:")
)
_INDEX_AND_NAME = re.compile(r"\s*([0-9]{1,4})\s+(\S.*?)\s+(\S+)\s*")
_BUS = re.compile(r"\s*(%s)\s+(\S+)\s*" % PCI_BUS_ID)
_MIG_DEVICE = re.compile(r"\|\s*[0-9]+\s+[0-9]+\s+[0-9]+\s+[0-9]+\s*\|")
_PROCESS = re.compile(
    r"\|\s+([0-9]{1,4})\s+(?:([0-9]{1,4}|N/A)\s+([0-9]{1,4}|N/A)\s+)?([0-9]{1,10})\s+([CGM](?:\+[CGM])*)\s+"
    r"(\S.*?)\s+([0-9]+\s*MiB|\S+)\s*\|"
)


def parse(text: str) -> Report:
    """Read an output of `nvidia-smi` without arguments, of any version, whole or not; nothing is raised."""
    lines = text.splitlines()
    mig, listed = _starts_with(lines, "MIG devices"), _starts_with(lines, "Processes")
    gpus, processes = _gpus(lines[: min(mig, listed)]), _processes(lines[listed:])
    drawn = [line.strip() for line in lines if _is_drawn(line)]
    remarks = "\n".join(line for line in lines if not _is_drawn(line))
    has_data = bool(gpus) or processes is not None
    return Report(
        gpus=gpus,
        processes=processes,
        # One GPU may be lost while the others are listed.
        fault=errors.fault(remarks) or (None if has_data else errors.not_understood("GPU")),
        text=text,
        tool_version=_version(_TOOL, text),
        driver_version=_version(_DRIVER, text),
        cuda_version=_version(_CUDA, text),
        mig_devices=sum(bool(_MIG_DEVICE.match(line)) for line in lines[mig:listed]) if mig < listed else None,
        is_incomplete=bool(drawn) and not re.fullmatch(r"\+-[-+]*\+", drawn[-1]),
    )


def _version(pattern: Pattern[str], text: str) -> Optional[str]:
    found = pattern.search(text)
    return found.group(1) if found else None


def _is_drawn(line: str) -> bool:
    return line.strip().startswith(("|", "+"))


def _starts_with(lines: List[str], heading: str) -> int:
    numbers = [number for number, line in enumerate(lines) if re.match(r"\|\s*%s\s*:" % heading, line)]
    return numbers[0] if numbers else len(lines)


def _split(line: str) -> List[str]:
    # A cell without a border behind it is cut.
    return line.strip().split("|")[1:-1] if line.strip().startswith("|") else []


def _gpus(lines: List[str]) -> Tuple[Gpu, ...]:
    """Two or three rows each: what it is, what it does, and whether it is split."""
    rows = [_split(line) for line in lines] + [[], []]
    found = [_gpu(*rows[place : place + 3]) for place in range(len(rows) - 2) if _is_first(rows[place])]
    return tuple(gpu for gpu in found if gpu is not None)


def _is_first(cells: List[str]) -> bool:
    return len(cells) >= 2 and bool(_INDEX_AND_NAME.fullmatch(cells[0])) and bool(_BUS.fullmatch(cells[1]))


def _gpu(first: List[str], second: List[str], third: List[str]) -> Optional[Gpu]:
    what, where = _INDEX_AND_NAME.fullmatch(first[0]), _BUS.fullmatch(first[1])
    if what is None or where is None:
        return None
    has_second = bool(second) and not _is_first(second)
    does = second + [""] * (3 - len(second)) if has_second else [""] * 3
    has_third = has_second and len(third) == 3 and not third[0].strip() and not third[1].strip()
    fan, temperature, state, power = _state(does[0])
    used, _, total = does[1].partition("/")
    utilisation, _, mode = does[2].strip().partition(" ")
    usage, _, cap = power.partition("/")
    return Gpu(
        index=int(what.group(1)),
        name=what.group(2),
        bus_id=where.group(1),
        is_display_active=switch(where.group(2)),
        fan_percent=number(fan, "%"),
        temperature_celsius=number(temperature, "C"),
        performance_state=known(state),
        power_watts=number(usage, "W"),
        power_limit_watts=number(cap, "W"),
        memory_used_mib=whole(used, "MiB"),
        memory_total_mib=whole(total, "MiB"),
        utilisation_percent=number(utilisation, "%"),
        compute_mode=known(mode),
        is_mig=switch(third[2]) if has_third else None,
    )


def _state(cell: str) -> Tuple[str, str, str, str]:
    """Fan, temperature, state and power; all blank where one is missing, as nobody can tell which."""
    parts = cell.split(None, 3)
    return (parts[0], parts[1], parts[2], parts[3]) if len(parts) == 4 else ("", "", "", "")


def _processes(lines: List[str]) -> Optional[Tuple[Process, ...]]:
    found = [_process(match) for match in map(_PROCESS.match, map(str.strip, lines)) if match]
    if found:
        return tuple(found)
    # An empty panel is what a container shows, whatever runs beside it.
    return () if any("No running processes found" in line for line in lines) else None


def _process(row: Match[str]) -> Process:
    index, gpu_instance, compute_instance, pid, kind, name, memory = row.groups()
    return Process(
        pid=int(pid),
        gpu_index=whole(index),
        gpu_instance=whole(gpu_instance),
        compute_instance=whole(compute_instance),
        kind=kind,
        name=known(name),
        memory_mib=whole(memory, "MiB"),
    )
