"""Files written whole or not at all, and read where they can be."""

import os
import tempfile
from typing import Optional


def read_text(path: str) -> Optional[str]:
    """The text of a file, whatever its bytes are; None where it is missing or unreadable."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return None


def write_atomically(path: str, content: bytes) -> None:
    """Write a temporary file beside `path`, flush it to the disk, and put it in place of `path`.

    A reader sees the old file or the whole new one; on any error the temporary file goes and `path` stays as it was.

    Raises:
        OSError: the folder cannot be written or the disk is full.
    """
    folder = os.path.dirname(os.path.abspath(path))
    os.makedirs(folder, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)  # mkstemp gives 0600, which would hide results from colleagues
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
