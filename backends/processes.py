"""Runs a command that may do anything: hang, die, print without end, leave something behind that holds its output."""

import contextlib
import os
import selectors
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import IO, Dict, List, Mapping, Optional, Sequence, Set

#: More than any of them has to say.
MOST_BYTES = 4 << 20
#: How often it is looked whether a command has ended whose output another process still holds open.
_LOOK_SECONDS = 0.1
_PIECE_BYTES = 1 << 16
_under_way: "Set[subprocess.Popen[bytes]]" = set()


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it printed until then.

    Args:
        code: its exit code, negative for a signal; None where it had to be ended: its time was up, or it printed more
            than it may.
        out, err: of its two streams; `err` is empty where they are one.
    """

    code: Optional[int]
    out: bytes
    err: bytes


def signal_name(number: int) -> str:
    """A signal as people call it, or by its number."""
    return signal.Signals(number).name if number in set(signal.Signals) else "signal %d" % number


def signal_group(group: int, number: int) -> None:
    """Send a signal to a process group that may be gone, or be another's by now."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def run(
    command: Sequence[str],
    seconds: float,
    folder: Optional[str] = None,
    environment: Optional[Mapping[str, str]] = None,
    is_merged: bool = False,
    most_bytes: int = MOST_BYTES,
) -> Ended:
    """Run a command to its end, in a session of its own; whatever it started ends with it.

    Args:
        command: a program's path and its arguments.
        seconds: how long it may take.
        folder: where it runs; otherwise here.
        environment: all its variables; otherwise ours.
        is_merged: both streams as one, in the order in which they were written.
        most_bytes: how much it may print on all its streams.

    Raises:
        OSError: it could not be started.
    """
    process = subprocess.Popen(
        list(command), cwd=folder, env=None if environment is None else dict(environment), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT if is_merged else subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    streams = [stream for stream in (process.stdout, process.stderr) if stream is not None]
    printed = {stream: bytearray() for stream in streams}
    try:
        _under_way.add(process)
        has_ended = _read(process, printed, time.monotonic() + seconds, most_bytes)
    finally:
        _end(process)
        _under_way.discard(process)
        for stream in streams:
            stream.close()
    texts = [bytes(printed[stream]) for stream in streams]
    return Ended(process.returncode if has_ended else None, texts[0], b"" if is_merged else texts[1])


def _read(
    process: "subprocess.Popen[bytes]", printed: Dict[IO[bytes], bytearray], deadline: float, most_bytes: int
) -> bool:
    """Gather what is printed; whether the command ended by itself, having printed no more than it may."""
    with selectors.DefaultSelector() as selector:
        for stream in printed:
            os.set_blocking(stream.fileno(), False)
            selector.register(stream, selectors.EVENT_READ)
        while selector.get_map():
            has_ended = process.poll() is not None  # before the last look at what it printed
            ready = selector.select(0 if has_ended else min(_LOOK_SECONDS, max(0.0, deadline - time.monotonic())))
            for key, _ in ready:
                _take(key.fileobj, printed, selector)  # type: ignore[arg-type]
            if sum(map(len, printed.values())) > most_bytes or (not has_ended and time.monotonic() >= deadline):
                return False
            if has_ended and not ready:
                return True
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(max(0.0, deadline - time.monotonic()))
    return process.returncode is not None


def _take(stream: IO[bytes], printed: Dict[IO[bytes], bytearray], selector: selectors.BaseSelector) -> None:
    """What a stream has now; at its end it is listened to no more."""
    piece = os.read(stream.fileno(), _PIECE_BYTES)
    printed[stream] += piece
    if not piece:
        selector.unregister(stream)


def end_all() -> None:
    """End the commands that other threads still run, before a program leaves that does not wait for them."""
    for process in list(_under_way):
        _end(process)


def _below(pid: int) -> List[int]:
    """What a process has started, in whatever session, and what that has; empty where there is no /proc."""
    parents: Dict[int, int] = {}
    for name in os.listdir("/proc") if os.path.isdir("/proc/self") else []:
        # Others have ended since, or are no processes.
        with contextlib.suppress(OSError, ValueError, IndexError), open("/proc/%d/stat" % int(name), "rb") as file:
            parents[int(name)] = int(file.read().rpartition(b")")[2].split()[1])
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found[1:]


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a command with its group; one that had not ended, also with all that it started in other groups."""
    others = _below(process.pid) if process.poll() is None else []
    signal_group(process.pid, signal.SIGKILL)
    for pid in others:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    # One that hangs in the kernel cannot be killed; it is left behind.
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(1.0)
