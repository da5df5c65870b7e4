"""Which records belong together: the identity of a cell, and records grouped by it."""

import json
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Sequence, Tuple

from backends.findings import UNKNOWN
from backends.protocol import LOSS_SCALE_NONE
from bench import stats
from bench.environment import variables
from bench.figures import TrialFigures, has_figures, has_speed, steady_step_seconds, trial_figures
from bench.record import Record
from bench.stats import bootstrap, outliers
from bench.stats.outliers import Outliers
from har_model.dataset.signals import SYNTHETIC

#: Pairs that are worth more than all trials unpaired.
_LEAST_PAIRS = 3


def identity(record: Record) -> Dict[str, Any]:
    """Everything that must be equal for two trials to be replicates of one another; the seed is what may differ."""
    job, description, host = record["job"], record["description"], record["environment"]["identity"]
    workload = {key: value for key, value in job["workload"].items() if key != "seed"}
    asked = {
        key: job[key]
        for key in ("backend", "kernel", "precision", "mode", "epochs", "steps", "warmup_steps", "threads")
    }
    # Left out where they are not set, as in records of versions that did not know them.
    asked.update((key, job[key]) for key in ("cpus", "device", "options") if job.get(key) not in (None, {}, []))
    if job.get("loss_scale", LOSS_SCALE_NONE) != LOSS_SCALE_NONE:
        asked["loss_scale"] = job["loss_scale"]
    captured = record["environment"]["volatile"].get("variables") or {}
    return {
        "workload": workload,
        "asked": asked,
        "dataset": record["dataset"]["fingerprint"],
        "framework": [description["framework"], description["framework_version"]],
        "device": description["device"],
        "effective": description["effective"],
        "stack": description.get("stack") or {},
        "variables": variables.identifying(captured, job.get("variables") or {}),
        "python": description["software"].get("python"),
        "host": {key: host.get(key) for key in ("host_id", "cpu_model", "cores_usable", "machine", "kernel")},
        "harbench": [record["harbench"]["version"], record["harbench"]["revision"], record["harbench"]["is_dirty"]],
        "proof": record["proof"]["state"],
    }


def effective_settings(record: Record) -> Dict[str, Any]:
    """The settings as they took effect, with the loss scaling that was asked for, if any, and where it ended."""
    asked, updates = record["job"].get("loss_scale", LOSS_SCALE_NONE), record.get("updates") or {}
    found = {} if asked == LOSS_SCALE_NONE else {"loss_scale": asked}
    found.update(record["description"]["effective"])
    if updates.get("loss_scale") is not None:
        found["loss_scale_at_the_end"] = "%g" % updates["loss_scale"]
    return found


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

    @property
    def has_speed(self) -> bool:
        """Whether its times are figures; where not, only its accuracy is."""
        return all(map(has_speed, self.records))

    @property
    def has_synthetic_data(self) -> bool:
        """Whether its windows are no human activity."""
        return bool(self.first["dataset"]["kind"] == SYNTHETIC)

    def values(self, name: str) -> List[float]:
        """One of the rates or times of `TrialFigures`, of each trial."""
        return [getattr(figures, name) for figures in self.figures]

    def estimate(self, name: str) -> stats.Estimate:
        """Geometric mean over trials of one of the rates or times of `TrialFigures`."""
        return stats.geometric_mean(self.values(name))

    @property
    def steady_step_seconds(self) -> List[List[float]]:
        """Times of the steady steps of each trial, in order."""
        return [steady_step_seconds(record, figures) for record, figures in zip(self.records, self.figures)]

    def resampled_fps(self) -> Optional[stats.Estimate]:
        """Steady FPS with its interval by resampling, the cross-check of `estimate("fps")`.

        None below 8 trials, and where a given (virtual) time is 0.
        """
        trials = self.steady_step_seconds
        seconds = bootstrap.interval(trials) if min(map(min, trials)) > 0 else None
        if seconds is None or seconds.low is None or seconds.high is None:
            return None
        batch_size = self.first["job"]["workload"]["training"]["batch_size"]
        ends = batch_size / seconds.high, batch_size / seconds.low
        return stats.Estimate(batch_size / seconds.centre, *ends, n=seconds.n)

    def outliers(self) -> Optional[Outliers]:
        """Outlying steady steps of all trials, each among its own trial's; None where no trial has enough steps."""
        return outliers.over_trials(self.steady_step_seconds)

    def findings(self, *states: str) -> List[Dict[str, str]]:
        """What `harbench doctor` found in these states before the trials, each finding once."""
        found = [one for record in self.records for one in record.get("doctor") or [] if one["state"] in states]
        return list({(one["check"], one["state"], one["finding"]): one for one in found}.values())

    def untold(self) -> List[Dict[str, str]]:
        """What `harbench doctor` could not tell before the trials, each finding once."""
        return self.findings(UNKNOWN)

    def by_seed(self, name: str) -> Dict[int, float]:
        """One figure of each seed, the mean of its trials: a seed that was run twice is no second replicate."""
        values: Dict[int, List[float]] = {}
        for record, figures in zip(self.records, self.figures):
            values.setdefault(record["job"]["workload"]["seed"], []).append(getattr(figures, name))
        return {seed: stats.spread(same).mean for seed, same in values.items()}

    def by_block(self, name: str) -> Dict[Tuple[str, int], float]:
        """One figure of each trial that a block of a run holds, by run and block; empty where a block has two."""
        runs = [(record.get("run"), figures) for record, figures in zip(self.records, self.figures)]
        known = [((run["id"], run["block"]), getattr(figures, name)) for run, figures in runs if run]
        return dict(known) if len(dict(known)) == len(known) else {}

    def in_pairs(self, reference: "Cell", name: str) -> Tuple[List[float], List[float]]:
        """One figure of this cell's and of another one's trials that share a block of a run, in the same order."""
        mine, theirs = self.by_block(name), reference.by_block(name)
        common = [key for key in mine if key in theirs]
        return [mine[key] for key in common], [theirs[key] for key in common]

    def ratio_to(self, reference: "Cell", name: str) -> stats.Ratio:
        """A rate or time of this cell over that of another one.

        Paired where both were taken in the same blocks: all their trials, or three at least; trials without a partner
        do not enter a paired ratio.
        """
        mine, theirs = self.in_pairs(reference, name)
        is_all = len(mine) == len(self.records) == len(reference.records)
        if len(mine) >= _LEAST_PAIRS or is_all:
            return stats.paired_ratio(mine, theirs)
        return stats.ratio(self.values(name), reference.values(name))


def of_figures(records: Sequence[Record]) -> Optional[Cell]:
    """The cell of those replicates that have figures; None where none has."""
    known = [record for record in records if has_figures(record)]
    return Cell.of(known) if known else None


def group(records: Sequence[Record]) -> List[Cell]:
    """Cells of the records that have figures, in the order in which they first appear."""
    groups: Dict[str, List[Record]] = {}
    for record in records:
        if has_figures(record):
            groups.setdefault(json.dumps(identity(record), sort_keys=True), []).append(record)
    return [Cell.of(members) for members in groups.values()]
