"""A small process that ends a trial's processes when harbench itself is gone, even by SIGKILL.

The trial asks Linux to end it with its parent; but what the trial started (Ascend's operator compilers, for instance)
would live on. The guard blocks on a pipe that only harbench holds open: when it closes without a word, the trial's
process group is killed, and what left that group. `python -S guard.py GROUP MARK`, run by path: it needs no package of
ours.
"""

import contextlib
import os
import signal
import subprocess
import sys
from typing import Any, List, Optional

#: Set to a mark of its own for each trial: what a trial starts inherits it, whatever group or session it goes to.
VARIABLE = "HARBENCH_TRIAL"
_RELEASED = b"."


class Guard:
    """The parent's side; use it as a context manager around one trial."""

    def __init__(self) -> None:
        self._process: Optional[subprocess.Popen[bytes]] = None

    def watch(self, group: int, mark: str) -> None:
        """Guard this process group, and processes with this mark, from now on."""
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-E", os.path.abspath(__file__), str(group), mark],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # what ends harbench's own group must not end its guard
        )

    def __enter__(self) -> "Guard":
        return self

    def __exit__(self, *_: Any) -> None:
        if self._process is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.communicate(_RELEASED)


def end_marked(mark: str) -> None:
    """Kill every process of ours that a trial with this mark has left behind; where there is no /proc, nothing."""
    wanted = ("%s=%s" % (VARIABLE, mark)).encode("utf-8")
    for name in os.listdir("/proc") if os.path.isdir("/proc/self") else []:
        # Others' processes cannot be read, and any may end meanwhile.
        with contextlib.suppress(OSError, ValueError):
            with open("/proc/%d/environ" % int(name), "rb") as file:
                is_left = wanted in file.read().split(b"\0")
            if is_left and int(name) != os.getpid():
                os.kill(int(name), signal.SIGKILL)


def main(arguments: List[str]) -> None:
    """Wait for the end of standard input; kill group and marked processes unless they were released before."""
    if sys.stdin.buffer.read() != _RELEASED:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(int(arguments[0]), signal.SIGKILL)
        end_marked(arguments[1])


if __name__ == "__main__":
    main(sys.argv[1:])
