"""Which records belong together: the identity of a cell, and records grouped by it."""

import json
from dataclasses import dataclass
from typing import Any, Dict, List, Sequence, Tuple

from bench import stats
from bench.record import Record


def identity(record: Record) -> Dict[str, Any]:
    """Everything that must be equal for two trials to be replicates of one another; the seed is what may differ."""
    job, description, host = record["job"], record["description"], record["environment"]["identity"]
    workload = {key: value for key, value in job["workload"].items() if key != "seed"}
    asked = {
        key: job[key]
        for key in ("backend", "kernel", "precision", "mode", "epochs", "steps", "warmup_steps", "threads")
    }
    return {
        "workload": workload,
        "asked": asked,
        "dataset": record["dataset"]["fingerprint"],
        "framework": [description["framework"], description["framework_version"]],
        "device": description["device"],
        "effective": description["effective"],
        "python": description["software"].get("python"),
        "host": {key: host.get(key) for key in ("host_id", "cpu_model", "cores_usable", "machine", "kernel")},
        "harbench": [record["harbench"]["version"], record["harbench"]["revision"], record["harbench"]["is_dirty"]],
        "proof": record["proof"]["state"],
    }


@dataclass(frozen=True)
class Cell:
    """Replicates of one combination.

    Args:
        records: complete records of the same identity, oldest first, at least one.
        figures: what each of them measured, in the same order.
    """

    records: Tuple[Record, ...]
    figures: Tuple[stats.TrialFigures, ...]

    @property
    def first(self) -> Record:
        """The record that speaks for what all of them share."""
        return self.records[0]

    def estimate(self, name: str) -> stats.Estimate:
        """Geometric mean over trials of one of the rates or times of `TrialFigures`."""
        return stats.geometric_mean([getattr(figures, name) for figures in self.figures])

    def ratio_to(self, reference: "Cell", name: str) -> stats.Estimate:
        """A rate or time of this cell over that of another one."""
        mine, theirs = ([getattr(figures, name) for figures in cell.figures] for cell in (self, reference))
        return stats.ratio(mine, theirs)


def group(records: Sequence[Record]) -> List[Cell]:
    """Cells of the records that have figures, in the order in which they first appear."""
    groups: Dict[str, List[Record]] = {}
    for record in records:
        if stats.has_figures(record):
            groups.setdefault(json.dumps(identity(record), sort_keys=True), []).append(record)
    return [Cell(tuple(members), tuple(map(stats.trial_figures, members))) for members in groups.values()]
