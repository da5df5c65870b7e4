"""The files in a trial's folder, as the parent reads them."""

import os
from typing import List

from bench import layout

_TAIL_LINES = 40
#: Many times what so many lines take; a log may be endless.
_TAIL_BYTES = 128 * 1024


def _log(folder: str, limit_bytes: int) -> str:
    from backends.logs import text  # its tables take a moment to compile

    try:
        return text.read_log(os.path.join(folder, layout.LOG), limit_bytes)
    except OSError:
        return ""


def log_text(folder: str) -> str:
    """The log of a trial, whatever its bytes are; empty where there is none."""
    from backends.logs import text

    return _log(folder, text.LIMIT_BYTES)


def log_tail(folder: str, lines: int = _TAIL_LINES) -> List[str]:
    """The last lines of the log that are not empty, as `harbench diagnose` shows them; none where there is no log."""
    from backends.logs import text

    found = text.tail(_log(folder, _TAIL_BYTES), lines)
    return found.split("\n") if found else []
