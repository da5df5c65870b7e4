"""A small log that shows one known message, and what must be read from it."""

from typing import NamedTuple, Tuple


class Case(NamedTuple):
    """A log, a part of the row's message, words that the diagnosis must hold, and whether the device was used."""

    row: str
    log: str
    words: Tuple[str, ...]
    is_used: str
