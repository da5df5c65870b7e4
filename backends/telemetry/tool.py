"""Runs a device tool and takes what it prints, whatever the tool does: it may hang, die, or never stop printing."""

import contextlib
import os
import selectors
import shutil
import signal
import subprocess
import time
from typing import IO, Callable, List, Optional, Sequence

from har_model.errors import HarbenchError

#: How long a tool may take. npu-smi takes a fraction of a second, and some seconds on a busy host.
TIMEOUT_SECONDS = 10.0
#: More than a tool prints of a host full of devices.
MOST_BYTES = 4 << 20
#: Where the drivers put their tools, for users in whose PATH they are not.
FOLDERS = ("/usr/local/bin", "/usr/local/sbin", "/usr/bin")

#: Runs a command and returns what it printed.
Run = Callable[[Sequence[str]], str]


class ToolFailed(HarbenchError):
    """A device tool is not there, does not answer, or has nothing to tell."""


def find(name: str) -> str:
    """The path of a tool, on PATH or where the drivers put it.

    Raises:
        ToolFailed: it is in none of these places.
    """
    found = shutil.which(name) or shutil.which(name, path=os.pathsep.join(FOLDERS))
    if not found:
        raise ToolFailed(
            "%s is neither on PATH nor in %s; install the device's driver, or put the tool on PATH."
            % (name, " or ".join(FOLDERS))
        )
    return found


def run(command: Sequence[str], timeout_seconds: float = TIMEOUT_SECONDS, most_bytes: int = MOST_BYTES) -> str:
    """Run a tool to its end and return what it printed on both streams, whatever its exit code.

    Exit codes tell nothing here: npu-smi prints most complaints with exit code 0, and a message is in the text.

    Args:
        command: its name, found by `find`, and its arguments.
        timeout_seconds: after this it is killed with all that it started.
        most_bytes: after this likewise.

    Raises:
        ToolFailed: it is not there, cannot be started, did not end in time, or printed without end.
    """
    path = find(command[0])
    try:
        # A session of its own, so that a tool that is a script is killed with what it started.
        process = subprocess.Popen(
            [path, *command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        raise ToolFailed("%s cannot be started: %s." % (path, error.strerror or error)) from error
    printed = None
    try:
        printed = _read(process, time.monotonic() + timeout_seconds, most_bytes)
    finally:
        if printed is None:
            _kill(process)
        if process.stdout is not None:
            process.stdout.close()
    if printed is None:
        raise ToolFailed(
            "%s did not end within %.3g s, or printed without end; run it by hand." % (command[0], timeout_seconds)
        )
    return printed.decode("utf-8", errors="replace")


def _read(process: "subprocess.Popen[bytes]", deadline: float, most_bytes: int) -> Optional[bytes]:
    """All that is printed until the end; None where it does not end in time, or prints too much."""
    assert process.stdout is not None
    read: List[bytes] = []
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while sum(map(len, read)) <= most_bytes:
            remaining = deadline - time.monotonic()
            if remaining <= 0 or not selector.select(remaining):
                return None
            piece = _piece(process.stdout)
            if not piece:
                return b"".join(read) if _has_ended(process, deadline) else None
            read.append(piece)
    return None


def _piece(stream: IO[bytes]) -> bytes:
    return os.read(stream.fileno(), 1 << 16)


def _has_ended(process: "subprocess.Popen[bytes]", deadline: float) -> bool:
    try:
        process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return False
    return True


def _kill(process: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    # One that hangs in the kernel cannot be killed; it is left behind.
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(1.0)
