"""Every step of a trial in a file mapped into memory: a killed process loses none, and the parent sees which one runs.

One entry a step, written outside the timed interval: host clock at its begin (so that the parent can tell a step that
hangs), its time, its loss, its epoch, whether it replays, and last its state. Writing one costs less than a microsecond
and no system call; the kernel keeps the pages when the process is gone.
"""

import mmap
import os
import struct
from dataclasses import dataclass
from typing import BinaryIO, List, Optional, Tuple

_ENTRY = struct.Struct("=qqdiHH")  # begin_ns, elapsed_ns, loss, epoch, is_replay, state
_BEGIN = struct.Struct("=q")
_STATE = struct.Struct("=H")
_STATE_OFFSET = _ENTRY.size - _STATE.size
_UNTOUCHED, _BEGUN, _DONE = 0, 1, 2


@dataclass(frozen=True)
class Step:
    """A finished step.

    Args:
        begin_ns: when it began, on the host's clock.
        seconds: its time, on the host's or a virtual clock.
        loss: may be not finite.
        epoch, is_replay: where it belongs.
    """

    begin_ns: int
    seconds: float
    loss: float
    epoch: int
    is_replay: bool


class StepWriter:
    """The trial's side; holds room for `capacity` steps, reserved at once, so that a full disk shows before training.

    Raises:
        OSError: the room cannot be reserved.
    """

    def __init__(self, path: str, capacity: int) -> None:
        size = max(capacity, 1) * _ENTRY.size
        with open(path, "w+b") as file:
            # Written, not truncated to size: a hole on a full disk would end the process by SIGBUS later.
            file.write(bytes(size))
            file.flush()
            self._map = mmap.mmap(file.fileno(), size)
        self._offset = 0

    def begin(self, now_ns: int) -> None:
        """Say that the next step begins."""
        _BEGIN.pack_into(self._map, self._offset, now_ns)
        _STATE.pack_into(self._map, self._offset + _STATE_OFFSET, _BEGUN)

    def end(self, begin_ns: int, elapsed_ns: int, loss: float, epoch: int, is_replay: bool) -> None:
        """Keep the step that has begun."""
        _ENTRY.pack_into(self._map, self._offset, begin_ns, elapsed_ns, loss, epoch, is_replay, _BEGUN)
        _STATE.pack_into(self._map, self._offset + _STATE_OFFSET, _DONE)
        self._offset += _ENTRY.size


def read(path: str) -> List[Step]:
    """Every finished step of a file; none where there is no file."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except FileNotFoundError:
        return []
    steps: List[Step] = []
    for offset in range(0, len(data) - _ENTRY.size + 1, _ENTRY.size):
        begin_ns, elapsed_ns, loss, epoch, is_replay, state = _ENTRY.unpack_from(data, offset)
        if state != _DONE:
            break
        steps.append(Step(begin_ns, elapsed_ns / 1e9, loss, epoch, bool(is_replay)))
    return steps


class StepWatch:
    """The parent's side while the trial runs: which step is under way and since when, on the clock of both.

    The file stays open once it was there, so that a folder which somebody removes hides no step that hangs.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._file: Optional[BinaryIO] = None
        self._step = 0

    def _entry(self) -> bytes:
        if self._file is None:
            try:
                self._file = open(self._path, "rb", buffering=0)  # noqa: SIM115 - until this object goes
            except FileNotFoundError:
                return b""
        return os.pread(self._file.fileno(), _ENTRY.size, self._step * _ENTRY.size)

    def under_way(self) -> Optional[Tuple[int, int]]:
        """Number (from 0) and begin (nanoseconds of `clock.now_ns`) of the step that is running; None between steps."""
        while True:
            entry = self._entry()
            if len(entry) < _ENTRY.size:
                return None
            begin_ns, _, _, _, _, state = _ENTRY.unpack(entry)
            if state != _DONE:
                return (self._step, begin_ns) if state == _BEGUN else None
            self._step += 1
