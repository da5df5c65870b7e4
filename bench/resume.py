"""Which trials of a run are there already: what `--resume` leaves out."""

import contextlib
import fcntl
import hashlib
import json
import os
from dataclasses import dataclass
from typing import Dict, Iterator, Optional, Sequence, Tuple

import bench
from bench import environment, record
from bench.environment import variables
from bench.errors import UsageError
from bench.plan import Job
from har_model.dataset.signals import Dataset


def fingerprint(cells: Sequence[Job], data: Dataset) -> str:
    """The same for runs whose trials are replicates: same cells in the same order, data, harbench and host.

    The number of trials does not enter, so a run can be resumed with more of them.
    """
    facts = {
        "cells": [dict(cell.to_dict(), variables=variables.identifying(cell.variables)) for cell in cells],
        "data": data.describe()["fingerprint"],
        "harbench": dict(environment.git_state(), version=bench.__version__),
        "host": environment.identity()["host_id"],
        "variables": variables.identifying(variables.relevant()),
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode("utf-8", "surrogateescape")).hexdigest()[:16]


@contextlib.contextmanager
def held(folder: str, run_id: str) -> Iterator[None]:
    """Keep a run to one harness, as long as the context lasts.

    Raises:
        UsageError: another one is at it.
    """
    path = os.path.join(folder, ".run-%s.lock" % run_id)
    with open(path, "wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(
                "Another harbench is still at this run in %r: let it finish, or leave --resume out." % folder
            ) from None
        except OSError:
            pass  # a file system without locks: nothing can be known
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                os.unlink(path)


@dataclass(frozen=True)
class Earlier:
    """An earlier part of the same run: its name, and the complete records that it left, by (cell, block)."""

    run_id: str
    records: Dict[Tuple[int, int], record.Record]


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
