import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import journal
from bench.journal import Journal

_VALUES = st.dictionaries(st.text(max_size=5), st.one_of(st.integers(), st.text(max_size=8), st.booleans()), max_size=4)


def test_events_come_back_in_order(tmp_path):
    path = str(tmp_path / "j")
    writer = Journal(path)
    writer.write("one", value=1)
    with writer.phase("build"):
        writer.write("inside")
    events = journal.read(path)
    assert [event["event"] for event in events] == ["one", "phase-start", "inside", "phase"]
    assert events[-1]["name"] == "build" and events[-1]["seconds"] >= 0


def test_a_phase_that_fails_has_a_start_and_no_end(tmp_path):
    path = str(tmp_path / "j")
    with pytest.raises(RuntimeError), Journal(path).phase("build"):
        raise RuntimeError
    assert [event["event"] for event in journal.read(path)] == ["phase-start"]


@given(values=_VALUES, cut=st.integers(0, 200))
def test_a_half_written_last_line_loses_only_itself(tmp_path_factory, values, cut):
    path = str(tmp_path_factory.mktemp("j") / "j")
    writer = Journal(path)
    writer.write("whole")
    whole = os.path.getsize(path)
    writer.write("last", values=values)
    size = os.path.getsize(path)
    os.truncate(path, max(whole, size - 1 - cut))
    events = journal.read(path)
    assert events[0]["event"] == "whole"
    assert len(events) == 1 or events[1]["values"] == values


def test_what_json_cannot_say_is_our_mistake(tmp_path):
    with pytest.raises(ValueError):
        Journal(str(tmp_path / "j")).write("bad", value=float("nan"))


def test_a_parent_that_is_gone_does_not_stop_the_trial(tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    writer = Journal(str(tmp_path / "j"), writing)
    writer.write("one")
    writer.write("two")
    os.close(writing)
    assert len(journal.read(str(tmp_path / "j"))) == 2


def test_the_pipe_carries_the_same_lines_as_the_file(tmp_path):
    reading, writing = os.pipe()
    Journal(str(tmp_path / "j"), writing).write("one", value="é")
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        assert json.loads(pipe.read().decode()) == journal.read(str(tmp_path / "j"))[0]


def test_no_file_is_no_events(tmp_path):
    assert journal.read(str(tmp_path / "none")) == []
