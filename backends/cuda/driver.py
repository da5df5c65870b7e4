"""The NVIDIA driver as a process sees it: device nodes, its library, and what that says. No context is made."""

import ctypes
import glob
import os
import re
from dataclasses import dataclass
from typing import Any, Callable, Mapping, Optional, Tuple

from har_model.files import read_text

#: Where device nodes and /proc are looked for, so that tests can pretend.
ROOT_VARIABLE = "HARBENCH_CUDA_ROOT"
LIBRARY = "libcuda.so.1"
_VERSION = re.compile(r"\b(\d{3,}\.\d+(?:\.\d+)?)\b")


def root() -> str:
    """The folder that stands for / here."""
    return os.environ.get(ROOT_VARIABLE) or "/"


@dataclass(frozen=True)
class Nodes:
    """The device nodes.

    Args:
        gpus: of GPUs, or /dev/dxg of Windows' subsystem for Linux.
        forbidden: those that this user may not open.
        has_memory_node: whether /dev/nvidia-uvm is there, without which CUDA does not start.
    """

    gpus: Tuple[str, ...]
    forbidden: Tuple[str, ...]
    has_memory_node: bool


def nodes(folder: str) -> Nodes:
    """The nodes below a folder that stands for /."""
    pattern = os.path.join(glob.escape(folder), "dev")
    gpus = sorted(glob.glob(os.path.join(pattern, "nvidia[0-9]*"))) + glob.glob(os.path.join(pattern, "dxg"))
    others = [path for path in (os.path.join(folder, "dev", "nvidiactl"),) if os.path.exists(path)]
    forbidden = [path for path in gpus + others if not os.access(path, os.R_OK | os.W_OK)]
    is_windows = any(path.endswith("dxg") for path in gpus)
    has_memory_node = is_windows or os.path.exists(os.path.join(folder, "dev", "nvidia-uvm"))
    return Nodes(tuple(gpus), tuple(forbidden), has_memory_node)


def version_in(text: str) -> Optional[str]:
    """The driver's version in the text of /proc/driver/nvidia/version; None where it has none."""
    found = _VERSION.search(text.split("\n", 1)[0])
    return found.group(1) if found else None


def kernel_version(folder: str) -> Optional[str]:
    """The version of the loaded kernel module; None where the kernel shows none."""
    text = read_text(os.path.join(folder, "proc", "driver", "nvidia", "version"))
    return None if text is None else version_in(text)


@dataclass(frozen=True)
class Driver:
    """What the driver's library says.

    Args:
        load_error: why the library cannot be loaded, or is none of a driver; None where it can.
        cuda: the newest CUDA that it serves, as (12, 4).
        start_code: what cuInit returned; 0 is well.
        count: GPUs that CUDA sees, CUDA_VISIBLE_DEVICES applied.
    """

    load_error: Optional[str]
    cuda: Optional[Tuple[int, int]] = None
    start_code: Optional[int] = None
    count: Optional[int] = None


def _number(library: Any, name: str) -> Optional[int]:
    """What a function of the driver writes into its whole number; None where it fails or is not there."""
    function, value = getattr(library, name, None), ctypes.c_int(0)
    return value.value if function is not None and function(ctypes.byref(value)) == 0 else None


def cuda_version(number: Optional[int]) -> Optional[Tuple[int, int]]:
    """Major and minor version in the number that CUDA and NVML give, 12040 for (12, 4); None where there is none."""
    return (number // 1000, number % 1000 // 10) if number else None


def ask(load: Callable[[str], Any] = ctypes.CDLL) -> Driver:
    """Ask the driver's library (https://docs.nvidia.com/cuda/cuda-driver-api), once it could be loaded."""
    try:
        library = load(LIBRARY)
    except OSError as error:
        return Driver(str(error))
    if not hasattr(library, "cuInit"):
        return Driver("it has no function cuInit, so it is no driver's")
    number = _number(library, "cuDriverGetVersion")
    code = int(library.cuInit(0))
    return Driver(None, cuda_version(number), code, _number(library, "cuDeviceGetCount") if code == 0 else None)


#: Codes of CUresult that cuInit returns, and what each means with the next step.
_START_CODES: Mapping[int, str] = {
    34: "its library is a stub for building: take it off LD_LIBRARY_PATH, or start the container with `--gpus all`",
    46: "the GPU is busy or in exclusive mode: see nvidia-smi for who has it",
    100: "it sees no GPU: look at nvidia-smi, and at `--gpus` where this is a container",
    802: "it is not ready yet: on a host with NVSwitch start nvidia-fabricmanager",
    803: "its library and its kernel module are of different versions: restart the host, or the container",
    804: "the compatibility library that was loaded is not for this GPU: take it off LD_LIBRARY_PATH",
    999: "it gives no reason: reload the module nvidia_uvm, or restart the host",
}


def meaning(code: int) -> str:
    """What a code of cuInit means, with the next step."""
    return _START_CODES.get(code, "look for this code in CUDA's list of CUresult and at `dmesg`")
