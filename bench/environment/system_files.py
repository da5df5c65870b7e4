"""The files in which the kernel says what it knows; their root can be put elsewhere, where recorded trees lie."""

import glob
import os
from typing import List, Optional

#: Folder in which `proc`, `sys` and `etc` are looked for.
ROOT = "/"


def _place(path: str) -> str:
    return os.path.join(ROOT, path.lstrip("/"))


def read(path: str) -> Optional[str]:
    """Text of a file without blanks around it; None where it is missing, unreadable or empty."""
    try:
        with open(_place(path), encoding="utf-8", errors="replace") as file:
            return file.read().strip("\0 \t\n") or None
    except OSError:
        return None


def read_int(path: str) -> Optional[int]:
    """The whole number that is all a file holds; None where it holds anything else or cannot be read."""
    try:
        return int(read(path) or "")
    except ValueError:
        return None


def exists(path: str) -> bool:
    """Whether there is such a file, readable or not."""
    return os.path.exists(_place(path))


def matching(pattern: str) -> List[str]:
    """Files that fit a shell pattern, as paths below the root, in order of name."""
    found = glob.glob(os.path.join(glob.escape(ROOT), pattern.lstrip("/")))
    return ["/" + os.path.relpath(path, ROOT) for path in sorted(found)]
