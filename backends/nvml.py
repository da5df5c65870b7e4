"""NVML, NVIDIA's library that tells of its GPUs, through nvidia-ml-py: one GPU, and answers that may be unknown."""

import importlib
from typing import Any, List, Optional

#: Codes of nvml.h after which no answer can be expected any more: not initialised, driver not loaded, library not
#: found, GPU lost, reset required, driver and library of two versions. Any other leaves one value unknown, as
#: nvidia-smi prints N/A or Unknown Error for single fields of healthy GPUs.
_GONE = (1, 9, 12, 15, 16, 18)
#: nvmlClocksEventReasons in nvml.h that slow a GPU down, called as nvidia-smi calls them.
_THROTTLING = {
    0x4: "sw_power_cap",
    0x8: "hw_slowdown",
    0x10: "sync_boost",
    0x20: "sw_thermal_slowdown",
    0x40: "hw_thermal_slowdown",
    0x80: "hw_power_brake_slowdown",
    0x100: "display_clocks_setting",
}
#: The other reasons: nothing to do, and a clock that somebody set.
_IDLE, _CLOCK_IS_SET = 0x1, 0x2
_BITS = 64


def load_library() -> Any:
    """The module of nvidia-ml-py.

    Raises:
        ImportError: it is not installed.
    """
    return importlib.import_module("pynvml")


class Gpu:
    """One GPU of NVML, which is opened with it.

    Args:
        nvml: the module pynvml.
        named: its number in the order of the bus, which CUDA's order and CUDA_VISIBLE_DEVICES may differ from; or a
            UUID as "GPU-...", a MIG instance as "MIG-..."; or a PCI bus id as "00000000:07:00.0".

    Raises:
        NVMLError: NVML cannot be opened, or knows no such GPU.
    """

    def __init__(self, nvml: Any, named: str) -> None:
        self._nvml = nvml
        nvml.nvmlInit()
        if named.isdigit():
            self._handle = nvml.nvmlDeviceGetHandleByIndex(int(named))
        elif named.startswith(("GPU-", "MIG-")):
            self._handle = nvml.nvmlDeviceGetHandleByUUID(named)
        else:
            self._handle = nvml.nvmlDeviceGetHandleByPciBusId(named)

    def ask(self, function: str, *constants: str) -> Any:
        """What a function of NVML returns for the GPU; None where library, driver or GPU have no answer.

        Args:
            constants: names in nvml.h of what it takes beside the GPU.

        Raises:
            NVMLError: the GPU or the driver has gone.
        """
        return self._answer(function, self._handle, *(getattr(self._nvml, name) for name in constants))

    def ask_system(self, function: str) -> Any:
        """What a function that is of no GPU returns; None and errors as for `ask`."""
        return self._answer(function)

    def _answer(self, function: str, *arguments: Any) -> Any:
        asked = getattr(self._nvml, function, None)
        try:
            answer = None if asked is None else asked(*arguments)
        except self._nvml.NVMLError as error:
            if getattr(error, "value", None) in _GONE:
                raise
            return None
        # Older releases of nvidia-ml-py return bytes.
        return answer.decode("utf-8", errors="replace") if isinstance(answer, bytes) else answer

    def clock_reasons(self) -> Optional[int]:
        """The bits of nvmlClocksEventReasons that hold now."""
        mask = self.ask("nvmlDeviceGetCurrentClocksEventReasons")
        if mask is None:  # its name before driver 535
            mask = self.ask("nvmlDeviceGetCurrentClocksThrottleReasons")
        return None if mask is None else int(mask)


def throttling_of(mask: int) -> List[str]:
    """Names of what keeps the clock low, but for idleness and a clock that was asked for; unknown bits as they are."""
    slowing = mask & ~(_IDLE | _CLOCK_IS_SET)
    bits = (1 << place for place in range(_BITS) if slowing & 1 << place)
    return [_THROTTLING.get(bit, hex(bit)) for bit in bits]


def is_clock_set(mask: int) -> bool:
    """Whether the clock is not higher because somebody set it."""
    return bool(mask & _CLOCK_IS_SET)


def thousandth(value: Optional[int]) -> Optional[float]:
    """Watts of milliwatts, joules of millijoules."""
    return None if value is None else value / 1000
