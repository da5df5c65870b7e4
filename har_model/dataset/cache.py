"""Parsed arrays in the user's cache folder, keyed by the content of the text files; nothing needs it."""

import io
import os
import zipfile
from typing import Any, Dict, Optional

import numpy as np

from har_model.dataset.signals import REAL, Dataset, Split, make
from har_model.files import write_atomically

#: Raised when the parsed form changes, so that an old cache is never taken for a new one.
_FORMAT = 1


def folder() -> str:
    """The user's cache folder: `HARBENCH_CACHE`, else `XDG_CACHE_HOME`/harbench, else ~/.cache/harbench."""
    if os.environ.get("HARBENCH_CACHE"):
        return os.environ["HARBENCH_CACHE"]
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "harbench")


def _path(key: str) -> str:
    return os.path.join(folder(), "parsed", "v%d-%s.npz" % (_FORMAT, key[:32]))


def load(key: str, location: str) -> Optional[Dataset]:
    """The dataset stored under `key`; None when there is none, or when the file is not whole and unchanged."""
    try:
        with np.load(_path(key), allow_pickle=False) as arrays:
            splits = [Split(arrays[name + "_windows"], arrays[name + "_labels"]) for name in ("train", "test")]
            stored = str(arrays["fingerprint"])
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile):
        return None
    dataset = make(REAL, location, *splits)
    return dataset if dataset.fingerprint == stored else None


def store(key: str, dataset: Dataset) -> None:
    """Keep a dataset; a folder that cannot be written or a full disk is no error."""
    arrays: Dict[str, Any] = {
        "train_windows": dataset.train.windows,
        "train_labels": dataset.train.labels,
        "test_windows": dataset.test.windows,
        "test_labels": dataset.test.labels,
        "fingerprint": np.array(dataset.fingerprint),
    }
    content = io.BytesIO()
    np.savez(content, **arrays)
    try:
        write_atomically(_path(key), content.getvalue())
    except OSError:
        return
