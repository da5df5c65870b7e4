"""From a backend's name to its class; one module is imported, and only when it is asked for."""

import importlib
from typing import Dict, Optional, Tuple

from backends import other_packages
from backends.other_packages import Found
from backends.protocol import Backend
from har_model.errors import UsageError

#: name -> "module:Class"; those of other packages come by entry points.
BUILT_IN = {
    "cpu": "backends.cpu:CpuBackend",
    "gpu": "backends.cuda.backend:CudaBackend",
    "npu": "backends.ascend.backend:AscendBackend",
    "npu-sim": "backends.npu_sim:NpuSimBackend",
    "null": "backends.null:NullBackend",
}


def _others() -> Dict[str, Found]:
    return other_packages.found(tuple(BUILT_IN))[0]


def names() -> Tuple[str, ...]:
    """The names that `--backend` takes."""
    return tuple(BUILT_IN) + tuple(sorted(_others()))


def refused() -> Tuple[str, ...]:
    """A sentence for each backend of another package that is left out, whatever it is."""
    return other_packages.found(tuple(BUILT_IN))[1]


def origin(name: str) -> Optional[str]:
    """From where a backend of another package is, as part of a sentence; None where it is ours, or nobody's."""
    found = None if name in BUILT_IN else _others().get(name)
    return None if found is None else other_packages.origin(found)


def built_in(name: str) -> Optional[Backend]:
    """The backend of that name where it is one of ours; None for every other, of which nothing is imported."""
    if name not in BUILT_IN:
        return None
    module, _, attribute = BUILT_IN[name].partition(":")
    backend: Backend = getattr(importlib.import_module(module), attribute)()
    return backend


def create(name: str) -> Backend:
    """The backend of that name, untouched and unprobed.

    Raises:
        UsageError: no backend has that name.
        BackendUnavailable: the package that brings it cannot be imported, or brings something else.
    """
    ours = built_in(name)
    if ours is not None:
        return ours
    if name in _others():
        return other_packages.make(_others()[name])
    hint = other_packages.why_blind()
    raise UsageError("There is no backend %r; choose one of %s%s." % (name, ", ".join(names()), hint))
