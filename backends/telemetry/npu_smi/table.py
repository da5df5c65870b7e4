"""The table of `npu-smi info`: devices, and the processes on them where it tells."""

import re
from dataclasses import dataclass, field
from typing import List, Optional, Tuple

from backends.telemetry.fault import Fault
from backends.telemetry.npu_smi import errors
from backends.telemetry.npu_smi.devices import Device, read_devices
from backends.telemetry.npu_smi.processes import Process, ProcessTable, read_processes

#: The process table has no more rows for a chip than this: `npu_info_print.c` of the driver.
MOST_PROCESSES_LISTED = 8
_VERSIONS = re.compile(r"\|\s*npu-smi\s+(\S+)\s+Version:\s*([^\s|]+)")


@dataclass(frozen=True)
class Table:
    """What one output of `npu-smi info` says; whatever it does not say is None.

    Args:
        tool_version: of npu-smi.
        driver_version: of the driver, which may differ.
        devices: the chips that could be read, in the order printed.
        processes: those listed; None where there is no process table. An empty one says that there is none.
        npus_without_list: NPUs of which the process table says neither a process nor that there is none.
        is_incomplete: whether something is evidently missing: lines, halves of devices, devices.
        unknown_headings: headings that are not known; what stands below them was not read.
        remarks: lines beside the tables.
        fault: what npu-smi complained of, or that nothing was understood; devices may be there nevertheless.
        text: all that was printed.
    """

    tool_version: Optional[str]
    driver_version: Optional[str]
    devices: Tuple[Device, ...]
    processes: Optional[Tuple[Process, ...]]
    npus_without_list: Tuple[int, ...]
    is_incomplete: bool
    unknown_headings: Tuple[str, ...]
    remarks: Tuple[str, ...]
    fault: Optional[Fault]
    text: str = field(repr=False)

    def device(self, npu_id: int, chip_id: Optional[int] = None) -> Optional[Device]:
        """The chip of an NPU; None where it is not in the table, or is not the only one while no chip is named."""
        found = [device for device in self.devices if device.npu_id == npu_id]
        if chip_id is not None:
            # A layout without a chip column has one chip in an NPU.
            found = [device for device in found if device.chip_id == chip_id or not device.has_chip_id]
        return found[0] if len(found) == 1 else None

    def processes_on(self, npu_id: int, chip_id: Optional[int] = None) -> Optional[Tuple[Process, ...]]:
        """The processes on a chip; None where the table does not tell, or where its list may go on."""
        if self.processes is None or npu_id in self.npus_without_list:
            return None
        of_npu = [process for process in self.processes if process.npu_id == npu_id]
        found = [process for process in of_npu if None in (chip_id, process.chip_id) or process.chip_id == chip_id]
        # Rows for the other chip alone say nothing of this one.
        is_told = bool(found) or not of_npu
        return tuple(found) if is_told and len(found) < MOST_PROCESSES_LISTED else None


def parse(text: str) -> Table:
    """Read an output of `npu-smi info`, of whatever chip and driver, whole or not; nothing is raised.

    Args:
        text: standard output, and standard error where it holds the message.
    """
    lines = text.splitlines()
    start = _start_of_processes(lines)
    devices, listed = read_devices(lines[:start]), read_processes(lines[start:])
    versions = _VERSIONS.search(text)
    remarks = tuple(line.strip() for line in lines if _is_remark(line))
    fault = errors.fault("\n".join(remarks))
    if fault is None and not devices.devices:
        fault = errors.not_understood("device")
    return Table(
        tool_version=versions.group(1) if versions else None,
        driver_version=versions.group(2) if versions else None,
        devices=devices.devices,
        processes=listed.processes,
        npus_without_list=_npus_without_list(devices.devices, listed),
        is_incomplete=devices.is_incomplete or _is_cut(lines, remarks) or _is_device_missing(devices.devices, listed),
        unknown_headings=devices.unknown_headings,
        remarks=remarks,
        fault=fault,
        text=text,
    )


def _start_of_processes(lines: List[str]) -> int:
    numbers = [number for number, line in enumerate(lines) if line.lstrip().startswith("|") and "Process id" in line]
    return numbers[0] if numbers else len(lines)


def _is_remark(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith(("+", "|"))


def _is_cut(lines: List[str], remarks: Tuple[str, ...]) -> bool:
    drawn = [line.strip() for line in lines if line.strip() and not _is_remark(line)]
    is_open = bool(drawn) and not (drawn[-1].startswith("+") and drawn[-1].endswith("+") and len(drawn[-1]) > 1)
    return is_open or any(not remark.strip(".…") for remark in remarks)


def _npus_without_list(devices: Tuple[Device, ...], listed: ProcessTable) -> Tuple[int, ...]:
    if listed.processes is None:
        return ()
    told = set(listed.npus_without_process) | {process.npu_id for process in listed.processes}
    return tuple(sorted({device.npu_id for device in devices} - told))


def _is_device_missing(devices: Tuple[Device, ...], listed: ProcessTable) -> bool:
    told = set(listed.npus_without_process) | {process.npu_id for process in listed.processes or ()}
    return bool(told - {device.npu_id for device in devices})
