"""Every sentence that may be said against a result, each with the next step."""

from typing import Callable, List, Optional, Tuple

from backends.protocol import KERNEL_FUSED, PROVEN
from bench import steady, synchronisation, units
from bench.cells import Cell
from bench.plan import DEFAULT_EPOCHS, MODE_FULL
from bench.record import Record

#: Share of the host's cores that other work may take before a timing is doubted.
_BUSY_SHARE = 0.1
#: Share of the cores' time that the hypervisor may give to others.
_STEAL_SHARE = 0.01
_FEWEST_TRIALS = 3
#: Upper over lower end of an interval that leaves more than a tenth open.
_WIDE_INTERVAL = 1.1
_PUBLISHED_EPOCHS = DEFAULT_EPOCHS[MODE_FULL]

Doubt = Callable[[Cell], Optional[str]]


def _synthetic(cell: Cell) -> Optional[str]:
    if cell.first["dataset"]["kind"] != "synthetic":
        return None
    return (
        "The data is synthetic: accuracy says nothing about human activity; `make data` (harbench data fetch) "
        "gets the real dataset."
    )


def _subset(cell: Cell) -> Optional[str]:
    dataset = cell.first["dataset"]
    if dataset["kind"] != "real" or dataset.get("is_complete"):
        return None
    return (
        "The data is a part of UCI HAR (%s train, %s test windows), the published figures are of the whole: "
        "accuracies are not comparable; `make data` gets the whole." % (dataset.get("n_train"), dataset.get("n_test"))
    )


def _unproven(cell: Cell) -> Optional[str]:
    proof = cell.first["proof"]
    if proof["state"] == PROVEN:
        return None
    return "No measurement of that device (%s): %s; measure on the device." % (proof["state"], proof["evidence"])


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
        "The fused kernel: the same arithmetic in fewer operations than the unrolled graph of the published FPS; use "
        "--kernel unrolled for like against like."
    )


def _few_trials(cell: Cell) -> Optional[str]:
    if len(cell.records) >= _FEWEST_TRIALS:
        return None
    return "Only %d trial%s: use --trials 3 for an interval that holds, 5 to publish." % (
        len(cell.records),
        "" if len(cell.records) == 1 else "s",
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
    return (
        "The interval is wide (its ends differ %.2f-fold), the trials disagree: repeat on an idle machine, with more "
        "--trials." % (estimate.high / estimate.low)
    )


def _several_runs(cell: Cell) -> Optional[str]:
    numbers = [record["trial"]["number"] for record in cell.records]
    if len(set(numbers)) == len(numbers):
        return None
    return (
        "The %d trials are of several runs, seeds may repeat: give the records of one run to `harbench report`."
        % len(numbers)
    )


def _busy(cell: Cell) -> Optional[str]:
    def is_busy(record: Record) -> bool:
        share = record["environment"].get("busy_before")
        return share is not None and share > _BUSY_SHARE

    count = sum(map(is_busy, cell.records))
    if not count:
        return None
    return "The host was busy with other work before %d of %d trials: repeat on an idle machine." % (
        count,
        len(cell.records),
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


def _largest_noise(cell: Cell, name: str) -> float:
    """The largest of the trials' noise figures of that name; 0 where none is known."""
    noises = [record["environment"].get("noise") or {} for record in cell.records]
    return max((noise[name] for noise in noises if noise.get(name) is not None), default=0.0)


def _other_work(cell: Cell) -> Optional[str]:
    worst = _largest_noise(cell, "other_load_share")
    if worst <= _BUSY_SHARE:
        return None
    return "Other work took up to %.0f %% of the host's cores during a trial: repeat on an idle machine." % (
        100 * worst
    )


def _stolen(cell: Cell) -> Optional[str]:
    worst = _largest_noise(cell, "steal_share")
    if worst <= _STEAL_SHARE:
        return None
    return (
        "The hypervisor gave up to %.1f %% of the cores' time to other guests during a trial: repeat on a host of your "
        "own, or with more --trials." % (100 * worst)
    )


def _not_finite(cell: Cell) -> Optional[str]:
    if not any(loss is None for record in cell.records for loss in record["steps"]["losses"]):
        return None
    return "A training loss was not a finite number: the training diverged; for an accuracy try another --seed."


def _dirty(cell: Cell) -> Optional[str]:
    if not cell.first["harbench"]["is_dirty"]:
        return None
    return "harbench's own code was changed and not committed when this was measured: commit, then repeat."


_DOUBTS: Tuple[Doubt, ...] = (
    _unproven,
    _synthetic,
    _subset,
    _other_length,
    _fused,
    _few_trials,
    _several_runs,
    _wide,
    _not_steady,
    _asynchronous,
    _busy,
    _other_work,
    _stolen,
    _not_finite,
    _dirty,
)


def of_cell(cell: Cell) -> List[str]:
    """What may be said against a cell's figures."""
    return [sentence for sentence in (doubt(cell) for doubt in _DOUBTS) if sentence]
