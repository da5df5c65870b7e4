"""Where the dataset lies: the search order, and what people give when they mean its root."""

import os
import re
import shlex
from typing import List, Optional

from har_model.dataset import cache
from har_model.dataset.uci_har import SIGNALS, SIGNALS_FOLDER, SPLITS, files
from har_model.errors import DataError

#: What `--data-path` takes to ask for the synthetic dataset.
SYNTHETIC_NAME = "synthetic"
OFFICIAL_FOLDER = "UCI HAR Dataset"
_ARCHIVE_ENDINGS = (".zip", ".tar", ".gz", ".tgz", ".rar", ".7z")


def unpacked_folder() -> str:
    """Where `harbench data fetch` unpacks to."""
    return os.path.join(cache.folder(), "uci-har")


def _plain(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())


def _has_structure(folder: str) -> bool:
    """Whether `folder` holds a `train` or `test` folder with anything of this dataset in it, even a damaged one."""
    wanted = {_plain(os.path.splitext(os.path.basename(path))[0]) for path in files()} | {_plain(SIGNALS_FOLDER)}
    for split in SPLITS:
        try:
            names = os.listdir(os.path.join(folder, split))
        except OSError:
            continue
        if any(_plain(os.path.splitext(name)[0]) in wanted for name in names if not name.startswith("._")):
            return True
    return False


def _names(folder: str) -> List[str]:
    """What lies in a folder; nothing where it is none or cannot be read."""
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def is_whole(folder: str) -> bool:
    """Whether every file of the dataset is below `folder`, under its exact name."""
    return all(os.path.isfile(os.path.join(folder, path)) for path in files())


def _has_signals(folder: str) -> bool:
    """Whether both splits of `folder` hold what looks like this dataset's signals (the similar HAPT has none)."""
    return all(
        any(
            _plain(name) == _plain(SIGNALS_FOLDER)
            for given in _names(folder)
            if given.lower() == split
            for name in _names(os.path.join(folder, given))
        )
        for split in SPLITS
    )


def _has_remains(folder: str) -> bool:
    """Whether a folder that is no dataset holds one packed, flattened or in part, which is not to be passed over."""
    names = [_plain(name) for name in _names(folder) if not name.startswith(".")]
    official = (_plain(OFFICIAL_FOLDER) + "zip", "humanactivityrecognitionusingsmartphoneszip")
    flat = tuple(_plain("%s_%s.txt" % (signal, split)) for signal in SIGNALS for split in SPLITS)
    return any(name == _plain(SIGNALS_FOLDER) or name.endswith(official + flat) for name in names)


def _below(folder: str) -> List[str]:
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    visible = [name for name in names if name != "__MACOSX" and not name.startswith(".")]
    return [path for path in (os.path.join(folder, name) for name in visible) if os.path.isdir(path)]


def find_root(folder: str) -> Optional[str]:
    """The dataset's root at `folder` or up to two levels below it; None when nothing there looks like it.

    Raises:
        DataError: several folders below look like it.
    """
    level = [folder]
    for _ in range(3):
        for looks_like in (is_whole, _has_signals, _has_structure):
            found = [path for path in level if looks_like(path)]
            official = [path for path in found if os.path.basename(path) == OFFICIAL_FOLDER]
            if len(found) == 1 or official:
                return (official or found)[0]
            if found:
                raise DataError(
                    "Several folders below %r look like the dataset (%s); name one of them."
                    % (folder, ", ".join(map(repr, found)))
                )
        level = [below for path in level for below in _below(path)]
    return None


def _explain_missing(path: str) -> str:
    """Why a path does not exist: quotes, blanks at its ends, and blanks at which a shell cut it."""
    folder, name = os.path.split(os.path.abspath(path))
    stripped = path.strip(" \t\r\n'\"")
    if stripped != path and os.path.exists(stripped):
        return "The data path %r does not exist, but %r does: leave out what is around it." % (path, stripped)
    for other in _names(folder):
        if other.startswith(name + " "):
            return "The data path %r does not exist, but %r does: put the path in quotes, since it holds blanks." % (
                path,
                os.path.join(folder, other),
            )
    return "The data path %r does not exist; give the folder that holds `train` and `test`." % path


