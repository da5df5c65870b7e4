"""From a backend's name to its class; one module is imported, and only when it is asked for."""

import importlib
from typing import Tuple

from backends.protocol import Backend
from har_model.errors import UsageError

#: name -> "module:Class"
BUILT_IN = {
    "cpu": "backends.cpu:CpuBackend",
    "gpu": "backends.cuda:CudaBackend",
    "npu": "backends.ascend:AscendBackend",
    "null": "backends.null:NullBackend",
}


def names() -> Tuple[str, ...]:
    """The names that `--backend` takes."""
    return tuple(BUILT_IN)


def create(name: str) -> Backend:
    """The backend of that name, untouched and unprobed.

    Raises:
        UsageError: no backend has that name.
    """
    if name not in BUILT_IN:
        raise UsageError("There is no backend %r; choose one of %s." % (name, ", ".join(names())))
    module, _, attribute = BUILT_IN[name].partition(":")
    backend: Backend = getattr(importlib.import_module(module), attribute)()
    return backend
