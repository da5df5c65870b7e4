"""`harbench run`: measure."""

import os
import shlex
from dataclasses import replace
from typing import Any, Dict, List, Optional, Sequence, Tuple

import click
from rich.console import Console

from bench import campaign, record, resume
from bench.assemble import RunFacts
from bench.campaign import IsEnough
from bench.cells import of_figures
from bench.commands import measuring
from bench.commands.cell_options import POSITIVE, cell_options, job_of, merged
from bench.commands.options import env
from bench.commands.quantities import PERCENT
from bench.comparing import compare
from bench.errors import UsageError
from bench.preflight import Cleared
from bench.stats import Estimate, equivalence, stopping

_DEFAULT_TRIALS = 3


def _is_enough(target: Optional[float]) -> IsEnough:
    """Whether every cell, and every ratio to the first one, is known as closely as `--target-interval` asks."""

    def ask(records: Sequence[Sequence[record.Record]]) -> bool:
        cells = [cell for cell in map(of_figures, records) if cell]
        if target is None or len(cells) < len(records):
            return False
        estimates: List[Estimate] = [cell.estimate("fps") for cell in cells]
        estimates += [cell.ratio_to(cells[0], "fps") for cell in cells[1:]]
        return stopping.enough(estimates, target)

    return ask


def _resumed(facts: RunFacts, out: str, console: Console) -> Tuple[RunFacts, Dict[Tuple[int, int], record.Record]]:
    """The facts with the name of the earlier part of the run, and what that left complete."""
    records, faults = record.read_all([out])
    for fault in faults:
        click.echo("harbench: %s" % fault, err=True)
    earlier = resume.find(records, facts.fingerprint)
    if earlier is None:
        console.print(
            "nothing to resume in %s (no run there has these cells, data, harbench and host): a new run begins" % out,
            markup=False,
        )
        return facts, {}
    console.print("resumed: %d complete trials are there already" % len(earlier.records))
    return replace(facts, identifier=earlier.run_id), earlier.records


def _show_plan(cleared: Cleared, trials: int, out: str, console: Console) -> None:
    for line in campaign.describe(cleared.cells, trials, len(cleared.data.train.labels)):
        console.print(line, markup=False)
    console.print("records would go to %s" % os.path.abspath(out), markup=False)


def _say_verdicts(records: Sequence[Sequence[record.Record]], facts: RunFacts, out: str, console: Console) -> None:
    """Each further cell against the first one, in a sentence."""
    from reports import sentences  # bench does not know reports; only a command joins them

    first, *others = map(of_figures, records)
    pairs = {number: (cell, first) for number, cell in enumerate(others, 2) if cell and first}
    for comparison in compare.compare(list(pairs.values()), None, equivalence.DEFAULT_MARGIN):
        console.print(sentences.of(comparison), markup=False)
    # The sentence is one of several, each less sure for it (Holm); the command judges its pair as the only one.
    alone = "" if len(pairs) == 1 else " (this pair alone, without Holm's correction over %d)" % len(pairs)
    for number in pairs:
        sides = ["run=%s,cell=%d" % (facts.identifier, one) for one in (number, 1)]
        command = "harbench compare %s --records %s" % (" ".join(sides), shlex.quote(out))
        console.print("in full%s: %s" % (alone, command), markup=False)


def _most_trials(trials: Optional[int], target: Optional[float], most: Optional[int]) -> int:
    if target is None and most is not None:
        raise UsageError("--max-trials bounds --target-interval: give that, or --trials alone.")
    if target is not None and trials is not None:
        raise UsageError("--target-interval decides how many trials are run; give --max-trials, not --trials, with it.")
    if target is None:
        return trials or _DEFAULT_TRIALS
    return most or stopping.MAXIMUM_TRIALS


@click.command()
@cell_options
@click.option(
    "--cell",
    "cell_texts",
    multiple=True,
    metavar="'OPTIONS'",
    help="One of several cells to be measured in turns: the options above, as far as they differ.",
)
@measuring.measuring_options
@click.option("--trials", type=POSITIVE, default=None, help="Fresh processes a cell.  [default: 3]", **env("TRIALS"))
@click.option(
    "--target-interval",
    type=PERCENT,
    default=None,
    help="Go on, from trial %d, until the 95 %% intervals are this narrow: 2%% is 0.98 to 1.02."
    % stopping.MINIMUM_TRIALS,
    **env("TARGET_INTERVAL"),
)
@click.option(
    "--max-trials",
    type=click.IntRange(stopping.MINIMUM_TRIALS),
    default=None,
    help="Where --target-interval ends at the latest.  [default: %d]" % stopping.MAXIMUM_TRIALS,
    **env("MAX_TRIALS"),
)
@click.option(
    "-o", "--out", type=click.Path(), default="results", show_default=True, help="Folder for records.", **env("OUT")
)
@click.option("--resume", "is_resumed", is_flag=True, help="Run only what the last such run left out.", **env("RESUME"))
@click.option(
    "--profile",
    "is_profiled",
    is_flag=True,
    help="With the device's profiler on: traces instead of figures.",
    **env("PROFILE"),
)
@click.option("--dry-run", is_flag=True, help="Check everything and show the plan; measure nothing.", **env("DRY_RUN"))
def run(
    out: str,
    cell_texts: Tuple[str, ...],
    trials: Optional[int],
    target_interval: Optional[float],
    max_trials: Optional[int],
    is_resumed: bool,
    dry_run: bool,
    **options: Any,
) -> None:
    """Run trials, each in its own process, and leave a record of each.

    Several cells (--cell) are measured in turns, A B B A, so that a drift of the machine weighs on all alike; then each
    is compared with the first one.
    """
    console = Console(highlight=False, soft_wrap=True)
    most = _most_trials(trials, target_interval, max_trials)
    jobs = [job_of(cell) for cell in merged(options, cell_texts)]
    if target_interval is not None:
        measuring.require_speed(jobs, "--target-interval")
    cleared = measuring.clear(jobs, out, not dry_run, console)
    if dry_run:
        _show_plan(cleared, most, out, console)
        return
    measuring.salvage(out, console)
    facts = measuring.facts_of(cleared, most, out)
    facts, done = _resumed(facts, out, console) if is_resumed else (facts, {})
    console.print("this run is run=%s" % facts.identifier, markup=False)
    with resume.held(out, facts.identifier):
        measured = measuring.measure(cleared, facts, out, options, console, _is_enough(target_interval), done)
    _say_verdicts(measured.records(), facts, out, console)
    measured.raise_failures()
