"""What NVML tells of one GPU before a run, as plain facts; each is None where it does not tell."""

import importlib
from typing import Any, Callable, Dict, List, Mapping, Optional

from backends.cuda import build as builds
from backends.cuda import driver as drivers
from backends.cuda import visible

#: nvmlClocksEventReasons in nvml.h that slow a GPU down; the others (idle, a clock that was asked for) do not.
_THROTTLING = {
    0x4: "power cap",
    0x8: "hardware slowdown",
    0x10: "sync boost",
    0x20: "thermal, by software",
    0x40: "thermal, by hardware",
    0x80: "power brake",
}
#: The reason that a clock is not higher because somebody set it.
_SET_CLOCK = 0x2


def load_library() -> Any:
    """The module of nvidia-ml-py.

    Raises:
        ImportError: it is not installed.
    """
    return importlib.import_module("pynvml")


class _Device:
    """A GPU that answers, or has no answer."""

    def __init__(self, nvml: Any, handle: Any) -> None:
        self._nvml = nvml
        self._handle = handle

    def ask(self, function: str, *arguments: Any) -> Any:
        """What a function of NVML returns for the GPU; None where it, the driver or the GPU does not know it."""
        asked = getattr(self._nvml, function, None)
        try:
            return None if asked is None else asked(self._handle, *arguments)
        except self._nvml.NVMLError:
            return None

    def constant(self, name: str) -> int:
        """A constant of nvml.h."""
        return int(getattr(self._nvml, name))


def _handle(nvml: Any, entry: str) -> Any:
    named = visible.for_nvml(entry)
    if isinstance(named, int):
        return nvml.nvmlDeviceGetHandleByIndex(named)
    return nvml.nvmlDeviceGetHandleByUUID(named)


def _text(value: Any) -> Optional[str]:
    # Older releases of nvidia-ml-py return bytes.
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else value


def _thousandth(value: Optional[int]) -> Optional[float]:
    return None if value is None else value / 1000


def _is_on(value: Optional[int]) -> Optional[bool]:
    return None if value is None else bool(value)


def _reasons(device: _Device) -> Optional[int]:
    mask: Optional[int] = device.ask("nvmlDeviceGetCurrentClocksThrottleReasons")
    return mask


def _work(device: _Device) -> Dict[str, Any]:
    """Who uses the GPU."""
    memory, rates = device.ask("nvmlDeviceGetMemoryInfo"), device.ask("nvmlDeviceGetUtilizationRates")
    processes: Optional[List[Any]] = device.ask("nvmlDeviceGetComputeRunningProcesses")
    return {
        "processes": None if processes is None else len(processes),
        "memory_used_bytes": getattr(memory, "used", None),
        "memory_bytes": getattr(memory, "total", None),
        "utilisation_percent": getattr(rates, "gpu", None),
        "is_display_active": _is_on(device.ask("nvmlDeviceGetDisplayActive")),
    }


def _clocks(device: _Device) -> Dict[str, Any]:
    """What decides how fast it runs."""
    mask, sm = _reasons(device), device.constant("NVML_CLOCK_SM")
    names = None if mask is None else [name for bit, name in _THROTTLING.items() if mask & bit]
    return {
        "throttle_reasons": names,
        "is_clock_set": None if mask is None else bool(mask & _SET_CLOCK),
        "application_clock_mhz": device.ask("nvmlDeviceGetApplicationsClock", sm),
        "default_clock_mhz": device.ask("nvmlDeviceGetDefaultApplicationsClock", sm),
        "power_limit_watts": _thousandth(device.ask("nvmlDeviceGetPowerManagementLimit")),
        "power_default_watts": _thousandth(device.ask("nvmlDeviceGetPowerManagementDefaultLimit")),
        "temperature_celsius": device.ask("nvmlDeviceGetTemperature", device.constant("NVML_TEMPERATURE_GPU")),
        "slowdown_celsius": device.ask(
            "nvmlDeviceGetTemperatureThreshold", device.constant("NVML_TEMPERATURE_THRESHOLD_SLOWDOWN")
        ),
    }


def _errors(device: _Device, kind: str) -> Optional[int]:
    volatile = device.constant("NVML_VOLATILE_ECC")
    count: Optional[int] = device.ask("nvmlDeviceGetTotalEccErrors", device.constant(kind), volatile)
    return count


def _modes(device: _Device) -> Dict[str, Any]:
    """How it is set up."""
    mig = device.ask("nvmlDeviceGetMigMode")
    return {
        "is_persistent": _is_on(device.ask("nvmlDeviceGetPersistenceMode")),
        "is_mig": _is_on(mig[0]) if mig else None,
        "ecc_uncorrected": _errors(device, "NVML_MEMORY_ERROR_TYPE_UNCORRECTED"),
        "ecc_corrected": _errors(device, "NVML_MEMORY_ERROR_TYPE_CORRECTED"),
    }


def _of_gpu(nvml: Any, entry: str) -> Dict[str, Any]:
    nvml.nvmlInit()
    try:
        device = _Device(nvml, _handle(nvml, entry))
        facts: Dict[str, Any] = {"name": _text(device.ask("nvmlDeviceGetName"))}
        facts["driver"] = _text(nvml.nvmlSystemGetDriverVersion())
        facts.update(_work(device), **_clocks(device))
        facts.update(_modes(device))
        asked = getattr(nvml, "nvmlSystemGetCudaDriverVersion", None)
        number = asked() if asked else None
        facts["driver_cuda"] = (number // 1000, number % 1000 // 10) if number else None
        return facts
    finally:
        nvml.nvmlShutdown()


def _asked(entry: Optional[str], library: Callable[[], Any]) -> Dict[str, Any]:
    if entry is None:
        return {"error": "%s hides every GPU" % visible.VARIABLE}
    try:
        nvml = library()
    except ImportError:
        return {"error": "the Python package nvidia-ml-py is missing"}
    try:
        return _of_gpu(nvml, entry)
    except nvml.NVMLError as error:
        return {"error": "NVML says of GPU %s: %s" % (entry, " ".join(str(error).split()))}


def facts(
    device: Optional[int], variables: Mapping[str, str], library: Callable[[], Any] = load_library
) -> Dict[str, Any]:
    """What NVML, the device nodes and TensorFlow's build tell of the GPU that would be used.

    Args:
        device: its logical number; None for the one that would be used.
        variables: the environment.
        library: loads the module pynvml.

    Raises:
        UsageError: there is no such device.
    """
    found = _asked(visible.chosen(device, variables), library)
    build = builds.find()
    found["tensorflow"] = build.version if build else None
    found["tensorflow_cuda"] = build.cuda if build else None
    found["forbidden_nodes"] = list(drivers.nodes(drivers.root()).forbidden)
    return found
