"""The upper part of `npu-smi info`: two rows for each chip."""

import re
from dataclasses import dataclass
from typing import List, Optional, Tuple

from backends.telemetry.npu_smi.layout import Cells, Layout, Values, read_layout, split_cells
from backends.telemetry.printed import PCI_BUS_ID, known, number, whole

#: What the driver calls the states of health, but for UNKNOWN.
HEALTHS = ("OK", "Warning", "Alarm", "Critical")


@dataclass(frozen=True)
class Device:
    """One chip; whatever is not printed, or printed as NA or "-", is None. npu-smi says MB and means MiB.

    Args:
        npu_id: of the card, as printed; neither the logical device id nor always small.
        chip_id: on the card.
        has_chip_id: whether the layout has such a column; without it a card has one chip.
        name: as printed, possibly cut or masked.
        health: one of HEALTHS; health_text has what was printed.
        power_watts: of the chip. On A3 the first chip of a card prints it for both; on 310 it is a rated value.
        bus_id: on the PCI bus.
        aicore_percent: use of the AI cores; 0 says nothing on a virtual NPU and while a profiler runs.
        npu_utilisation_percent: printed instead of it by 950.
        memory_used_mib, memory_total_mib: below Memory-Usage: DDR where there is HBM, the device's memory otherwise.
        hbm_used_mib, hbm_total_mib: below HBM-Usage; has_hbm tells whether the layout has it.
        phy_id: below Phy-ID or Device.
    """

    npu_id: int
    chip_id: Optional[int]
    has_chip_id: bool
    name: Optional[str]
    health: Optional[str]
    health_text: Optional[str]
    power_watts: Optional[float]
    temperature_celsius: Optional[float]
    bus_id: Optional[str]
    aicore_percent: Optional[float]
    npu_utilisation_percent: Optional[float]
    memory_used_mib: Optional[int]
    memory_total_mib: Optional[int]
    has_hbm: bool
    hbm_used_mib: Optional[int]
    hbm_total_mib: Optional[int]
    phy_id: Optional[int]

    @property
    def device_memory_used_mib(self) -> Optional[int]:
        """Of the memory that a network lives in: HBM where there is some."""
        return self.hbm_used_mib if self.has_hbm else self.memory_used_mib

    @property
    def device_memory_total_mib(self) -> Optional[int]:
        """Likewise in total."""
        return self.hbm_total_mib if self.has_hbm else self.memory_total_mib


@dataclass(frozen=True)
class DeviceTable:
    """The chips of a table, whether rows of it are evidently missing, and the headings that are not known."""

    devices: Tuple[Device, ...]
    is_incomplete: bool
    unknown_headings: Tuple[str, ...]


def read_devices(lines: List[str]) -> DeviceTable:
    """Read the lines above the process table."""
    rows = [line for line in lines if line.lstrip().startswith("|")]
    header = [number for number, line in enumerate(rows) if "Health" in line and "Name" in line]
    if not header or header[0] + 1 >= len(rows):
        return DeviceTable((), bool(rows), ())
    first, second = read_layout(rows[header[0]]), read_layout(rows[header[0] + 1])
    pairs = _pair([split_cells(row) for row in rows[header[0] + 2 :]], second)
    devices = [_device(first, second, *pair) for pair in pairs]
    read = tuple(device for device in devices if device is not None)
    is_incomplete = not read or len(read) < len(pairs) or any(not lower for _, lower in pairs)
    return DeviceTable(read, is_incomplete, first.unknown + second.unknown)


def _pair(rows: List[Cells], second: Layout) -> List[Tuple[Cells, Cells]]:
    """Upper and lower rows; an empty one stands for a row whose other half is missing."""
    pairs: List[Tuple[Cells, Cells]] = []
    upper: Cells = ()
    for cells in rows:
        if _is_lower(cells, second):
            pairs.append((upper, cells))
            upper = ()
        else:
            pairs += [(upper, ())] if upper else []
            upper = cells
    return pairs + ([(upper, ())] if upper else [])


def _is_lower(cells: Cells, second: Layout) -> bool:
    text = second.text_in_cell_of("bus_id", cells)
    return text is not None and (bool(re.fullmatch(PCI_BUS_ID, text)) or known(text) is None)


def _device(first: Layout, second: Layout, upper: Cells, lower: Cells) -> Optional[Device]:
    values = dict(second.values(lower), **first.values(upper))
    npu_id = whole(values.get("npu_id"))
    if npu_id is None:
        return None
    health = values.get("health")
    memory_used, memory_total = _pair_of_mib(values, "memory")
    hbm_used, hbm_total = _pair_of_mib(values, "hbm")
    return Device(
        npu_id=npu_id,
        chip_id=whole(values.get("chip_id")),
        has_chip_id=second.has("chip_id") or bool(second.unknown),
        name=known(values.get("name")),
        health=health if health in HEALTHS else None,
        health_text=known(health),
        power_watts=number(values.get("power_watts")),
        temperature_celsius=number(values.get("temperature_celsius")),
        bus_id=known(values.get("bus_id")),
        aicore_percent=number(values.get("aicore_percent")),
        npu_utilisation_percent=number(values.get("npu_utilisation_percent")),
        memory_used_mib=memory_used,
        memory_total_mib=memory_total,
        has_hbm=second.has("hbm"),
        hbm_used_mib=hbm_used,
        hbm_total_mib=hbm_total,
        phy_id=whole(values.get("phy_id")),
    )


def _pair_of_mib(values: Values, field: str) -> Tuple[Optional[int], Optional[int]]:
    used, _, total = values.get(field, "").partition("/")
    return whole(used), whole(total)
