"""The chips that the pretended `npu-smi` shows, and the processes on them."""

import json
import os
from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple

VARIABLE = "FAKE_NPU_SMI"
MARK = b"HARBENCH_TRIAL"


class Layout(NamedTuple):
    """How a kind of device is shown.

    Args:
        name: as in the table's column Name.
        version: of the tool and the driver.
        chips: how many chips a card has.
        hbm_mb: memory of a chip on the device; None: it has only DDR.
        memory_mb: DDR of a chip.
        has_hugepages: whether the table has that column.
        second_columns: what the first cell of the second header line says.
        aicores: cores of a chip.
        power_key: what `-t common` and `-t power` call the power; on 310 it is a rated value.
        has_chip_ids: whether the tool names chips at all. 950 does not: there an NPU is one chip, and the mapping has
            slots and physical ids in place of logical ones.
        busy_column: what the table calls the use of the cores.
        is_power_of_card: whether `-t common` prints it in a block of the card's controller, and none for a chip.
    """

    name: str
    version: str
    chips: int
    hbm_mb: Optional[int]
    memory_mb: int
    has_hugepages: bool
    second_columns: str
    aicores: int
    power_key: str = "NPU Real-time Power(W)"
    has_chip_ids: bool = True
    busy_column: str = "AICore(%)"
    is_power_of_card: bool = False


LAYOUTS = {
    "910A": Layout("910A", "20.2.0", 1, 32255, 15171, False, "Chip", 32),
    "910ProB": Layout("910ProB", "23.0.rc2", 1, 32768, 15137, True, "Chip", 30),
    "910B": Layout("910B3", "24.1.rc1", 1, 65536, 0, True, "Chip", 20),
    "A3": Layout("Ascend910", "25.0.rc1", 2, 65536, 0, True, "Chip  Phy-ID", 24),
    "310": Layout("310", "21.0.3.1", 2, None, 8192, False, "Chip  Device", 2, power_key="Power Dissipation(W)"),
    "310P": Layout("310P3", "24.1.rc1", 1, None, 21534, True, "Chip  Device", 8, is_power_of_card=True),
    "950": Layout("950PR", "25.5.0", 1, 86016, 0, True, "", 32, has_chip_ids=False, busy_column="NPU Util(%)"),
}
_DEFAULTS: Dict[str, Any] = {
    "layout": "910ProB",
    "cards": 1,
    "npu_ids": None,
    "health": "OK",
    "power": 78.4,
    "temperature": 33,
    "aicore": 0,
    "hbm_mb": 1,
    "memory_mb": 1198,
    "busy_aicore": 37,
    "process_mb": 900,
    "growth_mb_per_s": 0,
    "pids": (),
    "process_table": True,
    "failure": None,
    "fails_on": "",
}


class Process(NamedTuple):
    """A process on a chip."""

    pid: int
    name: str
    memory_mb: int


class Chip(NamedTuple):
    """One chip as it is now."""

    npu_id: int
    chip_id: int
    logic_id: int
    processes: List[Process]


def read_state() -> Dict[str, Any]:
    """The state asked for, with defaults; an unknown key is an error of the test."""
    text = os.environ.get(VARIABLE, "") or "{}"
    given = json.loads(text if text.lstrip().startswith("{") else Path(text).read_text())
    unknown = set(given) - set(_DEFAULTS)
    if unknown:
        raise SystemExit("%s has unknown keys: %s" % (VARIABLE, ", ".join(sorted(unknown))))
    return dict(_DEFAULTS, **given)


def _environment(pid: int) -> Dict[bytes, bytes]:
    try:
        pairs = Path("/proc/%d/environ" % pid).read_bytes().split(b"\0")
    except OSError:
        return {}
    return dict(pair.split(b"=", 1) for pair in pairs if b"=" in pair)


def _is_this_tool(pid: int) -> bool:
    """Whether a process is a call of this tool, which is on no device."""
    try:
        return b"npu_smi" in Path("/proc/%d/cmdline" % pid).read_bytes().replace(b"-", b"_")
    except OSError:
        return True


def _has_framework(pid: int) -> bool:
    """Whether a process has loaded TensorFlow: before that it has opened no device."""
    try:
        return "tensorflow" in Path("/proc/%d/maps" % pid).read_text()
    except OSError:
        return False


def _age_seconds(pid: int) -> float:
    """How long ago a process started."""
    fields = Path("/proc/%d/stat" % pid).read_text().rpartition(")")[2].split()
    up = float(Path("/proc/uptime").read_text().split()[0])
    return up - int(fields[19]) / os.sysconf("SC_CLK_TCK")


def _process(pid: int, state: Dict[str, Any]) -> Optional[Process]:
    try:
        name = Path("/proc/%d/comm" % pid).read_text().strip()
        grown = state["growth_mb_per_s"] * _age_seconds(pid)
    except OSError:
        return None
    return Process(pid, name[:15], int(state["process_mb"] + grown))


def find_processes(state: Dict[str, Any]) -> Iterator[Tuple[int, Process]]:
    """Logical device and process, of every process that is on a device."""
    marked = []
    for entry in os.listdir("/proc"):
        if entry.isdigit() and not _is_this_tool(int(entry)):
            environment = _environment(int(entry))
            # Another test's trials are on another pretended host: their variable for this tool says so.
            is_here = environment.get(VARIABLE.encode()) == os.environ.get(VARIABLE, "").encode()
            if MARK in environment and is_here and _has_framework(int(entry)):
                marked.append((int(environment.get(b"ASCEND_DEVICE_ID", b"0") or 0), int(entry)))
    for device, pid in sorted(set(marked) | {(0, pid) for pid in state["pids"]}):
        process = _process(pid, state)
        if process:
            yield device, process


def find_chips(state: Dict[str, Any], layout: Layout) -> List[Chip]:
    """Every chip with its processes."""
    processes = list(find_processes(state))
    npu_ids = state["npu_ids"] or list(range(state["cards"]))
    places = [(npu_id, chip_id) for npu_id in npu_ids for chip_id in range(layout.chips)]
    return [
        Chip(npu_id, chip_id, logic_id, [process for device, process in processes if device == logic_id])
        for logic_id, (npu_id, chip_id) in enumerate(places)
    ]
