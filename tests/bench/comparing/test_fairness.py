"""Every difference has a name and a rule; the rules stand in the document as they do in the code."""

import copy
import os
import re

import pytest

from bench import cells, environment
from bench.comparing import fairness
from bench.errors import UsageError
from tests.bench import records
from tests.bench.sides import cell


def _differences(**changes):
    return fairness.differences(cell("a", **changes), cell("b"))


def _leaves(document, path=()):
    if not isinstance(document, dict):
        yield path
        return
    for key, value in document.items():
        yield from _leaves(value, path + (key,))


def _changed(document, path):
    """The document with another value at a place."""
    changed = copy.deepcopy(document)
    part = changed
    for key in path[:-1]:
        part = part[key]
    value = part[path[-1]]
    part[path[-1]] = (
        (not value) if isinstance(value, bool) else value + 1 if isinstance(value, (int, float)) else "other"
    )
    return changed


_RECORD = records.make("a")
_PLACES = [path for path in _leaves(_RECORD) if path[0] in ("job", "dataset", "description", "harbench", "proof")]


def _makes_another_cell(path):
    return cells.identity(_changed(_RECORD, path)) != cells.identity(_RECORD)


@pytest.mark.parametrize("path", list(filter(_makes_another_cell, _PLACES)), ids="__".join)
def test_whatever_makes_another_cell_is_a_difference_with_a_name_and_a_rule(path):
    changed = _changed(_RECORD, path)
    found = fairness.differences(cells.Cell.of([changed]), cells.Cell.of([_RECORD]))
    assert found and all(difference.rule in fairness.RULES for difference in found), found


def test_equal_cells_have_no_differences_and_are_all_known():
    assert _differences() == []


_STOPPED = [
    ("network.n_hidden", {"job__workload__network__n_hidden": 32}, "32", "28"),
    ("batch", {"job__workload__training__batch_size": 50}, "50", "100"),
    ("training.keep_prob", {"job__workload__training__keep_prob": 1.0}, "1.0", "0.85"),
    ("training.learning_rate", {"job__workload__training__learning_rate": 0.01}, "0.01", "0.001"),
    ("training.replay", {"job__workload__training__replay": "per-epoch"}, "per-epoch", "published"),
    ("data.fingerprint", {"dataset__fingerprint": "f" * 64}, "f" * 12, "0123456789ab"),
    ("data.kind", {"dataset__kind": "synthetic"}, "synthetic", "real"),
    ("proof", {"proof__state": "simulated", "has_speed": True}, "simulated", "proven"),
    ("proof", {"job__backend": "null"}, "simulated", "proven"),
    ("clock", {"clock__name": "virtual"}, "virtual", "perf_counter_ns"),
    ("fetches", {"description__effective__fetches": ["loss"]}, "['loss']", "unknown"),
]


@pytest.mark.parametrize("name, changes, value, reference", _STOPPED)
def test_unlike_work_stops_a_ratio_of_speeds_until_it_is_allowed_by_name(name, changes, value, reference):
    found = _differences(**changes)
    stopped = [difference for difference in fairness.stopping_speed(found) if difference.name == name]
    assert [(one.value, one.reference) for one in stopped] == [(value, reference)]
    for allowed in (name, name.partition(".")[0]):
        assert name not in [one.name for one in fairness.stopping_speed(found, [allowed])]
        assert name in [one.name for one in fairness.allowed_of(found, [allowed])]
        fairness.check_allowed([allowed])


