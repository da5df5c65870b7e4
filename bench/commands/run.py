"""`harbench run`: measure."""

import os
import uuid
from typing import Any, Dict, List, Optional, Sequence, Tuple

import click
from rich.console import Console

from bench import campaign, plan, preflight, record, resume, trial_folder
from bench.assemble import RunFacts
from bench.campaign import Campaign, Run
from bench.commands.cell_options import POSITIVE, cell_options, job_of, merged
from bench.commands.options import command_line, data_path_option, env, finite
from bench.outcome import Limits
from bench.plan import Job
from har_model.dataset.signals import Dataset

#: A month: more than any trial takes, and less than a selector can wait.
_LONGEST_SECONDS = 30 * 86400.0
_SECONDS = click.FloatRange(min=0, min_open=True, max=_LONGEST_SECONDS)
#: Options that say nothing about what is measured.
_NOT_IN_COMMAND = ("data_path", "dry_run", "out", "is_resumed")


def _facts(cells: Sequence[Job], data: Dataset, trials: int) -> RunFacts:
    words = command_line(click.get_current_context(), _NOT_IN_COMMAND) + ("--data-path", str(cells[0].data_path))
    return RunFacts(uuid.uuid4().hex[:12], resume.fingerprint(cells, data), len(cells), trials, words)


def _salvage(out: str, console: Console) -> None:
    for path in trial_folder.salvage(out):
        console.print("saved from a run that was killed: %s" % path, markup=False)


def _resumed(facts: RunFacts, out: str, console: Console) -> Tuple[RunFacts, Dict[Tuple[int, int], record.Record]]:
    """The facts with the name of the earlier part of the run, and what that left complete."""
    earlier = resume.find(record.read_all([out])[0], facts.fingerprint)
    if earlier is None:
        console.print("nothing to resume in %s: all trials are run" % out, markup=False)
        return facts, {}
    console.print("resumed: %d complete trials are there already" % len(earlier.records))
    return RunFacts(**dict(vars(facts), identifier=earlier.run_id)), earlier.records


def _show_plan(cells: List[Job], facts: RunFacts, data: Dataset, out: str, console: Console) -> None:
    for line in campaign.describe(cells, facts.trials, len(data.train.labels)):
        console.print(line, markup=False)
    console.print("records would go to %s" % os.path.abspath(out), markup=False)


@click.command()
@cell_options
@click.option(
    "--cell",
    "cell_texts",
    multiple=True,
    metavar="'OPTIONS'",
    help="One of several cells to be measured in turns: the options above, as far as they differ.",
)
@click.option(
    "--mode",
    type=click.Choice([plan.MODE_PERFORMANCE, plan.MODE_FULL]),
    default=plan.MODE_PERFORMANCE,
    show_default=True,
    help="performance: 5 epochs, one evaluation; full: 250 epochs, each evaluated.",
    **env("MODE"),
)
@click.option("--epochs", type=POSITIVE, default=None, help="Passes over the training windows.", **env("EPOCHS"))
@click.option("--steps", type=POSITIVE, default=None, help="Bound on all updates.", **env("STEPS"))
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    default=0,
    show_default=True,
    help="Of the first trial; each further one adds 1.",
    **env("SEED"),
)
@click.option("--trials", type=POSITIVE, default=3, show_default=True, help="Fresh processes a cell.", **env("TRIALS"))
@click.option(
    "--warmup",
    type=POSITIVE,
    default=10,
    show_default=True,
    help="Steps left out at the start, the first one included.",
    **env("WARMUP"),
)
@click.option(
    "--timeout", type=_SECONDS, callback=finite, default=None, help="Seconds for each trial.", **env("TIMEOUT")
)
@click.option(
    "--step-timeout",
    type=_SECONDS,
    callback=finite,
    default=None,
    help="Seconds for each step, the first, which compiles, included.",
    **env("STEP_TIMEOUT"),
)
@click.option(
    "--cool-down",
    type=click.FloatRange(min=0, max=_LONGEST_SECONDS),
    callback=finite,
    default=0.0,
    help="Seconds of rest between two trials.",
    **env("COOL_DOWN"),
)
@click.option(
    "-o", "--out", type=click.Path(), default="results", show_default=True, help="Folder for records.", **env("OUT")
)
@data_path_option
@click.option("--resume", "is_resumed", is_flag=True, help="Run only what the last such run left out.", **env("RESUME"))
@click.option("--dry-run", is_flag=True, help="Check everything and show the plan; measure nothing.", **env("DRY_RUN"))
def run(
    out: str,
    cell_texts: Tuple[str, ...],
    timeout: Optional[float],
    step_timeout: Optional[float],
    cool_down: float,
    trials: int,
    is_resumed: bool,
    dry_run: bool,
    **options: Any,
) -> None:
    """Run trials, each in its own process, and leave a record of each.

    Several cells (--cell) are measured in turns, A B B A, so that a drift of the machine weighs on all alike.
    """
    console = Console(highlight=False, soft_wrap=True)
    jobs = [job_of(cell) for cell in merged(options, cell_texts)]
    cells, data = preflight.check_all(jobs, out, make_folder=not dry_run)
    facts = _facts(cells, data, trials)
    console.print("data: %s" % data.sentence(), markup=False)
    if dry_run:
        _show_plan(cells, facts, data, out, console)
        return
    _salvage(out, console)
    facts, done = _resumed(facts, out, console) if is_resumed else (facts, {})
    limits = Limits(timeout, step_timeout)
    whole = Campaign(tuple(cells), facts, len(data.train.labels), out, limits, cool_down, lambda _: False)
    Run(whole, console, done).all_blocks()
