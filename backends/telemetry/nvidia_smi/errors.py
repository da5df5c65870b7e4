"""The messages that `nvidia-smi` prints instead of data, most of them on standard output."""

from typing import Optional

from backends.telemetry.fault import Fault, first_fault, message

#: Kinds of faults.
MISMATCH = "driver/library mismatch"
NOT_RUNNING = "driver not running"
GPU_LOST = "gpu lost"
NVML_UNKNOWN = "nvml unknown error"
NO_GPU = "no supported GPUs"
NO_LIBRARY = "no NVML library"
NOT_PERMITTED = "not permitted"
NOT_FOUND = "not found"
QUERY_REFUSED = "query refused"
#: Nothing of what was asked for stands in the text, and no known message either.
NOT_UNDERSTOOD = "not understood"

#: What a number tells without a text: the codes of nvml.h, with which nvidia-smi exits, too.
KINDS_BY_CODE = {4: NOT_PERMITTED, 9: NOT_RUNNING, 12: NO_LIBRARY, 15: GPU_LOST, 18: MISMATCH}

# Each is the beginning of a line or a whole one: "Unknown Error" is the value of single fields of healthy GPUs, too.
_MESSAGES = (
    message(
        r"Driver/library version mismatch",
        MISMATCH,
        "The NVIDIA driver in the kernel and its library are of two versions; restart the host, or reload the driver.",
    ),
    message(
        r"couldn't communicate with the NVIDIA driver|^Failed to initialize NVML: Driver Not Loaded",
        NOT_RUNNING,
        "The NVIDIA driver is not running; load or install it.",
    ),
    message(
        r"Unable to determine the device handle for GPU|GPU is lost|has fallen off the bus",
        GPU_LOST,
        "A GPU does not answer any more; look at the kernel's log for Xid and restart the host.",
    ),
    message(
        r"No supported GPUs were found|No devices were found",
        NO_GPU,
        "The NVIDIA driver runs, but no GPU is bound to it.",
    ),
    message(
        r"^Failed to initialize NVML: Unknown Error",
        NVML_UNKNOWN,
        "NVML cannot be opened; in a container that has lost its devices, start the container anew.",
    ),
    message(
        r"couldn't find libnvidia-ml|NVML Shared Library Not Found|NVML library (?:not found|doesn't exist)",
        NO_LIBRARY,
        "The library libnvidia-ml.so is not found; install the driver, or give the container its libraries.",
    ),
    message(
        r"Insufficient Permissions\s*$|does not have permission",
        NOT_PERMITTED,
        "nvidia-smi answers this to a user with more rights alone.",
    ),
    message(
        r"nvidia-smi:\s*(?:command\s+)?not found|nvidia-smi[^\n]*No such file or directory",
        NOT_FOUND,
        "nvidia-smi is not installed here; it comes with the driver of the GPU.",
    ),
    message(
        r"is not a valid field to query|Invalid combination of input arguments|is not recognized",
        QUERY_REFUSED,
        "This nvidia-smi does not know the query.",
    ),
)


def fault(text: str) -> Optional[Fault]:
    """The fault that lines of an output, none of which are data, tell of; None where none is known in them."""
    for line in text.splitlines():
        found = first_fault(line.strip(), _MESSAGES)
        if found:
            return found
    return None


def fault_of_code(code: int) -> Optional[Fault]:
    """The fault that a code of NVML, or an exit code of nvidia-smi, tells of; None where it tells nothing."""
    kind = KINDS_BY_CODE.get(code)
    sentences = {other: sentence for _, other, sentence in _MESSAGES}
    return Fault(kind, sentences[kind], code) if kind else None


def not_understood(what: str) -> Fault:
    """The fault of an output that holds neither data nor a known message."""
    return Fault(NOT_UNDERSTOOD, "nvidia-smi printed no %s that is understood." % what)


def fault_of(text: str, has_data: bool, what: str) -> Optional[Fault]:
    """None for an output with data; otherwise why there is none."""
    return None if has_data else fault(text) or not_understood(what)
