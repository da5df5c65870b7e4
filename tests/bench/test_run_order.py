"""The order of trials, and a drift that was put there."""

import math

import pytest

from bench import cells, run_order
from bench.stats import drift
from tests.bench import records


def _trial(name, step, block=None, cell=0, position=None, run="run-1", started=None, **changes):
    made = records.make(name, seconds=[1.0, 0.5, step, step], **changes)
    if block is not None:
        position = cell if position is None else position
        made["run"] = {"id": run, "fingerprint": "f", "cells": 2, "cell": cell, "block": block, "position": position}
    if started is not None:
        made["started"] = "2026-11-25T20:00:%02d+00:00" % started
    return made


def _cell(*documents):
    (found,) = cells.group(documents)
    return found


def test_trials_of_a_run_are_ordered_by_block_and_not_by_the_clock():
    # The clock says the opposite of the blocks: steps grow by 1 % a block.
    trials = [_trial("a%d" % i, 0.1 * 1.01**i, block=i, started=30 - i) for i in range(8)]
    found = run_order.drift_over([_cell(*trials)])
    assert found.answer == drift.DRIFT and found.change == pytest.approx(1.01**7 - 1)


def test_trials_of_no_run_or_of_several_are_ordered_by_when_they_started():
    for runs in ([None] * 8, ["x"] * 4 + ["y"] * 4):
        trials = [
            _trial("a%d" % i, 0.1 / 1.01**i, block=None if run is None else i % 4, run=run, started=i)
            for i, run in enumerate(runs)
        ]
        found = run_order.drift_over([_cell(*reversed(trials))])
        assert found.answer == drift.DRIFT and found.change == pytest.approx(1.01**-7 - 1)


def _two_cells(steps, n_blocks=4):
    """Cells A and B of one run in the order A B B A, the k-th trial `steps(k)` times as long as its cell's."""
    made = {0: [], 1: []}
    for k in range(2 * n_blocks):
        block, position = divmod(k, 2)
        which = position if block % 2 == 0 else 1 - position
        kernel = ("fused", "unrolled")[which]
        step = (0.1, 0.5)[which] * steps(k)
        made[which].append(_trial("%s%d" % (kernel, k), step, block, which, position, job__kernel=kernel))
    return [_cell(*made[0]), _cell(*made[1])]


def test_over_all_trials_of_a_run_each_is_taken_relative_to_its_cell():
    pair = _two_cells(lambda k: math.exp(0.01 * k))
    assert [run_order.drift_over([cell]).answer for cell in pair] == [drift.UNKNOWN] * 2  # four trials each
    found = run_order.drift_over(pair)
    assert found.answer == drift.DRIFT and found.n == 8
    assert found.change == pytest.approx(math.expm1(0.07), rel=0.01)


def test_cells_of_unlike_speed_alone_make_no_drift():
    assert run_order.drift_over(_two_cells(lambda k: 1.0)).answer == drift.NONE_SEEN


def test_the_only_trial_of_a_cell_says_nothing_of_a_drift():
    singles = [_cell(_trial("a%d" % i, 0.1 + i, 0, i, job__steps=i + 1)) for i in range(8)]
    assert run_order.drift_over(singles) == drift.Drift(drift.UNKNOWN, None, None, 0)


def test_only_cells_of_one_run_stand_in_it():
    pair = _two_cells(lambda k: 1.0)
    other = _cell(_trial("o", 0.1, 0, run="run-2", job__steps=7))
    old = _cell(_trial("old", 0.1, job__steps=8))
    assert run_order.runs(pair + [other, old]) == {"run-1": pair}
    assert run_order.runs([old, other]) == {}
