"""What a trial says while it runs: one JSON object a line, appended to a file, so that a killed trial loses nothing.

The last line may be half written; a reader leaves it out.
"""

import json
import os
import sys
from contextlib import contextmanager
from typing import Any, Dict, Iterator, List, Optional, Sequence

from backends.proof import phase_line
from bench import clock


def tell_log(phase: str) -> None:
    """Write into the trial's log that a phase begins, so that what a device says can be laid to it."""
    sys.stderr.write(phase_line(phase))
    sys.stderr.flush()


class Journal:
    """The trial's side.

    Args:
        path: file to append to.
        pipe: file descriptor that wakes the parent, which gets every line too; None when nobody listens.
    """

    def __init__(self, path: str, pipe: Optional[int] = None) -> None:
        self._file = open(path, "ab", buffering=0)  # noqa: SIM115 - open for as long as the trial lives
        self._pipe = pipe

    def write(self, event: str, **fields: Any) -> None:
        """Append one event; a value that JSON has no word for is our mistake and raises."""
        line = json.dumps(dict(fields, event=event), allow_nan=False, sort_keys=True).encode("utf-8") + b"\n"
        self._file.write(line)
        if self._pipe is not None:
            try:
                os.write(self._pipe, line)
            except OSError:  # the parent is gone; the file goes on
                self._pipe = None

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Time a phase on the host's clock and say so at its start and its end; the trial's log tells of its start."""
        self.write("phase-start", name=name)
        tell_log(name)
        start = clock.now_ns()
        yield
        self.write("phase", name=name, seconds=clock.seconds_since(start))


def parse_line(line: bytes) -> Optional[Dict[str, Any]]:
    """The event in a line; None for a half-written one."""
    try:
        event = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and "event" in event else None


def last(events: Sequence[Dict[str, Any]], name: str) -> Optional[Dict[str, Any]]:
    """The last event of that name; None where there is none."""
    return next((event for event in reversed(events) if event["event"] == name), None)


def read(path: str) -> List[Dict[str, Any]]:
    """Every whole event of a journal file; none where there is no such file."""
    try:
        with open(path, "rb") as file:
            lines = file.read().split(b"\n")
    except OSError:
        return []
    return [event for event in map(parse_line, lines) if event is not None]
