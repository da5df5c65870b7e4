"""Runs a plan's trials, the cells interleaved block by block, and leaves a record of each, whatever becomes of it."""

import os
import time
from dataclasses import dataclass
from typing import Callable, Dict, List, Optional, Sequence, Tuple

from rich.console import Console
from rich.markup import escape

from backends.proof import PROVEN
from bench import (
    assemble,
    clock,
    doubts,
    environment,
    figures,
    plan,
    printable,
    record,
    runner,
    trial_folder,
    units,
    updates,
)
from bench.assemble import RunFacts
from bench.errors import DeviceNotUsed, TrialFailed, error_of
from bench.outcome import Limits, Outcome
from bench.plan import Job, Slot
from bench.progress import TrialProgress

_LOG_LINES_SHOWN = 12

#: Of the complete records of each cell so far: whether no further block is needed.
IsEnough = Callable[[Sequence[Sequence[record.Record]]], bool]


@dataclass(frozen=True)
class Campaign:
    """What one run does.

    Args:
        cells: the combinations, at least one.
        facts: what its records share.
        n_train: training windows, for the progress display.
        folder: where the records go.
        limits: bounds on each trial.
        cool_down_seconds: pause before each trial but the first.
        is_enough: asked after each block; the run ends with its last block at the latest.
    """

    cells: Tuple[Job, ...]
    facts: RunFacts
    n_train: int
    folder: str
    limits: Limits
    cool_down_seconds: float
    is_enough: IsEnough


def _standing(document: record.Record) -> str:
    """What figures are worth that are no proven measurement of their device, before them; nothing where they are."""
    state, device = document["proof"]["state"], document["proof"]["device"]
    # The name of a device that is simulated may say so itself.
    said = [] if state == PROVEN else [device if state in device else "%s (%s)" % (state, device)]
    said += filter(None, [figures.slowed_down(document)])
    return ", ".join(said) + ": " if said else ""


def _say_figures(document: record.Record, console: Console, path: str) -> None:
    why_none = figures.why_none(document)
    if why_none is None:
        console.print("  %s%s" % (escape(_standing(document)), _figures_text(document)))
    elif document["status"] == record.COMPLETE:
        console.print("  no figures: %s" % escape(why_none))
    no_numbers = doubts.logits_not_finite([document])
    if no_numbers:
        console.print("  doubt: %s" % no_numbers)
    if updates.skipped([document]).is_beyond_recommended:
        console.print("  doubt: %s" % doubts.skipped_updates([document]))
    if "profile" in document["artifacts"]:
        traces = os.path.join(os.path.dirname(path), document["artifacts"]["profile"])
        console.print("  traces of the device's profiler %s" % escape(traces))
    if figures.is_without_traces(document):
        console.print("  the device's profiler left no trace")
    console.print("  record %s" % escape(path))


def _figures_text(document: record.Record) -> str:
    found, speed = figures.trial_figures(document), "no speed, since the device is emulated"
    if figures.has_speed(document):
        speed = "%s windows/s, step %s over %d steps, first step %s" % (
            units.rate(found.fps),
            units.seconds(found.step_seconds),
            found.steady_steps,
            units.seconds(found.first_step_seconds),
        )
    accuracy, length = units.accuracy(found.final_accuracy), units.epochs(found.epochs_trained)
    return "%s, accuracy %s after %s" % (speed, accuracy, length)


def _say_failure(ended: Outcome, console: Console) -> None:
    console.print("  %s: %s" % (ended.status, escape(printable.text(str(ended.reason)))))
    # What a trial that somebody interrupted wrote last says nothing.
    for line in ended.log_tail[-_LOG_LINES_SHOWN:] if ended.status != record.INTERRUPTED else ():
        console.print("  | " + escape(printable.text(line)))


def title_of(slot: Slot, facts: RunFacts) -> str:
    """A trial in a few words."""
    cell = "" if facts.cells == 1 else "cell %d of %d " % (slot.cell + 1, facts.cells)
    job = slot.job
    return "trial %d/%d %s%s %s %s seed %d" % (
        slot.block + 1, facts.trials, cell, job.backend, job.workload.preset, job.kernel, job.workload.seed,
    )  # fmt: skip


