"""Samples one NVIDIA GPU: through NVML, or by nvidia-smi where NVML cannot be reached from Python."""

from typing import Any, Dict, Optional

from backends.telemetry import tool
from backends.telemetry.nvidia_smi import documents
from backends.telemetry.nvidia_smi.report import Gpu, Report
from backends.telemetry.nvml import Nvml
from backends.telemetry.printed import bytes_of
from backends.telemetry.sightings import Sightings
from backends.telemetry.source import Pids, Source

COMMAND = "nvidia-smi"


class NvidiaSmi(Source):
    """The same columns as `Nvml`, but for the energy counter, which nvidia-smi does not print.

    Args:
        device: its number in the order of the bus, or its UUID.
        pids: the processes of the trial's tree.
        run: runs nvidia-smi and returns what it printed; raises ToolFailed where it does not answer.
    """

    name = "GPU"
    columns = Nvml.columns
    patience_seconds = tool.TIMEOUT_SECONDS

    def __init__(self, device: str, pids: Pids, run: tool.Run = tool.run) -> None:
        self._device, self._run = device, run
        self._sightings = Sightings(COMMAND, pids)
        self._sightings.note(id="gpu %s" % device)

    def read(self) -> Dict[str, Optional[float]]:
        """One sample.

        Raises:
            ToolFailed: nvidia-smi does not answer, or shows no such GPU.
        """
        found = documents.parse_xml(self._run([COMMAND, "-q", "-x", "-i", self._device]))
        if len(found.gpus) != 1:
            sentence = "nvidia-smi does not show gpu %s alone." % self._device
            raise tool.ToolFailed(found.fault.sentence if found.fault else sentence)
        gpu = found.gpus[0]
        values: Dict[str, Optional[float]] = {
            "device_power_watts": gpu.power_watts if gpu.power_watts is not None else gpu.power_instant_watts,
            "device_memory_bytes": bytes_of(gpu.memory_used_mib),
            "device_temperature_celsius": gpu.temperature_celsius,
            "device_utilisation_percent": gpu.utilisation_percent,
            "device_clock_mhz": gpu.sm_clock_mhz,
            "device_energy_joules": None,
        }
        self._see(found, gpu, values)
        return values

    def _see(self, found: Report, gpu: Gpu, values: Dict[str, Optional[float]]) -> None:
        self._sightings.note(
            name=gpu.name,
            driver=found.driver_version,
            uuid=gpu.uuid,
            bus_id=gpu.bus_id,
            power_limit_watts=gpu.power_limit_watts,
        )
        self._sightings.output(found.text)
        if gpu.throttle_reasons is not None:
            self._sightings.throttling(gpu.throttle_reasons)
        listed = {process.pid for process in found.processes or ()}
        memory, utilisation = values["device_memory_bytes"], values["device_utilisation_percent"]
        # An empty list may be a container's, which shows no process at all: it is read, and not whole.
        self._sightings.reading(memory, utilisation, listed, bool(listed), found.processes is not None)

    def observation(self) -> Dict[str, Any]:
        """What was seen of the GPU."""
        return self._sightings.document()


class NvidiaGpu(Source):
    """Whichever answers to the first reading, NVML before nvidia-smi."""

    name = "GPU"
    columns = Nvml.columns
    patience_seconds = NvidiaSmi.patience_seconds

    def __init__(self, nvml: Source, smi: Source) -> None:
        self._nvml, self._smi = nvml, smi
        self._chosen: Optional[Source] = None

    def read(self) -> Dict[str, Optional[float]]:
        """One sample.

        Raises:
            ToolFailed: neither answers, with NVML's reason; or the one that did has lost the GPU.
        """
        if self._chosen is not None:
            return self._chosen.read()
        try:
            values, self._chosen = self._nvml.read(), self._nvml
        except tool.ToolFailed as error:
            try:
                values, self._chosen = self._smi.read(), self._smi
            except tool.ToolFailed:
                raise error from None
        return values

    def observation(self) -> Dict[str, Any]:
        """What the one that answers has seen."""
        return (self._chosen or self._nvml).observation()


def source(device: str, pids: Pids) -> Source:
    """A GPU as it is to be sampled."""
    return NvidiaGpu(Nvml(device, pids), NvidiaSmi(device, pids))
