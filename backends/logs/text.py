"""The text of a log, whatever its bytes are: encodings, carriage returns, colours."""

import codecs
import errno
import functools
import os
import re
import stat
from typing import BinaryIO, Match, Tuple

#: A larger log is read at its beginning, where a device is opened, and at its end, where it fails.
LIMIT_BYTES = 16 * 1024 * 1024
#: What brings more through a pipe is no log, and may have no end.
MOST_BYTES = 4 * 1024**3
#: Of a longer line both ends are read: what is glued together without a line's end is far shorter.
MOST_CHARACTERS = 128 * 1024

_LEFT_OUT = "[... %d %s left out ...]"
_BYTES, _CHARACTERS = "bytes", "characters of one line"
_LEFT_OUT_LINE = re.compile(r"^\[\.\.\. ([0-9]{1,18}) (%s|%s) left out \.\.\.\]$" % (_BYTES, _CHARACTERS), re.MULTILINE)
_LONG_LINE = re.compile(r"^[^\n]{%d,}" % (MOST_CHARACTERS + 1), re.MULTILINE)

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Control sequences (colours, cursor), titles of a terminal window, and what else an escape begins (ECMA-48, 5.4).
#: Where a sequence may be cut off (by another stream), a letter that begins a word is no part of it.
_ANSI = re.compile(
    "\x1b(?:\\[(?:[0-?]+[ -/]*[@-~]|[mKHJ]|[ -/]*[@-~](?![a-z]))|\\][^\x07\x1b\n]*(?:\x07|\x1b\\\\)"
    "|[ -/]+[0-9A-D]|[0-Z\\\\^-~](?![a-z]))"
)

#: What else a terminal would obey: a bell, a backspace.
_CONTROLS = dict.fromkeys(code for code in (*range(32), 127) if code not in (9, 10, 13, 27))
_LONGEST_LINE = 2000


def _decode_line(line: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):  # a Chinese host's GBK is a part of GB 18030
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return line.decode("utf-8", "backslashreplace")


def _both_ends(match: Match[str]) -> str:
    line, half = match.group(), MOST_CHARACTERS // 2
    return "%s\n%s\n%s" % (line[:half], _LEFT_OUT % (len(line) - 2 * half, _CHARACTERS), line[-half:])


def clean(text: str) -> str:
    """The text without colours and control characters, and of an endless line its two ends only.

    A carriage return ends a line: nothing is overwritten.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _ANSI.sub("", text).replace("\x1b", "") if "\x1b" in text else text
    return _LONG_LINE.sub(_both_ends, text.translate(_CONTROLS))


def decode(data: bytes) -> str:
    """The clean text of a log. Every line is decoded by itself, as several programs may have written to it."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return clean(data.decode(encoding, "replace"))
    # A NUL is no text: UTF-16 without a mark becomes readable where it is ASCII.
    data = data.replace(b"\x00", b"")
    try:
        return clean(data.decode("utf-8"))
    except UnicodeDecodeError:
        return clean("\n".join(map(_decode_line, data.split(b"\n"))))


def _rest(stream: BinaryIO, limit_bytes: int) -> Tuple[int, bytes]:
    """The last bytes of a stream from here to its end, `limit_bytes` at most, and how many are left out before them.

    Raises:
        OSError: a pipe brings more than `MOST_BYTES`.
    """
    if stream.seekable():
        here = stream.tell()
        left_out = max(0, stream.seek(0, os.SEEK_END) - here - limit_bytes)
        stream.seek(here + left_out)
        return left_out, stream.read(limit_bytes)
    length, last = 0, b""
    for piece in iter(functools.partial(stream.read, limit_bytes), b""):
        length, last = length + len(piece), (last + piece)[-limit_bytes:]
        if length > MOST_BYTES:
            raise OSError(errno.EFBIG, "it brings more than %d GiB and may have no end" % (MOST_BYTES // 1024**3))
    return length - len(last), last


def read_stream(stream: BinaryIO, limit_bytes: int = LIMIT_BYTES) -> str:
    """The clean text of a file or pipe that is open, to its end.

    Args:
        limit_bytes: of a text above it, both ends are returned, with a line between that says what is left out.

    Raises:
        OSError: it cannot be read, or is a pipe that brings more than `MOST_BYTES`.
    """
    half = limit_bytes // 2
    head = stream.read(half)
    left_out, last = _rest(stream, half)
    if not left_out:
        return decode(head + last)
    return "%s\n%s\n%s" % (decode(head), _LEFT_OUT % (left_out, _BYTES), decode(last))


def read_log(path: str, limit_bytes: int = LIMIT_BYTES) -> str:
    """As `read_stream`, of a file or a named pipe.

    Raises:
        OSError: it cannot be read, or is a device.
    """
    mode = os.stat(path).st_mode
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        raise OSError(errno.EINVAL, "it is a device and no file; standard input is written as -")
    with open(path, "rb") as file:
        return read_stream(file, limit_bytes)


def left_out_bytes(text: str) -> int:
    """How many bytes of a file `read_log` left out between the beginning and the end that are in `text`."""
    return _left_out(text, _BYTES)


def left_out_characters(text: str) -> int:
    """How many characters `clean` left out of lines that are too long."""
    return _left_out(text, _CHARACTERS)


def _left_out(text: str, unit: str) -> int:
    if unit + " left out" not in text:
        return 0
    return sum(int(match.group(1)) for match in _LEFT_OUT_LINE.finditer(text) if match.group(2) == unit)


def tail(text: str, lines: int = 20) -> str:
    """The last lines that are not empty."""
    kept = [line.rstrip()[-_LONGEST_LINE:] for line in text.split("\n") if line.strip()]
    return "\n".join(kept[-lines:])
