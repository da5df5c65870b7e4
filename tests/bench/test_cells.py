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
        {"proof__state": "unproven"},
    ]
    assert len(cells.group([records.make(str(i), **change) for i, change in enumerate(changes)])) == len(changes)


def test_records_without_figures_are_in_no_cell():
    failed = records.make("a", status="failed", reason="x", description=None, dataset=None, proof=None)
    assert cells.group([failed]) == []


def test_a_cells_figure_is_the_geometric_mean_over_trials():
    fast, slow = records.make("a", seconds=[1.0, 1.0, 0.1, 0.1]), records.make("b", seconds=[1.0, 1.0, 0.4, 0.4])
    (cell,) = cells.group([fast, slow])
    assert round(cell.estimate("step_seconds").centre, 12) == 0.2
