"""Strings of documents that others wrote, as they may be printed: in one line, with nothing that a terminal obeys."""

import re
from typing import Any

#: Control characters (C0, DEL, C1), which end lines and begin a terminal's commands, the separators of lines and
#: paragraphs, and the marks that turn the direction of writing, so that a text reads as another one.
_OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def text(string: str) -> str:
    """The string with each such character written as Python's escape for it."""
    return _OBEYED.sub(lambda found: found.group().encode("unicode_escape").decode("ascii"), string)


def sentence(string: str) -> str:
    """The string in one line, with a full stop where no mark ends it."""
    line = " ".join(string.split())
    return line if line.endswith((".", "?", "!", "?)")) else line + "."


def document(value: Any) -> Any:
    """A JSON value with all its strings, names too, as `text`."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, dict):
        return {text(name): document(part) for name, part in value.items()}
    return [document(part) for part in value] if isinstance(value, list) else value
