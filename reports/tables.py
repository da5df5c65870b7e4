"""Records to rows: what each table says, in no medium. Every row is a tuple of strings under the table's header."""

from dataclasses import dataclass
from typing import List, Optional, Sequence, Set, Tuple

from bench import figures, stats, units
from bench.cells import Cell
from bench.comparing import compare, fairness, naming
from bench.comparing.compare import Speed
from bench.doubts import is_published_length
from bench.plan import MODE_FULL
from reports.published import Published

Row = Tuple[str, ...]

#: What a figure is that needs no further word.
MEASURED = "measured"
#: What stands for a reference in a column of ratios.
REFERENCE = "1 (reference)"


@dataclass(frozen=True)
class Table:
    """A header and its rows, with a title."""

    title: str
    header: Row
    rows: Tuple[Row, ...]


def kind_of(cell: Cell) -> str:
    """What a cell's figures are: measured or simulated, slowed down on purpose, and synthetic where the data is."""
    state = MEASURED if fairness.is_measured(cell) else fairness.proof_state(cell)
    return ", ".join(filter(None, [state, figures.slowed_down(cell.first)])) + _kind_of_data(cell)


def _kind_of_data(cell: Cell) -> str:
    if cell.has_synthetic_data:
        return ", synthetic data"
    return "" if cell.first["dataset"].get("is_complete") else ", a part of UCI HAR"


def _differences(published: Published, cell: Cell) -> str:
    """What of the workload is not that of the published figures; empty when nothing is."""
    workload = cell.first["job"]["workload"]
    batch_size = workload["training"]["batch_size"]
    other = [
        name
        for name, is_other in (
            ("preset", workload["preset"] != published.preset),
            ("batch %d" % batch_size, batch_size != published.batch_size),
        )
        if is_other
    ]
    return "; not the published %s" % " and ".join(other) if other else ""


def _beside_published(published: Published, cells: Sequence[Cell]) -> Row:
    """Labels of columns that stand beside published ones."""
    return tuple(
        "%s (%s%s)" % (naming.numbered(cell, i), kind_of(cell), _differences(published, cell))
        for i, cell in enumerate(cells, 1)
    )


def labels(cells: Sequence[Cell]) -> Row:
    """Names that say what the figures are: no figure stands anywhere without that."""
    return tuple("%s (%s)" % (naming.numbered(cell, i), kind_of(cell)) for i, cell in enumerate(cells, 1))


def _accuracy(cell: Cell) -> str:
    spread = stats.spread(list(cell.by_seed("final_accuracy").values()))
    text = units.accuracy_with_spread(spread)
    if is_published_length(cell):
        return text
    return "%s after %s" % (text, units.epochs(cell.figures[0].epochs_trained))


def _published_names(published: Published) -> str:
    return "%s are published figures" % ", ".join(column.name for column in published.columns)


def accuracy_table(published: Published, cells: Sequence[Cell]) -> Table:
    """The README's accuracy table with the measured columns added."""
    header = ("精度指标项",) + tuple(column.name for column in published.columns) + _beside_published(published, cells)
    row = (
        ("ACC",) + tuple(units.accuracy(column.accuracy) for column in published.columns) + tuple(map(_accuracy, cells))
    )
    return Table("精度结果比对 (accuracy; %s)" % _published_names(published), header, (row,))


def performance_table(published: Published, cells: Sequence[Cell]) -> Table:
    """The README's performance table with the measured columns added."""
    header = ("性能指标项",) + tuple(column.name for column in published.columns) + _beside_published(published, cells)
    like = ("FPS",) + tuple(units.rate(column.fps) for column in published.columns)
    like += tuple(units.estimate(published_definition(cell)) for cell in cells)
    steady = ("FPS, steady state [95 % interval]",) + (units.NOTHING,) * len(published.columns)
    steady += tuple(map(steady_fps, cells))
    title = "性能结果比对 (performance, windows per second; %s)" % _published_names(published)
    return Table(title, header, (like, steady) if cells else (like,))


def _stack(cell: Cell) -> str:
    description = cell.first["description"]
    return "%s %s, Python %s" % (
        description["framework"],
        description["framework_version"],
        description["software"].get("python"),
    )


def _best_epoch(cell: Cell) -> str:
    """Mean over seeds of the best epoch's accuracy, where every epoch was evaluated."""
    if cell.first["job"]["mode"] != MODE_FULL:
        return units.NOTHING
    return units.accuracy(stats.spread(list(cell.by_seed("best_accuracy").values())).mean)


