"""How a Python program ended, where its log ends with an exception."""

import re
from dataclasses import dataclass
from typing import Optional

from backends.logs.waiting import has_progress

#: With Python's capitals: CANN writes "TraceBack (most recent call last):" into its own messages.
_TRACEBACK = re.compile(r"Traceback \(most recent call last\):")
_EXCEPTION = re.compile(
    r"^(?:[^\w\n]{0,4}|\[[^\]\n]{0,80}\][^\w\n]{0,4})?"
    r"((?:[A-Za-z_][A-Za-z0-9_]{0,60}\.){0,6}[A-Z][A-Za-z0-9_]{0,60}(?:Error|Exception|Interrupt|Exit))"
    r"(?::[ \t]*([^\n]{0,200}))?[^\n]*$",
    re.MULTILINE,
)

#: A metric may be called MeanSquaredError, and is none.
_FIGURE = re.compile(r"[-+0-9.]+(?:e[-+]?[0-9]+)?[ \t]*$")

#: Behind the frames of a traceback, which are indented, stands the exception, whatever its class is called.
_BEHIND_FRAMES = re.compile(
    r"^((?:[A-Za-z_]\w{0,60}\.){0,6}[A-Za-z_]\w{0,60})(?::[ \t]*([^\n]{0,200})[^\n]*)?[ \t]*$", re.MULTILINE
)
_CUT = "an exception whose last line is missing"


@dataclass(frozen=True)
class Ending:
    """The exception that ended a program, and where in the text it stands."""

    error: str
    position: int


def ending(text: str) -> Optional[Ending]:
    """The last exception that no progress follows; None where the program went on, or none is shown."""
    starts = [match.end() for match in _TRACEBACK.finditer(text)]
    matches = _EXCEPTION.finditer(text, starts[-1] if starts else 0)
    match = next((match for match in matches if starts or not _FIGURE.match(match.group(2) or "")), None)
    if starts and not match:
        match = _BEHIND_FRAMES.search(text, starts[-1])
    if not starts and not match or has_progress(text[match.end() if match else starts[-1] :]):
        return None
    if not match:
        return Ending(_CUT, starts[-1])
    name = match.group(1).rpartition(".")[2]
    return Ending("%s: %s" % (name, match.group(2)) if match.group(2) else name, match.start(1))
