"""Samples one chip of an Ascend NPU through npu-smi."""

from typing import Any, Dict, List, Optional, Tuple

from backends.telemetry import tool
from backends.telemetry.fault import Fault
from backends.telemetry.npu_smi import chips, errors, key_values, mapping, table
from backends.telemetry.npu_smi.devices import HEALTHS, Device
from backends.telemetry.npu_smi.key_values import ChipReading
from backends.telemetry.npu_smi.processes import Process
from backends.telemetry.printed import bytes_of
from backends.telemetry.sightings import Sightings
from backends.telemetry.source import DEVICE_COLUMNS, Pids, Source

COMMAND = "npu-smi"
#: Readings in succession that may fail to show the chip; a driver is busy at times.
MOST_MISSES = 3
_NOT_ASKED_AGAIN = (errors.NOT_SUPPORTED, errors.NOT_PERMITTED)


def logical_ids(run: tool.Run = tool.run) -> Dict[int, Tuple[int, int]]:
    """NPU id and chip id of each logical device id, by `npu-smi info -m`; none where it cannot tell."""
    try:
        return mapping.parse(run([COMMAND, "info", "-m"])).locations
    except tool.ToolFailed:
        return {}


def resolve(logical_id: int, run: tool.Run = tool.run) -> Optional[Tuple[int, int]]:
    """NPU id and chip id that a logical device id means; None where npu-smi cannot tell."""
    return logical_ids(run).get(logical_id)


def utilisation_percent(device: Device) -> Optional[float]:
    """Use of the AI cores, or of the NPU, which 950 prints instead; None where neither is printed as an amount."""
    is_aicore = device.aicore_percent is not None
    return _amount(device.aicore_percent if is_aicore else device.npu_utilisation_percent)


def memory_bytes(device: Device) -> Optional[float]:
    """Memory in use on the chip; None where it is not printed as an amount."""
    return _amount(bytes_of(device.device_memory_used_mib))


def values_of(device: Device, reading: Optional[ChipReading], family: chips.Family) -> Dict[str, Optional[float]]:
    """The columns of one sample.

    npu-smi prints 0 as the utilisation of a virtual NPU and of one that is being profiled, whatever it does.

    Args:
        device: the chip in the table.
        reading: the chip in the answer of `-t common`, where there is one.
        family: of the chip.
    """
    power = reading.power_watts if reading and reading.power_watts is not None else device.power_watts
    return {
        # 310 prints a rated value, which is no measurement.
        "device_power_watts": None if family is chips.Family.INFERENCE_310 else _amount(power),
        "device_memory_bytes": memory_bytes(device),
        "device_temperature_celsius": device.temperature_celsius,
        "device_utilisation_percent": utilisation_percent(device),
        "device_clock_mhz": _amount(reading.aicore_mhz if reading else None),
    }


def _amount(value: Optional[float]) -> Optional[float]:
    # Below zero it is a code of the driver, and no amount.
    return value if value is None or value >= 0 else None


def processes_by_query(
    npu_id: int, chip_id: Optional[int], run: tool.Run
) -> Tuple[Optional[Tuple[Process, ...]], Optional[Fault]]:
    """The processes on a chip by `-t proc-mem`, None where it does not tell; and what npu-smi complained of.

    Raises:
        ToolFailed: npu-smi does not answer.
    """
    answer = key_values.parse_processes(run([COMMAND, "info", "-t", "proc-mem", "-i", str(npu_id)]))
    if answer.processes is None:
        return None, answer.fault
    listed = (one for one in answer.processes if None in (chip_id, one.chip_id) or one.chip_id == chip_id)
    return tuple(listed), answer.fault


