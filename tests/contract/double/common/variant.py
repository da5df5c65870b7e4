"""Which adapter the double stands for in this process."""

from typing import NamedTuple, Optional

from .contract import ContractViolation


class Variant(NamedTuple):
    """An adapter of some time.

    Args:
        adapter: "old" (2021-02) or "new" (2026-07).
        prints_sentinel: whether it says on stderr that a graph has been compiled.
        saturates: whether its devices clamp by default, where no script says otherwise.
        needs_memory_optimization_off: whether its documents want that rewrite switched off, besides remapping.
    """

    adapter: str
    prints_sentinel: bool
    saturates: bool
    needs_memory_optimization_off: bool


OLD = Variant("old", prints_sentinel=False, saturates=True, needs_memory_optimization_off=True)
NEW = Variant("new", prints_sentinel=True, saturates=False, needs_memory_optimization_off=True)
#: The same time as NEW, for TensorFlow 2: its own SessionConfigBuilder switches only remapping off.
TF2 = Variant("new", prints_sentinel=True, saturates=False, needs_memory_optimization_off=False)

_loaded: Optional[Variant] = None


def load(variant: Variant) -> None:
    """Say which adapter was imported; a process has one."""
    global _loaded
    if _loaded not in (None, variant):
        raise ContractViolation("two adapters in one process")
    _loaded = variant


def current() -> Variant:
    """The adapter that was imported."""
    if _loaded is None:
        raise ContractViolation("no adapter was imported")
    return _loaded
