"""NVML, NVIDIA's library that tells of its GPUs, through nvidia-ml-py: one GPU, and answers that may be unknown."""

import ctypes
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
#: The code where libnvidia-ml is older than nvidia-ml-py and has not the form of a function that this asks for; and
#: how nvidia-ml-py calls the only form that it offers beside the newest one.
_NO_SUCH_FUNCTION, _FORMER = 13, "_v2"


def load_library() -> Any:
    """The module of nvidia-ml-py.

    Raises:
        ImportError: it is not installed.
    """
    return importlib.import_module("pynvml")


#: More processes than any GPU has.
_MOST_PROCESSES = 4096


class _Process(ctypes.Structure):
    """nvmlProcessInfo_t as it was when the lists of processes had one form: nvml.h of CUDA 10.2 and older."""

    _fields_ = [("pid", ctypes.c_uint), ("usedGpuMemory", ctypes.c_ulonglong)]


def _as_text(answer: Any) -> Any:
    """The answer, and as a text where it is bytes, as in older releases of nvidia-ml-py.

    Raises:
        UnicodeDecodeError: the bytes are none.
    """
    return answer.decode("utf-8") if isinstance(answer, bytes) else answer


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
        #: No NVMLError; older releases of nvidia-ml-py do not have it.
        self._mismatch = getattr(nvml, "NVMLLibraryMismatchError", ())
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
            return None if asked is None else _as_text(asked(*arguments))
        except UnicodeDecodeError:  # a name in no known coding, which newer releases of nvidia-ml-py decode
            return None
        except self._mismatch:  # raised in place of the error below where a function has several forms
            return self._answer(function + _FORMER, *arguments)
        except self._nvml.NVMLError as error:
            code = getattr(error, "value", None)
            if code in _GONE:
                raise
            return self._answer(function + _FORMER, *arguments) if code == _NO_SUCH_FUNCTION else None

    def processes(self, kind: str) -> Optional[List[Any]]:
        """Those that the GPU has, each with its `pid`; None and errors as for `ask`.

        Args:
            kind: "Compute" or "Graphics".
        """
        function = "nvmlDeviceGet%sRunningProcesses" % kind
        listed: Optional[List[Any]] = self.ask(function)
        return self._first_form(function) if listed is None else listed

    def _first_form(self, function: str) -> Optional[List[Any]]:
        """What a list of processes has by the only form of drivers before 450, which nvidia-ml-py does not offer."""
        asked = getattr(getattr(self._nvml, "nvmlLib", None), function, None)
        if asked is None:
            return None
        listed, count = (_Process * _MOST_PROCESSES)(), ctypes.c_uint(_MOST_PROCESSES)
        code = asked(self._handle, ctypes.byref(count), listed)
        if code in _GONE:
            raise self._nvml.NVMLError(code)
        return list(listed[: count.value]) if code == 0 else None

    def bus_id(self) -> Optional[str]:
        """Its place on the PCI bus, as "00000000:07:00.0"."""
        name = getattr(self.ask("nvmlDeviceGetPciInfo"), "busId", None)
        return name.decode("ascii", errors="replace") if isinstance(name, bytes) else name

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
