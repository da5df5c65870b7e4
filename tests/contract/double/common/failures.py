"""The failures that a script can ask for: their moment, their text, and how the process learns of them."""

from typing import Dict, NamedTuple, NoReturn, Optional

import tensorflow as tf

from . import log, script, variant
from .contract import ContractViolation

INIT, COMPILE, EXECUTE = "init", "compile", "execute"

_GE_PLUGIN = "tf_adapter/util/ge_plugin.cc:%d"
_GEOP = "tf_adapter/kernels/geop_npu.cc:%d"
#: ge::FAILED, as a number without sign.
_FAILED = 4294967295


class Failure(NamedTuple):
    """One way to fail.

    Args:
        moment: INIT (before anything is compiled), COMPILE or EXECUTE (after the sentinel).
        detail: the text of the graph engine; for a failure of INIT the log line.
        source_line: where the log line of INIT comes from.
    """

    moment: str
    detail: str
    source_line: int = 0


_NO_KERNEL = "EZ3003: No supported Ops kernel and engine are found for [%s], optype [%s]."
_CONTROL = "node %s(%s) is v1 control operator, which is not supported, please convert to v2 control operator"

FAILURES: Dict[str, Failure] = {
    # Aborts: LOG(FATAL) of GePlugin::Init.
    "tdt": Failure(INIT, "[GePlugin] Tdt host init failed, tdt error code : 1073741825", 328),
    "ge-init": Failure(INIT, "[GePlugin] Initialize ge failed, ret : %d" % _FAILED, 366),
    "parser-init": Failure(INIT, "[GePlugin] Initialize parser failed, ret : %d" % _FAILED, 343),
    # The same start, which NEW's sessions make in another thread: an error status, no abort.
    "ge-init-late": Failure(INIT, "[GePlugin] Initialize ge failed, ret : %d" % _FAILED, 0),
    "add-graph": Failure(COMPILE, "EZ9999: Inner Error!"),
    "graph-compile": Failure(COMPILE, "EZ9999: Inner Error!"),
    "EZ3003": Failure(COMPILE, _NO_KERNEL % ("scripted", "Scripted")),
    "EZ3002": Failure(COMPILE, "EZ3002: Optype [Scripted] of Ops kernel [AIcoreEngine] is unsupported."),
    "E40021": Failure(COMPILE, "E40021: Failed to compile Op [scripted]."),
    "EZ9999": Failure(COMPILE, "EZ9999: Inner Error!"),
    "EH9999": Failure(COMPILE, "EH9999: Inner Error!"),
    "v1-control": Failure(COMPILE, _CONTROL % ("cond/Switch", "Switch")),
    "hccl": Failure(COMPILE, "Call hcom_bind_model failed"),
    "rdev": Failure(COMPILE, "ra rdev init failed, ret [-17]"),
    "E30008": Failure(EXECUTE, "E30008: The AI CPU operator timed out."),
    "device-error": Failure(EXECUTE, "model execute error, retCode=0x91"),
    "table": Failure(EXECUTE, "Table not initialized"),
    "resource-variable": Failure(EXECUTE, "Error while reading resource variable"),
    "end-of-sequence": Failure(EXECUTE, "End of sequence"),
}


def scripted(moment: str) -> Optional[str]:
    """The name of the failure that the script wants at this moment, or None."""
    name = script.failure()
    if name is None:
        return None
    if name not in FAILURES:
        raise ContractViolation("no failure is called %r; there are %s" % (name, ", ".join(sorted(FAILURES))))
    return name if FAILURES[name].moment == moment else None


def fail_init(name: str) -> NoReturn:
    """End as the start of the graph engine ends when it goes wrong."""
    failure = FAILURES[name]
    if name == "ge-init-late":
        text = failure.detail + "\nError Message is : \nEZ9999: Inner Error!"
        log.line("E", _GEOP % 1034, text)
        raise tf.errors.InternalError(None, None, text)
    log.die(_GE_PLUGIN % failure.source_line, failure.detail)
    raise AssertionError("unreachable")


def _with_node(text: str, kernel: str) -> str:
    return "%s\n\t [[{{node %s}}]]" % (text, kernel)


def fail_compile(detail: str, kernel: str, graph_id: int, adding: bool = False) -> NoReturn:
    """End as a graph ends that cannot be compiled: NEW returns a status, OLD dies."""
    added = "[GEOP] call ge session add graph failed, kernel: %s" % kernel
    if variant.current().adapter == "old":
        log.die(_GEOP % 683, "%s ,tf session: direct, graph id: %d" % (added, graph_id))
    first = "[GEOP] GE session build graph failed, domi_ret : %d" % _FAILED
    if adding:
        first = "%s, tf session: direct, graph id: %d" % (added, graph_id)
    text = "%s\nError Message is : \n%s" % (first, detail)
    raise tf.errors.InternalError(None, None, _with_node(text, kernel))


def no_kernel(operation: str, kind: str) -> str:
    """The text for an operation that no engine of the device has."""
    return _NO_KERNEL % (operation, kind)


def fail_execute(name: str, kernel: str) -> NoReturn:
    """End as a compiled graph ends that fails on the device."""
    if name == "end-of-sequence":
        log.line("W", _GEOP % 1211, "[GEOP] Out of range: End of sequence.")
        raise tf.errors.OutOfRangeError(None, None, _with_node("End of sequence", kernel))
    text = kernel + "GEOP::::DoRunAsync Failed"
    if variant.current().adapter == "old":
        log.die(_GEOP % 743, text)
    text += "\nError Message is : \n" + FAILURES[name].detail
    raise tf.errors.InternalError(None, None, _with_node(text, kernel))
