"""The form of `npu-smi info -t ...`: lines of `key : value`, in blocks that a Chip ID opens or closes."""

import re
from dataclasses import dataclass
from typing import Dict, List, Optional, Tuple

from backends.telemetry.printed import whole

Values = Dict[str, str]
Pair = Tuple[str, str]

#: Keys of the card, printed once, above the blocks.
_OF_CARD = ("NPU ID", "Chip Count")


@dataclass(frozen=True)
class Blocks:
    """The blocks of an output.

    Args:
        npu_id: of the card.
        chips: a chip's id, None where it is not printed, and its values.
        mcu: the values of the card's controller, which stand for the whole card; None where it has no block.
        is_incomplete: whether values stand there whose chip is not told.
    """

    npu_id: Optional[int]
    chips: Tuple[Tuple[Optional[int], Values], ...]
    mcu: Optional[Values]
    is_incomplete: bool


def read_pairs(text: str) -> List[Pair]:
    """Keys and values, in order. A line that goes on from the one above has an empty key."""
    pairs = [line.partition(":") for line in text.splitlines() if ":" in line]
    # "Temperature (C)" here is "Temperature(C)" there.
    return [(re.sub(r"\s+\(", "(", key.strip()), value.strip()) for key, _, value in pairs]


def read_values(text: str) -> Values:
    """The values by key, the first one where a key is there more than once."""
    values: Values = {}
    for key, value in read_pairs(text):
        values.setdefault(key, value)
    return values


def split_blocks(text: str, is_closed_by_chip: bool) -> Blocks:
    """Tell the blocks apart.

    Args:
        text: as printed.
        is_closed_by_chip: whether the Chip ID is the last line of a block (usages), or the first (common).
    """
    values = read_values(text)
    blocks = _closed_blocks(text) if is_closed_by_chip else _opened_blocks(text)
    mcus = [block for block in blocks if _is_mcu(block)]
    chips = [block for block in blocks if not _is_mcu(block)]
    named = [block for block in chips if "Chip ID" in block]
    # A driver of cards with one chip each prints no Chip ID at all.
    kept = named or chips[:1]
    return Blocks(
        npu_id=whole(values.get("NPU ID")),
        chips=tuple((whole(block.get("Chip ID")), block) for block in kept),
        mcu=mcus[0] if mcus else None,
        is_incomplete=len(kept) < len(chips),
    )


def _is_mcu(block: Values) -> bool:
    return block.get("Chip Name", "").lower() == "mcu"


def _opened_blocks(text: str) -> List[Values]:
    blocks: List[Values] = [{}]
    for key, value in read_pairs(text):
        if key in _OF_CARD:
            continue
        if key == "Chip ID" or (key == "Chip Name" and value.lower() == "mcu" and "Chip Name" not in blocks[-1]):
            blocks.append({})
        blocks[-1].setdefault(key, value)
    return [block for block in blocks if block]


def _closed_blocks(text: str) -> List[Values]:
    blocks: List[Values] = [{}]
    for key, value in read_pairs(text):
        if key in _OF_CARD:
            continue
        blocks[-1].setdefault(key, value)
        if key == "Chip ID":
            blocks.append({})
    return [block for block in blocks if block]
