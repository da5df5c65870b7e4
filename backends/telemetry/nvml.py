"""Samples one NVIDIA GPU through NVML, by nvidia-ml-py."""

import collections
import importlib
from typing import Any, Callable, Counter, Dict, List, Optional, Set, Union

from backends.telemetry.nvidia_smi import errors
from backends.telemetry.nvidia_smi.report import throttling
from backends.telemetry.sightings import Sightings
from backends.telemetry.source import Source
from backends.telemetry.tool import ToolFailed

#: Codes of nvml.h by which one value is unknown and all else may go on: not supported, no permission, function not
#: found, no data, another version of the arguments, deprecated.
_UNKNOWN_VALUE = (3, 4, 13, 21, 25, 26)
#: nvmlClocksEventReasons in nvml.h, called as nvidia-smi calls them.
_REASONS = {
    0x1: "gpu_idle",
    0x2: "applications_clocks_setting",
    0x4: "sw_power_cap",
    0x8: "hw_slowdown",
    0x10: "sync_boost",
    0x20: "sw_thermal_slowdown",
    0x40: "hw_thermal_slowdown",
    0x80: "hw_power_brake_slowdown",
    0x100: "display_clocks_setting",
}
_BITS = 64


def load_library() -> Any:
    """The module of nvidia-ml-py.

    Raises:
        ToolFailed: it is not installed.
    """
    try:
        return importlib.import_module("pynvml")
    except ImportError as error:
        raise ToolFailed("The package nvidia-ml-py is missing; install it with pip.") from error


def reasons_of(mask: int) -> List[str]:
    """Names of what keeps the clock low, but for idleness and a clock that was asked for; unknown bits as they are."""
    bits = [1 << place for place in range(_BITS) if mask & 1 << place]
    return list(throttling(_REASONS.get(bit, hex(bit)) for bit in bits))


class Nvml(Source):
    """Power, memory, temperature, utilisation, clock and energy of one GPU, and whether the trial is on it.

    Args:
        device: index in the order of the bus, which CUDA's order and CUDA_VISIBLE_DEVICES may differ from; or a UUID as
            "GPU-..."; or a PCI bus id as "00000000:07:00.0".
        pids: the processes of the trial's tree at the moment.
        library: loads the module pynvml.
    """

    name = "GPU"
    columns = (
        "device_power_watts",
        "device_memory_bytes",
        "device_temperature_celsius",
        "device_utilisation_percent",
        "device_clock_mhz",
        "device_energy_joules",
    )

    def __init__(
        self, device: Union[int, str], pids: Callable[[], Set[int]], library: Callable[[], Any] = load_library
    ) -> None:
        self._device, self._pids, self._load = device, pids, library
        self._nvml: Any = None
        self._handle: Any = None
        self._first_millijoules: Optional[int] = None
        self._throttled: Counter[str] = collections.Counter()
        self._sightings = Sightings("nvml")
        self._sightings.note(id="gpu %s" % device)

    def read(self) -> Dict[str, Optional[float]]:
        """One sample.

        Raises:
            ToolFailed: NVML cannot be opened, does not know the GPU, or lost it.
        """
        if self._handle is None:
            self._nvml = self._load()
            self._ask_all(self._open)
        values: Dict[str, Optional[float]] = self._ask_all(self._values)
        self._sightings.reading(values["device_memory_bytes"], values["device_utilisation_percent"])
        self._ask_all(self._see)
        return values

    def observation(self) -> Dict[str, Any]:
        """What was seen of the GPU. NVML lists processes by their pids on the host, and none in many containers."""
        return self._sightings.document()

    def _ask_all(self, questions: Callable[[], Any]) -> Any:
        try:
            return questions()
        except self._nvml.NVMLError as error:
            code = getattr(error, "value", None)
            fault = errors.fault_of_code(code) if isinstance(code, int) else None
            sentence = fault.sentence if fault else "NVML says of gpu %s: %s." % (self._device, error)
            raise ToolFailed(sentence) from error

    def _ask(self, function: str, *arguments: Any) -> Any:
        """What a function returns; None where the library, the driver or the GPU has no answer to it."""
        asked = getattr(self._nvml, function, None)
        if asked is None:
            return None
        try:
            return asked(*arguments)
        except self._nvml.NVMLError as error:
            if getattr(error, "value", None) in _UNKNOWN_VALUE:
                return None
            raise

    def _open(self) -> None:
        nvml = self._nvml
        nvml.nvmlInit()
        named = str(self._device)
        if named.isdigit():
            handle = nvml.nvmlDeviceGetHandleByIndex(int(named))
        elif named.startswith(("GPU-", "MIG-")):
            handle = nvml.nvmlDeviceGetHandleByUUID(named)
        else:
            handle = nvml.nvmlDeviceGetHandleByPciBusId(named)
        bus = self._ask("nvmlDeviceGetPciInfo", handle)
        self._sightings.note(
            name=_text(self._ask("nvmlDeviceGetName", handle)),
            driver=_text(self._ask("nvmlSystemGetDriverVersion")),
            uuid=_text(self._ask("nvmlDeviceGetUUID", handle)),
            bus_id=_text(getattr(bus, "busId", None)),
            power_limit_watts=_thousandth(self._ask("nvmlDeviceGetEnforcedPowerLimit", handle)),
        )
        self._handle = handle

    def _values(self) -> Dict[str, Optional[float]]:
        nvml, handle = self._nvml, self._handle
        rates, memory = self._ask("nvmlDeviceGetUtilizationRates", handle), self._ask("nvmlDeviceGetMemoryInfo", handle)
        return {
            "device_power_watts": _thousandth(self._ask("nvmlDeviceGetPowerUsage", handle)),
            "device_memory_bytes": getattr(memory, "used", None),
            "device_temperature_celsius": self._ask("nvmlDeviceGetTemperature", handle, nvml.NVML_TEMPERATURE_GPU),
            "device_utilisation_percent": getattr(rates, "gpu", None),
            "device_clock_mhz": self._ask("nvmlDeviceGetClockInfo", handle, nvml.NVML_CLOCK_SM),
            "device_energy_joules": self._joules(),
        }

    def _joules(self) -> Optional[float]:
        now = self._ask("nvmlDeviceGetTotalEnergyConsumption", self._handle)
        if self._first_millijoules is None:
            self._first_millijoules = now
        if now is None or self._first_millijoules is None or now < self._first_millijoules:
            return None  # a counter that began anew tells nothing of before
        return _thousandth(now - self._first_millijoules)

    def _see(self) -> None:
        mask = self._ask("nvmlDeviceGetCurrentClocksEventReasons", self._handle)
        if mask is None:  # its name before driver 535
            mask = self._ask("nvmlDeviceGetCurrentClocksThrottleReasons", self._handle)
        if mask is not None:
            self._throttled.update(reasons_of(mask))
            self._sightings.replace(throttle_reasons=sorted(self._throttled), throttle_readings=dict(self._throttled))
        lists = [
            self._ask(function, self._handle)
            for function in ("nvmlDeviceGetComputeRunningProcesses", "nvmlDeviceGetGraphicsRunningProcesses")
        ]
        on_device = {process.pid for listed in lists for process in listed or ()}
        # A container shows no process at all, whatever runs in it and beside it.
        self._sightings.processes(on_device, bool(on_device) and None not in lists, self._pids())


def _text(value: Any) -> Optional[str]:
    # Older releases of nvidia-ml-py return bytes.
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else value


def _thousandth(value: Optional[int]) -> Optional[float]:
    return None if value is None else value / 1000
