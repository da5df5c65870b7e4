"""The dataset as arrays: nine signals in their fixed order, six activities, and what makes two copies the same."""

import hashlib
from dataclasses import dataclass
from typing import Any, Dict, Optional

import numpy as np

#: The channels of a window, in the reference's order. Never the order in which a folder lists its files.
SIGNALS = tuple(kind + axis for kind in ("body_acc_", "body_gyro_", "total_acc_") for axis in "xyz")
#: Labels 1..6 of the files, 0..5 in arrays.
LABEL_NAMES = ("WALKING", "WALKING_UPSTAIRS", "WALKING_DOWNSTAIRS", "SITTING", "STANDING", "LAYING")
WINDOW_LENGTH = 128

#: Class counts of the whole dataset (its own README).
TRAIN_COUNTS = (1226, 1073, 986, 1286, 1374, 1407)
TEST_COUNTS = (496, 471, 420, 491, 532, 537)

REAL = "real"
SYNTHETIC = "synthetic"


@dataclass(frozen=True)
class Split:
    """Windows float32 `[n, 128, 9]` and labels int32 `[n]` in 0..5."""

    windows: np.ndarray
    labels: np.ndarray

    def class_counts(self) -> "list[int]":
        """Windows of each class."""
        return np.bincount(self.labels, minlength=len(LABEL_NAMES)).tolist()


def fingerprint(train: Split, test: Split) -> str:
    """SHA-256 over shapes and values: equal for copies that differ only in spacing, line ends or place."""
    digest = hashlib.sha256()
    for split in (train, test):
        for array, kind in ((split.windows, "<f4"), (split.labels, "<i4")):
            digest.update(("%s %s;" % (kind, array.shape)).encode("ascii"))
            digest.update(np.ascontiguousarray(array, dtype=kind).tobytes())
    return digest.hexdigest()


@dataclass(frozen=True)
class Dataset:
    """A training and a test split, `real` or `synthetic`, with the folder it came from and its fingerprint."""

    kind: str
    location: Optional[str]
    train: Split
    test: Split
    fingerprint: str

    @property
    def is_complete(self) -> bool:
        """Whether it is the whole UCI HAR, by its class counts."""
        counts = (tuple(self.train.class_counts()), tuple(self.test.class_counts()))
        return self.kind == REAL and counts == (TRAIN_COUNTS, TEST_COUNTS)

    def describe(self) -> Dict[str, Any]:
        """What a record says of the dataset, as JSON values."""
        return {
            "kind": self.kind,
            "location": self.location,
            "is_complete": self.is_complete,
            "n_train": len(self.train.labels),
            "n_test": len(self.test.labels),
            "train_class_counts": self.train.class_counts(),
            "test_class_counts": self.test.class_counts(),
            "window_length": int(self.train.windows.shape[1]),
            "n_channels": int(self.train.windows.shape[2]),
            "label_names": list(LABEL_NAMES),
            "fingerprint": self.fingerprint,
        }

    def sentence(self) -> str:
        """One line that says what it is, and for a synthetic one how to get the real one."""
        counts = "%d train and %d test windows" % (len(self.train.labels), len(self.test.labels))
        if self.kind == SYNTHETIC:
            return (
                "synthetic, %s; UCI HAR itself: `make data` (harbench data fetch) gets it, --data-path names it"
                % counts
            )
        part = "the whole of UCI HAR" if self.is_complete else "a part of UCI HAR"
        return "%s, %s, from %s" % (part, counts, self.location)


def make(kind: str, location: Optional[str], train: Split, test: Split) -> Dataset:
    """A dataset with its fingerprint computed."""
    return Dataset(kind, location, train, test, fingerprint(train, test))
