"""Every sentence that may be said against a result, each with the next step.

Those on its speed are in `bench.speed_doubts`, those on its host in `bench.host_doubts`.
"""

from typing import Callable, List, Optional, Sequence, Tuple

from backends.proof import SIMULATED
from backends.protocol import OVERFLOW_UNSEEN
from bench import host_doubts, speed_doubts, units, updates
from bench.cells import Cell
from bench.comparing import fairness
from bench.plan import DEFAULT_EPOCHS, MODE_FULL
from bench.record import Record
from bench.speed_doubts import FEWEST_TRIALS
from har_model.dataset.signals import REAL

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


def _few_trials(cell: Cell) -> Optional[str]:
    if len(cell.records) >= FEWEST_TRIALS:
        return None
    return "Only %s: use --trials 3 for an interval that holds, 5 to publish." % (
        units.counted(len(cell.records), "trial")
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
        "The %d trials are of several runs, seeds may repeat: `harbench compare run=...` takes those of one run."
        % len(numbers)
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
    _synthetic,
    _subset,
    _other_length,
    _limited_precision,
    _few_trials,
    _several_runs,
    _not_finite,
    _logits_not_finite,
    _skipped_updates,
    _unseen_overflow,
    _dirty,
)


def of_cell(cell: Cell) -> List[str]:
    """What may be said against a cell's figures."""
    found = [sentence for sentence in (doubt(cell) for doubt in _DOUBTS) if sentence]
    # What is wrong with a host shows in times.
    return found + (speed_doubts.of_cell(cell) + host_doubts.of_cell(cell) if cell.has_speed else [])


def of_runs(cells: Sequence[Cell]) -> List[str]:
    """What may be said against the runs that took several of these cells."""
    return host_doubts.of_runs([cell for cell in cells if cell.has_speed])
