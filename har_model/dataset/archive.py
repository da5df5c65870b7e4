"""The official archive: checked, and unpacked so that nothing half-done is ever found."""

import hashlib
import io
import lzma
import os
import shutil
import stat
import struct
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO, Optional, Tuple

from har_model.dataset import download, locate
from har_model.dataset.uci_har import labels_path
from har_model.errors import DataError

#: UCI repository, dataset 240.
OFFICIAL_URL = "https://archive.ics.uci.edu/static/public/240/human+activity+recognition+using+smartphones.zip"
#: SHA-256 of the inner "UCI HAR Dataset.zip", which UCI also offered by itself; from public checksum notes of several
#: projects, since UCI publishes none.
OFFICIAL_SHA256 = "2045e435c955214b38145fb5fa00776c72814f01b203fec405152dac7d5bfeb0"

#: The official archive holds 74 members, 283 MB; anything far beyond is not it.
_MOST_MEMBERS = 2000
_CHUNK = 1 << 18
_MOST_BYTES = 2 * 10**9
#: What `zipfile` raises over a damaged archive, from its directory to the last compressed byte.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)
#: What to do about a damaged archive: one that somebody gave is theirs, and may be no archive at all.
_GIVE_ANOTHER = "give another one with --archive"
_FETCH_AGAIN = "delete it and fetch it again"


class CannotUnpack(DataError):
    """The archive is right, but there is no place for what is in it."""


@dataclass(frozen=True)
class Fetched:
    """The dataset's root, whether it was there before, and else the SHA-256 of the archive it came from."""

    root: str
    was_there: bool
    sha256: Optional[str]


def _sha256(file: IO[bytes]) -> str:
    file.seek(0)  # the directory of a zip lies at its end, where opening it left off
    digest = hashlib.sha256()
    for chunk in iter(lambda: file.read(_CHUNK), b""):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def _inner_archive(outer: zipfile.ZipFile, name: str) -> Optional[str]:
    """The member of a wrapper that is the archive itself; None when the zip is not a wrapper."""
    if any(member.filename.endswith(labels_path("train").replace(os.sep, "/")) for member in outer.infolist()):
        return None  # the dataset itself, whatever else lies in it
    inner = [
        member.filename
        for member in outer.infolist()
        if member.filename.lower().endswith(".zip") and not os.path.basename(member.filename).startswith("._")
    ]
    if len(inner) > 1:
        raise DataError("The archive %r holds several archives (%s); give the one to use." % (name, ", ".join(inner)))
    return inner[0] if inner else None


def _open(path: str, remedy: str) -> Tuple[IO[bytes], zipfile.ZipFile]:
    """The dataset's own archive, out of its wrapper where it has one.

    Raises:
        DataError: it is no zip, or it is cut or damaged.
    """
    try:
        file: IO[bytes] = open(path, "rb")  # noqa: SIM115 - the caller closes it with the archive
        outer = zipfile.ZipFile(file)
        member = _inner_archive(outer, path)
        if member is None:
            return file, outer
        if outer.getinfo(member).file_size > download.MOST_ARCHIVE_BYTES:
            raise DataError("The archive %r is far larger than the dataset; it is not the official one." % path)
        file = io.BytesIO(outer.read(member))
        return file, zipfile.ZipFile(file)
    except OSError as error:
        raise DataError("The archive %r cannot be read: %s." % (path, error.strerror or error)) from error
    except _DAMAGED as error:
        raise DataError("The archive %r is cut, damaged or no zip (%s); %s." % (path, error, remedy)) from error


