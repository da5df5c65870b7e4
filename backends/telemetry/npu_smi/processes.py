"""The processes that `npu-smi` lists: below its table, and by `-t proc-mem`."""

import re
from dataclasses import dataclass
from typing import Dict, List, Optional, Tuple

from backends.telemetry.npu_smi.layout import Cells, split_cells
from backends.telemetry.printed import known, whole

_NONE_ON_NPU = re.compile(r"No running processes found in NPU\s+([0-9]{1,9})")


@dataclass(frozen=True)
class Process:
    """A process on a chip.

    Args:
        npu_id, chip_id: where it is; None where it is not printed.
        pid: on the host, whatever npu-smi runs in.
        name: as printed, possibly cut.
        memory_mib: of the device.
        container_pid: in its container, by newer drivers.
    """

    npu_id: Optional[int]
    chip_id: Optional[int]
    pid: int
    name: Optional[str]
    memory_mib: Optional[int]
    container_pid: Optional[int] = None


@dataclass(frozen=True)
class ProcessTable:
    """The processes, None where there is no process table; and the NPUs of which it says that they have none."""

    processes: Optional[Tuple[Process, ...]]
    npus_without_process: Tuple[int, ...]


def read_processes(lines: List[str]) -> ProcessTable:
    """Read the lines of the process table; its first one is the header. What breaks off tells of no process."""
    if not lines or not _is_closed(lines):
        return ProcessTable(None, ())
    columns = {heading: place for place, heading in enumerate(split_cells(lines[0]))}
    rows = [split_cells(line) for line in lines[1:] if line.lstrip().startswith("|")]
    processes = [_process(columns, cells) for cells in rows]
    empty = [int(number) for line in lines for number in _NONE_ON_NPU.findall(line)]
    found = tuple(process for process in processes if process is not None)
    # A header alone says nothing.
    return ProcessTable(found if found or empty else None, tuple(empty))


def _is_closed(lines: List[str]) -> bool:
    """Whether the last line drawn is a rule as long as the one below the header: the rows of each NPU end with one."""
    drawn = [line.strip() for line in lines if line.lstrip().startswith(("|", "+"))]
    rules = [line for line in drawn if line.startswith("+") and line.endswith("+")]
    return bool(rules) and drawn[-1] == rules[-1] and len(rules[-1]) == len(rules[0])


def _cell(columns: Dict[str, int], heading: str, cells: Cells) -> str:
    place = columns.get(heading, len(cells))
    return cells[place] if place < len(cells) else ""


def _process(columns: Dict[str, int], cells: Cells) -> Optional[Process]:
    where = cells[0].split() if cells else []
    npu_id, pid = whole(where[0]) if where else None, whole(_cell(columns, "Process id", cells))
    if npu_id is None or pid is None:
        return None
    return Process(
        npu_id=npu_id,
        chip_id=whole(where[1]) if len(where) == 2 else None,
        pid=pid,
        name=known(_cell(columns, "Process name", cells)),
        memory_mib=whole(_cell(columns, "Process memory(MB)", cells)),
        container_pid=whole(_cell(columns, "Process id in container", cells)),
    )