def ratio_with_verdict(speed: Speed) -> str:
    """A ratio of speeds with its interval, the verdict and the margin that it was judged by."""
    if speed.ratio is None:
        return "%s (%s)" % (speed.answer, ", ".join(difference.name for difference in speed.stopped_by))
    margin = units.percent(speed.margin.value)
    text = "%s %s (margin %s)" % (units.ratio_with_interval(speed.ratio), speed.answer, margin)
    return text + "".join(", although %s" % difference for difference in speed.allowed)


def mean_seconds(values: Sequence[Optional[float]]) -> str:
    """The mean of those times that are known."""
    known = [value for value in values if value is not None]
    return units.seconds(stats.spread(known).mean) if known else units.NOTHING


def _steps(cell: Cell) -> str:
    """Trials and steady steps of each."""
    steps = sorted({figures.steady_steps for figures in cell.figures})
    return "%d x %s" % (len(cell.records), "%d to %d" % (steps[0], steps[-1]) if len(steps) > 1 else steps[0])


_COMPARISON_HEADER = (
    "cell", "device", "host CPU", "stack", "effective precision", "kernel", "batch", "FPS [95 % interval]",
    "ratio [95 % interval]", "first step", "accuracy mean ± sd (seeds)", "best epoch (chosen on the test set)",
    "trials x steps", "status", "records",
)  # fmt: skip


def _comparison_row(cell: Cell, number: int, ratio: str) -> Row:
    job, host = cell.first["job"], cell.first["environment"]["identity"]
    return (
        naming.numbered(cell, number),
        cell.first["description"]["device"],
        "%s, %s cores" % (host.get("cpu_model"), host.get("cores_usable")),
        _stack(cell),
        str(cell.first["description"]["effective"].get("precision", job["precision"])),
        job["kernel"],
        str(job["workload"]["training"]["batch_size"]),
        steady_fps(cell),
        ratio,
        mean_seconds([figures.first_step_seconds for figures in cell.figures if cell.has_speed]),
        _accuracy(cell),
        _best_epoch(cell),
        _steps(cell),
        kind_of(cell),
        ", ".join(record["id"] for record in cell.records),
    )


def cells_table(cells: Sequence[Cell], ratios: Sequence[str]) -> Table:
    """The mandatory columns of a comparison, a row a cell, with what stands for each in the column of ratios."""
    rows = [_comparison_row(cell, number, ratio) for number, (cell, ratio) in enumerate(zip(cells, ratios), 1)]
    return Table("Comparison", _COMPARISON_HEADER, tuple(rows))


def comparison_table(cells: Sequence[Cell]) -> Table:
    """Every cell beside one before it that it is comparable with; one that has none is a reference itself."""
    references = _references(cells)
    pairs = [(cell, cells[index]) for cell, index in zip(cells, references) if index is not None]
    judged = iter(compare.speeds(pairs))
    ratios = [
        _as_reference(cell, cells[0])
        if index is None
        else "of [%d]: %s" % (index + 1, ratio_with_verdict(next(judged)))
        for cell, index in zip(cells, references)
    ]
    return cells_table(cells, ratios)


def _as_reference(cell: Cell, first: Cell) -> str:
    """What stands for a reference; for a further one, why it has none."""
    if not cell.has_speed:
        return units.NOTHING
    if cell is first:
        return REFERENCE
    names = [difference.name for difference in fairness.stopping_speed(fairness.differences(cell, first))]
    return "1 (reference; not comparable with [1]: %s)" % ", ".join(names)


def _runs(cell: Cell) -> Set[str]:
    return {record["run"]["id"] for record in cell.records if record.get("run")}


def _references(cells: Sequence[Cell]) -> List[Optional[int]]:
    """Index of each cell's reference; None for a cell that is one.

    It is the first cell of the same run, whose trials were measured in turns with its own; else the first reference.
    """
    references: List[Optional[int]] = []
    for number, cell in enumerate(cells):
        fitting = [one for one in range(number) if not fairness.stopping_speed(fairness.differences(cell, cells[one]))]
        beside = [one for one in fitting if _runs(cells[one]) & _runs(cell)]
        first = [one for one in fitting if references[one] is None]
        references.append(next(iter(beside + first), None))
    return references


def steady_fps(cell: Cell) -> str:
    """FPS of the steady steps with its interval; nothing where the cell has no speed."""
    return units.rate_with_interval(cell.estimate("fps")) if cell.has_speed else units.NOTHING


def published_definition(cell: Cell) -> Optional[stats.Estimate]:
    """FPS as it was published, over trials; None where one is too short for it, or the cell has no speed."""
    if not cell.has_speed:
        return None
    values = [figures.published_fps for figures in cell.figures]
    return None if None in values else stats.geometric_mean([value for value in values if value])
