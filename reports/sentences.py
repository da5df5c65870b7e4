"""The one sentence about a pair that a person can quote: it carries everything that a reader needs to doubt it."""

from typing import Tuple

from bench import units
from bench.cells import Cell
from bench.comparing.accuracies import Accuracy
from bench.comparing.compare import Comparison
from bench.doubts import is_published_length
from bench.stats import Ratio
from bench.stats.verdict import EQUIVALENT
from reports import tables


def _labels(comparison: Comparison) -> Tuple[str, str, str]:
    """What stands before the sentence, and both names: a figure that is not simply measured is said to be none."""
    kinds = tables.kind_of(comparison.cell), tables.kind_of(comparison.reference)
    names = comparison.names
    if kinds[0] == kinds[1]:
        shared = [part for part in (comparison.context, kinds[0] if kinds[0] != tables.MEASURED else "") if part]
        return ", ".join(shared) + ": " if shared else "", names[0], names[1]
    name, reference = ("%s (%s)" % both for both in zip(names, kinds))
    return comparison.context and comparison.context + ": ", name, reference


def _interval(low: float, high: float, form: str) -> str:
    return "95 %% interval %s to %s" % (form % low, form % high)


def _trials(comparison: Comparison, ratio: Ratio) -> str:
    """How many trials the ratio is from, and how many were left out."""
    counts = len(comparison.cell.records), len(comparison.reference.records)
    if not ratio.is_paired:
        return "%d and %d trials" % counts
    text = units.counted(ratio.n, "pair") + " of trials"
    without = sum(counts) - 2 * ratio.n
    return text + (" (%d trials without a partner left out)" % without if without else "")


def _speed(comparison: Comparison) -> str:
    speed = comparison.speed
    prefix, name, reference = _labels(comparison)
    if speed.ratio is None:
        reasons = ", ".join(map(str, speed.stopped_by))
        return "%s%s and %s are not comparable in speed: %s" % (prefix, name, reference, reasons)
    ratio = speed.ratio
    has_interval = ratio.low is not None and ratio.high is not None
    interval = _interval(ratio.low or 0.0, ratio.high or 0.0, "%.3f") if has_interval else "no interval"
    return "%s%s trains at %.3fx the %s, %s, %s, margin %s: %s%s" % (
        prefix, name, ratio.centre, reference, interval, _trials(comparison, ratio),
        units.percent(speed.margin.value), speed.answer,
        "".join(", although %s" % difference for difference in speed.allowed),
    )  # fmt: skip


def _length(cell: Cell) -> str:
    return "" if is_published_length(cell) else " after " + units.epochs(cell.figures[0].epochs_trained)


def accuracy_details(accuracy: Accuracy) -> str:
    """The difference of two accuracies with its interval, or why there is none."""
    difference = accuracy.difference
    if difference is None:
        return ", ".join(map(str, accuracy.stopped_by))
    text = "difference %s" % units.percentage_points(difference.difference)
    if difference.low is None or difference.high is None:
        return "%s, no interval from %d and %d seeds" % (text, difference.n, difference.n_reference)
    return "%s, %s" % (text, _interval(100 * difference.low, 100 * difference.high, "%.2f"))


def _accuracy(comparison: Comparison) -> str:
    accuracy = comparison.accuracy
    if accuracy.difference is None:
        return "accuracies not comparable: %s" % accuracy_details(accuracy)
    margin = units.margin_points(accuracy.margin)
    answer = "equivalent within" if accuracy.answer == EQUIVALENT else "%s, margin" % accuracy.answer
    return "accuracy%s %s %s (%s)%s" % (
        _length(comparison.cell), answer, margin, accuracy_details(accuracy), _agreement(accuracy),
    )  # fmt: skip


def _agreement(accuracy: Accuracy) -> str:
    """That the two recognised the same windows for every seed in common, which an interval over seeds does not show."""
    tests = [agreement.mcnemar for agreement in accuracy.agreements]
    if not tests or any(test.only_first or test.only_second for test in tests):
        return ""
    return ", the same test windows recognised for %s" % (
        "the seed in common" if len(tests) == 1 else "each of %d seeds in common" % len(tests)
    )


def of(comparison: Comparison) -> str:
    """The sentence about a pair."""
    return "%s; %s." % (_speed(comparison), _accuracy(comparison))
