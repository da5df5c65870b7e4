"""UCI HAR's text files, read into arrays; parsed once and cached by content."""

import hashlib
import os
import re
from typing import Dict, List

import numpy as np

from har_model.dataset import cache, text
from har_model.dataset.signals import LABEL_NAMES, REAL, SIGNALS, WINDOW_LENGTH, Dataset, Split, make
from har_model.errors import DataError

SPLITS = ("train", "test")
SIGNALS_FOLDER = "Inertial Signals"


def signal_path(split: str, signal: str) -> str:
    """A signal's file below the dataset's root."""
    return os.path.join(split, SIGNALS_FOLDER, "%s_%s.txt" % (signal, split))


def labels_path(split: str) -> str:
    """A split's label file below the dataset's root."""
    return os.path.join(split, "y_%s.txt" % split)


def files() -> List[str]:
    """Every file that the dataset needs, below its root, in a fixed order."""
    return [
        path for split in SPLITS for path in [labels_path(split)] + [signal_path(split, signal) for signal in SIGNALS]
    ]


def _core(name: str) -> str:
    """What is left of a name without case, blanks, endings and what editors and browsers add to copies."""
    name = re.sub(r"\(\d+\)|- copy|\.(txt|csv|gz|zip|bak|orig|old)\b", "", name.lower())
    return "".join(character for character in name if character.isalnum())


def _near_match(path: str) -> str:
    """A name in the same place, or a file one folder above, that somebody may have meant."""
    folder, wanted = os.path.split(path)
    if os.path.islink(path):
        return " It is a link to %r, which is not there." % os.readlink(path)
    try:
        names = sorted(name for name in os.listdir(folder) if not name.startswith("."))
    except OSError:
        return ""
    for name in names:
        if name != wanted and _core(name) == _core(wanted):
            is_packed = name.lower().endswith((".gz", ".zip"))
            advice = "unpack it as" if is_packed else "rename it to"
            return " There is %r: %s %r." % (os.path.join(folder, name), advice, wanted)
    if wanted == SIGNALS_FOLDER and any(_core(name).startswith(_core(SIGNALS[0])) for name in names):
        return " The signal files lie in %r: put them into a folder %r there." % (folder, SIGNALS_FOLDER)
    return ""


def _refuse_twins(root: str) -> None:
    """Refuse names that differ from one of the dataset's in case alone: which one is meant cannot be told."""
    for folder in sorted({""} | {os.path.dirname(path) for path in files()} | set(SPLITS)):
        wanted = set(SPLITS) | {SIGNALS_FOLDER} | {os.path.basename(path) for path in files()}
        try:
            names = set(os.listdir(os.path.join(root, folder)))
        except OSError:
            continue  # a missing or closed folder is named by whoever reads from it
        lower = {name.lower(): name for name in wanted & names}
        for name in sorted(names - wanted):
            if name.lower() in lower:
                raise DataError(
                    "Both %r and %r are in %r, and which one is meant cannot be told; remove the wrong one."
                    % (lower[name.lower()], name, os.path.join(root, folder))
                )


def missing(root: str, path: str) -> DataError:
    """The error for a file that is not there: the first part of its path that is missing, and what may be meant."""
    place = root
    for part in path.split(os.sep):
        below = os.path.join(place, part)
        if not os.path.exists(below):
            advice = _near_match(below) or " Unpack the dataset again, with its folders."
            return DataError(
                "The dataset in %r lacks %r (looked for %r).%s" % (root, path, os.path.join(root, path), advice)
            )
        place = below
    return DataError("The file %r cannot be read." % os.path.join(root, path))


def _read_files(root: str) -> Dict[str, bytes]:
    _refuse_twins(root)
    contents = {}
    for path in files():
        full = os.path.join(root, path)
        if not os.path.isfile(full):
            raise missing(root, path)
        contents[path] = text.read_bytes(full)
    return contents


def _labels(content: bytes, path: str) -> np.ndarray:
    values = text.read_table(content, path, 1)[:, 0]
    wrong = np.flatnonzero((values != np.floor(values)) | (values < 1) | (values > len(LABEL_NAMES)))
    if len(wrong):
        raise DataError(
            "The file %r, line %d: the label %g is not one of 1 to %d; unpack the dataset again."
            % (path, wrong[0] + 1, values[wrong[0]], len(LABEL_NAMES))
        )
    return (values - 1).astype(np.int32)


def _split(root: str, split: str, contents: Dict[str, bytes]) -> Split:
    labels_name = os.path.join(root, labels_path(split))
    labels = _labels(contents[labels_path(split)], labels_name)
    channels = []
    for signal in SIGNALS:
        name = os.path.join(root, signal_path(split, signal))
        table = text.read_table(contents[signal_path(split, signal)], name, WINDOW_LENGTH)
        if len(table) != len(labels):
            raise DataError(
                "The file %r has %d lines but %r has %d labels; they must be of one copy of the dataset."
                % (name, len(table), labels_name, len(labels))
            )
        channels.append(table.astype(np.float32))
    return Split(np.stack(channels, axis=-1), labels)


def _content_key(contents: Dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for path in files():
        digest.update(("%s %d;" % (path, len(contents[path]))).encode("utf-8"))
        digest.update(contents[path])
    return digest.hexdigest()


def read(root: str) -> Dataset:
    """Read the dataset whose `train` and `test` folders lie in `root`.

    Raises:
        DataError: a file is missing, unreadable, or not what it should be; file and line are named.
    """
    contents = _read_files(root)
    key = _content_key(contents)
    cached = cache.load(key, os.path.abspath(root))
    if cached is not None:
        return cached
    train, test = (_split(root, split, contents) for split in SPLITS)
    dataset = make(REAL, os.path.abspath(root), train, test)
    cache.store(key, dataset)
    return dataset
