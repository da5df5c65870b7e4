"""The trials of one cell or several in the order in which they were taken, and whether they drifted."""

import math
from typing import Any, Dict, List, Sequence, Tuple

from bench.cells import Cell
from bench.record import Record, started_seconds
from bench.stats import drift
from bench.stats.drift import Drift

_LEAST_TRIALS = 3


def _one_run(records: Sequence[Record]) -> str:
    """Name of the run that all these records are of; empty where there is no such run."""
    names = {(record.get("run") or {}).get("id", "") for record in records}
    return str(names.pop()) if len(names) == 1 else ""


def _key(record: Record, is_one_run: bool) -> Tuple[Any, ...]:
    if is_one_run:
        return record["run"]["block"], record["run"]["position"]
    return started_seconds(record), record["id"]


def _relative(cell: Cell) -> List[float]:
    """Logarithm of each trial's mean steady step time over the cell's."""
    centre = math.log(cell.estimate("step_seconds").centre)
    # Rounded, so that equal trials are equal in every cell.
    return [round(math.log(value) - centre, 12) for value in cell.values("step_seconds")]


def drift_over(cells: Sequence[Cell]) -> Drift:
    """Whether the trials of these cells became slower or faster in the order in which they were taken.

    Each is taken relative to its cell. The order is that of blocks and positions where all are of one run, else that in
    which they were started. Cells of fewer than three trials are left out: a trial says nothing of a drift, and of
    two, relative to their mean, each says what the other does, which in turned order often looks like a trend.
    """
    told = [cell for cell in cells if len(cell.records) >= _LEAST_TRIALS]
    is_one_run = bool(_one_run([record for cell in told for record in cell.records]))
    trials = [
        (_key(record, is_one_run), value) for cell in told for record, value in zip(cell.records, _relative(cell))
    ]
    return drift.find([value for _, value in sorted(trials)])


def runs(cells: Sequence[Cell]) -> Dict[str, List[Cell]]:
    """By name, the runs that took several of these cells; a cell whose trials are not all of one run is in none."""
    named = [(_one_run(cell.records), cell) for cell in cells]
    names = dict.fromkeys(name for name, _ in named if name)
    found = {name: [cell for other, cell in named if other == name] for name in names}
    return {name: members for name, members in found.items() if len(members) > 1}