class Run:
    """A campaign under way.

    Args:
        campaign: what is to be done.
        console: where it is shown.
        done: complete records that are there already, by (cell, block).
    """

    def __init__(
        self, campaign: Campaign, console: Console, done: Optional[Dict[Tuple[int, int], record.Record]] = None
    ) -> None:
        self._campaign = campaign
        self._console = console
        self._complete = dict(done or {})
        self._failures: List[Outcome] = []
        self._is_first = True

    def records(self) -> List[List[record.Record]]:
        """The complete records of each cell so far, by block."""
        return [
            [self._complete[key] for key in sorted(self._complete) if key[0] == cell]
            for cell in range(len(self._campaign.cells))
        ]

    def all_blocks(self) -> None:
        """Run block after block; a failed trial does not stop the rest.

        Raises:
            Interrupted: somebody asked the run to end.
        """
        campaign = self._campaign
        for block in range(campaign.facts.trials):
            for slot in plan.block_of(campaign.cells, block):
                if (slot.cell, slot.block) not in self._complete:
                    self._one(slot)
            if campaign.is_enough(self.records()):
                break

    def raise_failures(self) -> None:
        """Say in one error what failed.

        Raises:
            HarbenchError: some trial is not complete; the kind is the first one's.
            DeviceNotUsed: all are complete, and nothing proves that the device did the work in some that were not run
                for their traces, which have no figures anyhow.
            TrialFailed: all are complete, and the profiler that was asked for left nothing in some.
        """
        if self._failures:
            first, folder = self._failures[0], self._campaign.folder
            raise error_of(
                first.exit_code,
                "%s %d of %d trials did not complete; their records and logs are in %s."
                % (
                    first.reason, len(self._failures), len(self._failures) + len(self._complete), folder,
                ),
            )  # fmt: skip

        complete = [one for _, one in sorted(self._complete.items())]
        unproven = [one for one in complete if figures.is_without_proof(one) and not figures.is_profiled(one)]
        if unproven:
            raise DeviceNotUsed(
                "%s %d of %d trials are unproven: their records are in %s, no table shows their figures; mend "
                "what the evidence names, and run again without --resume."
                % (figures.why_none(unproven[0]), len(unproven), len(complete), self._campaign.folder)
            )
        traceless = list(filter(figures.is_without_traces, complete))
        if traceless:
            raise TrialFailed(
                "The device's profiler left no trace in %d of %d trials; their records, and logs that may say why, are "
                "in %s." % (len(traceless), len(complete), self._campaign.folder)
            )

    def _one(self, slot: Slot) -> None:
        if not self._is_first and self._campaign.cool_down_seconds:
            time.sleep(self._campaign.cool_down_seconds)
        self._is_first = False
        document, ended, path = self._measure(slot)
        if ended.status == record.COMPLETE:
            self._complete[slot.cell, slot.block] = document
            _say_figures(document, self._console, path)
            return
        _say_failure(ended, self._console)
        if ended.status == record.INTERRUPTED:
            raise error_of(ended.exit_code, str(ended.reason))
        self._failures.append(ended)

    def _measure(self, slot: Slot) -> Tuple[record.Record, Outcome, str]:
        campaign, title = self._campaign, title_of(slot, self._campaign.facts)
        busy_before = environment.busy_share()
        draft = assemble.draft(campaign.facts, slot, clock.utc_now(), campaign.folder, busy_before)
        folder = os.path.join(campaign.folder, draft["id"])
        shown = title, plan.planned_steps(slot.job, campaign.n_train), slot.job.workload.training.batch_size
        with trial_folder.held(folder, draft, slot.job):
            with TrialProgress(self._console, *shown, has_speed=figures.has_speed(draft)) as progress:
                ended = runner.run_trial(slot.job, folder, campaign.limits, progress)
            path, document, ended = trial_folder.leave_record(folder, draft, ended)
            self._console.print("%s: %s in %s" % (title, ended.status, units.seconds(ended.process_seconds)))
        return document, ended, path


def describe(cells: Sequence[Job], trials: int, n_train: int) -> List[str]:
    """The plan in words, a line a trial, in the order in which they would run."""
    slots = [slot for block in range(trials) for slot in plan.block_of(cells, block)]
    return [
        "trial %d: backend %s, preset %s, kernel %s, precision %s, mode %s, batch %d, %d steps (warm-up %d), seed %d%s"
        % (
            number, slot.job.backend, slot.job.workload.preset, slot.job.kernel, slot.job.precision, slot.job.mode,
            slot.job.workload.training.batch_size, plan.planned_steps(slot.job, n_train), slot.job.warmup_steps,
            slot.job.workload.seed, "" if len(cells) == 1 else ", cell %d" % (slot.cell + 1),
        )
        for number, slot in enumerate(slots, 1)
    ]  # fmt: skip
