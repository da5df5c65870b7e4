"""Every sentence that may be said against a result, each with the next step; those on its host: `bench.host_doubts`."""

import math
from typing import Callable, List, Optional, Sequence, Tuple

from backends.proof import SIMULATED
from backends.protocol import KERNEL_FUSED, OVERFLOW_UNSEEN
from bench import host_doubts, synchronisation, units, updates
from bench.cells import Cell
from bench.comparing import fairness
from bench.figures import slow_down
from bench.plan import DEFAULT_EPOCHS, MODE_FULL
from bench.record import Record
from bench.stats import Estimate, outliers, steady
from har_model.dataset.signals import REAL

_FEWEST_TRIALS = 3
#: Upper over lower end of an interval that leaves more than a tenth open.
_WIDE_INTERVAL = 1.1
#: Share of the steady time that severe slow outliers may take.
_STALLED_SHARE = 0.05
#: The t and the resampled interval disagree where one is so many times as wide as the other, in logarithms ...
_UNLIKE_WIDTHS = 1.5
#: ... unless both are narrower than this, which is less than anybody asks for.
_NARROW_LOG_WIDTH = 1e-3
_PUBLISHED_EPOCHS = DEFAULT_EPOCHS[MODE_FULL]

Doubt = Callable[[Cell], Optional[str]]

#: Of what a checkpoint or its frozen graph answers on the test windows.
LOGITS_NOT_FINITE = "some logits are not finite numbers, so these figures mean nothing; the training diverged"


def batch_matters(hits_at_once: int) -> str:
    """That the answers of a network with batch normalisation depend on the batch.

    Args:
        hits_at_once: windows recognised with all of them as one batch.
    """
    return (
        "this network takes mean and variance over the batch, so its answers depend on which windows come together: "
        "all at once, as `harbench evaluate` takes them, it recognises %d; compare devices with one --batch"
        % hits_at_once
    )


def _synthetic(cell: Cell) -> Optional[str]:
    if not cell.has_synthetic_data:
        return None
    return (
        "The data is synthetic: accuracy says nothing about human activity; `make data` (harbench data fetch) "
        "gets the real dataset."
    )


def _subset(cell: Cell) -> Optional[str]:
    dataset = cell.first["dataset"]
    if dataset["kind"] != REAL or dataset.get("is_complete"):
        return None
    return (
        "The data is a part of UCI HAR (%s train, %s test windows), the published figures are of the whole: "
        "accuracies are not comparable; `make data` gets the whole." % (dataset.get("n_train"), dataset.get("n_test"))
    )


def _simulated(cell: Cell) -> Optional[str]:
    if fairness.proof_state(cell) != SIMULATED:
        return None
    return "No measurement of that device (simulated): %s; measure on the device." % cell.first["proof"]["evidence"]


def is_published_length(cell: Cell) -> bool:
    """Whether a cell trained as long as the published figures: 250 epochs."""
    return all(figures.epochs_trained == _PUBLISHED_EPOCHS for figures in cell.figures)


def _other_length(cell: Cell) -> Optional[str]:
    if is_published_length(cell):
        return None
    return "Accuracy after %s, the published one after %d: not comparable; MODE=full trains as long." % (
        units.epochs(cell.figures[0].epochs_trained),
        _PUBLISHED_EPOCHS,
    )


def _fused(cell: Cell) -> Optional[str]:
    if cell.first["job"]["kernel"] != KERNEL_FUSED:
        return None
    return (
        "The fused kernel: the same arithmetic in fewer operations than the unrolled graph of the published FPS; "
        "--kernel unrolled comes closest to it."
    )


def _few_trials(cell: Cell) -> Optional[str]:
    if len(cell.records) >= _FEWEST_TRIALS:
        return None
    return "Only %s: use --trials 3 for an interval that holds, 5 to publish." % (
        units.counted(len(cell.records), "trial")
    )


def _not_steady(cell: Cell) -> Optional[str]:
    unsteady = [figures.steady for figures in cell.figures if figures.steady.answer != steady.FOUND]
    if not unsteady:
        return None
    return (
        "No steady state in %d of %d trials (%s: %s): their figures take every step behind the warm-up; measure on an "
        "idle machine, with more --steps." % (len(unsteady), len(cell.figures), unsteady[0].answer, unsteady[0].reason)
    )


