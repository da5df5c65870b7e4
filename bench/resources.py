"""What the trials of a cell took of their host, and what disturbed them: sampled and counted outside their process."""

from dataclasses import dataclass
from typing import Any, Callable, Iterable, List, Optional

from backends.telemetry import summary
from bench import stats
from bench.cells import Cell
from bench.record import Record


@dataclass(frozen=True)
class Resources:
    """Over the trials of a cell for which each is known; None where it is known of none.

    Args:
        is_sampled: whether any trial has telemetry; without it nobody tried to know the first four figures.
        mean_cores: processor cores in use, mean over trials.
        peak_memory_bytes: the most resident memory of any trial.
        energy_joules: of the processor packages, whatever else they did, mean over trials.
        sampler_share: processor time of the sampler over the duration of the trial's process, mean over trials.
        is_watched: whether any trial has the host's counters; without them nobody tried to know the rest.
        context_switches: of the trial's processes, voluntary and involuntary, mean over trials.
        steal_share: of the cores' time that went to other guests, the worst trial's.
        other_load_share: of the cores' time that other work took, the worst trial's.
    """

    is_sampled: bool
    mean_cores: Optional[float]
    peak_memory_bytes: Optional[float]
    energy_joules: Optional[float]
    sampler_share: Optional[float]
    is_watched: bool
    context_switches: Optional[float]
    steal_share: Optional[float]
    other_load_share: Optional[float]


def _known(values: Iterable[Optional[float]]) -> List[float]:
    return [value for value in values if value is not None]


def _mean(values: Iterable[Optional[float]]) -> Optional[float]:
    known = _known(values)
    return stats.spread(known).mean if known else None


def _largest(values: Iterable[Optional[float]]) -> Optional[float]:
    return max(_known(values), default=None)


def _sampler_share(record: Record) -> Optional[float]:
    cost, whole = record["telemetry"].get("sampler_cpu_seconds"), record["process_seconds"]
    return cost / whole if cost is not None and whole else None


def _switches(noise: Any) -> Optional[float]:
    counts = [noise.get("context_switches_" + kind) for kind in ("voluntary", "involuntary")]
    return None if None in counts else sum(counts)


def of_cell(cell: Cell) -> Resources:
    """What the trials of a cell took, as far as their records tell."""
    sampled = [record for record in cell.records if record.get("telemetry")]
    noises = [noise for noise in (record["environment"].get("noise") for record in cell.records) if noise]

    def of_telemetry(figure: Callable[[Any], Optional[float]]) -> List[Optional[float]]:
        return [figure(record["telemetry"]) for record in sampled]

    return Resources(
        is_sampled=bool(sampled),
        mean_cores=_mean(of_telemetry(summary.mean_cores)),
        peak_memory_bytes=_largest(of_telemetry(summary.peak_memory_bytes)),
        energy_joules=_mean(of_telemetry(summary.energy_joules)),
        sampler_share=_mean(map(_sampler_share, sampled)),
        is_watched=bool(noises),
        context_switches=_mean(map(_switches, noises)),
        steal_share=_largest(noise.get("steal_share") for noise in noises),
        other_load_share=_largest(noise.get("other_load_share") for noise in noises),
    )
