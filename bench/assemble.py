"""From what is known before a trial, and what became of it, to the record."""

import hashlib
import math
import os
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Sequence

import bench
from backends import registry
from bench import clock, environment, journal, record
from bench.outcome import Outcome
from bench.plan import Slot
from bench.step_log import Step
from har_model import cost, weights


@dataclass(frozen=True)
class RunFacts:
    """What all trials of a run share.

    Args:
        identifier: the run's name; trials with the same one were interleaved.
        fingerprint: the same for runs that ask for the same cells, of the same code and data, on the same host.
        cells: how many combinations it measures.
        trials: how many of each it is to take, at most.
        command: the command line that reproduces it.
        findings: what `harbench doctor` found for each cell when the run began.
    """

    identifier: str
    fingerprint: str
    cells: int
    trials: int
    command: Sequence[str]
    findings: Sequence[Sequence[Dict[str, str]]]


def trial_id(slot: Slot, started: str, folder: str) -> str:
    """Name of a trial's record: readable, sorted by time, unique on this host and short."""
    job = slot.job
    unique = hashlib.sha256(
        ("%s %s %d %d %s" % (started, os.path.abspath(folder), os.getpid(), clock.now_ns(), slot)).encode(
            "utf-8", "surrogateescape"
        )
    ).hexdigest()[:6]
    stamp = started.replace("-", "").replace(":", "").partition(".")[0].partition("+")[0]
    preset = job.workload.preset[:40]
    return "%s-%s-%s-%s-s%d-%s" % (stamp, job.backend, preset, job.kernel, job.workload.seed, unique)


def draft(run: RunFacts, slot: Slot, started: str, folder: str, busy_before: Optional[float]) -> record.Record:
    """The record as far as it is known before the trial starts.

    Args:
        run: what the run's trials share.
        slot: the trial.
        started: wall clock, ISO 8601.
        folder: where records go.
        busy_before: share (0 to 1) of the host's cores that other work takes; None if that was not measured.
    """
    job = slot.job
    return {
        "schema_version": record.SCHEMA_VERSION,
        "id": trial_id(slot, started, folder),
        "started": started,
        "harbench": dict(environment.git_state(), version=bench.__version__),
        "command": list(run.command),
        "trial": {"number": slot.block + 1, "of": max(run.trials, slot.block + 1)},
        "run": {
            "id": run.identifier,
            "fingerprint": run.fingerprint,
            "cells": run.cells,
            "cell": slot.cell,
            "block": slot.block,
            "position": slot.position,
        },
        "job": job.to_dict(),
        "has_speed": registry.create(job.backend).has_speed,
        "cost": {
            "parameters": weights.count_parameters(job.workload.network),
            "flops_per_step": cost.training_step_flops(job.workload.network, job.workload.training),
        },
        "environment": dict(environment.capture(), busy_before=busy_before),
        "doctor": list(run.findings[slot.cell]),
    }


def _last(events: Sequence[Dict[str, Any]], name: str) -> Optional[Dict[str, Any]]:
    event = journal.last(events, name)
    return None if event is None else {key: value for key, value in event.items() if key != "event"}


def _all(events: Sequence[Dict[str, Any]], name: str) -> List[Dict[str, Any]]:
    return [
        {key: value for key, value in event.items() if key != "event"} for event in events if event["event"] == name
    ]


def _phase_reached(events: Sequence[Dict[str, Any]]) -> Optional[str]:
    start = _last(events, "phase-start")
    return start["name"] if start else None


def _steps(steps: Sequence[Step], events: Sequence[Dict[str, Any]]) -> Dict[str, Any]:
    epochs: Dict[int, Dict[str, Any]] = {}
    for step in steps:
        epoch = epochs.setdefault(step.epoch, {"epoch": step.epoch, "steps": 0, "replays": 0, "seconds": None})
        epoch["replays" if step.is_replay else "steps"] += 1
    for whole in _all(events, "epoch"):
        if whole["epoch"] in epochs:
            epochs[whole["epoch"]]["seconds"] = whole["seconds"]
    return {
        "seconds": [step.seconds for step in steps],
        "losses": [step.loss if math.isfinite(step.loss) else None for step in steps],
        "epochs": [epochs[epoch] for epoch in sorted(epochs)],
    }


def _telemetry(outcome: Outcome, warmup_steps: int) -> Optional[Dict[str, Any]]:
    """What was sampled, with where the timed steps lie in it: from the first one's begin to the last one's begin.

    The sampler's clock is that of the steps: on Linux all processes read the same one.
    """
    timed = outcome.steps[warmup_steps:]
    if outcome.telemetry is None or len(timed) < 2 or "began_clock_seconds" not in outcome.telemetry:
        return outcome.telemetry
    span = [timed[i].begin_ns / 1e9 - outcome.telemetry["began_clock_seconds"] for i in (0, -1)]
    return dict(outcome.telemetry, timed_span_seconds=span, timed_span_steps=len(timed) - 1)


def finish(draft: record.Record, outcome: Outcome, artifacts: Dict[str, str]) -> record.Record:
    """The record of a trial that has ended.

    Args:
        draft: what was known before.
        outcome: how it ended and what it said.
        artifacts: name to path, relative to the record's folder.
    """
    events = outcome.events
    return dict(
        draft,
        status=outcome.status,
        reason=outcome.reason,
        phase_reached=_phase_reached(events),
        finished=outcome.finished,
        process_seconds=outcome.process_seconds,
        dataset=_last(events, "dataset"),
        description=_last(events, "description"),
        caches=_last(events, "caches"),
        synchronisation=_last(events, "synchronisation"),
        clock=_last(events, "clock"),
        phases={event["name"]: event["seconds"] for event in _all(events, "phase")},
        steps=_steps(outcome.steps, events),
        evaluations=_all(events, "evaluation"),
        predictions=_last(events, "predictions"),
        updates=_last(events, "updates"),
        proof=outcome.proof or _last(events, "proof"),
        artifacts=artifacts,
        log_tail=list(outcome.log_tail),
        telemetry=_telemetry(outcome, draft["job"]["warmup_steps"]),
        environment=dict(draft["environment"], noise=outcome.noise),
    )
