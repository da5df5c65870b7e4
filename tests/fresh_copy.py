"""A fresh copy of the checkout, as a new user has it, and make run in it."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Mapping, NamedTuple

import pytest

from bench import environment


class Answer(NamedTuple):
    """What make answered: exit code, stdout, stderr."""

    code: int
    out: str
    err: str


def copy_checkout(folder: Path) -> Path:
    """Copy every file that git knows below `folder`; skips the test where this is no checkout."""
    root = environment.packages_root()
    listed = subprocess.run(["git", "-C", root, "ls-files", "-z"], capture_output=True)
    if listed.returncode != 0:
        pytest.skip("needs a git checkout")
    checkout = folder / "fresh copy"
    for name in listed.stdout.decode("utf-8").split("\0"):
        if name and os.path.isfile(os.path.join(root, name)):
            os.makedirs(str(checkout / os.path.dirname(name)), exist_ok=True)
            shutil.copy2(os.path.join(root, name), str(checkout / name))
    return checkout


def make(checkout: Path, variables: Mapping[str, str], *arguments: str) -> Answer:
    """Run make in the copy, with these variables besides those of this process that are not harbench's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HARBENCH_", "PYTHONPATH"))}
    used = dict(kept, **dict({"HARBENCH_CACHE": str(checkout.parent / "cache")}, **variables))
    done = subprocess.run(["make", *arguments], cwd=str(checkout), env=used, capture_output=True)
    answer = Answer(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8", "replace"))
    assert "Traceback" not in answer.out + answer.err
    return answer