def _explain(path: str) -> str:
    """Why a path that was named is not the dataset, and what to give instead."""
    if re.match(r"^[A-Za-z][A-Za-z0-9+.-]+://", path):
        return "%r is an address, not a folder: copy the dataset to this machine and name the folder." % path
    if re.match(r"^([A-Za-z]:[\\/]|\\\\)", path) and not os.path.exists(path):
        return "%r is a Windows path, which does not exist on this machine: give the folder's path here." % path
    if not os.path.exists(path):
        return _explain_missing(path)
    if os.path.isfile(path):
        if path.lower().endswith(_ARCHIVE_ENDINGS):
            return "%r is an archive; unpack it with `harbench data fetch --archive %s`." % (
                path,
                shlex.quote(path),
            )
        return "%r is a file; give the folder that holds `train` and `test`." % path
    return _explain_folder(path)


def _explain_folder(path: str) -> str:
    try:
        entries = sorted(os.listdir(path))
    except OSError as error:
        return "The folder %r cannot be read: %s." % (path, error.strerror)
    name = os.path.basename(os.path.abspath(path))
    if name in SPLITS or _plain(name) == _plain(SIGNALS_FOLDER):
        root = os.path.dirname(os.path.abspath(path))
        root = root if name in SPLITS else os.path.dirname(root)
        return "%r is a part of the dataset; give its root, %r." % (path, root)
    if any(_plain(entry) == _plain(SIGNALS_FOLDER) for entry in entries):
        return (
            "%r is one split of the dataset; `train` and `test` must lie side by side in the folder that is given."
            % path
        )
    flat = [entry for entry in entries if re.search(r"_(train|test)\.txt$", entry, re.IGNORECASE)]
    if flat:
        return (
            "%r holds data files without their folders (%r): unpack the archive again so that `train` and "
            "`test` are folders." % (path, flat[0])
        )
    packed = [entry for entry in entries if entry.lower().endswith(".zip") and not entry.startswith(".")]
    if packed:
        return "%r holds an archive and no dataset; unpack it with `harbench data fetch --archive %s`." % (
            path,
            shlex.quote(os.path.join(path, packed[0])),
        )
    return (
        "%r is not UCI HAR: expected folders `train` and `test` with %r in them; get it with `harbench data fetch`."
        % (path, SIGNALS_FOLDER)
    )


def _is_readable(folder: str) -> bool:
    try:
        os.listdir(folder)
    except OSError:
        return False
    return True


def _named(path: str) -> str:
    root = find_root(path) if os.path.isdir(path) else None
    if root is None:
        raise DataError(_explain(path))
    return root


def locate(data_path: Optional[str]) -> Optional[str]:
    """The root of the dataset by the search order; None when there is none and nobody named one.

    The order: `data_path`, the variable `HARBENCH_DATA`, `./data`, the cache. The first two are somebody's word: what
    they name must be the dataset.

    Args:
        data_path: a folder, `synthetic` for none, or None.

    Raises:
        DataError: the folder that was named is not the dataset, or one that was not named holds only a part of it.
    """
    if data_path is not None and not data_path.strip():
        raise DataError("The data path is empty; give a folder, `synthetic`, or leave the option out.")
    for named in (data_path, os.environ.get("HARBENCH_DATA")):
        if named == SYNTHETIC_NAME:
            return None
        if named:
            return _named(os.path.expanduser(named))
    for folder in ("data", unpacked_folder()):
        root = find_root(folder)
        if root is not None:
            return root
        if os.path.isdir(folder) and (not _is_readable(folder) or _has_remains(folder)):
            raise DataError(_explain(folder))
    return None
