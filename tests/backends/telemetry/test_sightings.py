import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.telemetry.sightings import FIELDS, Sightings
from tests.backends.telemetry.trial_pids import pids_of


def test_nothing_seen_is_unknown():
    seen = Sightings("some-smi", set).document()
    assert seen.pop("tool") == "some-smi" and set(seen.values()) == {None} and {"tool", *seen} == set(FIELDS)


def test_the_first_before_the_trial_and_the_most_are_kept_and_an_unknown_reading_changes_nothing():
    seen = Sightings("some-smi", pids_of({9}, readings_before=3))
    for memory, utilisation in ((None, None), (0, 0), (50, 7), (None, None), (20, 3)):
        seen.reading(memory, utilisation, [], True)
    document = seen.document()
    assert (document["memory_bytes_before"], document["memory_bytes_most"]) == (0, 50)
    assert (document["utilisation_percent_before"], document["utilisation_percent_most"]) == (0, 7)
    assert json.loads(json.dumps(document)) == document


@pytest.mark.parametrize("trial", [{9}, set()])  # it runs, or has ended
def test_no_reading_that_ended_after_the_trial_began_tells_what_was_before(trial):
    seen = Sightings("some-smi", pids_of(trial), exists=lambda pid: False)
    seen.reading(50, 7, [], True)
    seen.reading(90, 8, [70001], True)
    document = seen.document()
    assert (document["memory_bytes_before"], document["utilisation_percent_before"]) == (None, None)
    assert (document["memory_bytes_most"], document["is_process_new"], document["is_another_seen"]) == (90, None, True)


@pytest.mark.parametrize(
    "readings, is_seen",
    [
        ([], None),
        ([({1}, True, {9})], False),
        ([({1}, True, {9}), ({1, 9}, True, {9})], True),
        ([({9}, False, {9})], True),  # listed, though the list may go on
        ([({1}, True, {9}), ({1}, False, {9})], None),
        ([({1}, True, None)], None),  # the trial does not run yet
        ([({1}, True, set())], None),  # or no more
        ([({9}, True, {9}), (set(), False, {9})], True),
    ],
)
def test_a_process_was_seen_or_was_not_or_nobody_can_tell(readings, is_seen):
    trial = iter([of_trial for _, _, of_trial in readings])
    seen = Sightings("some-smi", lambda: next(trial))
    for on_device, is_whole_list, _ in readings:
        seen.reading(None, None, on_device, is_whole_list)
    assert seen.document()["is_process_seen"] is is_seen


@pytest.mark.parametrize(
    "readings, is_new, is_another",
    [
        ([(set(), True), ({70001}, True), ({70001}, True)], True, None),
        ([(set(), True), ({70001}, True), ({70001}, True), (set(), True)], True, None),
        ([({70005}, True), ({70005, 70001}, True), ({70005, 70001}, True)], True, True),
        ([(set(), True), ({70001}, True)], None, True),  # it may have ended between the list and the look for it
        ([(set(), True), ({70001}, True), (set(), True), ({70001}, True)], None, True),
        ([(set(), True), ({70001}, True), ({70002}, True)], None, True),
        ([(set(), True), ({70001}, True), ({70001, 70002}, True)], True, True),
        ([({70005}, True), ({70005}, True)], None, True),
        ([(set(), True), (set(), True)], None, None),
        ([(set(), False), ({70001}, True), ({70001}, True)], None, True),  # it may have been there before
        ([(set(), False, True), ({70001}, True), ({70001}, True)], True, None),  # lists are told here: there was none
        ([({70001}, False, True), ({70001}, True), ({70001}, True)], None, True),
        ([(set(), False, True), (set(), False, True)], None, None),
        ([(set(), True), ({5}, True), ({5}, True)], None, True),  # one of this number is here, and not the trial's
        ([(set(), True), ({9}, True)], None, None),
    ],
)
def test_a_process_that_came_and_has_no_such_number_here_is_new_and_any_other_is_anothers(readings, is_new, is_another):
    seen = Sightings("some-smi", pids_of({9}, readings_before=1), exists=lambda pid: pid < 1000)
    for listed in readings:
        seen.reading(None, None, *listed)
    document = seen.document()
    assert (document["is_process_new"], document["is_another_seen"]) == (is_new, is_another)