class NpuSmi(Source):
    """Power, memory, temperature, utilisation and clock of one chip, and whether the trial's processes are on it.

    Args:
        npu_id: of the card, as in the table of `npu-smi info`; a logical id means one by `resolve`.
        chip_id: on the card; None where the card has one.
        pids: the processes of the trial's tree.
        run: runs npu-smi and returns what it printed; raises ToolFailed where it does not answer.
    """

    name = "NPU"
    columns = DEVICE_COLUMNS
    patience_seconds = tool.TIMEOUT_SECONDS
    #: For the table and, where that lists no processes, the query of them. What comes behind tells nothing of before.
    first_patience_seconds = 2 * tool.TIMEOUT_SECONDS

    def __init__(self, npu_id: int, chip_id: Optional[int], pids: Pids, run: tool.Run = tool.run) -> None:
        self._npu_id, self._chip_id = npu_id, chip_id
        self._run = run
        self._misses = 0
        self._has_common = self._has_proc_mem = True
        self._sightings = Sightings(COMMAND, pids)
        self._sightings.note(id=_id(npu_id, chip_id))

    def read(self) -> Dict[str, Optional[float]]:
        """One sample; nothing where the chip is not in the table this time.

        Raises:
            ToolFailed: npu-smi does not answer, or did not show the chip several times in succession.
        """
        found = table.parse(self._run([COMMAND, "info"]))
        self._sightings.note(driver=found.driver_version)
        self._sightings.output(found.text)
        device = found.device(self._npu_id, self._chip_id)
        if device is None:
            return self._miss(found)
        self._misses = 0
        family = chips.family_of(device, found)
        self._see(found, device, family)
        return values_of(device, self._common(), family)

    def _miss(self, found: table.Table) -> Dict[str, Optional[float]]:
        self._misses += 1
        if self._misses >= MOST_MISSES:
            if found.fault:
                raise tool.ToolFailed(found.fault.sentence)
            raise tool.ToolFailed("%s is not in the table of npu-smi info." % _id(self._npu_id, self._chip_id))
        return {}

    def _common(self) -> Optional[ChipReading]:
        if not self._has_common:
            return None
        try:
            answer = key_values.parse_common(self._run([COMMAND, "info", "-t", "common", "-i", str(self._npu_id)]))
        except tool.ToolFailed:  # the table goes on without it
            self._has_common = False
            return None
        self._has_common = not (answer.fault and answer.fault.kind in _NOT_ASKED_AGAIN)
        return answer.chip(self._chip_id)

    def _see(self, found: table.Table, device: Device, family: chips.Family) -> None:
        """Keep what the table shows, before anything else is asked: that takes seconds on a busy host.

        Meanwhile a trial may start, of which the table shows nothing, or a process end that it shows.
        """
        self._sightings.note(name=device.name, family=family.value)
        self._sightings.replace(id=_id(device.npu_id, device.chip_id))
        self._sightings.health(device.health, HEALTHS)
        used = memory_bytes(device), utilisation_percent(device)
        if found.processes is None and self._has_proc_mem:
            self._sightings.before(*used)
        listed, is_whole, is_read = self._processes(found, device)
        pids = {pid for one in listed for pid in (one.pid, one.container_pid) if pid is not None}
        self._sightings.reading(*used, on_device=pids, is_whole_list=is_whole, is_list_read=is_read)

    def _processes(self, found: table.Table, device: Device) -> Tuple[List[Process], bool, bool]:
        """The processes that are listed on the chip, whether these are all, and whether all that is listed was read.

        Of an idle chip some tables say nothing, in a container above all.
        """
        if found.processes is None:
            listed, is_whole = self._proc_mem(device)
            return listed, is_whole, is_whole
        listed = [row for row in found.processes if (row.npu_id, row.chip_id) == (device.npu_id, device.chip_id)]
        is_read = len(listed) < table.MOST_PROCESSES_LISTED and not found.is_incomplete
        return listed, found.processes_on(device.npu_id, device.chip_id) is not None, is_read

    def _proc_mem(self, device: Device) -> Tuple[List[Process], bool]:
        """The same by `-t proc-mem`, for drivers whose table has no processes."""
        if not self._has_proc_mem:
            return [], False
        try:
            listed, fault = processes_by_query(self._npu_id, device.chip_id, self._run)
        except tool.ToolFailed:
            self._has_proc_mem = False
            return [], False
        self._has_proc_mem = not (fault and fault.kind in _NOT_ASKED_AGAIN)
        return list(listed or ()), listed is not None

    def observation(self) -> Dict[str, Any]:
        """What was seen of the chip.

        A process in a container is listed by its pid on the host; only drivers that print both tell it for sure.
        """
        return self._sightings.document()


def _id(npu_id: int, chip_id: Optional[int]) -> str:
    return "npu %d" % npu_id if chip_id is None else "npu %d chip %d" % (npu_id, chip_id)
