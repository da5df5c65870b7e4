"""What every backend on the TensorFlow engine shares; importing this module imports no TensorFlow, `prepare` does."""

import importlib
import importlib.util
from abc import abstractmethod
from typing import Any, Dict, Mapping, Sequence

import numpy as np

from backends.protocol import Backend, BackendUnavailable, Model, Settings
from har_model.config import NetworkConfig, Workload
from har_model.errors import UsageError

#: Log levels under which TensorFlow writes of every operation.
_LOUD = ("TF_CPP_MAX_VLOG_LEVEL", "TF_CPP_MIN_VLOG_LEVEL", "TF_CPP_VMODULE")


def is_installed() -> bool:
    """Whether this interpreter has a TensorFlow, without importing it."""
    return importlib.util.find_spec("tensorflow") is not None


class TensorFlowBackend(Backend):
    """A device that TensorFlow places the graph on; a subclass says how."""

    engine = "tensorflow"

    def prepare(self) -> None:
        """Import TensorFlow and the engine's modules."""
        try:
            importlib.import_module("tensorflow")
        except ImportError as error:
            raise BackendUnavailable(
                "TensorFlow cannot be imported by this interpreter (%s); install 1.15 on Python 3.7, or a "
                "current 2.x, and "
                "try again." % error
            ) from error
        from backends.engines.tensorflow import model  # noqa: F401 - not to be imported later, in a phase that is timed

    def check(self, settings: Settings, variables: Mapping[str, str]) -> None:
        """As every backend, and that TensorFlow does not write of each operation while steps are timed."""
        super().check(settings, variables)
        for name in _LOUD:
            if variables.get(name, "") not in ("", "0"):
                raise UsageError(
                    "%s=%s has TensorFlow write of every operation, which slows each step: unset it."
                    % (name, variables[name])
                )

    @abstractmethod
    def place(self, workload: Workload, settings: Settings) -> Any:
        """How the graph lies on the device: a `backends.engines.tensorflow.model.Placement`."""

    def open(self, workload: Workload, settings: Settings) -> Model:
        """Build graph and session."""
        from backends.engines.tensorflow.model import GraphModel

        return GraphModel(workload, self.place(workload, settings))

    def checkpoint_shapes(self, path: str) -> Mapping[str, Sequence[int]]:
        """Names and shapes of the variables in a TensorFlow checkpoint."""
        from backends.engines.tensorflow import checkpoint

        return checkpoint.shapes(path)

    def checkpoint_weights(self, path: str, names: Sequence[str]) -> Dict[str, np.ndarray]:
        """The named variables of a TensorFlow checkpoint."""
        from backends.engines.tensorflow import checkpoint

        return checkpoint.read(path, names)

    def freeze(self, network: NetworkConfig, weights: Mapping[str, np.ndarray]) -> bytes:
        """The network with its weights as one TensorFlow graph of constants: `backends.engines.tensorflow.export`."""
        from backends.engines.tensorflow import export

        return export.freeze(network, weights)

    def run_frozen(self, content: bytes, windows: np.ndarray, batch: int) -> np.ndarray:
        """Classes that such a graph gives to windows, `batch` at a time, on the host."""
        from backends.engines.tensorflow import export

        return export.run(content, windows, batch)