def test_a_process_that_existed_here_when_it_was_listed_is_anothers_for_good():
    running = {70001}
    seen = Sightings("some-smi", pids_of({9}, readings_before=1), exists=lambda pid: pid in running)
    for on_device in ([], [70001]):
        seen.reading(None, None, on_device, True)
    running.clear()  # it has ended, and the tool lists it for a while
    for _ in range(3):
        seen.reading(None, None, [70001], True)
    assert (seen.document()["is_process_new"], seen.document()["is_another_seen"]) == (None, True)


def test_all_that_was_listed_before_the_trial_was_there_before():
    seen = Sightings("some-smi", pids_of({9}, readings_before=2), exists=lambda pid: False)
    for on_device in ([], [70001], [70001], [70001]):
        seen.reading(None, None, on_device, True)
    assert (seen.document()["is_process_new"], seen.document()["is_another_seen"]) == (None, True)


def test_a_process_of_the_trial_that_is_still_listed_when_it_has_ended_is_no_others():
    trial = iter([None, {9}, set(), set()])
    seen = Sightings("some-smi", lambda: next(trial), exists=lambda pid: False)
    for on_device in ([], [9], [9], [9]):
        seen.reading(None, None, on_device, True)
    document = seen.document()
    assert (document["is_process_seen"], document["is_process_new"], document["is_another_seen"]) == (True, None, None)


def test_a_short_look_before_a_long_reading_tells_what_was_before_the_trial():
    trial = iter([None, {9}, {9}])
    seen = Sightings("some-smi", lambda: next(trial))
    seen.before(50, 7)
    seen.reading(60, 8, [], True)
    seen.before(70, 9)
    document = seen.document()
    assert (document["memory_bytes_before"], document["utilisation_percent_before"]) == (50, 7)
    assert (document["memory_bytes_most"], document["utilisation_percent_most"]) == (60, 8)


_TRIALS = st.sampled_from([None, frozenset(), frozenset({1})])


@given(st.lists(st.tuples(st.sets(st.integers(1, 6)), _TRIALS), max_size=8))
def test_a_new_process_was_in_two_lists_in_succession_and_in_none_before(readings):
    order = sorted(readings, key=lambda reading: reading[1] is not None)
    trial = iter([of_trial for _, of_trial in order])
    seen = Sightings("some-smi", lambda: next(trial), exists=lambda pid: pid == 6)
    for on_device, _ in order:
        seen.reading(None, None, on_device, True)
    before = [set(on_device) for on_device, of_trial in order if of_trial is None]
    after = [on_device for on_device, of_trial in order if of_trial is not None]
    twice = {pid for pair in zip(after, after[1:]) for pid in set.intersection(*pair)}
    may_be_new = twice - {6} - set().union(*before) if before else set()
    own = {1} if any(of_trial for _, of_trial in order) else set()
    if may_be_new - {1}:
        assert seen.document()["is_process_new"] is True
    if seen.document()["is_process_new"]:
        assert may_be_new
    strangers = {pid for on_device, _ in order for pid in on_device} - may_be_new - own
    assert seen.document()["is_another_seen"] is (True if strangers else None)


def test_the_worst_health_is_kept():
    seen = Sightings("some-smi", set)
    for health in ("OK", "Alarm", None, "Warning"):
        seen.health(health, ("OK", "Warning", "Alarm"))
    assert seen.document()["health"] == "Alarm"


def test_the_beginning_of_the_first_output_that_holds_anything_is_kept_as_evidence():
    seen = Sightings("some-smi", set)
    for text in ("", "a" * 9999, "b"):
        seen.output(text)
    assert set(seen.document()["raw"]) == {"a"} and len(seen.document()["raw"]) == 4000
