"""What others wrote is printed in one line and gives a terminal no orders."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import printable, record
from bench.errors import DataError
from tests.bench import records
from tests.bench.sides import documents, leave

_EVIL = "\x1b]0;evil\x07\n\r\x9b2J\u2028\u202eend"


@given(st.text())
def test_nothing_that_is_obeyed_is_left_and_all_else_stays(string):
    shown = printable.text(string)
    assert len(shown.splitlines()) <= 1
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Zl", "Zp")]
    assert not [c for c in shown if unicodedata.bidirectional(c) in ("RLO", "LRO", "RLE", "LRE", "RLI", "LRI", "PDF")]
    if string.isprintable():
        assert shown == string


def test_a_character_is_shown_by_its_escape():
    assert printable.text("a\x1b[1m\n\x85\u202e\u6570") == "a\\x1b[1m\\n\\x85\\u202e\u6570"


@pytest.mark.parametrize(
    "string, expected",
    [
        ("No such\n option", "No such option."),
        ("It is so.", None),
        ("Is it '--threads'?", None),
        ("(Is it '-t'?)", None),
    ],
)
def test_a_sentence_ends_with_one_mark(string, expected):
    assert printable.sentence(string) == (string if expected is None else expected)


def _strings(value):
    if isinstance(value, dict):
        return list(value) + [string for part in value.values() for string in _strings(part)]
    if isinstance(value, list):
        return [string for part in value for string in _strings(part)]
    return [value] if isinstance(value, str) else []


def _spoilt(value):
    """The document with orders to the terminal in every string that may hold anything."""
    if isinstance(value, dict):
        fixed = ("id", "status", "started", "state", "kind", "mode", "name")
        return {name: part if name in fixed else _spoilt(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_spoilt(part) for part in value]
    return value + _EVIL if isinstance(value, str) else value


def _evil():
    made = _spoilt(records.make("evil", description__effective={"kernel": "fused", "a" + _EVIL: "b"}))
    made["job"]["variables"] = {"A" + _EVIL: "b"}
    made["doctor"] = [{"check": "c", "state": "UNKNOWN", "finding": "f" + _EVIL}]
    return made


def test_every_string_of_a_record_is_printable_once_it_is_read(tmp_path):
    leave(tmp_path, [_evil()])
    read = record.read(str(tmp_path / "evil.json"))
    assert len(_strings(read)) > 40 and all(string == printable.text(string) for string in _strings(read))
    assert read["command"][0].startswith("harbench\\x1b]0;evil\\x07\\n")


def test_no_order_in_a_record_reaches_a_terminal_by_any_command(harbench, tmp_path):
    failed = dict(_evil(), id="failed", status="failed", reason="why" + _EVIL)
    leave(tmp_path / "evil", [_evil(), failed])
    leave(tmp_path / "b", documents("b"))
    answers = [
        harbench("report", "evil", "b"),
        harbench("compare", "evil", "b", expect=7),
        harbench("compare", "evil", "b", "--json", expect=7),
        harbench("compare", "backend=none", "b", "--records", "evil", expect=3),
    ]
    for text in [text for answer in answers for text in answer] + [(tmp_path / "reports/out/report.md").read_text()]:
        assert not [c for c in text if unicodedata.category(c) in ("Cc", "Zl", "Zp") and c != "\n"]
        assert "\u202e" not in text
    assert "evil" in answers[0][0] and "evil" in answers[1][1]


def test_a_place_that_is_not_valid_is_named_in_one_line(tmp_path):
    path = tmp_path / "r1.json"
    path.write_text(json.dumps(records.make(phases={"a" + _EVIL: -1})))
    with pytest.raises(DataError) as caught:
        record.read(str(path))
    assert str(caught.value) == printable.text(str(caught.value))
