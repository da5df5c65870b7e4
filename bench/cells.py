"""Which records belong together: the identity of a cell, and records grouped by it."""

import json
from dataclasses import dataclass
from typing import Any, Dict, List, Sequence, Tuple

from bench import stats
from bench.figures import TrialFigures, has_figures, trial_figures
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
    figures: Tuple[TrialFigures, ...]

    @classmethod
    def of(cls, records: Sequence[Record]) -> "Cell":
        """The cell of records that have figures and are replicates, at least one."""
        return cls(tuple(records), tuple(map(trial_figures, records)))

    @property
    def first(self) -> Record:
        """The record that speaks for what all of them share."""
        return self.records[0]

    def values(self, name: str) -> List[float]:
        """One of the rates or times of `TrialFigures`, of each trial."""
        return [getattr(figures, name) for figures in self.figures]

    def by_seed(self, name: str) -> List[float]:
        """One figure of each seed: a seed that was run twice is no second replicate, its mean counts once."""
        values: Dict[int, List[float]] = {}
        for record, figures in zip(self.records, self.figures):
            values.setdefault(record["job"]["workload"]["seed"], []).append(getattr(figures, name))
        return [stats.spread(same).mean for same in values.values()]

    def estimate(self, name: str) -> stats.Estimate:
        """Geometric mean over trials of one of the rates or times of `TrialFigures`."""
        return stats.geometric_mean(self.values(name))

    def by_block(self, name: str) -> Dict[Tuple[str, int], float]:
        """One figure of each trial that was taken in a block of a run, by run and block; empty unless all were."""
        runs = [record.get("run") for record in self.records]
        keys = [(run["id"], run["block"]) for run in runs if run]
        if len(set(keys)) < len(self.records):
            return {}
        return {key: getattr(figures, name) for key, figures in zip(keys, self.figures)}

    def ratio_to(self, reference: "Cell", name: str) -> stats.Ratio:
        """A rate or time of this cell over that of another one; paired where both were taken in the same blocks."""
        mine, theirs = self.by_block(name), reference.by_block(name)
        if mine and set(mine) == set(theirs):
            return stats.paired_ratio([mine[key] for key in mine], [theirs[key] for key in mine])
        return stats.ratio(self.values(name), reference.values(name))


def group(records: Sequence[Record]) -> List[Cell]:
    """Cells of the records that have figures, in the order in which they first appear."""
    groups: Dict[str, List[Record]] = {}
    for record in records:
        if has_figures(record):
            groups.setdefault(json.dumps(identity(record), sort_keys=True), []).append(record)
    return [Cell.of(members) for members in groups.values()]
