"""The script of a run: what the double is made to do, read from the environment variable HARBENCH_DOUBLE.

The variable holds a JSON object. Without it everything goes well. Its keys:

  sentinel        true (default), false: the line "The model has been compiled ..." is never printed (NEW prints it
                  otherwise, OLD never does); "no-space": printed without the space after "is:", as older builds do
  source          the file and line that the sentinel comes from (default "tf_adapter/kernels/geop_npu.cc:1178")
  fail            the name of a failure in `failures.FAILURES` ("E30008", "EZ3003", "ge-init", "graph-compile",
                  "device-error", "tdt", ...): printed and raised, or the process aborted, at its moment
  fail_at_run     the device run (1, 2, ...) at which a failure of execution happens (default 1: the first)
  overflow_at_steps   list of training steps (1, 2, ... counted over the process, one for each run of a loss-scaled
                  update) at which the float status of the device says overflow although every gradient is finite
  saturates       true: the device clamps instead of producing Inf and NaN, as the Ascend 910A always does (then
                  `npu_plugin.is_inf_nan_enabled()` is False and fetched values are finite). Default: true for OLD,
                  false for NEW
  host_ops        list of operation types that the device lacks: a graph with one fails to compile (EZ3003), unless
                  mix_compile_mode leaves it to the host
  compile_seconds  how long the compilation of a graph takes (default 0), while npu-smi shows the process
  missing         "package": importing the adapter raises ModuleNotFoundError; "library": its shared object cannot be
                  loaded, which ends in an ImportError on npu_bridge_handle
  traces          false: the profiler leaves nothing in its folder (default true)

An unknown key or value is refused: a misspelt script would make a test pass that tests nothing.
"""

import json
import os
from typing import Any, Dict, List, Optional

from .contract import ContractViolation

VARIABLE = "HARBENCH_DOUBLE"
_KEYS = (
    "sentinel", "source", "fail", "fail_at_run", "overflow_at_steps", "saturates", "host_ops", "compile_seconds",
    "missing", "traces",
)  # fmt: skip


def read() -> Dict[str, Any]:
    """The script in force now.

    Raises:
        ContractViolation: it is no JSON object, or has a key that is none of the above.
    """
    text = os.environ.get(VARIABLE, "") or "{}"
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ContractViolation("%s must be a JSON object, not %r" % (VARIABLE, text))
    unknown = sorted(set(found) - set(_KEYS))
    if unknown:
        raise ContractViolation("%s has unknown keys: %s" % (VARIABLE, ", ".join(unknown)))
    return found


def missing() -> Optional[str]:
    """What cannot be imported: "package", "library" or None."""
    found = read().get("missing")
    if found not in (None, "package", "library"):
        raise ContractViolation('missing is "package" or "library", not %r' % (found,))
    return found


def check_package(name: str) -> None:
    """Raise ModuleNotFoundError, where the package is not installed by the script."""
    if missing() == "package":
        raise ModuleNotFoundError("No module named %r" % name, name=name)


def failure() -> Optional[str]:
    """The name of the failure to show, or None."""
    return read().get("fail")


def overflow_steps() -> List[int]:
    """The training steps at which the device reports overflow."""
    return list(read().get("overflow_at_steps", ()))
