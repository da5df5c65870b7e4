"""What may be said against the host of a cell's trials, before and while they ran; part of `bench.doubts`."""

from typing import Callable, List, Optional, Sequence, Tuple

from backends.findings import FAIL, WARN
from bench import doctor, resources, run_order
from bench.cells import Cell
from bench.record import Record
from bench.stats import drift
from bench.stats.drift import Drift

#: Findings of the doctor that say the same as `_busy`.
_BUSY_CHECKS = ("busy", "load")


def _busy(cell: Cell) -> Optional[str]:
    def is_busy(record: Record) -> bool:
        share = record["environment"].get("busy_before")
        return share is not None and share > doctor.BUSY_SHARE

    count = sum(map(is_busy, cell.records))
    if not count:
        return None
    return "The host was busy with other work before %d of %d trials: repeat on an idle machine." % (
        count,
        len(cell.records),
    )


def _other_work(cell: Cell) -> Optional[str]:
    worst = resources.of_cell(cell).other_load_share
    if worst is None or worst <= doctor.BUSY_SHARE:
        return None
    return "Other work took up to %.0f %% of the host's cores during a trial: repeat on an idle machine." % (
        100 * worst
    )


def _stolen(cell: Cell) -> Optional[str]:
    worst = resources.of_cell(cell).steal_share
    if worst is None or worst <= doctor.STEAL_SHARE:
        return None
    return (
        "The hypervisor gave up to %.1f %% of the cores' time to other guests during a trial: repeat on a host of your "
        "own, or with more --trials." % (100 * worst)
    )


def _throttle_reasons(record: Record) -> Sequence[str]:
    """What slowed the device down while a trial ran; empty where nothing did, or nobody could tell."""
    return ((record.get("telemetry") or {}).get("device") or {}).get("throttle_reasons") or ()


def _throttled(cell: Cell) -> Optional[str]:
    reasons = [_throttle_reasons(record) for record in cell.records]
    count = sum(map(bool, reasons))
    if not count:
        return None
    named = sorted({str(reason) for one in reasons for reason in one})
    return (
        "The device was throttled during %d of %d trials (%s), its clock was lower than it could be; let it cool, see "
        "to its power limit and airflow, and repeat." % (count, len(cell.records), ", ".join(named))
    )


def _drift_words(found: Drift) -> str:
    change = found.change or 0.0
    return "Over %d trials, in the order in which they were taken, steps became %.2g %% %s (p %.2g)" % (
        found.n, 100 * abs(change), "slower" if change > 0 else "faster", found.p_value or 0.0,
    )  # fmt: skip


def _drifting(cell: Cell) -> Optional[str]:
    found = run_order.drift_over([cell])
    if found.answer != drift.DRIFT:
        return None
    return (
        "%s: the interval takes them as independent and is too narrow; repeat when the host is idle and its clock has "
        "settled, with --cool-down between trials." % _drift_words(found)
    )


def _found_before(cell: Cell) -> List[str]:
    """What `harbench doctor` warned of before the trials, as far as no other doubt says it."""
    said = _BUSY_CHECKS if _busy(cell) else ()
    return [
        "harbench doctor, before the run: %s: %s; `harbench doctor` on that host says what to do."
        % (found["state"], found["finding"].rstrip(". "))
        for found in cell.findings(WARN, FAIL)
        if found["check"] not in said
    ]


_DOUBTS: Tuple[Callable[[Cell], Optional[str]], ...] = (_drifting, _busy, _other_work, _stolen, _throttled)


def of_cell(cell: Cell) -> List[str]:
    """What may be said against the host of a cell."""
    return [sentence for sentence in (doubt(cell) for doubt in _DOUBTS) if sentence] + _found_before(cell)


def of_runs(cells: Sequence[Cell]) -> List[str]:
    """What may be said against the runs that took several of these cells: a drift over all their trials."""
    drifts = [(name, run_order.drift_over(members)) for name, members in run_order.runs(cells).items()]
    return [
        "Run %s: %s, each relative to its cell: ratios in pairs hardly feel it, each cell's own interval is too "
        "narrow; repeat when the host is idle and its clock has settled, with --cool-down."
        % (name, _drift_words(found))
        for name, found in drifts
        if found.answer == drift.DRIFT
    ]
