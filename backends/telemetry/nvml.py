"""Samples one NVIDIA GPU through NVML."""

from typing import Any, Callable, Dict, Optional

from backends import nvml
from backends.telemetry.nvidia_smi import errors
from backends.telemetry.sightings import Sightings
from backends.telemetry.source import DEVICE_COLUMNS, Pids, Source
from backends.telemetry.tool import ToolFailed

_LISTS = ("Compute", "Graphics")


class Nvml(Source):
    """Power, memory, temperature, utilisation, clock and energy of one GPU, and whether the trial is on it.

    Args:
        device: as `backends.nvml.Gpu` takes it.
        pids: the processes of the trial's tree.
        load: loads the module pynvml.
    """

    name = "GPU"
    columns = DEVICE_COLUMNS + ("device_energy_joules",)

    def __init__(self, device: str, pids: Pids, load: Callable[[], Any] = nvml.load_library) -> None:
        self._device, self._load = device, load
        self._library: Any = None
        self._gpu: Optional[nvml.Gpu] = None
        self._first_millijoules: Optional[int] = None
        self._sightings = Sightings("nvml", pids)
        self._sightings.note(id="gpu %s" % device)

    def read(self) -> Dict[str, Optional[float]]:
        """One sample.

        Raises:
            ToolFailed: NVML cannot be opened, does not know the GPU, or lost it.
        """
        if self._library is None:
            self._library = self._loaded()
        try:
            if self._gpu is None:
                self._gpu = self._opened()
            values = self._values(self._gpu)
            self._see(self._gpu, values)
        except self._library.NVMLError as error:
            code = getattr(error, "value", None)
            fault = errors.fault_of_code(code) if isinstance(code, int) else None
            sentence = fault.sentence if fault else "NVML says of gpu %s: %s." % (self._device, error)
            raise ToolFailed(sentence) from error
        return values

    def observation(self) -> Dict[str, Any]:
        """What was seen of the GPU. NVML lists processes by their pids on the host, and none in many containers."""
        return self._sightings.document()

    def _loaded(self) -> Any:
        try:
            return self._load()
        except ImportError as error:
            raise ToolFailed("The package nvidia-ml-py is missing; install it with pip.") from error

    def _opened(self) -> nvml.Gpu:
        gpu = nvml.Gpu(self._library, self._device)
        self._sightings.note(
            name=gpu.ask("nvmlDeviceGetName"),
            driver=gpu.ask_system("nvmlSystemGetDriverVersion"),
            uuid=gpu.ask("nvmlDeviceGetUUID"),
            bus_id=gpu.bus_id(),
            power_limit_watts=nvml.thousandth(gpu.ask("nvmlDeviceGetEnforcedPowerLimit")),
        )
        return gpu

    def _values(self, gpu: nvml.Gpu) -> Dict[str, Optional[float]]:
        rates, memory = gpu.ask("nvmlDeviceGetUtilizationRates"), gpu.ask("nvmlDeviceGetMemoryInfo")
        return {
            "device_power_watts": nvml.thousandth(gpu.ask("nvmlDeviceGetPowerUsage")),
            "device_memory_bytes": getattr(memory, "used", None),
            "device_temperature_celsius": gpu.ask("nvmlDeviceGetTemperature", "NVML_TEMPERATURE_GPU"),
            "device_utilisation_percent": getattr(rates, "gpu", None),
            "device_clock_mhz": gpu.ask("nvmlDeviceGetClockInfo", "NVML_CLOCK_SM"),
            "device_energy_joules": self._joules(gpu.ask("nvmlDeviceGetTotalEnergyConsumption")),
        }

    def _joules(self, now: Optional[int]) -> Optional[float]:
        if self._first_millijoules is None:
            self._first_millijoules = now
        if now is None or self._first_millijoules is None or now < self._first_millijoules:
            return None  # a counter that began anew tells nothing of before
        return nvml.thousandth(now - self._first_millijoules)

    def _see(self, gpu: nvml.Gpu, values: Dict[str, Optional[float]]) -> None:
        mask = gpu.clock_reasons()
        if mask is not None:
            self._sightings.throttling(nvml.throttling_of(mask))
        lists = [gpu.processes(kind) for kind in _LISTS]
        on_device = {process.pid for listed in lists for process in listed or ()}
        is_read = None not in lists
        # A container may show no process at all, whatever runs in it and beside it.
        is_whole = bool(on_device) and is_read
        memory, utilisation = values["device_memory_bytes"], values["device_utilisation_percent"]
        self._sightings.reading(memory, utilisation, on_device, is_whole, is_read)
