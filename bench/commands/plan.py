"""`harbench plan`: how many trials or seeds a question needs, before anything is spent."""

import math
from dataclasses import dataclass
from typing import Callable, List, Optional, Sequence, Tuple

import click
import numpy as np

from bench import cells, units
from bench.cells import Cell
from bench.commands.options import env, record_places
from bench.commands.quantities import PERCENT, PERCENTAGE_POINTS
from bench.comparing import naming
from bench.errors import UsageError
from bench.record import read_all
from bench.stats import power
from bench.stats.verdict import DEFAULT_MARGIN

#: A noise is known to less than that.
_NOISE_DIGITS = 3


@dataclass(frozen=True)
class _Noise:
    """A sample standard deviation, how many values it comes from (None: an option gave it), and their noun."""

    deviation: float
    n: Optional[int]

    def sentence(self, noun: str, text_of: Callable[[float], str]) -> str:
        """The deviation with its 95 % interval, which few values leave wide."""
        if self.n is None:
            return "noise %s as given" % text_of(self.deviation)
        texts = [text_of(value) for value in (self.deviation, *power.deviation_interval(self.deviation, self.n))]
        return "noise %s [%s, %s] from %d %s" % (texts[0], texts[1], texts[2], self.n, noun)


@dataclass(frozen=True)
class _Question:
    """What is asked, of which values, and how it is answered.

    Args:
        heading: the question in words.
        noun: what is counted.
        option: that gives the noise where records do not.
        given: what that option says.
        values_of: the values of a cell whose spread is the noise.
        needed: how many, for a noise.
        text_of: a noise, as people read it.
    """

    heading: str
    noun: str
    option: str
    given: Optional[float]
    values_of: Callable[[Cell], Sequence[float]]
    needed: Callable[[float], int]
    text_of: Callable[[float], str]

    def noise(self, cell: Optional[Cell]) -> Optional[_Noise]:
        """The noise that was given; else the cell's, where it has two values that differ."""
        if self.given is not None:
            return _Noise(self.given, None)
        values = self.values_of(cell) if cell else ()
        deviation = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
        return _Noise(deviation, len(values)) if deviation > 0 else None


def _duration(cell: Optional[Cell], count: int) -> str:
    if cell is None:
        return "time unknown"
    return "about %s" % units.duration(count * float(np.mean([record["process_seconds"] for record in cell.records])))


def _answer(question: _Question, name: str, cell: Optional[Cell], noise: Optional[_Noise]) -> str:
    if noise is None:
        return "  %s: unknown, for fewer than 2 %s differ; give %s." % (name, question.noun, question.option)
    count = question.needed(noise.deviation)
    many = "%s%d %s" % ("more than " if count == power.MOST else "", count, question.noun)
    return "  %s: %s, %s (%s)." % (name, many, _duration(cell, count), noise.sentence(question.noun, question.text_of))


def _answers(question: _Question, found: Sequence[Cell]) -> List[str]:
    """The question and its answer for each cell; for any cell where there are none.

    Raises:
        UsageError: neither a cell nor the option says how large the noise is.
    """
    rows: List[Tuple[str, Optional[Cell]]] = [(naming.numbered(cell, i), cell) for i, cell in enumerate(found, 1)]
    rows = rows or [("any cell", None)]
    noises = [question.noise(cell) for _, cell in rows]
    if not any(noises):
        raise UsageError(
            "The noise is not known: no cell among the records has 2 %s that differ; give it with %s, or name "
            "records that hold it." % (question.noun, question.option)
        )
    return [question.heading] + [_answer(question, name, cell, noise) for (name, cell), noise in zip(rows, noises)]


def _speed(detect: float, likely: float, noise: Optional[float]) -> _Question:
    def needed(deviation: float) -> int:
        return max(power.trials_needed(detect, deviation, likely, paired) for paired in (True, False))

    return _Question(
        heading="Trials of each cell to find a difference in speed of %s with a power of %s:"
        % (units.percent(detect), units.percent(likely)),
        noun="trials",
        option="--trial-noise",
        given=noise,
        values_of=lambda cell: [math.log(value) for value in cell.values("step_seconds") if cell.has_speed],
        needed=needed,
        text_of=lambda deviation: units.percent(deviation, _NOISE_DIGITS),
    )


def _accuracy(margin: float, likely: float, noise: Optional[float]) -> _Question:
    return _Question(
        heading="Seeds of each cell to show equal accuracies equivalent within %s with a power of %s:"
        % (units.margin_points(margin), units.percent(likely)),
        noun="seeds",
        option="--accuracy-noise",
        given=noise,
        values_of=lambda cell: list(cell.by_seed("final_accuracy").values()),
        needed=lambda deviation: power.seeds_needed(margin, deviation, likely),
        text_of=lambda deviation: units.margin_points(deviation, _NOISE_DIGITS),
    )


def _sensible_power(_: click.Context, __: click.Parameter, value: float) -> float:
    if not 0.5 <= value <= 0.999:
        raise click.BadParameter("it must lie between 0.5 and 0.999")
    return value


@click.command()
@click.argument("records", nargs=-1, type=click.Path())
@click.option("--detect", type=PERCENT, default=None, help="Difference in speed to be found.", **env("DETECT"))
@click.option(
    "--accuracy-margin",
    type=PERCENTAGE_POINTS,
    default=None,
    help="Difference in accuracy within which cells are equivalent.",
    **env("ACCURACY_MARGIN"),
)
@click.option(
    "--power",
    "likely",
    type=PERCENT,
    callback=_sensible_power,
    default="0.8",
    show_default=True,
    help="Probability of finding it.",
    **env("POWER"),
)
@click.option(
    "--trial-noise",
    type=PERCENT,
    default=None,
    help="Standard deviation of a trial's mean step time, in place of what records say.",
    **env("TRIAL_NOISE"),
)
@click.option(
    "--accuracy-noise",
    type=PERCENTAGE_POINTS,
    default=None,
    help="Standard deviation of accuracy over seeds, in place of what records say.",
    **env("ACCURACY_NOISE"),
)
def plan(
    records: Tuple[str, ...],
    detect: Optional[float],
    accuracy_margin: Optional[float],
    likely: float,
    trial_noise: Optional[float],
    accuracy_noise: Optional[float],
) -> None:
    """Say how many trials or seeds a question needs, from the noise in RECORDS.

    RECORDS are files and folders; HARBENCH_OUT or results/ by default.
    """
    questions = []
    if detect is not None:
        questions.append(_speed(detect, likely, trial_noise))
    if accuracy_margin is not None:
        questions.append(_accuracy(accuracy_margin, likely, accuracy_noise))
    if not questions:
        raise UsageError("Nothing was asked; give --detect (as 2%), --accuracy-margin (as 1pp), or both.")
    documents, faults = read_all(record_places(records))
    found = cells.group(documents)
    lines = [line for question in questions for line in _answers(question, found)]
    for fault in faults:
        click.echo("harbench: %s" % fault, err=True)
    for line in lines:
        click.echo(line)
    click.echo("A cell is taken to be compared with one of the same noise; [..] is the noise's 95 % interval.")
    if detect is not None and detect <= 2 * DEFAULT_MARGIN:
        click.echo(
            "Found means that the interval excludes 1. The verdict `faster` or `slower` needs a ratio beyond the "
            "margin, too, which is %s where no noise floor was measured: give `harbench compare` a --margin well below "
            "the difference." % units.percent(DEFAULT_MARGIN)
        )
