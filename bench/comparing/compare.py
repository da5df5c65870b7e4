"""The comparison of pairs of cells: ratio of speeds, accuracies, and what may be said of them. Judges; never prints."""

from dataclasses import dataclass, replace
from typing import List, Optional, Sequence, Tuple

from bench import noise_floor
from bench.cells import Cell
from bench.comparing import accuracies, fairness, naming
from bench.comparing.accuracies import Accuracy
from bench.comparing.fairness import Difference
from bench.comparing.match import Pair
from bench.stats import Ratio, verdict


@dataclass(frozen=True)
class Margin:
    """How far a ratio of speeds may be from 1 and still count as equal, a share, and where that number came from."""

    value: float
    source: str


@dataclass(frozen=True)
class Speed:
    """What may be said of two speeds.

    Args:
        answer: one of the words of `bench.stats.verdict`.
        ratio: of steady FPS, the cell's over its reference's; None where it is not comparable.
        step_time: the same of step times.
        adjusted_p: the ratio's p-value after Holm's correction over all pairs that were compared together.
        stopped_by: the differences that make it not comparable.
        allowed: the differences that would, had they not been allowed.
    """

    answer: str
    ratio: Optional[Ratio]
    step_time: Optional[Ratio]
    margin: Margin
    adjusted_p: Optional[float]
    stopped_by: Tuple[Difference, ...]
    allowed: Tuple[Difference, ...]


@dataclass(frozen=True)
class Comparison:
    """A cell beside its reference.

    Args:
        names: of the two, by what differs between them.
        context: what tells this pair from the others, in words; may be empty.
        differences: all of them.
    """

    cell: Cell
    reference: Cell
    names: Tuple[str, str]
    context: str
    differences: Tuple[Difference, ...]
    speed: Speed
    accuracy: Accuracy


def default_margin(cell: Cell, reference: Cell) -> Margin:
    """The margin of two cells where none was asked for: the larger noise floor of both hosts.

    A margin is stated before: an A/A run counts for what was measured after it.
    """
    floors = [noise_floor.before(one) for one in (cell, reference)]
    known = [floor for floor in floors if floor is not None]
    if len(known) < len(floors):
        return Margin(verdict.DEFAULT_MARGIN, "default, since no A/A run (harbench noise) of the host came before")
    largest = max(known, key=lambda floor: floor.floor)
    return Margin(largest.floor, "A/A run of %s on %s" % (largest.cell, largest.measured))


def _measured(pair: Pair, margin: Margin, allowed: Sequence[str]) -> Speed:
    """A pair's speed, not judged yet."""
    differences = fairness.differences(*pair)
    permitted = tuple(fairness.allowed_of(differences, allowed))
    stopped_by = tuple(fairness.stopping_speed(differences, allowed))
    if stopped_by:
        return Speed(verdict.NOT_COMPARABLE, None, None, margin, None, stopped_by, permitted)
    fps, step_time = (pair[0].ratio_to(pair[1], name) for name in ("fps", "step_seconds"))
    return Speed(verdict.INCONCLUSIVE, fps, step_time, margin, None, (), permitted)


def speeds(pairs: Sequence[Pair], margin: Optional[float] = None, allowed: Sequence[str] = ()) -> List[Speed]:
    """The speed of each cell against its reference's, with Holm's correction over all the pairs given.

    Args:
        pairs: cells with their references.
        margin: asked for, a share; None takes `default_margin` of each pair.
        allowed: names of differences that shall not stop a comparison.
    """
    margins = [default_margin(*pair) if margin is None else Margin(margin, "as asked") for pair in pairs]
    measured = [_measured(pair, one, allowed) for pair, one in zip(pairs, margins)]
    adjusted = verdict.holm([speed.ratio.p_value if speed.ratio else None for speed in measured])
    return [
        replace(speed, adjusted_p=p, answer=verdict.of_speed(speed.ratio, speed.margin.value, p))
        if speed.ratio
        else speed
        for speed, p in zip(measured, adjusted)
    ]


def compare(
    pairs: Sequence[Pair], margin: Optional[float], accuracy_margin: float, allowed: Sequence[str] = ()
) -> List[Comparison]:
    """Every pair's speeds and accuracies, compared together.

    Args:
        pairs: cells with their references.
        margin: of the ratio of speeds, a share; None takes `default_margin` of each pair.
        accuracy_margin: of the difference of accuracies, a share.
        allowed: names of differences that shall not stop a comparison of speeds.

    Raises:
        UsageError: a name in `allowed` is of no difference that would.
    """
    fairness.check_allowed(allowed)
    compared = []
    for (cell, reference), speed, context in zip(pairs, speeds(pairs, margin, allowed), naming.contexts(pairs)):
        differences = tuple(fairness.differences(cell, reference))
        accuracy = accuracies.compare(cell, reference, accuracy_margin, differences)
        names = naming.sides(cell, reference)
        compared.append(Comparison(cell, reference, names, context, differences, speed, accuracy))
    return compared


def _refusal_of_emulated(comparisons: Sequence[Comparison]) -> str:
    nothing = [
        "%s and %s differ in %s" % (one.names[0], one.names[1], ", ".join(map(str, one.accuracy.stopped_by)))
        for one in comparisons
        if one.accuracy.stopped_by and not (one.cell.has_speed and one.reference.has_speed)
    ]
    if not nothing:
        return ""
    return "Not comparable: an emulated device has no speed, and of the accuracies %s; train both alike." % (
        "; ".join(nothing)
    )


def refusal(comparisons: Sequence[Comparison]) -> str:
    """One sentence that says why speeds are not comparable and what would allow it.

    Empty where all of them are. Where a side has no speed that could be, accuracies are what must be comparable.
    """
    stopped = [one for one in comparisons if one.speed.stopped_by and one.cell.has_speed and one.reference.has_speed]
    if not stopped:
        return _refusal_of_emulated(comparisons)
    names = list(dict.fromkeys(one.name for comparison in stopped for one in comparison.speed.stopped_by))
    sides = [
        "%s%s and %s differ in %s"
        % (one.context and one.context + ": ", one.names[0], one.names[1], ", ".join(map(str, one.speed.stopped_by)))
        for one in stopped
    ]
    return "Not comparable: %s; measure both alike, or allow what you mean to differ: %s." % (
        "; ".join(sides),
        " ".join("--allow " + name for name in names),
    )
