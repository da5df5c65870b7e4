"""Runs a device tool and takes what it prints, whatever the tool does: it may hang, die, or never stop printing."""

import os
import shutil
from typing import Callable, Sequence

from backends import processes
from har_model.errors import HarbenchError

#: How long a tool may take. npu-smi takes a fraction of a second, and some seconds on a busy host.
TIMEOUT_SECONDS = 10.0
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


def run(
    command: Sequence[str], timeout_seconds: float = TIMEOUT_SECONDS, most_bytes: int = processes.MOST_BYTES
) -> str:
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
        ended = processes.run([path, *command[1:]], timeout_seconds, is_merged=True, most_bytes=most_bytes)
    except OSError as error:
        raise ToolFailed("%s cannot be started: %s." % (path, error.strerror or error)) from error
    if ended.code is None:
        raise ToolFailed(
            "%s did not end within %.3g s, or printed without end; run it by hand." % (command[0], timeout_seconds)
        )
    return ended.out.decode("utf-8", errors="replace")
