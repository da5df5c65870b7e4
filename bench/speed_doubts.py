"""What may be said against the speed of a cell, part of `bench.doubts`."""

import collections
import math
from typing import Callable, List, Optional, Tuple

from backends.protocol import KERNEL_FUSED
from bench import stats, synchronisation
from bench.cells import Cell
from bench.figures import slow_down
from bench.record import Record
from bench.stats import Estimate, outliers, steady

#: What an interval that holds takes.
FEWEST_TRIALS = 3
#: Upper over lower end of an interval that leaves more than a tenth open.
_WIDE_INTERVAL = 1.1
#: The last ten steps against the steady ones, either way.
_UNLIKE_TEN_STEPS = 1.1
#: Share of the steady time that severe slow outliers may take.
_STALLED_SHARE = 0.05
#: The t and the resampled interval disagree where one is so many times as wide as the other, in logarithms ...
_UNLIKE_WIDTHS = 1.5
#: ... unless both are narrower than this, which is less than anybody asks for.
_NARROW_LOG_WIDTH = 1e-3


def _slowed_down(cell: Cell) -> Optional[str]:
    factor = slow_down(cell.first)
    if factor is None:
        return None
    return (
        "Slowed down on purpose, each step %s times as long (HARBENCH_SLOW_DOWN): no measurement of the device's "
        "speed; measure without that variable." % factor
    )


def _fused(cell: Cell) -> Optional[str]:
    if cell.first["job"]["kernel"] != KERNEL_FUSED:
        return None
    return (
        "The fused kernel: the same arithmetic in fewer operations than the unrolled graph of the published FPS; "
        "--kernel unrolled comes closest to it."
    )


def _wide(cell: Cell) -> Optional[str]:
    estimate = cell.estimate("fps")
    if estimate.low is None or estimate.high is None or estimate.high / estimate.low < _WIDE_INTERVAL:
        return None
    if estimate.n < FEWEST_TRIALS:  # it is wide for want of trials, which `_few_trials` says
        return None
    return (
        "The interval is wide (its ends differ %.2f-fold), the trials disagree: repeat on an idle machine, with more "
        "--trials." % (estimate.high / estimate.low)
    )


def _log_width(estimate: Estimate) -> Optional[float]:
    return math.log(estimate.high / estimate.low) if estimate.low and estimate.high else None


def _unlike_intervals(cell: Cell) -> Optional[str]:
    resampled = cell.resampled_fps()
    widths = [_log_width(one) for one in (cell.estimate("fps"), resampled)] if resampled else [None]
    known = [width for width in widths if width is not None]
    if len(known) < 2 or max(known) <= max(_UNLIKE_WIDTHS * min(known), _NARROW_LOG_WIDTH):
        return None
    wider, why = (
        ("Student's t", "single trials stand apart")
        if known[0] > known[1]
        else ("the resampled one", "the trials agree better than the noise of their steps lets expect, by luck")
    )
    return (
        "Student's t and the resampled interval disagree: %s is more than %g times as wide (as if %s); trust the wider "
        "one, look at the single trials, and take more --trials." % (wider, _UNLIKE_WIDTHS, why)
    )


def _not_steady(cell: Cell) -> Optional[str]:
    unsteady = [figures.steady for figures in cell.figures if figures.steady.answer != steady.FOUND]
    if not unsteady:
        return None
    answers = collections.Counter(one.answer for one in unsteady)
    counted = ", ".join("%s in %d" % answer for answer in sorted(answers.items()))
    return (
        "No steady state in %d of %d trials (%s; in the first of them: %s): their figures take every step behind the "
        "warm-up; measure on an idle machine, with more --steps."
        % (len(unsteady), len(cell.figures), counted, unsteady[0].reason)
    )


def _unlike_published(cell: Cell) -> Optional[str]:
    """The published definition takes ten steps, of which one slow or lucky one moves the figure."""
    ratios = [one.published_fps / one.fps for one in cell.figures if one.published_fps]
    if not ratios:
        return None
    ratio = stats.geometric_mean(ratios).centre
    if 1 / _UNLIKE_TEN_STEPS <= ratio <= _UNLIKE_TEN_STEPS:
        return None
    return (
        "FPS in the published definition, of ten steps, is %.2f times that of the steady state: no figure to judge by; "
        "take the steady one, and more --steps on an idle machine." % ratio
    )


def _stalls(cell: Cell) -> Optional[str]:
    found = cell.outliers()
    if found is None or found.severe_share <= _STALLED_SHARE:
        return None
    rhythm = {
        outliers.PERIODIC: "periodic stalls about every %s steps" % found.period_steps,
        outliers.NOT_PERIODIC: "without a period",
        outliers.UNKNOWN: "too few to tell a period",
    }[found.rhythm]
    return (
        "%d of %d steady steps are severe slow outliers and took %.1f %% of the time (%s), none was dropped: look for "
        "what comes as often (other work, a quota, collections), and repeat."
        % (found.high_severe, found.steps, 100 * found.severe_share, rhythm)
    )


def _asynchronous(cell: Cell) -> Optional[str]:
    def is_behind(record: Record) -> bool:
        fetches = record.get("synchronisation")
        if fetches is None:
            return False
        drain = synchronisation.Drain(fetches["first_seconds"], fetches["second_seconds"])
        return synchronisation.is_behind(drain, record["steps"]["seconds"])

    count = sum(map(is_behind, cell.records))
    if not count:
        return None
    return (
        "After the last step the device was still at work in %d of %d trials: steps may come back before their work is "
        "done, and be timed too fast; the backend must wait for the device in each step." % (count, len(cell.records))
    )


_DOUBTS: Tuple[Callable[[Cell], Optional[str]], ...] = (
    _slowed_down,
    _fused,
    _wide,
    _unlike_intervals,
    _not_steady,
    _unlike_published,
    _stalls,
    _asynchronous,
)


def of_cell(cell: Cell) -> List[str]:
    """What may be said against the speed of a cell that has one."""
    return [sentence for sentence in (doubt(cell) for doubt in _DOUBTS) if sentence]
