import json

import pytest

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
        ([(set(), True), ({70001}, True)], True, None),
        ([({70005}, True), ({70005, 70001}, True), ({70005}, True)], True, True),
        ([({70005}, True), ({70005}, True)], None, True),
        ([(set(), True), (set(), True)], None, None),
        ([(set(), False), ({70001}, True)], None, True),  # it may have been there before
        ([(set(), True), ({5}, True)], None, True),  # of this number there is one here, and it is not the trial's
        ([(set(), True), ({9}, True)], None, None),
    ],
)
def test_a_process_that_came_and_has_no_such_number_here_is_new_and_any_other_is_anothers(readings, is_new, is_another):
    seen = Sightings("some-smi", pids_of({9}, readings_before=1), exists=lambda pid: pid < 1000)
    for on_device, is_whole_list in readings:
        seen.reading(None, None, on_device, is_whole_list)
    document = seen.document()
    assert (document["is_process_new"], document["is_another_seen"]) == (is_new, is_another)


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
