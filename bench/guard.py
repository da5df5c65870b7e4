"""A small process that ends a trial's process group when harbench itself is gone, even by SIGKILL.

The trial asks Linux to end it with its parent; but what the trial started (Ascend's operator compilers, for instance)
would live on. The guard blocks on a pipe that only harbench holds open: when it closes without a word, the group is
killed. `python -S guard.py GROUP`, run by path: it needs no package of ours.
"""

import contextlib
import os
import signal
import subprocess
import sys
from typing import Any, List, Optional

_RELEASED = b"."


class Guard:
    """The parent's side; use it as a context manager around one trial."""

    def __init__(self) -> None:
        self._process: Optional[subprocess.Popen[bytes]] = None

    def watch(self, group: int) -> None:
        """Guard this process group from now on."""
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-E", os.path.abspath(__file__), str(group)],
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


def main(arguments: List[str]) -> None:
    """Wait for the end of standard input; kill the group unless it was released before."""
    if sys.stdin.buffer.read() != _RELEASED:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(int(arguments[0]), signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1:])
