"""A fresh copy of the checkout, as a new user has it, and make run in it."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Mapping

import pytest

from bench import environment
from tests import answers
from tests.answers import Answer


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


# The tests may themselves run below make, which hands its options and the variables of its command line down to every
# make below it: ARGS="-m slow" would be one for the bench targets, too.
OF_MAKE = ("MAKE", "MFLAGS", "ARGS", "MODE", "PYTHON", "TENSORFLOW")


def make(checkout: Path, variables: Mapping[str, str], *arguments: str) -> Answer:
    """Run make in the copy, with these variables besides those of this process that are not harbench's or make's."""
    kept = answers.environment_without("HARBENCH_", *OF_MAKE)
    used = dict(kept, **dict({"HARBENCH_CACHE": str(checkout.parent / "cache")}, **variables))
    return answers.run(["make", *arguments], str(checkout), used)
