"""What the forms of output have in common: GPUs, processes, versions."""

from dataclasses import dataclass, field
from typing import Iterable, Optional, Tuple

from backends.telemetry.fault import Fault

#: Reasons for a lower clock that are no disturbance: nothing to do, and a clock that was asked for.
HARMLESS_REASONS = ("gpu_idle", "idle", "applications_clocks_setting")


@dataclass(frozen=True)
class Gpu:
    """One GPU; whatever is not printed, or printed as N/A or as an error, is None.

    Args:
        index: as nvidia-smi counts, in the order of the bus.
        name: as printed, possibly cut.
        utilisation_percent: share of time with a kernel at work; unknown in a GPU that is split by MIG.
        power_watts: the draw; newer drivers print its average and its instant instead.
        power_limit_watts, power_default_limit_watts: a draw above the limit is real.
        sm_clock_mhz, graphics_clock_mhz: now.
        is_display_active, is_mig: whether a display is on, whether it is split.
        throttle_reasons: what keeps the clock low, but for HARMLESS_REASONS.
    """

    index: Optional[int] = None
    name: Optional[str] = None
    uuid: Optional[str] = None
    bus_id: Optional[str] = None
    utilisation_percent: Optional[float] = None
    memory_used_mib: Optional[int] = None
    memory_total_mib: Optional[int] = None
    power_watts: Optional[float] = None
    power_average_watts: Optional[float] = None
    power_instant_watts: Optional[float] = None
    power_limit_watts: Optional[float] = None
    power_default_limit_watts: Optional[float] = None
    temperature_celsius: Optional[float] = None
    sm_clock_mhz: Optional[float] = None
    graphics_clock_mhz: Optional[float] = None
    memory_clock_mhz: Optional[float] = None
    fan_percent: Optional[float] = None
    performance_state: Optional[str] = None
    compute_mode: Optional[str] = None
    is_display_active: Optional[bool] = None
    is_mig: Optional[bool] = None
    throttle_reasons: Optional[Tuple[str, ...]] = None


@dataclass(frozen=True)
class Process:
    """A process on a GPU.

    Args:
        pid: of the process.
        gpu_index, bus_id, uuid: of the GPU, as far as they are printed.
        kind: C computes, G draws, C+G does both.
        name: as printed, possibly cut.
        memory_mib: of the GPU; unknown on Windows.
        gpu_instance, compute_instance: of a GPU that is split by MIG.
    """

    pid: int
    gpu_index: Optional[int] = None
    bus_id: Optional[str] = None
    uuid: Optional[str] = None
    kind: Optional[str] = None
    name: Optional[str] = None
    memory_mib: Optional[int] = None
    gpu_instance: Optional[int] = None
    compute_instance: Optional[int] = None


@dataclass(frozen=True)
class Report:
    """What one output says; whatever it does not say is None.

    Args:
        gpus: those that could be read, in the order printed.
        processes: those listed; None where nothing is told, as in an empty panel of text; a container is told of none.
        tool_version, driver_version, cuda_version: the first two may differ.
        schema: of an XML document, as "v12".
        attached: GPUs that the driver counts.
        mig_devices: parts into which GPUs are split.
        is_incomplete: whether something is evidently missing.
        fault: why nothing could be read.
        text: all that was printed.
    """

    gpus: Tuple[Gpu, ...]
    processes: Optional[Tuple[Process, ...]]
    fault: Optional[Fault]
    text: str = field(repr=False)
    tool_version: Optional[str] = None
    driver_version: Optional[str] = None
    cuda_version: Optional[str] = None
    schema: Optional[str] = None
    attached: Optional[int] = None
    mig_devices: Optional[int] = None
    is_incomplete: bool = False


def switch(text: Optional[str]) -> Optional[bool]:
    """Whether something is on, of the words that are printed for it; None for any other word."""
    word = (text or "").strip().lower()
    return {"on": True, "off": False, "enabled": True, "disabled": False, "yes": True, "no": False}.get(word)


def throttling(active: Iterable[str]) -> Tuple[str, ...]:
    """The reasons among the active ones that are a disturbance."""
    return tuple(reason for reason in active if reason not in HARMLESS_REASONS)
