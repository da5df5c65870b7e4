"""Parsed arrays in the user's cache folder, keyed by the content of the text files; nothing needs it."""

import hashlib
import io
import os
from typing import Any, Dict, Optional

import numpy as np

from har_model.dataset.signals import REAL, Dataset, Split, make
from har_model.files import write_atomically

#: Raised when the parsed form changes, so that an old cache is never taken for a new one.
_FORMAT = 2
#: A cache file is the SHA-256 of an npz, then the npz.
_DIGEST_BYTES = 32


def folder() -> str:
    """The user's cache folder: `HARBENCH_CACHE`, else `XDG_CACHE_HOME`/harbench, else ~/.cache/harbench."""
    if os.environ.get("HARBENCH_CACHE"):
        return os.environ["HARBENCH_CACHE"]
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "harbench")


def _path(key: str) -> str:
    return os.path.join(folder(), "parsed", "v%d-%s.cache" % (_FORMAT, key[:32]))


def load(key: str, location: str) -> Optional[Dataset]:
    """The dataset stored under `key`; None when there is none, or when the file is not whole and unchanged."""
    try:
        with open(_path(key), "rb") as file:
            digest, content = file.read(_DIGEST_BYTES), file.read()
    except OSError:
        return None
    # Looked at before NumPy reads anything: what its reader raises over a damaged file differs between versions.
    if hashlib.sha256(content).digest() != digest:
        return None
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        splits = [Split(arrays[name + "_windows"], arrays[name + "_labels"]) for name in ("train", "test")]
    return make(REAL, location, *splits)


def store(key: str, dataset: Dataset) -> None:
    """Keep a dataset; a folder that cannot be written or a full disk is no error."""
    arrays: Dict[str, Any] = {
        "train_windows": dataset.train.windows,
        "train_labels": dataset.train.labels,
        "test_windows": dataset.test.windows,
        "test_labels": dataset.test.labels,
    }
    content = io.BytesIO()
    np.savez(content, **arrays)
    try:
        write_atomically(_path(key), hashlib.sha256(content.getvalue()).digest() + content.getvalue())
    except OSError:
        return
