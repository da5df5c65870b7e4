"""The messages that `npu-smi` prints instead of data; most of them come with exit code 0."""

from typing import Optional

from backends.telemetry.fault import Fault, first_fault, message

#: Kinds of faults.
LOADER = "loader"
NOT_FOUND = "not found"
NO_CARD = "no card"
IN_USE = "in use"
NOT_INITIALISED = "not initialised"
NOT_PERMITTED = "not permitted"
NOT_SUPPORTED = "not supported"
QUERY_FAILED = "query failed"
#: Nothing of what was asked for stands in the text, and no known message either.
NOT_UNDERSTOOD = "not understood"

_CODE = r"[^\n]*?ret\s+is\s+(?P<code>-?[0-9]{1,9})"
_MESSAGES = (
    message(
        r"error while loading shared libraries",
        LOADER,
        "npu-smi is there, but the libraries of the driver are not found; source the driver's environment or put"
        " its lib64 on LD_LIBRARY_PATH.",
    ),
    message(
        r"npu-smi:\s*(?:command\s+)?not found|npu-smi[^\n]*No such file or directory",
        NOT_FOUND,
        "npu-smi is not installed here; it comes with the driver of the NPU.",
    ),
    message(r"There is no NPU card", NO_CARD, "The driver is installed, but it sees no NPU on this host."),
    message(
        r"dcmi mod(?:ule|el)\s+initiali[sz]ed?\s+failed,[^\n]*device is used" + _CODE,
        IN_USE,
        "The NPU is in use by another container or virtual machine; free it, or take another one.",
    ),
    message(
        r"dcmi mod(?:ule|el)\s+initiali[sz]ed?\s+failed" + _CODE,
        NOT_INITIALISED,
        "The driver's interface cannot be opened; check that the driver runs, that the device nodes are in the"
        " container, and that the user is in the driver's group.",
    ),
    message(
        r"Operation not permitted|only root user|permission denied",
        NOT_PERMITTED,
        "npu-smi answers this to root on the physical machine alone.",
    ),
    message(
        r"(?:does|do) not support|not support(?:ed)? (?:to )?query",
        NOT_SUPPORTED,
        "This NPU or its driver does not support the query.",
    ),
    message(
        r"Failed to (?:query|get)[^\n]*",
        QUERY_FAILED,
        "npu-smi could not ask the NPU; look at the driver's log and at the health of the card.",
    ),
)


def fault(text: str) -> Optional[Fault]:
    """The fault that an output tells of; None where none is known in it. Data may stand beside it."""
    return first_fault(text, _MESSAGES)


def not_understood(what: str) -> Fault:
    """The fault of an output that holds neither data nor a known message."""
    return Fault(NOT_UNDERSTOOD, "npu-smi printed no %s that is understood." % what)