def _wide(cell: Cell) -> Optional[str]:
    estimate = cell.estimate("fps")
    if estimate.low is None or estimate.high is None or estimate.high / estimate.low < _WIDE_INTERVAL:
        return None
    if estimate.n < _FEWEST_TRIALS:  # it is wide for want of trials, which `_few_trials` says
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


def _slowed_down(cell: Cell) -> Optional[str]:
    factor = slow_down(cell.first)
    if factor is None:
        return None
    return (
        "Slowed down on purpose, each step %s times as long (HARBENCH_SLOW_DOWN): no measurement of the device's "
        "speed; measure without that variable." % factor
    )


def _limited_precision(cell: Cell) -> Optional[str]:
    effective = cell.first["description"]["effective"]
    limit = effective.get("precision_limit")
    if limit is None:
        return None
    return "Precision %s: %s; choose another --precision, or tell this beside the figures." % (
        effective.get("precision", cell.first["job"]["precision"]), limit,
    )  # fmt: skip


def _several_runs(cell: Cell) -> Optional[str]:
    runs = {(record.get("run") or {}).get("id") for record in cell.records}
    numbers = [record["trial"]["number"] for record in cell.records]
    if len(runs) == 1 and (None not in runs or len(set(numbers)) == len(numbers)):
        return None
    return (
        "The %d trials are of several runs, seeds may repeat: give the records of one run to `harbench report`."
        % len(numbers)
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


def _not_finite(cell: Cell) -> Optional[str]:
    if not any(loss is None for record in cell.records for loss in record["steps"]["losses"]):
        return None
    return "A training loss was not a finite number: the training diverged; for an accuracy try another --seed."


def logits_not_finite(records: Sequence[Record]) -> Optional[str]:
    """That an accuracy means nothing, since what was compared were no numbers."""
    if all(one.get("is_finite", True) for record in records for one in record["evaluations"][-1:]):
        return None
    return LOGITS_NOT_FINITE[0].upper() + LOGITS_NOT_FINITE[1:] + "; for an accuracy try another --seed."


def _logits_not_finite(cell: Cell) -> Optional[str]:
    return logits_not_finite(cell.records)


def skipped_updates(records: Sequence[Record]) -> Optional[str]:
    """That a loss scaling skipped updates of some trials, and whether so many may be."""
    found = updates.skipped(records)
    if not found.count:
        return None
    return (
        "%d of %d updates were skipped for overflow (%s), at most %s is recommended: the optimiser did less work, and "
        "accuracy may suffer; look at more steps, or try another --loss-scale or --precision."
        % (found.count, found.steps, units.percent(found.share), units.percent(updates.RECOMMENDED_SHARE))
    )


def _skipped_updates(cell: Cell) -> Optional[str]:
    return skipped_updates(cell.records)


def _unseen_overflow(cell: Cell) -> Optional[str]:
    state, _, why = str(cell.first["description"]["effective"].get("overflow")).partition(": ")
    if state != OVERFLOW_UNSEEN:
        return None
    return (
        "An overflow would show in no loss (%s): with --loss-scale 1, where the adapter has it, an update that "
        "overflowed is left out and counted." % why
    )


def _dirty(cell: Cell) -> Optional[str]:
    if not cell.first["harbench"]["is_dirty"]:
        return None
    return "harbench's own code was changed and not committed when this was measured: commit, then repeat."


_DOUBTS: Tuple[Doubt, ...] = (
    _simulated,
    _slowed_down,
    _synthetic,
    _subset,
    _other_length,
    _fused,
    _limited_precision,
    _few_trials,
    _several_runs,
    _wide,
    _unlike_intervals,
    _not_steady,
    _stalls,
    _asynchronous,
    _not_finite,
    _logits_not_finite,
    _skipped_updates,
    _unseen_overflow,
    _dirty,
)
#: Those that mean nothing for a cell that has no speed.
_OF_SPEED = (_slowed_down, _fused, _wide, _unlike_intervals, _not_steady, _stalls, _asynchronous)


def of_cell(cell: Cell) -> List[str]:
    """What may be said against a cell's figures."""
    asked = [doubt for doubt in _DOUBTS if cell.has_speed or doubt not in _OF_SPEED]
    found = [sentence for sentence in (doubt(cell) for doubt in asked) if sentence]
    return found + (host_doubts.of_cell(cell) if cell.has_speed else [])  # what is wrong with a host shows in times


def of_runs(cells: Sequence[Cell]) -> List[str]:
    """What may be said against the runs that took several of these cells."""
    return host_doubts.of_runs([cell for cell in cells if cell.has_speed])
