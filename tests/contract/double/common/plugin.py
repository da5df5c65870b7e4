"""npu_plugin: starting and stopping the graph engine without a graph, and the saturation mode."""

from typing import Any

from . import device, log, variant
from .contract import ContractViolation, Fatal
from .keys import PRECISION_MODES, PRECISION_MODES_V2


def resource_init(graph_run_mode: int, enable_profiling: bool, profiling_options: Any, **modes: Any) -> None:
    """Start the graph engine.

    Raises:
        ValueError: as the adapter's own checks.
        ContractViolation: a precision mode that does not exist, which the adapter passes on.
    """
    if graph_run_mode not in (0, 1):
        raise ValueError('"graph_run_mode" value must be 0 or 1')
    if enable_profiling and profiling_options is None:
        raise ValueError("profiling_options must be set when use profiling")
    precisions = PRECISION_MODES[variant.current().adapter]
    for name, allowed in (("precision_mode", precisions), ("precision_mode_v2", PRECISION_MODES_V2)):
        if modes.get(name) not in (None,) + allowed:
            raise ContractViolation("%s has no value %r" % (name, modes[name]))
    try:
        device.start(is_session=False)
    except Fatal as fatal:
        log.die(fatal.source, fatal.message)
