"""What device tools print where a number is due: the number, or one of many words for unknown."""

import re
from typing import Optional

#: A decimal number of a size that a tool prints. A sign is allowed: temperatures and return codes have one.
_NUMBER = re.compile(r"[+-]?[0-9]{1,11}(?:\.[0-9]{1,9})?")
_WHOLE = re.compile(r"[+-]?[0-9]{1,11}")
#: A device's place on the PCI bus: domain, bus, device and function.
PCI_BUS_ID = r"[0-9A-Fa-f]{4,8}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}\.[0-9A-Fa-f]"


def _bare(text: Optional[str], unit: str) -> str:
    stripped = (text or "").strip()
    return stripped[: -len(unit)].rstrip() if unit and stripped.endswith(unit) else stripped


def number(text: Optional[str], unit: str = "") -> Optional[float]:
    """The number that is all there is in a text, its unit aside.

    Args:
        text: as printed; "NA", "-", "[N/A]", "ERR!" and whatever else is no number are unknown.
        unit: may stand behind the number, or be left out. Another unit makes it unknown.
    """
    bare = _bare(text, unit)
    return float(bare) if _NUMBER.fullmatch(bare) else None


def whole(text: Optional[str], unit: str = "") -> Optional[int]:
    """Likewise a whole number; one with a fraction is unknown."""
    bare = _bare(text, unit)
    return int(bare) if _WHOLE.fullmatch(bare) else None


def bytes_of(mebibytes: Optional[float]) -> Optional[float]:
    """Bytes of MiB, in which the tools print memory; None where that is unknown."""
    return None if mebibytes is None else mebibytes * 2**20


def known(text: Optional[str]) -> Optional[str]:
    """A text, unless it says that there is none: blank, NA, N/A, [N/A], a dash, an error."""
    stripped = (text or "").strip()
    return None if stripped.strip("[]").upper() in _NOTHING else stripped


_NOTHING = {
    "",
    "-",
    "--",
    "NA",
    "N/A",
    "ERR!",
    "NOT SUPPORT",
    "NOT SUPPORTED",
    "UNKNOWN ERROR",
    "GPU REQUIRES RESET",
    "INSUFFICIENT PERMISSIONS",
    "REQUESTED FUNCTIONALITY HAS BEEN DEPRECATED",
}
