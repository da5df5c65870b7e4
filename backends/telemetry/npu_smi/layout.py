"""Which value stands where in the table of `npu-smi info`: read from the two header rows, as it varies by chip."""

import re
from dataclasses import dataclass
from typing import Dict, List, Optional, Tuple

#: Headings as printed, and the field below them. Longer ones stand before those that they begin with.
_FIELDS = {
    "NPU ID": "npu_id",
    "NPU Util(%)": "npu_utilisation_percent",
    "NPU": "npu_id",
    "Name": "name",
    "Health": "health",
    "Power(W)": "power_watts",
    "Temp(C)": "temperature_celsius",
    "Hugepages-Usage(page)": "hugepages",  # looks like memory, and is none
    "Chip": "chip_id",
    "Phy-ID": "phy_id",
    "Device": "phy_id",
    "Bus-Id": "bus_id",
    "AICore(%)": "aicore_percent",
    "Memory-Usage(MB)": "memory",
    "HBM-Usage(MB)": "hbm",
}
#: Fields of the form "used / total".
_PAIRS = {"hugepages", "memory", "hbm"}
_HEADING = re.compile(
    r"(?<![\w-])(?:%s)(?![\w(-])" % "|".join(re.escape(heading) for heading in _FIELDS) + r"|\S+(?:\([^)]*\))?"
)
_ENTRY = r"(?:[0-9]+|NA|-)"
_TOKEN = re.compile(r"%s\s*/\s*%s(?!\S)|\S+" % (_ENTRY, _ENTRY))

Cells = Tuple[str, ...]
Values = Dict[str, str]


def split_cells(line: str) -> Cells:
    """The cells of a table's row. A cell without a border behind it is cut, and no cell."""
    return tuple(cell.strip() for cell in line.strip().split("|")[1:-1])


@dataclass(frozen=True)
class Layout:
    """The headings of one of the two rows of a device, cell by cell.

    Args:
        fields: of each cell, the fields in it from left to right; none where a heading in it is not known.
        unknown: headings that are not known. What stands below them, and beside them in the cell, is not read.
    """

    fields: Tuple[Tuple[str, ...], ...]
    unknown: Tuple[str, ...]

    def has(self, field: str) -> bool:
        """Whether a field is printed by this layout."""
        return any(field in cell for cell in self.fields)

    def text_in_cell_of(self, field: str, cells: Cells) -> Optional[str]:
        """The whole text of the cell that a field stands in; None where there is no such cell."""
        for fields, cell in zip(self.fields, cells):
            if field in fields:
                return cell
        return None

    def values(self, cells: Cells) -> Values:
        """What a row prints, by field."""
        found: Values = {}
        for fields, cell in zip(self.fields, cells):
            found.update(_cell_values(fields, cell))
        return found


def read_layout(header: str) -> Layout:
    """The layout that a header row announces."""
    fields: List[Tuple[str, ...]] = []
    unknown: List[str] = []
    for cell in split_cells(header):
        headings = _HEADING.findall(cell)
        strange = [heading for heading in headings if heading not in _FIELDS]
        unknown += strange
        fields.append(() if strange else tuple(_FIELDS[heading] for heading in headings))
    return Layout(tuple(fields), tuple(unknown))


def _cell_values(fields: Tuple[str, ...], cell: str) -> Values:
    if fields and fields[-1] == "name":  # the only one that may hold blanks, and always the last
        words = cell.split(None, len(fields) - 1)
        return dict(zip(fields, words)) if len(words) == len(fields) else {}
    if fields == ("health",):  # a state that is not known may be of several words
        return {"health": " ".join(cell.split())} if cell else {}
    tokens = _TOKEN.findall(cell)
    values = _assign(
        [field for field in fields if field not in _PAIRS], [token for token in tokens if "/" not in token]
    )
    values.update(_assign([field for field in fields if field in _PAIRS], [token for token in tokens if "/" in token]))
    return values


def _assign(fields: List[str], tokens: List[str]) -> Values:
    # With one too few or too many nobody can tell which it is.
    return dict(zip(fields, tokens)) if len(fields) == len(tokens) else {}
