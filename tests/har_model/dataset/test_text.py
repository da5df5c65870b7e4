import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from har_model.dataset import text
from har_model.errors import DataError

_NUMBERS = st.floats(-10, 10).map(lambda value: float("%.7e" % value))
_BLANKS = st.sampled_from([" ", "  ", "\t", "   ", " \t "])


def _exponent_of_three_digits(value):
    mantissa, exponent = ("%.7e" % value).split("e")
    return "%se%s%03d" % (mantissa, exponent[0], int(exponent[1:]))


@given(
    rows=st.lists(st.lists(_NUMBERS, min_size=3, max_size=3), min_size=1, max_size=6),
    blank=_BLANKS,
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    lead=st.sampled_from(["", " ", "  "]),
    trail=st.sampled_from(["", " ", "\n", "\r\n\r\n", "  \n "]),
    form=st.sampled_from([repr, "{:.7e}".format, _exponent_of_three_digits, "{:16.7e}".format]),
    encoding=st.sampled_from(["ascii", "utf-8-sig", "utf-16"]),
)
def test_numbers_come_back_whatever_the_spacing_line_ends_and_encoding(rows, blank, end, lead, trail, form, encoding):
    lines = [lead + blank.join(form(value) for value in row) for row in rows]
    content = (end.join(lines) + trail).encode(encoding)
    np.testing.assert_array_equal(text.read_table(content, "f", 3), np.array(rows))


@given(content=st.binary(max_size=60))
@settings(max_examples=300)
def test_any_bytes_give_a_table_or_one_sentence(content):
    try:
        table = text.read_table(content, "some file", 2)
    except DataError as error:
        assert "some file" in str(error) and "\n" not in str(error)
    else:
        assert table.shape[1] == 2 and np.isfinite(table).all()


@given(
    rows=st.lists(st.lists(_NUMBERS, min_size=4, max_size=4), min_size=1, max_size=5),
    place=st.tuples(st.integers(0, 4), st.integers(0, 3)),
    word=st.sampled_from(["nan", "NaN", "inf", "-inf", "abc", "1.0.0", "1e", "--1", "1,5", "0x10", "1_0", "é", "None"]),
)
def test_what_is_no_finite_number_is_named_with_its_line(rows, place, word):
    line, column = place[0] % len(rows), place[1]
    words = [[repr(value) for value in row] for row in rows]
    words[line][column] = word
    content = "\n".join(" ".join(row) for row in words).encode("utf-8")
    with pytest.raises(DataError) as caught:
        text.read_table(content, "f", 4)
    assert "line %d:" % (line + 1) in str(caught.value)


@pytest.mark.parametrize(
    "content, line, found",
    [
        (b"1 2 3\n1 2\n", 2, 2),
        (b"1 2 3 4\n1 2 3\n", 1, 4),
        (b"1 2 3\n\n1 2 3\n", 2, 0),
        (b"1 2 3\n1 2 3 ; 4\n", 2, None),
    ],
)
def test_a_wrong_number_of_columns_is_named_with_its_line(content, line, found):
    with pytest.raises(DataError) as caught:
        text.read_table(content, "f", 3)
    assert "line %d:" % line in str(caught.value)
    assert found is None or "expected 3 numbers, found %d" % found in str(caught.value)


@pytest.mark.parametrize(
    "content, word",
    [
        (b"", "empty"),
        (b" \n\r\n", "empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 17684\n", "Git LFS"),
    ],
)
def test_a_file_without_data_says_what_it_is(tmp_path, content, word):
    path = tmp_path / "y_train.txt"
    path.write_bytes(content)
    with pytest.raises(DataError, match=word):
        text.read_bytes(str(path))


@pytest.mark.parametrize(
    "content, word",
    [
        (b"<!DOCTYPE html><html>", "web page"),
        (b"\x1f\x8b\x08\x00\x00", "binary"),
        (b"PK\x03\x04\x00\x00", "binary"),
        ("1 2".encode("utf-16")[:-1], "utf-16"),
    ],
)
def test_a_file_of_another_kind_says_what_it_is(content, word):
    with pytest.raises(DataError, match=word):
        text.read_table(content, "f", 2)


def test_a_file_that_cannot_be_opened_is_one_sentence(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        text.read_bytes(str(tmp_path))


@pytest.mark.parametrize("word", ["1e39", "-1e39", "3.5e38"])
def test_a_number_that_float32_cannot_hold_is_refused_and_not_made_infinite(word):
    with pytest.raises(DataError, match="line 2: .*too large"):
        text.read_table(("1 2\n3 %s\n" % word).encode("ascii"), "f", 2)


def test_line_ends_that_were_converted_twice_are_line_ends():
    assert text.read_table(b"1\r\r\n2\r\r\n", "f", 1).tolist() == [[1.0], [2.0]]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_what_holds_no_data_is_named_in_every_encoding(encoding):
    assert text.read_table("1\r\n2".encode(encoding), "f", 1).tolist() == [[1.0], [2.0]]
    for content, word in (("version https://git-lfs.github.com/spec/v1\noid", "Git LFS"), (" \r\n", "empty")):
        with pytest.raises(DataError, match=word):
            text.read_table(content.encode(encoding), "f", 1)


def test_a_git_annex_pointer_is_called_one():
    with pytest.raises(DataError, match="git annex get"):
        text.read_table(b"/annex/objects/SHA256E-s5894--0.txt\n", "f", 1)
