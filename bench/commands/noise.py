"""`harbench noise`: measure one cell against itself."""

import os
from typing import Any

import click
from rich.console import Console

from bench import clock, noise_floor, units
from bench.cells import Cell, of_figures
from bench.commands import measuring
from bench.commands.cell_options import cell_options, job_of, merged
from bench.commands.options import env
from bench.comparing import compare, naming
from bench.comparing.compare import Margin
from bench.errors import DataError, TrialFailed
from bench.host_doubts import of_cell as of_host
from bench.noise_floor import NoiseFloor
from bench.stats import verdict

#: Fewer blocks leave too few ways to divide them for a rate of false alarms.
_FEWEST_TRIALS = 3
_DEFAULT_TRIALS = 6


def _say(one: Cell, other: Cell, floor: NoiseFloor, margin: Margin, console: Console) -> None:
    ratio = one.ratio_to(other, "fps")
    lines = [
        "A/A run of %s: %d trials on each side, in turns" % (floor.cell, floor.blocks),
        "  noise of a trial: %s (standard deviation)" % units.percent(floor.trial_deviation),
        "  ratio of the equal sides: %s" % units.ratio_with_interval(ratio),
        "  verdict: %s, with the margin %s (%s)"
        % (verdict.of_speed(ratio, margin.value), units.percent(margin.value), margin.source),
        "  noise floor: %s, the end of that interval that is farther from 1" % units.percent(floor.floor),
        "  false alarms beyond the floor: %d of %d divisions of these trials into two sides (%s)"
        % (floor.false_alarms, floor.relabellings, units.percent(floor.false_alarms / floor.relabellings)),
    ]
    both = Cell.of(one.records + other.records)  # the sides are one cell on one host: a doubt of both is said once
    for line in lines + ["  doubt: " + sentence for sentence in of_host(both)]:
        console.print(line, markup=False)


def _store(floor: NoiseFloor, console: Console) -> None:
    try:
        path = noise_floor.store(floor)
    except OSError as error:
        raise DataError(
            "The noise floor cannot be kept (%s); name a folder that can be written with HARBENCH_CACHE." % error
        ) from error
    console.print("kept in %s: the margin of later verdicts on this host and backend" % path, markup=False)


@click.command()
@cell_options
@measuring.measuring_options
@click.option(
    "--trials",
    type=click.IntRange(min=_FEWEST_TRIALS),
    default=_DEFAULT_TRIALS,
    show_default=True,
    help="Fresh processes on each of the two sides.",
    **env("NOISE_TRIALS"),
)
@click.option(
    "-o",
    "--out",
    type=click.Path(),
    default=os.path.join("results", "noise"),
    show_default=True,
    help="Folder for records; apart from the others, which they would double.",
    **env("NOISE_OUT"),
)
def noise(trials: int, out: str, **options: Any) -> None:
    """Measure a cell against itself (A/A): what equal things differ by on this host.

    The result is kept, and is the margin of later verdicts on the same host and backend.
    """
    console = Console(highlight=False, soft_wrap=True)
    (options_of_cell,) = merged(options, ())
    job = job_of(options_of_cell)
    measuring.require_speed([job], "harbench noise")
    cleared = measuring.clear([job, job], out, True, console)
    measuring.salvage(out, console)
    measured = measuring.measure(cleared, measuring.facts_of(cleared, trials, out), out, options, console)
    measured.raise_failures()
    one, other = map(of_figures, measured.records())
    floor = noise_floor.of(one, other, naming.without_trials(one), clock.utc_now()) if one and other else None
    if one is None or other is None or floor is None:
        raise TrialFailed(
            "The two sides have no interval (no steps behind the warm-up, or times without any spread); take more "
            "--steps and --trials."
        )
    _say(one, other, floor, compare.default_margin(one, other), console)
    if floor.floor <= noise_floor.LARGEST_FLOOR:
        _store(floor, console)
    else:
        console.print(
            "not kept: a floor above %s is no margin for anything; measure on an idle machine, with more --trials."
            % units.percent(noise_floor.LARGEST_FLOOR),
            markup=False,
        )
