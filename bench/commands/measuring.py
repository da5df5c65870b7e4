"""What the commands that measure share: options on the length and the bounds of trials, and the way to a campaign."""

import uuid
from typing import Any, Callable, Dict, Optional, Sequence, Tuple

import click
from rich.console import Console

from backends import registry
from bench import checkup, doctor, plan, preflight, printable, record, resume, trial_folder
from bench.assemble import RunFacts
from bench.campaign import Campaign, IsEnough, Run
from bench.commands.cell_options import POSITIVE
from bench.commands.options import command_line, data_path_option, env, finite
from bench.errors import UsageError
from bench.outcome import Limits
from bench.plan import Job
from bench.preflight import Cleared

#: A month: more than any trial takes, and less than a selector can wait.
_LONGEST_SECONDS = 30 * 86400.0
_SECONDS = click.FloatRange(min=0, min_open=True, max=_LONGEST_SECONDS)
#: Options that say nothing about what is measured.
_NOT_IN_COMMAND = ("data_path", "dry_run", "out", "is_resumed")

_OPTIONS = (
    click.option(
        "--mode",
        type=click.Choice([plan.MODE_PERFORMANCE, plan.MODE_FULL]),
        default=plan.MODE_PERFORMANCE,
        show_default=True,
        help="performance: %d epochs, one evaluation; full: %d epochs, each evaluated."
        % (plan.DEFAULT_EPOCHS[plan.MODE_PERFORMANCE], plan.DEFAULT_EPOCHS[plan.MODE_FULL]),
        **env("MODE"),
    ),
    click.option("--epochs", type=POSITIVE, default=None, help="Passes over the training windows.", **env("EPOCHS")),
    click.option("--steps", type=POSITIVE, default=None, help="Bound on all updates.", **env("STEPS")),
    click.option(
        "--seed",
        type=click.IntRange(0, 2**31 - 1),
        default=0,
        show_default=True,
        help="Of the first trial; each further one adds 1.",
        **env("SEED"),
    ),
    click.option(
        "--warmup",
        type=POSITIVE,
        default=10,
        show_default=True,
        help="Steps left out at the start, the first one included.",
        **env("WARMUP"),
    ),
    click.option(
        "--timeout", type=_SECONDS, callback=finite, default=None, help="Seconds for each trial.", **env("TIMEOUT")
    ),
    click.option(
        "--step-timeout",
        type=_SECONDS,
        callback=finite,
        default=None,
        help="Seconds for each step, the first, which compiles, included.",
        **env("STEP_TIMEOUT"),
    ),
    click.option(
        "--cool-down",
        type=click.FloatRange(min=0, max=_LONGEST_SECONDS),
        callback=finite,
        default=0.0,
        help="Seconds of rest between two trials.",
        **env("COOL_DOWN"),
    ),
    data_path_option,
)


def measuring_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options on the length and the bounds of trials."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def require_speed(jobs: Sequence[Job], asked: str) -> None:
    """Refuse what is about times where a backend's are no figures.

    Args:
        asked: what would need them, as a person typed it.

    Raises:
        UsageError: a backend has no speed.
    """
    for job in jobs:
        if not registry.create(job.backend).has_speed:
            raise UsageError(
                "The %s backend has an accuracy and no speed, which %s is about; leave it out." % (job.backend, asked)
            )


def facts_of(cleared: Cleared, trials: int, out: str) -> RunFacts:
    """What the records of the run will share; looks the host over, which takes a second, and says what is wrong with a
    device: a trial may still be worth its while, and nobody should learn of it hours later.

    Args:
        cleared: the run's cells and data.
        trials: of each cell, at most.
        out: folder for records.
    """
    place = ("--data-path", str(cleared.cells[0].data_path))
    found_for_each = checkup.examine_cells(cleared.cells, cleared.probes, out)
    for one in doctor.failed_of_devices(found_for_each):
        click.echo(printable.text("harbench doctor: FAIL %s: %s" % (one.check, one.text)), err=True)
    return RunFacts(
        identifier=uuid.uuid4().hex[:12],
        fingerprint=resume.fingerprint(cleared.cells, cleared.data),
        cells=len(cleared.cells),
        trials=trials,
        command=command_line(click.get_current_context(), _NOT_IN_COMMAND) + place,
        findings=[doctor.findings_for_record(found) for found in found_for_each],
    )


def salvage(out: str, console: Console) -> None:
    """Save what a killed run left in the folder for records, and say so."""
    for path in trial_folder.salvage(out):
        console.print("saved from a run that was killed: %s" % path, markup=False)


def measure(
    cleared: Cleared,
    facts: RunFacts,
    out: str,
    options: Dict[str, Any],
    console: Console,
    is_enough: IsEnough = lambda _: False,
    done: Optional[Dict[Tuple[int, int], record.Record]] = None,
) -> Run:
    """Run the campaign to its end; what failed in it is the returned run's to say.

    Args:
        cleared, facts, out: of the run.
        options: those of `measuring_options`.
        console: where it is shown.
        is_enough: whether no further block is needed.
        done: complete records that are there already, by (cell, block).
    """
    campaign = Campaign(
        cells=cleared.cells,
        facts=facts,
        n_train=len(cleared.data.train.labels),
        folder=out,
        limits=Limits(options["timeout"], options["step_timeout"]),
        cool_down_seconds=options["cool_down"],
        is_enough=is_enough,
    )
    run = Run(campaign, console, done)
    run.all_blocks()
    return run


def clear(jobs: Sequence[Job], out: str, make_folder: bool, console: Console) -> Cleared:
    """Check everything before anything is spent, and say which data it is."""
    cleared = preflight.check_all(jobs, out, make_folder)
    console.print("data: %s" % cleared.data.sentence(), markup=False)
    return cleared
