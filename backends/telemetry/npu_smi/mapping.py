"""Which chip of which card a logical device id means: `npu-smi info -m`."""

import re
from dataclasses import dataclass, field
from typing import Dict, Optional, Tuple

from backends.telemetry.fault import Fault
from backends.telemetry.npu_smi import errors
from backends.telemetry.printed import known, whole

_GAP = re.compile(r"\s{2,}|\t")

Location = Tuple[int, int]


@dataclass(frozen=True)
class DeviceMapping:
    """NPU id and chip id of each logical device id.

    Args:
        locations: (npu_id, chip_id) by logical id; the card's controller has none and is not in it.
        names: of the chips, by logical id, as printed.
        fault: what npu-smi complained of, or that nothing was understood.
        text: all that was printed.
    """

    locations: Dict[int, Location]
    names: Dict[int, Optional[str]]
    fault: Optional[Fault]
    text: str = field(repr=False)


def parse(text: str) -> DeviceMapping:
    """Read `npu-smi info -m` by the names of its columns, which differ by driver.

    950 has no logical id: there a card has one chip, and the NPU id is the logical id.
    """
    columns: Dict[str, int] = {}
    locations: Dict[int, Location] = {}
    names: Dict[int, Optional[str]] = {}
    for line in text.splitlines():
        cells = _GAP.split(line.strip())
        if cells[0] == "NPU ID":
            columns = {heading: place for place, heading in enumerate(cells)}
        row = {heading: cells[place] for heading, place in columns.items() if place < len(cells)}
        npu_id, chip_id = whole(row.get("NPU ID")), whole(row.get("Chip ID"))
        logical_id = whole(row.get("Chip Logic ID")) if "Chip Logic ID" in columns else npu_id
        if npu_id is not None and chip_id is not None and logical_id is not None:
            locations[logical_id], names[logical_id] = (npu_id, chip_id), known(row.get("Chip Name"))
    fault = errors.fault(text) or (None if locations else errors.not_understood("mapping of devices"))
    return DeviceMapping(locations, names, fault, text)
