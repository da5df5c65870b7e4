from datetime import timedelta

import pytest

from backends.logs import waiting

GRAPH = "%s: I geop_npu.cc:764] The model has been compiled on the Ascend AI processor, current graph id is:%d\n"


def test_minutes_of_compilation_are_told_for_each_graph():
    text = (
        "[job] running at 2024-03-01-10:00:00\n"
        + GRAPH % ("2024-03-01 10:30:05.5", 1)
        + "starting\n"
        + GRAPH % ("2024-03-01 10:38:21.9", 11)
        + GRAPH % ("2024-03-01 10:38:59.0", 21)
    )
    first, second = waiting.facts(text)
    assert first.startswith("30 min 05 s (10:00:00 to 10:30:05) before the first graph (1) was compiled")
    assert second == "8 min 16 s (10:30:05 to 10:38:21) before graph 11 was compiled: no step time"


def test_minutes_in_which_steps_were_done_are_no_wait():
    text = GRAPH % ("2024-03-01 10:00:00", 1) + "Iteration 100: 0.5\n" + GRAPH % ("2024-03-01 10:20:00", 11)
    assert waiting.facts(text) == []


def test_hours_of_copying_before_the_first_graph_are_told_once():
    text = (
        "[2024-03-01T14:00:00+08:00][service] running at 2024-03-01-14:00:00\n"
        "[2024-03-01T14:00:10+08:00][service] copying\n"
        "[2024-03-02T00:15:10+08:00][service] running at 2024-03-02-00:15:10\n"
    ) + GRAPH % ("2024-03-02 00:15:30.1", 1)
    (fact,) = waiting.facts(text)
    assert fact.startswith("10 h 15 min (14:00:") and "wall time of the job is no training time" in fact


def test_stamps_with_and_without_a_zone_are_not_compared():
    assert waiting.facts("2024-03-01T02:00:00+00:00 go\n" + GRAPH % ("2024-03-01 10:00:05", 1)) == []


@pytest.mark.parametrize("stamp", ["2024-02-31 10:00:00", "2024-99-99 99:99:99", "no stamp"])
def test_a_stamp_that_is_no_time_says_nothing(stamp):
    assert waiting.facts(GRAPH % (stamp, 1) + GRAPH % (stamp, 11)) == []


def test_a_clock_that_was_set_back_is_no_wait():
    assert waiting.facts(GRAPH % ("2024-03-01 10:00:00", 1) + GRAPH % ("2024-03-01 08:00:00", 11)) == []


def test_without_a_compiled_graph_nothing_is_told():
    assert waiting.facts("2024-03-01 10:00:00 a\n2024-03-01 12:00:00 b\n") == []


@pytest.mark.parametrize(
    "length, text", [(60, "1 min 00 s"), (496, "8 min 16 s"), (36917, "10 h 15 min"), (90000, "25 h 00 min")]
)
def test_a_length_of_time_is_said_as_a_person_says_it(length, text):
    assert waiting.duration(timedelta(seconds=length)) == text
