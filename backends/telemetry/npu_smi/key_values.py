"""The answers of `npu-smi info -t ...`: common, usages, board, power, temp, health and proc-mem."""

import re
from dataclasses import dataclass, field
from typing import List, Optional, Tuple

from backends.telemetry.fault import Fault
from backends.telemetry.npu_smi import errors
from backends.telemetry.npu_smi.blocks import Values, read_pairs, read_values, split_blocks
from backends.telemetry.npu_smi.devices import HEALTHS
from backends.telemetry.npu_smi.processes import Process
from backends.telemetry.printed import known, number, whole

_PROCESS = re.compile(
    r"Process id\s*:\s*([0-9]{1,9})\b(?:\s+Process name\s*:(.*?))?\s+Process memory\(MB\)\s*:\s*([0-9]{1,9})?"
)


@dataclass(frozen=True)
class ChipReading:
    """What common and usages tell of a chip, or of the card's controller; None where it is not told.

    Args:
        chip_id: on the card.
        aicore_mhz, aicore_rated_mhz: the clock now, lower when idle, and the rated one.
        aicore_percent: use of the AI cores; 0 says nothing on a virtual NPU and while a profiler runs.
    """

    chip_id: Optional[int]
    power_watts: Optional[float]
    temperature_celsius: Optional[float]
    aicore_percent: Optional[float]
    aicore_mhz: Optional[float]
    aicore_rated_mhz: Optional[float]
    aicore_count: Optional[int]
    aicpu_percent: Optional[float]
    ctrlcpu_percent: Optional[float]
    npu_utilisation_percent: Optional[float]
    memory_percent: Optional[float]
    ddr_percent: Optional[float]
    ddr_total_mib: Optional[int]
    hbm_percent: Optional[float]
    hbm_total_mib: Optional[int]


@dataclass(frozen=True)
class CardReading:
    """What common or usages tell of a card.

    Args:
        npu_id: of the card.
        chips: in the order printed.
        mcu: the card's controller: its power is that of the whole card.
        is_incomplete: whether values stand there whose chip is not told.
        fault: what npu-smi complained of, or that nothing was understood.
        text: all that was printed.
    """

    npu_id: Optional[int]
    chips: Tuple[ChipReading, ...]
    mcu: Optional[ChipReading]
    is_incomplete: bool
    fault: Optional[Fault]
    text: str = field(repr=False)

    def chip(self, chip_id: Optional[int]) -> Optional[ChipReading]:
        """A chip; None where it is not told, or is not the only one while no chip is named."""
        found = [chip for chip in self.chips if None in (chip_id, chip.chip_id) or chip.chip_id == chip_id]
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True)
class Board:
    """What board tells of a chip or a card; `NA`, as for a user who is not root, is None."""

    npu_id: Optional[int]
    chip_id: Optional[int]
    chip_type: Optional[str]
    chip_name: Optional[str]
    chip_version: Optional[str]
    product_name: Optional[str]
    software_version: Optional[str]
    firmware_version: Optional[str]
    bus_id: Optional[str]
    fault: Optional[Fault]
    text: str = field(repr=False)

    @property
    def full_name(self) -> Optional[str]:
        """Type and name, as "Ascend 910A"."""
        return " ".join(part for part in (self.chip_type, self.chip_name) if part) or None


@dataclass(frozen=True)
class Gauge:
    """What power or temp tell of a chip; on 310 the power is a rated value."""

    npu_id: Optional[int]
    chip_id: Optional[int]
    power_watts: Optional[float]
    temperature_celsius: Optional[float]
    fault: Optional[Fault]
    text: str = field(repr=False)


@dataclass(frozen=True)
class Health:
    """What health tells: one of the driver's states, codes of errors and what they mean."""

    health: Optional[str]
    health_text: Optional[str]
    error_codes: Tuple[str, ...]
    messages: Tuple[str, ...]
    fault: Optional[Fault]
    text: str = field(repr=False)


@dataclass(frozen=True)
class ProcessList:
    """What proc-mem tells: the processes, none at all, or, as None, nothing of them."""

    npu_id: Optional[int]
    processes: Optional[Tuple[Process, ...]]
    fault: Optional[Fault]
    text: str = field(repr=False)


def parse_common(text: str) -> CardReading:
    """Read `npu-smi info -t common`, in which a Chip ID opens a block."""
    return _card(text, is_closed_by_chip=False)


def parse_usages(text: str) -> CardReading:
    """Read `npu-smi info -t usages`, in which a Chip ID closes a block."""
    return _card(text, is_closed_by_chip=True)


