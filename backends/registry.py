"""From a backend's name to its class; one module is imported, and only when it is asked for.

Another package adds a backend by an entry point of the group `harbench.backends`: its name, and "module:Class".
"""

import importlib
from typing import Dict, Tuple

from backends.protocol import Backend, BackendUnavailable
from har_model.errors import UsageError

#: name -> "module:Class"
BUILT_IN = {
    "cpu": "backends.cpu:CpuBackend",
    "gpu": "backends.cuda:CudaBackend",
    "npu": "backends.ascend.backend:AscendBackend",
    "npu-sim": "backends.npu_sim:NpuSimBackend",
    "null": "backends.null:NullBackend",
}
ENTRY_POINT_GROUP = "harbench.backends"


def _installed() -> Dict[str, str]:
    """The backends of other packages; one that takes the name of ours is left out."""
    try:
        metadata = importlib.import_module("importlib.metadata")
    except ImportError:  # Python 3.7
        metadata = importlib.import_module("importlib_metadata")
    found = metadata.entry_points()
    points = found.select(group=ENTRY_POINT_GROUP) if hasattr(found, "select") else found.get(ENTRY_POINT_GROUP, ())
    return {point.name: point.value for point in points if point.name not in BUILT_IN}


def names() -> Tuple[str, ...]:
    """The names that `--backend` takes."""
    return tuple(BUILT_IN) + tuple(sorted(_installed()))


def create(name: str) -> Backend:
    """The backend of that name, untouched and unprobed.

    Raises:
        UsageError: no backend has that name.
        BackendUnavailable: the package that brings it cannot be imported, or brings something else.
    """
    place = BUILT_IN.get(name) or _installed().get(name)
    if place is None:
        raise UsageError("There is no backend %r; choose one of %s." % (name, ", ".join(names())))
    module, _, attribute = place.partition(":")
    if name in BUILT_IN:
        built_in: Backend = getattr(importlib.import_module(module), attribute)()
        return built_in
    return _of_another_package(name, module, attribute)


def _of_another_package(name: str, module: str, attribute: str) -> Backend:
    try:
        backend = getattr(importlib.import_module(module), attribute)()
    except Exception as error:  # whatever a stranger's module does when it is imported
        raise BackendUnavailable(
            "The backend %r, which another package brings (%s:%s), cannot be made (%s: %s): mend or remove it."
            % (name, module, attribute, type(error).__name__, " ".join(str(error).split()))
        ) from error
    if not isinstance(backend, Backend) or backend.name != name:
        raise BackendUnavailable(
            "The backend %r, which another package brings (%s:%s), is no backend of that name: it must be a "
            "backends.protocol.Backend whose name is %r." % (name, module, attribute, name)
        )
    return backend
