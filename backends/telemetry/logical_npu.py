"""The chip that a logical device number means: found through npu-smi, looked at once or sampled."""

from dataclasses import dataclass
from typing import Any, Dict, Optional, Tuple

from backends.telemetry import npu, tool
from backends.telemetry.npu_smi import chips, key_values, table
from backends.telemetry.npu_smi.devices import Device
from backends.telemetry.npu_smi.processes import Process
from backends.telemetry.source import Pids, Source


def locate(logical_id: int, run: tool.Run = tool.run) -> Tuple[int, Optional[int]]:
    """NPU id and chip id of a logical number: by the mapping that npu-smi prints, or where it shows one chip only.

    Raises:
        ToolFailed: npu-smi does not answer, or does not tell.
    """
    found = npu.resolve(logical_id, run)
    if found is not None:
        return found
    shown = table.parse(run([npu.COMMAND, "info"]))
    if logical_id == 0 and len(shown.devices) == 1 and not shown.is_incomplete:
        return shown.devices[0].npu_id, shown.devices[0].chip_id
    if shown.fault:
        raise tool.ToolFailed(shown.fault.sentence)
    raise tool.ToolFailed(
        "npu-smi info -m does not tell which chip the logical device %d is; --device takes one that it lists."
        % logical_id
    )


@dataclass(frozen=True)
class View:
    """One look at a chip.

    Args:
        device: its rows in the table.
        family: which chips it is one of.
        driver, firmware: their versions; None where they are not printed, the firmware's to a user who is not root.
        processes: those on it; None where npu-smi does not tell.
        rated_mhz, current_mhz: clock of the AI cores; None where it is not printed.
    """

    device: Device
    family: chips.Family
    driver: Optional[str]
    firmware: Optional[str]
    processes: Optional[Tuple[Process, ...]]
    rated_mhz: Optional[float]
    current_mhz: Optional[float]

    @property
    def utilisation_percent(self) -> Optional[float]:
        """How busy the chip is, by the table; None where that is not printed."""
        return npu.utilisation_percent(self.device)

    @property
    def name(self) -> str:
        """The chip as a reader knows it, with the family where the printed name does not tell it."""
        printed = self.device.name or "chip of unknown name"
        name = printed if printed.startswith("Ascend") else "Ascend " + printed
        telling = chips.family(self.device.name) == self.family
        return name if telling else "%s (family %s)" % (name, self.family.value)


def _common(npu_id: int, chip_id: Optional[int], run: tool.Run) -> Optional[key_values.ChipReading]:
    """What `-t common` says of a chip; None where it says nothing, which leaves the table as good as it is."""
    try:
        return key_values.parse_common(run([npu.COMMAND, "info", "-t", "common", "-i", str(npu_id)])).chip(chip_id)
    except tool.ToolFailed:
        return None


def _firmware(npu_id: int, run: tool.Run) -> Optional[str]:
    """The firmware's version by `-t board`; None where that does not tell it."""
    try:
        return key_values.parse_board(run([npu.COMMAND, "info", "-t", "board", "-i", str(npu_id)])).firmware_version
    except tool.ToolFailed:
        return None


def _processes(shown: table.Table, device: Device, run: tool.Run) -> Optional[Tuple[Process, ...]]:
    """The processes on a chip: by the table, else by `-t proc-mem`; None where neither tells."""
    found = shown.processes_on(device.npu_id, device.chip_id)
    if found is not None:
        return found
    try:
        return npu.processes_by_query(device.npu_id, device.chip_id, run)[0]
    except tool.ToolFailed:
        return None


def look(logical_id: int, run: tool.Run = tool.run) -> View:
    """Look at the chip of a logical number.

    Raises:
        ToolFailed: npu-smi does not answer, or does not show it.
    """
    npu_id, chip_id = locate(logical_id, run)
    shown = table.parse(run([npu.COMMAND, "info"]))
    device = shown.device(npu_id, chip_id)
    if device is None:
        sentence = "NPU %d is not in the table of npu-smi info; give the container all of its device nodes." % npu_id
        raise tool.ToolFailed(shown.fault.sentence if shown.fault else sentence)
    common = _common(npu_id, chip_id, run)
    return View(
        device=device,
        family=chips.family_of(device, shown),
        driver=shown.driver_version,
        firmware=_firmware(npu_id, run),
        processes=_processes(shown, device, run),
        rated_mhz=common.aicore_rated_mhz if common else None,
        current_mhz=common.aicore_mhz if common else None,
    )


class LogicalNpu(Source):
    """`npu.NpuSmi` on the chip of a logical number, which is looked for at the first reading.

    Args:
        logical_id: as the framework counts devices.
        pids: the processes of the trial's tree.
        run: runs npu-smi.
        tells_utilisation: False while a profiler runs on the chip: npu-smi then prints 0, whatever the chip does.
    """

    name = npu.NpuSmi.name
    columns = npu.NpuSmi.columns
    patience_seconds = npu.NpuSmi.patience_seconds
    #: For the mapping, or where npu-smi has none the table in its place, and what the chip's own first reading needs.
    first_patience_seconds = 2 * tool.TIMEOUT_SECONDS + npu.NpuSmi.first_patience_seconds

    def __init__(self, logical_id: int, pids: Pids, run: tool.Run = tool.run, tells_utilisation: bool = True) -> None:
        self._logical_id, self._pids, self._run = logical_id, pids, run
        self._unknown: Dict[str, Optional[float]] = {} if tells_utilisation else {"device_utilisation_percent": None}
        self._chip: Optional[npu.NpuSmi] = None

    def read(self) -> Dict[str, Optional[float]]:
        """One sample.

        Raises:
            ToolFailed: npu-smi does not answer, or does not show the chip.
        """
        if self._chip is None:
            self._chip = npu.NpuSmi(*locate(self._logical_id, self._run), pids=self._pids, run=self._run)
        return dict(self._chip.read(), **self._unknown)

    def observation(self) -> Dict[str, Any]:
        """What was seen of the chip; empty before it was found."""
        if self._chip is None:
            return {}
        unknown = dict.fromkeys(("utilisation_percent_before", "utilisation_percent_most")) if self._unknown else {}
        return dict(self._chip.observation(), logical_id=self._logical_id, **unknown)