def _card(text: str, is_closed_by_chip: bool) -> CardReading:
    blocks = split_blocks(text, is_closed_by_chip)
    chips = tuple(_chip(chip_id, values) for chip_id, values in blocks.chips if _has_any(values))
    mcu = None if blocks.mcu is None else _chip(None, blocks.mcu)
    return CardReading(blocks.npu_id, chips, mcu, blocks.is_incomplete, _fault(text, bool(chips), "chip"), text)


def _has_any(values: Values) -> bool:
    return any(key.endswith(")") for key in values)


def _chip(chip_id: Optional[int], values: Values) -> ChipReading:
    return ChipReading(
        chip_id=chip_id,
        power_watts=_power(values),
        temperature_celsius=_temperature(values),
        aicore_percent=number(values.get("Aicore Usage Rate(%)")),
        aicore_mhz=number(values.get("Aicore curFreq(MHZ)")),
        aicore_rated_mhz=number(values.get("Aicore Freq(MHZ)")),
        aicore_count=whole(values.get("Aicore Count")),
        aicpu_percent=number(values.get("Aicpu Usage Rate(%)")),
        ctrlcpu_percent=number(values.get("Ctrlcpu Usage Rate(%)")),
        npu_utilisation_percent=number(values.get("NPU Utilization(%)")),
        memory_percent=number(values.get("Memory Usage Rate(%)")),
        ddr_percent=number(values.get("DDR Usage Rate(%)")),
        ddr_total_mib=whole(values.get("DDR Capacity(MB)")),
        hbm_percent=number(values.get("HBM Usage Rate(%)")),
        hbm_total_mib=whole(values.get("HBM Capacity(MB)")),
    )


def _power(values: Values) -> Optional[float]:
    return number(values.get("NPU Real-time Power(W)", values.get("Power Dissipation(W)")))


def _temperature(values: Values) -> Optional[float]:
    return number(values.get("Temperature(C)", values.get("NPU Temperature(C)")))


def _fault(text: str, is_understood: bool, what: str) -> Optional[Fault]:
    return errors.fault(text) or (None if is_understood else errors.not_understood(what))


def parse_board(text: str) -> Board:
    """Read `npu-smi info -t board`, of a card (-i) or of a chip (-i -c)."""
    values = read_values(text)
    return Board(
        npu_id=whole(values.get("NPU ID")),
        chip_id=whole(values.get("Chip ID")),
        chip_type=known(values.get("Chip Type")),
        chip_name=known(values.get("Chip Name")),
        chip_version=known(values.get("Chip Version")),
        product_name=known(values.get("Product Name")),
        software_version=known(values.get("Software Version")),
        firmware_version=known(values.get("Firmware Version")),
        bus_id=known(values.get("PCIe Bus Info")),
        fault=_fault(text, "NPU ID" in values, "board"),
        text=text,
    )


def parse_gauge(text: str) -> Gauge:
    """Read `npu-smi info -t power` or `-t temp` of one chip; of several, the first."""
    values = read_values(text)
    power, temperature = _power(values), _temperature(values)
    is_understood = power is not None or temperature is not None
    ids = whole(values.get("NPU ID")), whole(values.get("Chip ID"))
    return Gauge(*ids, power, temperature, _fault(text, is_understood, "power or temperature"), text)


def parse_health(text: str) -> Health:
    """Read `npu-smi info -t health`; further messages stand on lines without a key."""
    values, printed = read_values(text), None
    messages: List[str] = []
    is_message = False
    for key, value in read_pairs(text):
        is_message = key == "Error Information" or (is_message and not key)
        messages += [value] if is_message and known(value) else []
    printed = known(values.get("Health Status", values.get("Health")))
    codes = (known(values.get("Error Code")) or "").split()
    return Health(
        health=printed if printed in HEALTHS else None,
        health_text=printed,
        error_codes=tuple(codes),
        messages=tuple(messages),
        fault=None if printed else _fault(text, False, "health"),  # a message of a sick device is no fault of the tool
        text=text,
    )


def parse_processes(text: str) -> ProcessList:
    """Read `npu-smi info -t proc-mem`, in which a Chip ID closes a block."""
    npu_id = whole(read_values(text).get("NPU ID"))
    found: List[Process] = []
    waiting: List[Tuple[str, ...]] = []
    for line in text.splitlines():
        waiting += _PROCESS.findall(line)
        key, _, value = line.partition(":")
        if key.strip() == "Chip ID":
            found += [_listed(npu_id, whole(value), row) for row in waiting]
            waiting = []
    found += [_listed(npu_id, None, row) for row in waiting]
    is_told = bool(found) or "No process in device" in text
    return ProcessList(npu_id, tuple(found) if is_told else None, _fault(text, is_told, "process"), text)


def _listed(npu_id: Optional[int], chip_id: Optional[int], row: Tuple[str, ...]) -> Process:
    pid, name, memory = row
    return Process(npu_id, chip_id, int(pid), known(name), whole(memory))
