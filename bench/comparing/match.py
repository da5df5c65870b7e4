"""Which cell of one side is compared with which of the other, and which cells have no partner."""

import json
from dataclasses import dataclass
from typing import Any, Callable, Dict, Iterator, List, Sequence, Tuple

from bench.cells import Cell, identity
from bench.comparing import naming
from bench.comparing.sides import Side, listed, side_of
from bench.errors import DataError, UsageError
from bench.record import Record

Pair = Tuple[Cell, Cell]


@dataclass(frozen=True)
class Unmatched:
    """A cell that was compared with nothing, on side `A` or `B`, and why."""

    side: str
    cell: Cell
    reason: str


@dataclass(frozen=True)
class Selection:
    """Both sides, the pairs to compare (the second of each is the reference), and the cells that have no partner."""

    sides: Tuple[Side, Side]
    pairs: Tuple[Pair, ...]
    unmatched: Tuple[Unmatched, ...]


def _refuse_shared(ours: Side, theirs: Side) -> None:
    known = {record["id"]: record for cell in theirs.cells for record in cell.records}
    for record in (record for cell in ours.cells for record in cell.records):
        other = known.get(record["id"])
        if other is None:
            continue
        if other == record:
            raise UsageError(
                "The record %s is on both sides, %r and %r; nothing is compared with itself."
                % (record["id"], ours.text, theirs.text)
            )
        raise DataError(
            "Two different records of %r and %r have the id %s; copy them again."
            % (ours.text, theirs.text, record["id"])
        )


def _asked_but_for(*names: str) -> Callable[[Cell], str]:
    """What was asked of a cell, but for some facts."""

    def asked(cell: Cell) -> str:
        known = identity(cell.first)
        kept = {key: value for key, value in known["asked"].items() if key not in names}
        return json.dumps([known["workload"], kept, known["dataset"]], sort_keys=True)

    return asked


#: What partners were asked for, whatever they ran on.
_asked = _asked_but_for("backend", "threads")
#: The same in any arithmetic, which no two kinds of devices call alike,
_asked_in_any_arithmetic = _asked_but_for("backend", "threads", "precision", "loss_scale")
#: and by any kernel.
_asked_by_any_kernel = _asked_but_for("backend", "threads", "precision", "loss_scale", "kernel")


def _fact(read: Callable[[Dict[str, Any]], Any]) -> Callable[[Cell], str]:
    return lambda cell: json.dumps(read(identity(cell.first)), sort_keys=True)


#: Where several cells of both sides were asked alike, partners agree in these too, as far as it takes.
_FINER: Tuple[Callable[[Cell], str], ...] = (
    _fact(lambda known: known["asked"]["backend"]),
    _fact(lambda known: known["framework"]),
    _fact(lambda known: known["python"]),
    _fact(lambda known: known["host"]),
    _fact(lambda known: known["asked"]["threads"]),
)


def _by(key: Callable[[Cell], str], ours: Sequence[Cell], theirs: Sequence[Cell]) -> Iterator[Tuple[List[Cell], ...]]:
    """Both sides' cells, those with the same key together."""
    keys = dict.fromkeys(key(cell) for cell in list(ours) + list(theirs))
    for value in keys:
        yield tuple([cell for cell in side if key(cell) == value] for side in (ours, theirs))


def _partners(ours: Sequence[Cell], theirs: Sequence[Cell], finer: Sequence[Callable[[Cell], str]]) -> List[Pair]:
    """Pairs of cells that were asked alike: one against each, or those that agree more closely."""
    if min(len(ours), len(theirs)) <= 1:
        return [(mine, other) for mine in ours for other in theirs]
    if not finer:
        return []
    groups = _by(finer[0], ours, theirs)
    return [pair for mine, others in groups for pair in _partners(mine, others, finer[1:])]


def _pairs(ours: Side, theirs: Side) -> List[Pair]:
    """Partners that were asked for the same; where there are none, in another arithmetic, then by another kernel."""
    for key in (_asked, _asked_in_any_arithmetic, _asked_by_any_kernel):
        groups = _by(key, ours.cells, theirs.cells)
        pairs = [pair for mine, others in groups for pair in _partners(mine, others, _FINER)]
        if pairs:
            return pairs
    return []


def _without(side: str, cells: Sequence[Cell], used: Sequence[Cell], others: Sequence[Cell]) -> Iterator[Unmatched]:
    for cell in cells:
        if not any(cell is one for one in used):
            alike = any(_asked(cell) == _asked(other) for other in others)
            reason = "several were asked alike: say which" if alike else "nothing on the other side was asked alike"
            yield Unmatched(side, cell, reason)


def match(ours: Side, theirs: Side) -> Selection:
    """Which cell of the first side is compared with which of the second, its reference.

    One cell on each side is compared whatever differs. Otherwise partners were asked for the same work; if there are
    none, for the same but for its arithmetic; if there are none either, but for the kernel too.

    Raises:
        UsageError: a record is on both sides.
        DataError: no cell has a partner.
    """
    _refuse_shared(ours, theirs)
    if len(ours.cells) == len(theirs.cells) == 1:
        return Selection((ours, theirs), ((ours.cells[0], theirs.cells[0]),), ())
    pairs = _pairs(ours, theirs)
    if not pairs:
        raise DataError(
            "No cell of %r has one partner in %r that was asked for the same work; the first has %s; the second %s; "
            "select one of each, by its run for instance, to compare them all the same."
            % (ours.text, theirs.text, *(listed(list(map(naming.short, side.cells))) for side in (ours, theirs)))
        )
    unmatched = list(_without("A", ours.cells, [mine for mine, _ in pairs], theirs.cells))
    unmatched += _without("B", theirs.cells, [other for _, other in pairs], ours.cells)
    return Selection((ours, theirs), tuple(pairs), tuple(unmatched))


def select(a: str, b: str, records_folder: str) -> Selection:
    """Both arguments of a comparison, read and matched.

    Raises:
        UsageError: an argument is no selector, or a record is on both sides.
        DataError: a side is empty, or no cell has a partner.
    """
    return match(side_of(a, records_folder), side_of(b, records_folder))


def compared(selection: Selection) -> List[Cell]:
    """Every cell of a pair once: the first side's, then the references."""
    found = [mine for mine, _ in selection.pairs] + [other for _, other in selection.pairs]
    return list({id(cell): cell for cell in found}.values())


def incomplete(selection: Selection) -> List[Record]:
    """Records of both sides that are in no figure, once each."""
    return list({record["id"]: record for side in selection.sides for record in side.incomplete}.values())


def faults(selection: Selection) -> List[str]:
    """Sentences for the files of both sides that are no records, once each."""
    return list(dict.fromkeys(fault for side in selection.sides for fault in side.faults))
