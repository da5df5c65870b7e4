"""Asks a backend, in the interpreter and environment of a trial, whether it can run. `python -m bench.probe BACKEND`.

Prints a JSON object for the interpreter, then one for the backend. With the number of a device, or null for the one
that would be used, as a second argument it asks instead what the backend finds of that device. The parent runs it so
that the answer is that of the trial's Python, not of its own, and so that a probe that hangs or dies costs that
backend alone.
"""

import json
import os
import platform
import sys
from typing import Any, Dict, List, Optional

import bench
from backends import registry
from backends.protocol import Backend, Settings
from har_model.errors import HarbenchError


def _say(answer: Dict[str, Any]) -> None:
    print("\n" + json.dumps(answer), flush=True)


def default_settings(backend: Backend) -> Settings:
    """How a backend is asked to run where nothing else is said."""
    precision = backend.precisions[0]
    return Settings(backend.kernels[0], precision, 1, backend.default_loss_scale(precision))


def _described(backend: Backend) -> Dict[str, Any]:
    """What a backend can do, and the variables that a trial of its defaults would have."""
    return {
        "kernels": backend.kernels,
        "precisions": backend.precisions,
        "loss_scales": backend.loss_scales,
        "variables": backend.variables(default_settings(backend), dict(os.environ)),
    }


def _answer(name: str) -> Dict[str, Any]:
    described: Dict[str, Any] = {}
    try:
        backend = registry.create(name)
        described = _described(backend)
        probe = backend.probe()
    except HarbenchError as error:
        return dict(described, is_available=False, sentence=str(error))
    return dict(described, is_available=bool(probe.is_available), sentence=" ".join(str(probe.sentence).split()))


def _examined(name: str, device: Optional[int]) -> Dict[str, Any]:
    try:
        found = registry.create(name).examine(device, dict(os.environ))
    except HarbenchError as error:
        return {"refusal": str(error), "exit_code": error.exit_code}
    return {"findings": [one.to_dict() for one in found]}


def main(arguments: List[str]) -> None:
    """Print from where harbench was imported, then what the backend can do and what its probe says, or its findings."""
    _say({"harbench": bench.__file__, "python": platform.python_version()})
    _say(_examined(arguments[0], json.loads(arguments[1])) if len(arguments) > 1 else _answer(arguments[0]))


if __name__ == "__main__":
    main(sys.argv[1:])
