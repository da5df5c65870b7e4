"""From a trial's journal, its outcome and the host to the record."""

import hashlib
import os
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Sequence

import bench
from bench import environment, record
from bench.plan import Job
from har_model import cost, weights


@dataclass(frozen=True)
class Outcome:
    """How a trial's process ended, and what it said until then.

    Args:
        status: `complete`, `failed`, `timed-out` or `interrupted`.
        reason: one sentence when it is not complete.
        exit_code: what the command answers for it, 0 when complete.
        events: its journal.
        log_tail: last lines of its output.
        started, finished: wall clock, ISO 8601.
        process_seconds: from its start to its end, interpreter included.
        busy_before: share (0 to 1) of the host's cores that other work took just before it started; None if that was
            not measured.
    """

    status: str
    reason: Optional[str]
    exit_code: int
    events: Sequence[Dict[str, Any]]
    log_tail: Sequence[str]
    started: str
    finished: str
    process_seconds: float
    busy_before: Optional[float]


def trial_id(job: Job, started: str, folder: str) -> str:
    """Name of a trial's record: readable, sorted by time, unique on this host and short."""
    unique = hashlib.sha256(
        ("%s %s %d %s" % (started, folder, os.getpid(), job)).encode("utf-8", "surrogateescape")
    ).hexdigest()[:6]
    stamp = started.replace("-", "").replace(":", "").partition("+")[0]
    preset = job.workload.preset[:40]
    return "%s-%s-%s-%s-s%d-%s" % (stamp, job.backend, preset, job.kernel, job.workload.seed, unique)


def _last(events: Sequence[Dict[str, Any]], name: str) -> Optional[Dict[str, Any]]:
    for event in reversed(events):
        if event["event"] == name:
            return {key: value for key, value in event.items() if key != "event"}
    return None


def _all(events: Sequence[Dict[str, Any]], name: str) -> List[Dict[str, Any]]:
    return [
        {key: value for key, value in event.items() if key != "event"} for event in events if event["event"] == name
    ]


def _phase_reached(events: Sequence[Dict[str, Any]]) -> Optional[str]:
    start = _last(events, "phase-start")
    return start["name"] if start else None


def _steps(events: Sequence[Dict[str, Any]]) -> Dict[str, Any]:
    seconds: List[float] = []
    losses: List[Optional[float]] = []
    epochs: Dict[int, Dict[str, Any]] = {}
    for chunk in _all(events, "steps"):
        seconds += chunk["seconds"]
        losses += chunk["losses"]
        epoch = epochs.setdefault(chunk["epoch"], {"epoch": chunk["epoch"], "steps": 0, "replays": 0, "seconds": None})
        epoch["replays"] += sum(chunk["replays"])
        epoch["steps"] += len(chunk["replays"]) - sum(chunk["replays"])
    for whole in _all(events, "epoch"):
        if whole["epoch"] in epochs:
            epochs[whole["epoch"]]["seconds"] = whole["seconds"]
    return {"seconds": seconds, "losses": losses, "epochs": [epochs[epoch] for epoch in sorted(epochs)]}


def assemble(
    identifier: str, job: Job, number: int, of: int, outcome: Outcome, command: Sequence[str], artifacts: Dict[str, str]
) -> record.Record:
    """The record of one trial.

    Args:
        identifier: its id.
        job: what it was told.
        number: which trial of the run it is, from 1.
        of: trials of the run.
        outcome: how it ended and what it said.
        command: the command line that reproduces the run.
        artifacts: name to path, relative to the record's folder.
    """
    events = outcome.events
    return {
        "schema_version": record.SCHEMA_VERSION,
        "id": identifier,
        "status": outcome.status,
        "reason": outcome.reason,
        "phase_reached": _phase_reached(events),
        "started": outcome.started,
        "finished": outcome.finished,
        "process_seconds": outcome.process_seconds,
        "harbench": dict(environment.git_state(), version=bench.__version__),
        "command": list(command),
        "trial": {"number": number, "of": of},
        "job": job.to_dict(),
        "cost": {
            "parameters": weights.count_parameters(job.workload.network),
            "flops_per_step": cost.training_step_flops(job.workload.network, job.workload.training),
        },
        "dataset": _last(events, "dataset"),
        "description": _last(events, "description"),
        "clock": _last(events, "clock"),
        "phases": {event["name"]: event["seconds"] for event in _all(events, "phase")},
        "steps": _steps(events),
        "evaluations": _all(events, "evaluation"),
        "predictions": _last(events, "predictions"),
        "proof": _last(events, "proof"),
        "environment": {
            "identity": environment.identity(),
            "volatile": environment.volatile(),
            "busy_before": outcome.busy_before,
        },
        "artifacts": artifacts,
        "log_tail": list(outcome.log_tail),
    }
