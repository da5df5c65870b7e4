"""What the device's own tool showed during the trials of a cell: power, energy, memory, temperature, use."""

from dataclasses import dataclass
from typing import Any, Callable, Optional, Tuple

from backends.telemetry import summary
from bench import stats
from bench.cells import Cell
from bench.record import Record


@dataclass(frozen=True)
class DeviceUse:
    """Over the trials of a cell whose device was watched; None where it is known of none.

    Args:
        power_watts: mean over the timed steps, then over trials.
        energy_joules: over the whole trial, mean over trials.
        joules_per_window: for each training window, over the timed steps, mean over trials.
        memory_bytes: the most in use in any trial, whoever used it.
        temperature_celsius, utilisation_percent: the most of any trial.
        interval_seconds: mean time between two samples, the longest of any trial.
    """

    power_watts: Optional[float]
    energy_joules: Optional[float]
    joules_per_window: Optional[float]
    memory_bytes: Optional[float]
    temperature_celsius: Optional[float]
    utilisation_percent: Optional[float]
    interval_seconds: Optional[float]


def _span(telemetry: Any) -> Optional[Tuple[float, float]]:
    """Where the timed steps lie on the axis of the samples; None in records that do not tell."""
    span = telemetry.get("timed_span_seconds")
    return None if span is None else (span[0], span[1])


def _timed_power_watts(record: Record) -> Optional[float]:
    span = _span(record["telemetry"])
    return None if span is None else summary.device_power_watts_mean(record["telemetry"], span)


def _joules_per_window(record: Record) -> Optional[float]:
    telemetry = record["telemetry"]
    span = _span(telemetry)
    joules = None if span is None else summary.device_energy_joules(telemetry, span)
    windows = telemetry.get("timed_span_steps", 0) * record["job"]["workload"]["training"]["batch_size"]
    return joules / windows if joules is not None and windows else None


def _interval_seconds(record: Record) -> Optional[float]:
    # Reading a device takes longer than the pause that was asked for.
    seconds = record["telemetry"]["seconds"]
    return (seconds[-1] - seconds[0]) / (len(seconds) - 1) if len(seconds) > 1 else None


def of_cell(cell: Cell) -> Optional[DeviceUse]:
    """What was seen of the device of a cell; None where nobody watched one."""
    watched = [record for record in cell.records if (record.get("telemetry") or {}).get("device")]
    if not watched:
        return None

    def mean(figure: Callable[[Record], Optional[float]]) -> Optional[float]:
        known = [value for value in map(figure, watched) if value is not None]
        return stats.spread(known).mean if known else None

    def most(figure: Callable[[Record], Optional[float]]) -> Optional[float]:
        return max((value for value in map(figure, watched) if value is not None), default=None)

    return DeviceUse(
        power_watts=mean(_timed_power_watts),
        energy_joules=mean(lambda record: summary.device_energy_joules(record["telemetry"])),
        joules_per_window=mean(_joules_per_window),
        memory_bytes=most(lambda record: summary.device_memory_bytes_peak(record["telemetry"])),
        temperature_celsius=most(lambda record: summary.device_temperature_celsius_most(record["telemetry"])),
        utilisation_percent=most(lambda record: record["telemetry"]["device"].get("utilisation_percent_most")),
        interval_seconds=most(_interval_seconds),
    )
