"""What a session's configuration says beside the options of NpuOptimizer: rewrites of the graph, which stay at default.

The documents switch two rewrites off and keep every other at its default; XLA stays off.
"""

from typing import Any, Dict, Tuple

from tensorflow.core.protobuf.rewriter_config_pb2 import RewriterConfig

from . import variant
from .contract import ContractViolation

#: `OptimizerOptions.DEFAULT`, which is without XLA, and `OptimizerOptions.OFF`.
_WITHOUT_XLA = (0, -1)


def check(graph_options: Any) -> None:
    """Judge a configuration that has NpuOptimizer.

    Args:
        graph_options: of a ConfigProto.

    Raises:
        ContractViolation: another NpuOptimizer, a rewrite that is not as the documents want it, or XLA.
    """
    rewrite = graph_options.rewrite_options
    entries = [entry for entry in rewrite.custom_optimizers if entry.name == "NpuOptimizer"]
    if len(entries) != 1:
        raise ContractViolation("custom_optimizers has %d entries NpuOptimizer: one of them is read" % len(entries))
    _check_switched_off(rewrite)
    _check_defaults(rewrite)
    level = graph_options.optimizer_options.global_jit_level
    if level not in _WITHOUT_XLA:
        raise ContractViolation("with NpuOptimizer, optimizer_options.global_jit_level must be OFF, not %d" % level)


def _switched_off() -> Dict[str, Tuple[int, ...]]:
    """`RewriterConfig.OFF` for both; for memory_optimization that number means MANUAL, which does nothing either, and
    NO_MEM_OPT says what is meant."""
    allowed: Dict[str, Tuple[int, ...]] = {"remapping": (RewriterConfig.OFF,)}
    if variant.current().needs_memory_optimization_off:
        allowed["memory_optimization"] = (RewriterConfig.OFF, RewriterConfig.NO_MEM_OPT)
    return allowed


def _check_switched_off(rewrite: Any) -> None:
    for name, values in _switched_off().items():
        if getattr(rewrite, name) not in values:
            raise ContractViolation("with NpuOptimizer, rewrite_options.%s must be set to OFF" % name)


def _check_defaults(rewrite: Any) -> None:
    rest = RewriterConfig()
    rest.CopyFrom(rewrite)
    for name in ("remapping", "memory_optimization", "custom_optimizers"):
        rest.ClearField(name)
    changed = sorted(field.name for field, _ in rest.ListFields())
    if changed:
        raise ContractViolation("with NpuOptimizer, rewrite_options.%s must stay at its default" % changed[0])
