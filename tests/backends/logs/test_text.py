import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.logs import reading, text

SENTENCE = "I geop_npu.cc:822] The model has been compiled on the Ascend AI processor, current graph id is: 1"


@pytest.mark.parametrize(
    "data",
    [
        "步骤 one\n".encode(),
        "步骤 one\n".encode("gbk"),
        "步骤 one\n".encode("utf-8-sig"),
        "步骤 one\n".encode("utf-16"),
    ],
)
def test_chinese_text_is_read_in_the_encodings_of_chinese_hosts(data):
    assert text.decode(data) == "步骤 one\n"


def test_two_programs_that_write_two_encodings_are_both_read():
    assert text.decode("步骤\n".encode("gbk") + "步骤\n".encode()) == "步骤\n步骤\n"


def test_bytes_of_no_encoding_are_shown_and_the_rest_is_kept():
    assert text.decode(b"a\xff\xff\xffb\nrest\n") == "a\\xff\\xff\\xffb\nrest\n"


def test_utf_16_without_a_mark_is_readable_where_it_is_ascii():
    assert text.decode(SENTENCE.encode("utf-16-le")) == SENTENCE


@pytest.mark.parametrize(
    "raw, clean",
    [
        ("a\r\nb\rc\n", "a\nb\nc\n"),
        ("\x1b[1;31mred\x1b[0m \x1b[Kx", "red x"),
        ("\x1b]0;title\x07x\x1b]0;title\x1b\\y", "xy"),
        ("a\x07\x08\x00b\tc", "ab\tc"),
        ("\x1b", ""),
    ],
)
def test_carriage_returns_end_lines_and_what_a_terminal_obeys_is_taken_out(raw, clean):
    assert text.clean(raw) == clean


def test_a_sentence_behind_a_progress_bar_or_in_colours_is_found():
    bar = b"\r 10%|#         | 1/10\r 20%|##        | 2/10" + SENTENCE.encode() + b"\r 30%"
    assert reading.read(text.decode(bar)).is_used == "yes"
    assert reading.read("\x1b[32m%s\x1b[0m" % SENTENCE.replace(" Ascend", " \x1b[1mAscend")).is_used == "yes"


@given(st.binary(max_size=400))
def test_no_bytes_raise(data):
    decoded = text.decode(data)
    assert text.clean(decoded) == decoded
    reading.read(decoded)
    reading.explain(decoded)
    text.tail(decoded)


def test_of_a_large_log_both_ends_are_read_and_what_is_left_out_is_said(tmp_path):
    path = tmp_path / "large.log"
    path.write_bytes(b"first\n" + b"x" * 100 + b"\nlast\n")
    read = text.read_log(str(path), limit_bytes=20)
    assert read.startswith("first\n") and read.endswith("last\n") and "[... 92 bytes left out ...]" in read
    assert text.read_log(str(path)) == path.read_bytes().decode()


def test_the_tail_has_the_last_lines_without_empty_ones_and_not_all_of_an_endless_one():
    assert text.tail("a\n\nb\n\n \nc\n", lines=2) == "b\nc"
    assert len(text.tail("x" * 10000)) == 2000


def test_what_was_left_out_of_a_long_log_is_counted(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(b"a" * 100)
    assert text.left_out_bytes(text.read_log(str(path), limit_bytes=20)) == 80
    assert text.left_out_bytes(text.read_log(str(path), limit_bytes=100)) == 0


@given(st.binary(max_size=60), st.integers(2, 20).map(lambda half: 2 * half))
def test_a_pipe_is_read_as_a_file_is(data, limit_bytes):
    class Pipe(io.BytesIO):
        def seekable(self):
            return False

    assert text.read_stream(Pipe(data), limit_bytes) == text.read_stream(io.BytesIO(data), limit_bytes)


class Endless(io.RawIOBase):
    """A pipe that never ends."""

    def read(self, size=-1):
        assert size >= 0
        return b"y\n" * (size // 2)


def test_a_pipe_without_an_end_is_given_up(monkeypatch):
    monkeypatch.setattr(text, "MOST_BYTES", 1000)
    with pytest.raises(OSError, match="may have no end"):
        text.read_stream(Endless(), limit_bytes=20)


def test_a_device_is_no_log():
    if not os.path.exists("/dev/zero"):
        pytest.skip("needs /dev/zero")
    with pytest.raises(OSError, match="a device and no file"):
        text.read_log("/dev/zero", limit_bytes=20)


def test_of_an_endless_line_both_ends_are_read_and_what_is_left_out_is_said():
    half = text.MOST_CHARACTERS // 2
    line = "a" * half + "b" * 5000 + "c" * half
    cut = "a" * half + "\n[... 5000 characters of one line left out ...]\n" + "c" * half
    assert text.clean("x\n" + line + "\ny") == "x\n" + cut + "\ny" == text.clean(text.clean("x\n" + line + "\ny"))
    assert text.left_out_characters(cut) == 5000 and text.left_out_bytes(cut) == 0
    whole = "a" * text.MOST_CHARACTERS
    assert text.clean(whole + "\n" + whole) == whole + "\n" + whole and text.left_out_characters(whole) == 0


def test_a_failure_may_stand_in_what_is_left_out_of_a_line():
    failed = SENTENCE + "\n" + "x" * text.MOST_CHARACTERS + "E19999: Inner Error!" + "x" * text.MOST_CHARACTERS
    read = reading.read(failed)
    assert read.is_used == "not proven" and "too long to be read whole" in read.diagnosis
    assert "131092 characters in the middle of endless lines were not read" in read.facts
    glued = reading.read("x" * text.MOST_CHARACTERS * 3 + SENTENCE)
    assert (glued.device, glued.is_used) == ("npu", "not proven")
    assert reading.read("x" * (text.MOST_CHARACTERS - 1000) + SENTENCE + " " * 500).is_used == "yes"


@pytest.mark.parametrize("cut", ["\x1b", "\x1b[", "\x1b(B\x1b[m", "\x1b[32m", "\x1bM\x1b[K"])
def test_an_escape_takes_no_letter_of_the_word_behind_it(cut):
    assert text.clean(cut + "The model").lstrip("[") == "The model"
