"""Where the real data and reference outputs lie, and how a test that needs them skips without them."""

import os

import numpy as np
import pytest

from har_model import dataset

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SHARED = os.environ.get("HARBENCH_SHARED", os.path.join(os.path.dirname(ROOT), "shared"))


def path(*parts: str) -> str:
    """A path below the shared folder; skips the test where it is not there."""
    found = os.path.join(SHARED, *parts)
    if not os.path.exists(found):
        pytest.skip("needs %s, which is not on this machine (set HARBENCH_SHARED)" % os.path.join("shared", *parts))
    return found


def subset_path() -> str:
    """Folder of the real part of UCI HAR."""
    return path("data", "uci-har-subset")


def subset() -> dataset.Dataset:
    """The real part of UCI HAR: 2400 train and 950 test windows."""
    return dataset.load(subset_path())


def reference(name: str) -> "dict[str, np.ndarray]":
    """What the port computed, for each step of an epoch."""
    with np.load(path("reference", name + ".npz")) as arrays:
        return {key: arrays[key] for key in arrays.files}


def starting_with(prefix: str, arrays: "dict[str, np.ndarray]") -> "dict[str, np.ndarray]":
    """The arrays below a prefix, without it."""
    return {key[len(prefix) :]: value for key, value in arrays.items() if key.startswith(prefix)}
