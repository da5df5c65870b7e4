"""Which trials of a run are there already: what `--resume` leaves out."""

import hashlib
import json
from dataclasses import dataclass
from typing import Dict, FrozenSet, Optional, Sequence, Tuple

import bench
from bench import environment, record
from bench.plan import Job
from har_model.dataset.signals import Dataset


def fingerprint(cells: Sequence[Job], data: Dataset) -> str:
    """The same for runs whose trials are replicates: same cells in the same order, data, harbench and host.

    The number of trials does not enter, so a run can be resumed with more of them.
    """
    facts = {
        "cells": [cell.to_dict() for cell in cells],
        "data": data.describe()["fingerprint"],
        "harbench": dict(environment.git_state(), version=bench.__version__),
        "host": environment.identity()["host_id"],
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode("utf-8", "surrogateescape")).hexdigest()[:16]


@dataclass(frozen=True)
class Earlier:
    """An earlier part of the same run: its name, and the complete records that it left, by (cell, block)."""

    run_id: str
    records: Dict[Tuple[int, int], record.Record]

    @property
    def done(self) -> FrozenSet[Tuple[int, int]]:
        """Cells and blocks that need not be run again."""
        return frozenset(self.records)


def find(records: Sequence[record.Record], wanted: str) -> Optional[Earlier]:
    """The newest run of that fingerprint among `records` (oldest first); None where there is none."""
    matching = [one for one in records if (one.get("run") or {}).get("fingerprint") == wanted]
    if not matching:
        return None
    run_id = matching[-1]["run"]["id"]
    complete = {
        (one["run"]["cell"], one["run"]["block"]): one
        for one in matching
        if one["run"]["id"] == run_id and one["status"] == record.COMPLETE
    }
    return Earlier(run_id, complete)
