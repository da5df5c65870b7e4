"""Runs a plan's trials one after the other and leaves a record of each, whatever becomes of it."""

import os
from dataclasses import dataclass
from typing import List, Optional, Sequence, Tuple

from rich.console import Console
from rich.markup import escape

from bench import assemble, clock, layout, plan, record, runner, units
from bench.assemble import Outcome
from bench.errors import DataError, error_of
from bench.figures import has_figures, trial_figures
from bench.plan import Job
from bench.progress import TrialProgress

_LOG_LINES_SHOWN = 12


@dataclass(frozen=True)
class Campaign:
    """What the trials of one run share.

    Args:
        jobs: one for each trial.
        n_train: training windows, for the progress display.
        folder: where the records go.
        timeout_seconds: bound on each trial; None for no bound.
        command: the command line that reproduces the run.
    """

    jobs: Tuple[Job, ...]
    n_train: int
    folder: str
    timeout_seconds: Optional[float]
    command: Tuple[str, ...]


def _artifacts(folder: str, identifier: str) -> "dict[str, str]":
    found = {"log": layout.LOG}
    if os.path.exists(os.path.join(folder, identifier, layout.CHECKPOINT + ".index")):
        found["checkpoint"] = layout.CHECKPOINT
    return {name: "%s/%s" % (identifier, path) for name, path in found.items()}


def _say_figures(document: record.Record, console: Console, path: str) -> None:
    if not has_figures(document):
        console.print("  record %s" % escape(path))
        return
    figures = trial_figures(document)
    console.print(
        "  %s windows/s, step %s over %d steps, first step %s, accuracy %s after %.3g epoch%s"
        % (
            units.rate(figures.fps),
            units.seconds(figures.step_seconds),
            figures.steady_steps,
            units.seconds(figures.first_step_seconds),
            units.accuracy(figures.final_accuracy),
            figures.epochs_trained,
            "" if figures.epochs_trained == 1 else "s",
        )
    )
    console.print("  record %s" % escape(path))


def _say_failure(outcome: Outcome, console: Console) -> None:
    console.print("  %s: %s" % (outcome.status, escape(str(outcome.reason))))
    for line in outcome.log_tail[-_LOG_LINES_SHOWN:]:
        console.print("  | " + escape(line))


def _make_folder(folder: str, job: Job) -> None:
    """The trial's own empty folder with its job in it."""
    try:
        os.makedirs(folder)
        runner.leave_job(job, folder)
    except OSError as error:
        raise DataError(
            "The trial's folder %r cannot be written: %s; give another one with --out, or free space, inodes or quota."
            % (folder, error.strerror)
        ) from error


def run_one(campaign: Campaign, number: int, console: Console) -> Outcome:
    """Run trial `number` (from 0) and leave its record."""
    job, of = campaign.jobs[number], len(campaign.jobs)
    identifier = assemble.trial_id(job, clock.utc_now(), campaign.folder)
    folder = os.path.join(campaign.folder, identifier)
    _make_folder(folder, job)
    title = "trial %d/%d %s %s %s seed %d" % (
        number + 1, of, job.backend, job.workload.preset, job.kernel, job.workload.seed,
    )  # fmt: skip
    steps = plan.planned_steps(job, campaign.n_train)
    with TrialProgress(console, title, steps, job.workload.training.batch_size) as progress:
        outcome = runner.run_trial(folder, campaign.timeout_seconds, progress)
    console.print("%s: %s in %s" % (title, outcome.status, units.seconds(outcome.process_seconds)))
    artifacts = _artifacts(campaign.folder, identifier)
    document = assemble.assemble(identifier, job, number + 1, of, outcome, campaign.command, artifacts)
    path = record.write(document, campaign.folder)
    runner.tidy(folder)
    if outcome.status == record.COMPLETE:
        _say_figures(document, console, path)
    else:
        _say_failure(outcome, console)
    return outcome


def run(campaign: Campaign, console: Console) -> None:
    """Run every trial; a failed one does not stop the rest, an interruption does.

    Raises:
        HarbenchError: some trial is not complete; the kind is the first one's.
    """
    failures: List[Outcome] = []
    for number in range(len(campaign.jobs)):
        outcome = run_one(campaign, number, console)
        if outcome.status == record.INTERRUPTED:
            raise error_of(outcome.exit_code, str(outcome.reason))
        if outcome.status != record.COMPLETE:
            failures.append(outcome)
    if failures:
        raise error_of(
            failures[0].exit_code,
            "%s %d of %d trials did not complete; their records and logs are in %s."
            % (failures[0].reason, len(failures), len(campaign.jobs), campaign.folder),
        )


def describe(jobs: Sequence[Job], n_train: int) -> List[str]:
    """The plan in words, a line a trial."""
    return [
        "trial %d: backend %s, preset %s, kernel %s, precision %s, mode %s, batch %d, %d steps (warm-up %d), seed %d"
        % (
            number, job.backend, job.workload.preset, job.kernel, job.precision, job.mode,
            job.workload.training.batch_size, plan.planned_steps(job, n_train), job.warmup_steps, job.workload.seed,
        )
        for number, job in enumerate(jobs, 1)
    ]  # fmt: skip