def _check_members(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse members that would leave the folder, links, and archives far larger than the dataset.

    Raises:
        DataError: some member is refused; it is named.
    """
    members = archive.infolist()
    if len(members) > _MOST_MEMBERS or sum(member.file_size for member in members) > _MOST_BYTES:
        raise DataError("The archive %r is far larger than the dataset; it is not the official one." % name)
    for member in members:
        parts = member.filename.replace("\\", "/").split("/")
        is_outside = ".." in parts or member.filename.startswith(("/", "\\")) or ":" in parts[0]
        if is_outside or stat.S_ISLNK(member.external_attr >> 16):
            raise DataError(
                "The archive %r holds the member %r, which leads outside; it was tampered with."
                % (name, member.filename)
            )


def _unpack(archive: zipfile.ZipFile, name: str, destination: str, remedy: str) -> str:
    """Unpack beside `destination`, look whether the dataset is in it, then put it in place; returns the root."""
    os.makedirs(os.path.dirname(destination), exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".unpack-", dir=os.path.dirname(destination)) as outside:
        # One folder further in: the dataset may be at the archive's top, and `outside` itself must stay to be removed.
        folder = os.path.join(outside, "members")
        os.mkdir(folder)
        try:
            archive.extractall(folder)
        except _DAMAGED as error:
            raise DataError("The archive %r is damaged (%s); %s." % (name, error, remedy)) from error
        root = locate.find_root(folder)
        if root is None or not locate.is_whole(root):
            raise DataError("The archive %r does not hold UCI HAR's `train` and `test` folders." % name)
        if os.path.isdir(destination):
            shutil.rmtree(destination)
        os.rename(root, destination)
    return destination


def unpack(path: str, destination: str, accept_sha256: Optional[str] = None, remedy: str = _GIVE_ANOTHER) -> Fetched:
    """Check an archive on this machine and unpack it to `destination`.

    Args:
        path: the official archive, or the wrapper that holds it.
        destination: folder to be made.
        accept_sha256: take an archive with this SHA-256 instead of the official one.
        remedy: what to do where it is damaged.

    Raises:
        DataError: the archive is missing, damaged, tampered with, or another one; nothing is left at `destination`.
    """
    file, archive = _open(path, remedy)
    with file, archive:
        actual = _sha256(file)
        expected = (accept_sha256 or OFFICIAL_SHA256).lower()
        if actual != expected:
            raise DataError(
                "The archive %r has SHA-256 %s, expected %s; if you trust it, give --accept-sha256 %s."
                % (path, actual, expected, actual)
            )
        _check_members(archive, path)
        try:
            return Fetched(_unpack(archive, path, destination, remedy), False, actual)
        except OSError as error:
            raise CannotUnpack(
                "The dataset cannot be unpacked to %r: %s." % (destination, error.strerror or error)
            ) from error


def fetch(
    url: Optional[str] = None,
    archive: Optional[str] = None,
    accept_sha256: Optional[str] = None,
    progress: download.ProgressListener = download.no_progress,
) -> Fetched:
    """Get the dataset into the user's cache folder; does nothing when all its files are there.

    Args:
        url: where to download from; the official address by default.
        archive: an archive on this machine, instead of a download.
        accept_sha256: take an archive with this SHA-256 instead of the official one.
        progress: told of the download as it goes on.

    Raises:
        DataError: see `download` and `unpack`.
    """
    destination = os.path.join(locate.unpacked_folder(), locate.OFFICIAL_FOLDER)
    if archive is not None:
        return unpack(archive, destination, accept_sha256)
    address = url or OFFICIAL_URL
    # Another address is another file: what came from one is never continued from the other.
    name = "download-%s.zip.part" % hashlib.sha256(address.encode("utf-8")).hexdigest()[:8]
    part = os.path.join(locate.unpacked_folder(), name)
    with download.alone(locate.unpacked_folder()):
        if locate.is_whole(destination):  # from an earlier call, or from a process that held the lock before
            return Fetched(destination, True, None)
        return _download_and_unpack(address, part, destination, accept_sha256, progress)


def _download_and_unpack(
    address: str, part: str, destination: str, accept_sha256: Optional[str], progress: download.ProgressListener
) -> Fetched:
    download.download(address, part, progress)
    try:
        fetched = unpack(part, destination, accept_sha256, _FETCH_AGAIN)
    except CannotUnpack:
        raise  # the download is good and stays
    except DataError:
        os.replace(part, part[: -len(".part")] + ".refused")  # kept to be looked at; the next download starts anew
        raise
    os.unlink(part)
    return fetched
