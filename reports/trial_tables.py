"""What the trials of each cell did, a row a cell: their times, their outlying steps, what they took of the host."""

from typing import Callable, List, Optional, Sequence, Tuple

from bench import device_use, resources, units
from bench.cells import Cell
from reports import tables
from reports.tables import Row, Table

#: What stands where somebody looked and the system did not tell.
_UNKNOWN = "unknown"

#: How to read the tables that both the report and the comparison show.
LEGEND = (
    "Outlying steps: steady steps beyond Tukey's fences of their trial, mild from 1.5 and severe from 3 interquartile "
    "ranges on; counted over all trials and never dropped, they are in every figure. `-`: fewer than 20 steps a trial.",
    "Resources: mean over trials; peak memory, steal (time that the hypervisor gave to other guests) and other load "
    "are those of the worst trial. Package energy is that of the whole processor, whatever else it did. sampler: its "
    "own processor time as a share of the trial's duration. unknown: the system does not tell. `-`: nobody looked.",
    "Device: power and the energy for a window are those of the timed steps, energy is that of the whole trial, by the "
    "device's own counter or else its power over time; memory (whoever used it), temperature and utilisation are the "
    "most of any trial.",
)


def _nothing(label: str, header: Row) -> Row:
    """The row of a cell of which there is nothing to say."""
    return (label,) + (units.NOTHING,) * (len(header) - 1)


_TIMING_HEADER = (
    "cell", "step time", "FPS (steady), Student's t [95 % interval]", "FPS, resampled [95 % interval]",
    "FPS (published definition)", "p_whole", "p_train", "p_core",
)  # fmt: skip


def _timing_row(label: str, cell: Cell) -> Row:
    if not cell.has_speed:
        return _nothing(label, _TIMING_HEADER)
    published, resampled = tables.published_definition(cell), cell.resampled_fps()
    has_training_time = all(figures.train_fps for figures in cell.figures)
    return (
        label,
        units.seconds(cell.estimate("step_seconds").centre),
        units.rate_with_interval(cell.estimate("fps")),
        units.rate_with_interval(resampled) if resampled else units.NOTHING,
        units.rate(published.centre if published else None),
        units.rate(cell.estimate("whole_fps").centre),
        units.rate(cell.estimate("train_fps").centre if has_training_time else None),
        units.rate(cell.estimate("core_fps").centre),
    )


def timing_table(cells: Sequence[Cell]) -> Table:
    """Step time and throughput by each definition, a row a cell."""
    rows = [_timing_row(label, cell) for label, cell in zip(tables.labels(cells), cells)]
    return Table("Step time and throughput", _TIMING_HEADER, tuple(rows))


def _caches(cell: Cell) -> str:
    """What the trials met of compiled things: one word where all met the same, else how many met what."""
    states = [(record.get("caches") or {}).get("state", units.NOTHING) for record in cell.records]
    kinds = list(dict.fromkeys(states))
    return kinds[0] if len(kinds) == 1 else ", ".join("%d %s" % (states.count(kind), kind) for kind in kinds)


def phases_table(cells: Sequence[Cell]) -> Table:
    """Where a trial's time goes, mean over trials, a row a cell."""
    header = (
        "cell", "import", "data", "build", "first step", "warm-up", "steady", "evaluation", "whole process", "caches",
    )  # fmt: skip
    rows: List[Row] = []
    for label, cell in zip(tables.labels(cells), cells):
        if not cell.has_speed:
            rows.append(_nothing(label, header))
            continue
        named = [
            tables.mean_seconds([record["phases"].get(name) for record in cell.records])
            for name in ("import", "data", "build")
        ]
        timed = [
            tables.mean_seconds([getattr(figures, name) for figures in cell.figures])
            for name in ("first_step_seconds", "warmup_seconds", "steady_seconds", "evaluation_seconds")
        ]
        whole = tables.mean_seconds([record["process_seconds"] for record in cell.records])
        rows.append((label, *named, *timed, whole, _caches(cell)))
    return Table("Phases of a trial (mean over trials)", header, tuple(rows))


_OUTLIERS_HEADER = (
    "cell", "steady steps", "fast: severe", "fast: mild", "slow: mild", "slow: severe", "time in slow ones", "in words",
)  # fmt: skip


def _outliers_row(label: str, cell: Cell) -> Row:
    found = cell.outliers() if cell.has_speed else None
    if found is None:
        return _nothing(label, _OUTLIERS_HEADER)
    counts = (found.steps, found.low_severe, found.low_mild, found.high_mild, found.high_severe)
    return (label, *map(str, counts), units.percent(found.high_share), found.sentence)


def outliers_table(cells: Sequence[Cell]) -> Table:
    """Steady steps that stand apart, over all trials, a row a cell."""
    rows = [_outliers_row(label, cell) for label, cell in zip(tables.labels(cells), cells)]
    return Table("Outlying steps", _OUTLIERS_HEADER, tuple(rows))


def _told(value: Optional[float], form: Callable[[float], str], was_asked: bool) -> str:
    if value is not None:
        return form(value)
    return _UNKNOWN if was_asked else units.NOTHING


def _resources_row(label: str, cell: Cell) -> Row:
    took = resources.of_cell(cell)
    return (
        label,
        _told(took.mean_cores, "{:.2f}".format, took.is_sampled),
        _told(took.peak_memory_bytes, units.memory, took.is_sampled),
        _told(took.energy_joules, "{:.4g} J".format, took.is_sampled),
        _told(took.sampler_share, units.percent, took.is_sampled),
        _told(took.context_switches, "{:.0f}".format, took.is_watched),
        _told(took.steal_share, units.percent, took.is_watched),
        _told(took.other_load_share, units.percent, took.is_watched),
    )


def resources_table(cells: Sequence[Cell]) -> Table:
    """What a trial took of its host and what else went on there, a row a cell."""
    header = (
        "cell", "CPU cores used", "peak memory", "package energy", "sampler", "context switches", "steal", "other load",
    )  # fmt: skip
    rows = [_resources_row(label, cell) for label, cell in zip(tables.labels(cells), cells)]
    return Table("Resources of a trial (sampled from outside)", header, tuple(rows))


_DEVICE_HEADER = (
    "cell", "power", "energy", "energy a window", "memory", "temperature", "utilisation", "sampled every",
)  # fmt: skip


def _device_row(label: str, cell: Cell) -> Row:
    used = device_use.of_cell(cell)
    if used is None:
        return _nothing(label, _DEVICE_HEADER)
    figures: Tuple[Tuple[Optional[float], Callable[[float], str]], ...] = (
        (used.power_watts, "{:.1f} W".format),
        (used.energy_joules, "{:.4g} J".format),
        (used.joules_per_window, "{:.3g} J".format),
        (used.memory_bytes, units.memory),
        (used.temperature_celsius, "{:.0f} °C".format),
        (used.utilisation_percent, "{:.0f} %".format),
        (used.interval_seconds, "{:.2g} s".format),
    )
    return (label, *[_told(value, form, True) for value, form in figures])


def device_tables(cells: Sequence[Cell]) -> List[Table]:
    """What the device's own tool showed, a row a cell; no table where no device was watched."""
    if not any(device_use.of_cell(cell) for cell in cells):
        return []
    rows = [_device_row(label, cell) for label, cell in zip(tables.labels(cells), cells)]
    return [Table("Device of a trial (its own tool, sampled from outside)", _DEVICE_HEADER, tuple(rows))]