_LISTED = [
    ("kernel", {"job__kernel": "unrolled", "description__effective__kernel": "unrolled"}),
    ("precision", {"description__effective__precision": "fp16"}),
    ("precision.asked", {"job__precision": "fp16"}),
    ("effective.tf32", {"description__effective__tf32": True}),
    ("effective.loss_scale", {"description__effective__loss_scale": 128}),
    ("framework.version", {"description__framework_version": "1.15.0"}),
    ("python", {"description__software__python": "3.7.16"}),
    ("device", {"description__device": "npu"}),
    ("host.host_id", {"environment__identity__host_id": "other"}),
    ("threads", {"job__threads": 1}),
    ("mode", {"job__mode": "full"}),
    ("epochs", {"job__epochs": 9}),
    ("steps", {"job__steps": 9}),
    ("warmup", {"warmup": 3}),
    ("harbench.revision", {"harbench__revision": "1" * 40}),
    ("harbench.is_dirty", {"harbench__is_dirty": True}),
    ("harbench.version", {"harbench__version": "0.2.0"}),
    ("preset", {"job__workload__preset": "custom"}),
]


@pytest.mark.parametrize("name, changes", _LISTED)
def test_what_is_compared_is_listed_and_stops_nothing(name, changes):
    found = _differences(**changes)
    assert [difference.name for difference in found] == [name]
    assert fairness.stopping_speed(found) == fairness.stopping_accuracy(found) == []
    with pytest.raises(UsageError, match="network, batch"):
        fairness.check_allowed([name])


def test_what_is_not_known_is_called_so_beside_what_is():
    (found,) = _differences(harbench__revision=None)
    assert (found.value, found.reference) == ("unknown", "0" * 12)
    (found,) = _differences(job__steps=9)
    assert (found.value, found.reference) == ("9", "no bound")


def test_accuracies_need_equally_long_training_and_speeds_do_not():
    found = _differences(steps=(0.1, 0.1), dataset__n_train=100)
    assert [difference.name for difference in fairness.stopping_accuracy(found)] == ["epochs.trained"]
    assert fairness.stopping_speed(found) == []


_STEPS = (1.0,) + (0.1,) * 999


def _skipping(letter, count):
    """A cell of one trial of 1000 steps, so many of which were skipped."""
    document = records.make(letter, seconds=_STEPS, updates={"applied": 1000 - count, "loss_scale": 1024.0})
    return cells.Cell.of([document])


@pytest.mark.parametrize(
    "count, stops_speed, stops_accuracy",
    [
        (0, [], []),
        (5, [], []),
        (6, [], ["overflows"]),
        (100, [], ["overflows"]),
        (101, ["updates"], ["updates"]),
        (1000, ["updates"], ["updates"]),
    ],
)
def test_updates_that_were_skipped_stop_accuracy_beyond_the_recommended_share_and_speed_beyond_a_tenth(
    count, stops_speed, stops_accuracy
):
    reference = cells.Cell.of([records.make("b", seconds=_STEPS)])  # every step counts
    for pair in ((_skipping("a", count), reference), (reference, _skipping("a", count))):
        found = fairness.differences(*pair)
        assert [one.name for one in fairness.stopping_speed(found)] == stops_speed
        assert [one.name for one in fairness.stopping_accuracy(found)] == stops_accuracy
        assert fairness.stopping_speed(found, ["updates"]) == []
    fairness.check_allowed(["updates"])


def test_two_trainings_that_updated_nothing_are_no_like_work_either():
    (found,) = fairness.differences(_skipping("a", 1000), _skipping("b", 1000))
    assert str(found) == "updates (1000 of 1000 skipped, 100 % against 1000 of 1000 skipped, 100 %)"
    assert fairness.differences(_skipping("a", 3), _skipping("b", 0)) == []


def test_what_allows_nothing_is_refused():
    with pytest.raises(UsageError, match="'everything'"):
        fairness.check_allowed(["everything"])


def test_the_document_shows_the_table_that_decides():
    path = os.path.join(environment.packages_root(), "docs", "comparing.md")
    with open(path, encoding="utf-8") as file:
        rows = re.findall(r"^\| `([^`]+)` \| (\S+) \| (\S+) \| (.+) \|$", file.read(), re.MULTILINE)
    word = {True: "refused", False: "listed"}
    assert rows == [(r.name, word[r.stops_speed], word[r.stops_accuracy], r.reason) for r in fairness.RULES]
