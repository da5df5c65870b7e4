"""Figures of a trial, from its record. Derived each time, never stored."""

from dataclasses import dataclass
from typing import List, Optional, Sequence

import numpy as np

from backends import registry
from backends.proof import PROVEN, SIMULATED
from bench import clock
from bench.record import COMPLETE, Record
from bench.stats import steady
from bench.stats.steady import SteadyState

#: The published FPS is the batch size over the mean of this many last step times of one run.
PUBLISHED_LAST_STEPS = 10
#: No step is shorter than the clock can tell.
_LEAST_STEP_SECONDS = 1e-9


@dataclass(frozen=True)
class TrialFigures:
    """What one complete trial measured; times in seconds, rates in windows per second.

    Args:
        steady: what `bench.stats.steady` says of the steps behind the minimum warm-up.
        steady_steps: steps of the steady state; behind the minimum warm-up where none was found.
        step_seconds: their mean time.
        fps: windows over the time of the steady steps.
        published_fps: batch size over the mean of the last ten steps that replay nothing; None with fewer than ten.
        first_step_seconds: the first step, which builds and compiles.
        warmup_seconds: the other steps before the steady ones.
        steady_seconds: all steady steps.
        evaluation_seconds: all evaluations.
        whole_fps: FlagPerf's p_whole, windows over the whole process.
        train_fps: FlagPerf's p_train, windows over the training without evaluation.
        core_fps: FlagPerf's p_core, windows over the steps alone, first one included.
        final_accuracy: of the last epoch.
        best_accuracy: of the best epoch, chosen on the test set.
        epochs_trained: full batches trained over those of an epoch; a part of an epoch counts as that part.
    """

    steady: SteadyState
    steady_steps: int
    step_seconds: float
    fps: float
    published_fps: Optional[float]
    first_step_seconds: float
    warmup_seconds: float
    steady_seconds: float
    evaluation_seconds: float
    whole_fps: float
    train_fps: Optional[float]
    core_fps: float
    final_accuracy: float
    best_accuracy: float
    epochs_trained: float


def slow_down(record: Record) -> Optional[float]:
    """The factor by which its steps were slowed down on purpose (`backends.slowed`); None where they were not."""
    factor: Optional[float] = record["description"]["effective"].get("slowed_down")
    return factor


def slowed_down(record: Record) -> str:
    """The same in the words of a label; empty where they were not."""
    factor = slow_down(record)
    return "slowed down %gx" % factor if factor else ""


def _is_replay(record: Record) -> List[bool]:
    flags: List[bool] = []
    for epoch in record["steps"]["epochs"]:
        flags += [False] * epoch["steps"] + [True] * epoch["replays"]
    return flags


def _rate(windows: int, seconds: Optional[float]) -> Optional[float]:
    return windows / seconds if seconds else None


def _published_fps(seconds: Sequence[float], replays: Sequence[bool], batch_size: int) -> Optional[float]:
    timed = [step for step, is_replay in zip(seconds, replays) if not is_replay][-PUBLISHED_LAST_STEPS:]
    if len(timed) < PUBLISHED_LAST_STEPS:
        return None
    return _rate(batch_size, float(np.mean(timed)))


def is_without_proof(record: Record) -> bool:
    """Whether a complete record shows nowhere that the device which it names did the work; a simulated one claims no
    device."""
    return record["status"] == COMPLETE and record["proof"]["state"] not in (PROVEN, SIMULATED)


def is_profiled(record: Record) -> bool:
    """Whether the device's profiler was on; records of earlier versions know of none."""
    return bool(record["job"].get("is_profiled"))


def is_without_traces(record: Record) -> bool:
    """Whether a complete record is of a trial that was run for its traces, of which the profiler left none."""
    return record["status"] == COMPLETE and is_profiled(record) and "profile" not in record["artifacts"]


def why_none(record: Record) -> Optional[str]:
    """Why a record has no figures, in a sentence; None where it has some."""
    measured = record["steps"]["seconds"][record["job"]["warmup_steps"] :]
    if record["status"] != COMPLETE:
        return record["reason"] or "It did not complete."
    if is_without_proof(record):
        proof = record["proof"]
        return "Nothing proves that the %s did the work: %s." % (proof["device"], str(proof["evidence"]).rstrip("."))
    if is_profiled(record):
        return "The device's profiler was on, which takes time of its own."
    if sum(measured) <= _LEAST_STEP_SECONDS * len(measured):
        return "No step after its warm-up of %d took any time." % record["job"]["warmup_steps"]
    return None


def has_figures(record: Record) -> bool:
    """Whether a record can enter a table of figures: complete, its device proven (or simulated and called so), not
    profiled, with steps after its warm-up that took time."""
    return why_none(record) is None


def has_speed(record: Record) -> bool:
    """Whether the times of a trial are figures: not where its backend only emulates a device.

    A backend of ours says so itself, whatever the record does. A complete record of another one that does not say so is
    of such a backend where it is simulated although a real clock ran.
    """
    backend = registry.built_in(record["job"]["backend"])
    if backend is not None and not backend.has_speed:
        return False
    if "has_speed" in record:
        return bool(record["has_speed"])
    return bool(record["proof"]["state"] != SIMULATED or record["clock"]["name"] == clock.VIRTUAL)


def _epochs_trained(record: Record) -> float:
    batches = record["dataset"]["n_train"] // record["job"]["workload"]["training"]["batch_size"]
    return sum(epoch["steps"] for epoch in record["steps"]["epochs"]) / max(batches, 1)


def steady_step_seconds(record: Record, figures: TrialFigures) -> List[float]:
    """Times of the steady steps of a record, in order; those behind the minimum warm-up where no state was found."""
    return [float(seconds) for seconds in record["steps"]["seconds"][-figures.steady_steps :]]


def trial_figures(record: Record) -> TrialFigures:
    """The figures of a record that `has_figures`."""
    seconds, job = record["steps"]["seconds"], record["job"]
    batch_size, warmup = job["workload"]["training"]["batch_size"], job["warmup_steps"]
    state = steady.find(seconds[warmup:])
    warmup += state.start or 0
    steady_seconds = seconds[warmup:]
    epoch_seconds = [epoch["seconds"] for epoch in record["steps"]["epochs"]]
    accuracies = [evaluation["accuracy"] for evaluation in record["evaluations"]]
    windows = batch_size * len(seconds)
    return TrialFigures(
        steady=state,
        steady_steps=len(steady_seconds),
        step_seconds=sum(steady_seconds) / len(steady_seconds),
        fps=batch_size * len(steady_seconds) / sum(steady_seconds),
        published_fps=_published_fps(seconds, _is_replay(record), batch_size),
        first_step_seconds=seconds[0],
        warmup_seconds=sum(seconds[1:warmup]),
        steady_seconds=sum(steady_seconds),
        evaluation_seconds=sum(evaluation["seconds"] for evaluation in record["evaluations"]),
        whole_fps=windows / record["process_seconds"],
        train_fps=None if None in epoch_seconds else _rate(windows, sum(epoch_seconds)),
        core_fps=windows / sum(seconds),
        final_accuracy=accuracies[-1],
        best_accuracy=max(accuracies),
        epochs_trained=_epochs_trained(record),
    )
