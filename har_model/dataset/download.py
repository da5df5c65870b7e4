"""A download that goes on where it broke off, is bounded in size and time, and is made by one process at a time."""

import fcntl
import os
from contextlib import contextmanager
from typing import Any, Callable, Iterator, Optional

from har_model.errors import DataError

#: A chunk that breaks off in its middle is lost, so it is small.
_CHUNK = 1 << 15
_TIMEOUT_SECONDS = (15, 60)  # to connect, between two chunks
_RETRIES = 4
#: The archive itself has 61 MB; more than this is not it, and is neither downloaded nor read into memory.
MOST_ARCHIVE_BYTES = 300 * 10**6
_TOO_LARGE = "What the address %r gives is far larger than the dataset's archive; set another one with --url."

#: Called with the bytes there so far and the whole, where that is known.
ProgressListener = Callable[[int, Optional[int]], None]


def no_progress(done: int, total: Optional[int]) -> None:
    """Tell nobody."""


def _session() -> Any:
    import requests  # a download alone needs it
    from urllib3.util.retry import Retry

    session = requests.Session()
    retry = Retry(
        total=_RETRIES,
        backoff_factor=0.5,
        status_forcelist=(429, 500, 502, 503, 504),
        respect_retry_after_header=False,  # a server may ask for hours
        raise_on_status=False,  # the last answer is reported as it is
    )
    for scheme in ("http://", "https://"):
        session.mount(scheme, requests.adapters.HTTPAdapter(max_retries=retry))
    return session


def _whole_size(response: Any, start: int) -> Optional[int]:
    length = response.headers.get("Content-Length", "")
    return start + int(length) if length.isdigit() else None


def _answer(session: Any, url: str, headers: Any) -> Any:
    """The server's answer; the session has already tried several times when there is none."""
    import requests

    try:
        return session.get(url, headers=headers, stream=True, timeout=_TIMEOUT_SECONDS)
    except (requests.exceptions.RequestException, ValueError) as error:  # ValueError: an address that is none
        raise DataError(
            "The address %r cannot be reached (%s); set another one with --url, or carry the archive over and use "
            "--archive." % (url, type(error).__name__)
        ) from error


def _receive(session: Any, url: str, part: str, progress: ProgressListener) -> None:
    """One request: go on behind the bytes of `part`, or anew where the server does not do that."""
    start = os.path.getsize(part) if os.path.exists(part) else 0
    headers = {"Accept-Encoding": "identity"}
    if start:
        headers["Range"] = "bytes=%d-" % start
    with _answer(session, url, headers) as response:
        if response.status_code == 416 and start:
            return  # nothing is left behind these bytes: they are the whole, or of another file
        if response.status_code not in (200, 206):
            raise DataError("The address %r answers %d %s." % (url, response.status_code, response.reason))
        if "html" in response.headers.get("Content-Type", ""):
            raise DataError(
                "The address %r answers with a web page, not with an archive; set another one with --url." % url
            )
        is_continued = response.status_code == 206
        total, done = _whole_size(response, start if is_continued else 0), start if is_continued else 0
        if (total or 0) > MOST_ARCHIVE_BYTES:
            raise DataError(_TOO_LARGE % url)
        with open(part, "ab" if is_continued else "wb") as file:
            for chunk in response.iter_content(_CHUNK):
                file.write(chunk)
                done += len(chunk)
                if done > MOST_ARCHIVE_BYTES:
                    break
                progress(done, total)
    if done > MOST_ARCHIVE_BYTES:
        os.unlink(part)
        raise DataError(_TOO_LARGE % url)
    if total is not None and done < total:
        raise ConnectionError("%d of %d bytes came" % (done, total))


def download(url: str, part: str, progress: ProgressListener = no_progress) -> None:
    """Download to the file `part`, whose folder is there, going on behind what an earlier call left in it.

    Raises:
        DataError: the address is none, answers with something else, or breaks off again and again.
    """
    import requests

    if not url.lower().startswith(("http://", "https://")):
        raise DataError("The address %r is not one of http or https; a file is taken with --archive." % url)
    session = _session()
    for attempt in range(_RETRIES):
        try:
            _receive(session, url, part, progress)
            return
        except (requests.exceptions.RequestException, ConnectionError) as error:
            if attempt == _RETRIES - 1:
                raise DataError(
                    "The download from %r broke off (%s); call `harbench data fetch` again to go on, or carry "
                    "the archive over and use --archive." % (url, type(error).__name__)
                ) from error
        except OSError as error:
            raise DataError("The download cannot be written to %r: %s." % (part, error.strerror)) from error


@contextmanager
def alone(folder: str) -> Iterator[None]:
    """Hold a lock on `folder`, so that two processes do not write one download."""
    try:
        os.makedirs(folder, exist_ok=True)
        lock = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise DataError("The cache folder %r cannot be made: %s." % (folder, error.strerror)) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
