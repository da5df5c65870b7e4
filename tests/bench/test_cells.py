import pytest

from bench import cells
from tests.bench import records


def test_trials_that_differ_in_seed_alone_are_one_cell():
    group = cells.group([records.make("a"), records.make("b", job__workload__seed=1)])
    assert [[record["id"] for record in cell.records] for cell in group] == [["a", "b"]]


def test_any_other_difference_makes_another_cell():
    changes = [
        {},
        {"job__kernel": "unrolled"},
        {"job__workload__training__batch_size": 50},
        {"job__epochs": 250},
        {"job__threads": 7},
        {"dataset__fingerprint": "other"},
        {"description__framework_version": "0"},
        {"environment__identity__host_id": "other"},
        {"harbench__revision": "other"},
        {"proof__state": "simulated"},
    ]
    assert len(cells.group([records.make(str(i), **change) for i, change in enumerate(changes)])) == len(changes)


def test_records_without_figures_are_in_no_cell():
    failed = records.make("a", status="failed", reason="x", description=None, dataset=None, proof=None)
    assert cells.group([failed]) == []


def test_a_cells_figure_is_the_geometric_mean_over_trials():
    fast, slow = records.make("a", seconds=[1.0, 1.0, 0.1, 0.1]), records.make("b", seconds=[1.0, 1.0, 0.4, 0.4])
    (cell,) = cells.group([fast, slow])
    assert round(cell.estimate("step_seconds").centre, 12) == 0.2


def test_a_cells_steady_steps_are_those_of_its_figures():
    (cell,) = cells.group([records.make("a", seconds=[1.0, 0.5, 0.1, 0.2], warmup=2)])
    assert cell.steady_step_seconds == [[0.1, 0.2]]
    warm = [1.0] + [0.9] * 30 + [0.1] * 60  # steady from the shift on
    (cell,) = cells.group([records.make("a", seconds=warm, warmup=1)])
    assert cell.steady_step_seconds == [[0.1] * 60]


def test_the_resampled_fps_turns_the_interval_of_the_step_time_over():
    trials = [records.make(str(i), seconds=[1.0] + [0.1 + 0.001 * i] * 30, warmup=1) for i in range(8)]
    (cell,) = cells.group(trials)
    found, student = cell.resampled_fps(), cell.estimate("fps")
    assert found.centre == pytest.approx(student.centre) and found.n == 8
    assert found.low < found.centre < found.high
    # Steps without noise: only the trials are drawn, which is what Student's t takes them for.
    assert (found.low, found.high) == (pytest.approx(student.low, rel=0.005), pytest.approx(student.high, rel=0.005))
    (few,) = cells.group(trials[:7])
    assert few.resampled_fps() is None
    (virtual,) = cells.group([records.make(str(i), seconds=[1.0, 0.0, 0.1], warmup=1) for i in range(8)])
    assert virtual.resampled_fps() is None


def test_each_finding_of_a_state_is_told_once():
    found = [
        {"check": "turbo", "state": "WARN", "finding": "Turbo is on."},
        {"check": "governor", "state": "UNKNOWN", "finding": "No governor."},
    ]
    (cell,) = cells.group([records.make("a", doctor=found), records.make("b", doctor=found), records.make("c")])
    assert cell.findings("WARN", "FAIL") == found[:1] and cell.findings("UNKNOWN") == found[1:]


def _in_block(identifier, block, step, cell):
    run = {"id": "r", "fingerprint": "f", "cells": 2, "cell": cell, "block": block, "position": 0}
    return records.make(identifier, seconds=[1.0, 0.5, step, step], run=run, job__workload__seed=block)


def test_trials_without_a_partner_do_not_undo_the_pairs_of_the_others():
    one = [_in_block("a%d" % block, block, 0.1 * factor, 0) for block, factor in enumerate((1.0, 1.1, 1.2, 9.0))]
    other = [_in_block("b%d" % block, block, 0.2 * factor, 1) for block, factor in enumerate((1.0, 1.1, 1.2))]
    ratio = cells.Cell.of(one).ratio_to(cells.Cell.of(other), "step_seconds")
    assert ratio.is_paired and ratio.n == 3 and abs(ratio.centre - 0.5) < 1e-12
    few = cells.Cell.of(one).ratio_to(cells.Cell.of(other[:2]), "step_seconds")
    assert not few.is_paired


@pytest.mark.parametrize("name, is_another", [("TF_ENABLE_ONEDNN_OPTS", True), ("HARBENCH_NULL", True),
                                              ("HARBENCH_OUT", False), ("JOB_ID", False)])  # fmt: skip
def test_a_variable_that_changes_what_is_measured_makes_another_cell(name, is_another):
    changed = records.make("b", environment__volatile__variables={name: "1"})
    assert len(cells.group([records.make("a", environment__volatile__variables={}), changed])) == 1 + is_another


def test_a_variable_of_the_trial_and_of_the_shell_are_one_fact():
    shell = records.make("a", environment__volatile__variables={"TF_X": "1"})
    trial = records.make("b", environment__volatile__variables={"TF_X": "0"}, job__variables={"TF_X": "1"})
    assert len(cells.group([shell, trial])) == 1
