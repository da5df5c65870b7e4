"""Columns of numbers in text, read a whole file at a time; every fault names file and line."""

import codecs
import warnings
from typing import Optional

import numpy as np

from har_model.errors import DataError

_LFS_POINTER = b"version https://git-lfs"
#: Byte-order marks, longest first; a label file re-saved by an editor often has one.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_COMPRESSED = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ")
_SHOWN_CHARACTERS = 20
#: Windows are kept as float32; a number beyond its range would silently become infinite.
_LARGEST = float(np.finfo(np.float32).max)


def read_bytes(path: str) -> bytes:
    """The bytes of a file.

    Raises:
        DataError: it cannot be read, is empty, or is a Git LFS pointer.
    """
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError as error:
        raise DataError("The file %r cannot be read: %s." % (path, error.strerror)) from error
    _refuse_what_holds_no_data(content, path)
    return content


def _refuse_what_holds_no_data(text: bytes, path: str) -> None:
    if not text.strip():
        raise DataError("The file %r is empty; unpack the dataset again." % path)
    if text.lstrip().startswith(_LFS_POINTER):
        raise DataError("The file %r is a Git LFS pointer, not the data; run `git lfs pull` where it came from." % path)
    if text.startswith(b"/annex/objects/"):
        raise DataError("The file %r is a git-annex pointer, not the data; run `git annex get` there." % path)


def _decode(content: bytes, path: str) -> bytes:
    """The text without its byte-order mark, line ends made one kind."""
    if content.startswith(_COMPRESSED):
        raise DataError("The file %r is compressed (binary), not text; unpack it." % path)
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            try:
                content = content[len(mark) :].decode(encoding).encode("utf-8")
            except UnicodeDecodeError as error:
                raise DataError("The file %r is damaged %s text; save it as plain text." % (path, encoding)) from error
            break
    _refuse_what_holds_no_data(content, path)
    if content.lstrip()[:1] == b"<":
        raise DataError("The file %r is a web page or XML, not numbers; download the dataset again." % path)
    if b"\x00" in content:
        raise DataError("The file %r is binary (it holds NUL bytes), not text; unpack the dataset again." % path)
    # A file whose line ends were converted twice ends its lines in CR CR LF.
    return content.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip()


def _tokens_by_line(text: bytes) -> np.ndarray:
    """Number of blank-separated words of each line, counted without a loop over lines."""
    characters = np.frombuffer(text, np.uint8)
    is_blank = (characters == 32) | ((characters >= 9) & (characters <= 13))
    is_start = ~is_blank
    is_start[1:] &= is_blank[:-1]
    line_ends = np.append(np.flatnonzero(characters == 10), len(characters))
    words_before = np.concatenate([[0], np.cumsum(is_start)])
    return np.diff(np.concatenate([[0], words_before[line_ends]]))


def _parse(text: bytes) -> Optional[np.ndarray]:
    """Every number of the text as float64; None when something in it is no number."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)  # how NumPy says that it stopped early
        try:
            return np.fromstring(text, np.float64, sep=" ")
        except (DeprecationWarning, ValueError):
            return None


def _shown(word: bytes) -> str:
    text = word.decode("utf-8", errors="backslashreplace")
    return repr(text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "...")


def _bad_word(text: bytes) -> Optional[str]:
    """What is wrong with the first word that is no finite number, and its line; None when every word is one."""
    for number, line in enumerate(text.split(b"\n"), 1):
        for word in line.split():
            try:
                value = float(word)
            except ValueError:
                return "line %d: %s is not a number" % (number, _shown(word))
            if not np.isfinite(value):
                return "line %d: %s is not a finite number" % (number, _shown(word))
            if abs(value) > _LARGEST:
                return "line %d: %s is too large, the largest float32 is %.4g" % (number, _shown(word), _LARGEST)
            if b"_" in word:  # Python takes 1_0 for 10
                return "line %d: %s is not a number" % (number, _shown(word))
    return None


def read_table(content: bytes, path: str, columns: int) -> np.ndarray:
    """Numbers in lines of exactly `columns` words: float64 `[lines, columns]`.

    Args:
        content: the file's bytes.
        path: its name, for messages.
        columns: words that each line must have.

    Raises:
        DataError: a line has more or fewer words, or one that is not a finite number.
    """
    text = _decode(content, path)
    counts = _tokens_by_line(text)
    wrong = np.flatnonzero(counts != columns)
    values = None if len(wrong) else _parse(text)
    is_whole = values is not None and len(values) == len(counts) * columns and np.isfinite(values).all()
    if values is not None and is_whole and (np.abs(values) <= _LARGEST).all():
        return values.reshape(-1, columns)
    fault = _bad_word(text)
    if fault is None and len(wrong):
        fault = "line %d: expected %d number%s, found %d" % (
            wrong[0] + 1,
            columns,
            "" if columns == 1 else "s",
            counts[wrong[0]],
        )
    raise DataError(
        "The file %r, %s; unpack the dataset again." % (path, fault or "holds something that is not a number")
    )
