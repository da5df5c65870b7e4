"""What NVML tells of one GPU before a run, as plain facts."""

from dataclasses import dataclass, replace
from typing import Any, Callable, Dict, Mapping, Optional, Sequence

from backends import nvml
from backends.cuda import driver as drivers
from backends.cuda import variables

#: What keeps NVML from answering, where that is known.
PACKAGE_MISSING, DRIVER_MISSING, HIDDEN = "package", "driver", "hidden"
#: Codes of nvml.h: the driver is not loaded; its library, which comes with it, is not found.
_NO_DRIVER = (9, 12)


@dataclass(frozen=True)
class GpuFacts:
    """What is known of one GPU; None is unknown.

    Args:
        forbidden_nodes: device nodes that this user may not open.
        error, obstacle: why NVML could not be asked, in words and as one of the constants here.
        processes: how many compute on it.
        is_clock_set: whether the clock is held by somebody's setting.
        temperature_celsius, slowdown_celsius: now, and where it slows down.
        ecc_uncorrected, ecc_corrected: errors of its memory since the driver was loaded.
    """

    forbidden_nodes: Sequence[str] = ()
    error: Optional[str] = None
    obstacle: Optional[str] = None
    name: Optional[str] = None
    processes: Optional[int] = None
    memory_used_bytes: Optional[int] = None
    utilisation_percent: Optional[int] = None
    is_display_active: Optional[bool] = None
    throttle_reasons: Optional[Sequence[str]] = None
    is_clock_set: Optional[bool] = None
    application_clock_mhz: Optional[int] = None
    default_clock_mhz: Optional[int] = None
    power_limit_watts: Optional[float] = None
    power_default_watts: Optional[float] = None
    temperature_celsius: Optional[int] = None
    slowdown_celsius: Optional[int] = None
    is_persistent: Optional[bool] = None
    is_mig: Optional[bool] = None
    ecc_uncorrected: Optional[int] = None
    ecc_corrected: Optional[int] = None


def _is_on(value: Optional[int]) -> Optional[bool]:
    return None if value is None else bool(value)


def _work(gpu: nvml.Gpu) -> Dict[str, Any]:
    """Who uses the GPU."""
    memory, rates = gpu.ask("nvmlDeviceGetMemoryInfo"), gpu.ask("nvmlDeviceGetUtilizationRates")
    processes = gpu.processes("Compute")
    return {
        "processes": None if processes is None else len(processes),
        "memory_used_bytes": getattr(memory, "used", None),
        "utilisation_percent": getattr(rates, "gpu", None),
        "is_display_active": _is_on(gpu.ask("nvmlDeviceGetDisplayActive")),
    }


def _clocks(gpu: nvml.Gpu) -> Dict[str, Any]:
    """What decides how fast it runs."""
    mask = gpu.clock_reasons()
    return {
        "throttle_reasons": None if mask is None else nvml.throttling_of(mask),
        "is_clock_set": None if mask is None else nvml.is_clock_set(mask),
        "application_clock_mhz": gpu.ask("nvmlDeviceGetApplicationsClock", "NVML_CLOCK_SM"),
        "default_clock_mhz": gpu.ask("nvmlDeviceGetDefaultApplicationsClock", "NVML_CLOCK_SM"),
        "power_limit_watts": nvml.thousandth(gpu.ask("nvmlDeviceGetPowerManagementLimit")),
        "power_default_watts": nvml.thousandth(gpu.ask("nvmlDeviceGetPowerManagementDefaultLimit")),
        "temperature_celsius": gpu.ask("nvmlDeviceGetTemperature", "NVML_TEMPERATURE_GPU"),
        "slowdown_celsius": gpu.ask("nvmlDeviceGetTemperatureThreshold", "NVML_TEMPERATURE_THRESHOLD_SLOWDOWN"),
    }


def _errors(gpu: nvml.Gpu, kind: str) -> Optional[int]:
    count: Optional[int] = gpu.ask("nvmlDeviceGetTotalEccErrors", kind, "NVML_VOLATILE_ECC")
    return count


def _modes(gpu: nvml.Gpu) -> Dict[str, Any]:
    """How it is set up."""
    mig = gpu.ask("nvmlDeviceGetMigMode")
    return {
        "is_persistent": _is_on(gpu.ask("nvmlDeviceGetPersistenceMode")),
        "is_mig": _is_on(mig[0]) if mig else None,
        "ecc_uncorrected": _errors(gpu, "NVML_MEMORY_ERROR_TYPE_UNCORRECTED"),
        "ecc_corrected": _errors(gpu, "NVML_MEMORY_ERROR_TYPE_CORRECTED"),
    }


def _of_gpu(library: Any, entry: str) -> GpuFacts:
    gpu = nvml.Gpu(library, entry)
    try:
        return GpuFacts(name=gpu.ask("nvmlDeviceGetName"), **_work(gpu), **_clocks(gpu), **_modes(gpu))
    finally:
        library.nvmlShutdown()


def _asked(entry: Optional[str], load: Callable[[], Any]) -> GpuFacts:
    if entry is None:
        return GpuFacts(error="%s hides every GPU" % variables.VARIABLE, obstacle=HIDDEN)
    try:
        library = load()
    except ImportError:
        return GpuFacts(error="the Python package nvidia-ml-py is missing", obstacle=PACKAGE_MISSING)
    try:
        return _of_gpu(library, entry)
    except library.NVMLError as error:
        obstacle = DRIVER_MISSING if getattr(error, "value", None) in _NO_DRIVER else None
        return GpuFacts(error="NVML says of GPU %s: %s" % (entry, " ".join(str(error).split())), obstacle=obstacle)


def find(
    device: Optional[int], environment: Mapping[str, str], load: Callable[[], Any] = nvml.load_library
) -> GpuFacts:
    """What NVML and the device nodes tell of the GPU that would be used.

    Args:
        device: its logical number; None for the one that would be used.
        environment: that the trial would have.
        load: loads the module pynvml.

    Raises:
        UsageError: there is no such device.
    """
    found = _asked(variables.device_of(device, environment), load)
    return replace(found, forbidden_nodes=tuple(drivers.nodes(drivers.root()).forbidden))
