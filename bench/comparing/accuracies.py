"""Two cells' accuracies side by side: the last epoch's over seeds, and window by window on the same test set."""

from dataclasses import dataclass
from typing import Dict, List, Optional, Sequence, Tuple

from bench.cells import Cell
from bench.comparing.fairness import Difference, stopping_accuracy
from bench.record import Record
from bench.stats import equivalence, verdict
from bench.stats.equivalence import Discordance


@dataclass(frozen=True)
class Agreement:
    """Two trainings from one seed, on the same test windows.

    Args:
        adjusted_p: McNemar's p-value after Holm's correction over the seeds of the pair.
    """

    seed: int
    mcnemar: Discordance
    adjusted_p: float


@dataclass(frozen=True)
class Accuracy:
    """What may be said of two accuracies.

    Args:
        answer: `equivalent`, `higher`, `lower`, `inconclusive` or `not comparable`.
        difference: of the means over seeds; None where it is not comparable.
        margin: within which accuracies count as equivalent, a share.
        stopped_by: the differences that make it not comparable.
        agreements: one for each seed in common.
        without_agreement: why there is none; empty otherwise.
        single: Wilson's interval of a side with a single seed, this cell's and the reference's; None for more seeds.
    """

    answer: str
    difference: Optional[equivalence.MeanDifference]
    margin: float
    stopped_by: Tuple[Difference, ...]
    agreements: Tuple[Agreement, ...]
    without_agreement: str
    single: Tuple[Optional[Tuple[float, float]], ...]


def _first_of_each_seed(cell: Cell) -> Dict[int, Record]:
    """The oldest record of each seed."""
    return {record["job"]["workload"]["seed"]: record for record in reversed(cell.records)}


def _agreements(cell: Cell, reference: Cell) -> Tuple[List[Agreement], str]:
    mine, theirs = _first_of_each_seed(cell), _first_of_each_seed(reference)
    common = sorted(set(mine) & set(theirs))
    pairs = [(seed, mine[seed]["predictions"], theirs[seed]["predictions"]) for seed in common]
    alike = [pair for pair in pairs if pair[1]["labels"] and pair[1]["labels"] == pair[2]["labels"]]
    if not alike:
        return [], "the two do not share a seed" if not common else "the test labels are not the same"
    answers = [equivalence.mcnemar(one["labels"], one["predictions"], other["predictions"]) for _, one, other in alike]
    adjusted = verdict.holm([answer.p_value for answer in answers])
    return [Agreement(seed, one, p or 0.0) for (seed, _, _), one, p in zip(alike, answers, adjusted)], ""


def _single(cell: Cell) -> Optional[Tuple[float, float]]:
    values, n = list(cell.by_seed("final_accuracy").values()), len(cell.first["predictions"]["labels"])
    if len(values) > 1 or not n:
        return None
    interval = equivalence.accuracy_interval(round(values[0] * n), n)
    return interval.low or 0.0, interval.high or 1.0


def compare(cell: Cell, reference: Cell, margin: float, differences: Sequence[Difference]) -> Accuracy:
    """The last epoch's accuracy of a cell against that of its reference.

    Args:
        margin: within which they count as equivalent, a share.
        differences: between the two cells, from `bench.comparing.fairness`.
    """
    stopped_by = tuple(stopping_accuracy(differences))
    if stopped_by:
        return Accuracy(verdict.NOT_COMPARABLE, None, margin, stopped_by, (), "", (None, None))
    sides = [list(one.by_seed("final_accuracy").values()) for one in (cell, reference)]
    difference = equivalence.compare(sides[0], sides[1], margin)
    agreements, reason = _agreements(cell, reference)
    single = tuple(map(_single, (cell, reference)))
    return Accuracy(difference.answer, difference, margin, (), tuple(agreements), reason, single)
