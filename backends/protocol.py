"""What a backend must answer: probe, prepare, open a model that steps, evaluates and proves where it ran."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Mapping, Optional, Sequence, Tuple

import numpy as np

from har_model.config import Workload
from har_model.errors import HarbenchError

KERNEL_UNROLLED = "unrolled"
KERNEL_FUSED = "fused"

#: The device named in the record did the work, and evidence says so.
PROVEN = "proven"
#: Nothing shows where the work was done: not a measurement of that device.
UNPROVEN = "unproven"
#: No device at all: figures were given, not measured.
SIMULATED = "simulated"


class BackendUnavailable(HarbenchError):
    """The backend cannot run on this host, or not as asked."""

    exit_code = 4


@dataclass(frozen=True)
class Probe:
    """Whether a backend can run here, and one sentence that says what it found or what is missing."""

    is_available: bool
    sentence: str


@dataclass(frozen=True)
class Settings:
    """How a backend is asked to run a workload.

    Args:
        kernel: how the recurrent layer is computed, one of the backend's `kernels`.
        precision: one of the backend's `precisions`.
        threads: host cores that the backend may fill.
    """

    kernel: str
    precision: str
    threads: int


@dataclass(frozen=True)
class Proof:
    """Where the work was done: `PROVEN`, `UNPROVEN` or `SIMULATED`, and what shows it."""

    state: str
    device: str
    evidence: str


@dataclass(frozen=True)
class Description:
    """What really runs: framework and device versions, and the settings as they took effect."""

    framework: str
    framework_version: str
    device: str
    effective: Dict[str, Any] = field(default_factory=dict)


class Model(ABC):
    """An opened workload on a device. Windows are float32 `[B, T, I]`, labels int32 `[B]`."""

    #: Where there is no device, the clock (nanoseconds) in which its given times pass; None: the host's clock.
    virtual_clock_ns: Optional[Callable[[], int]] = None

    @abstractmethod
    def describe(self) -> Description:
        """Versions and effective settings."""

    @abstractmethod
    def step(self, windows: np.ndarray, labels: np.ndarray) -> float:
        """One optimiser update; returns the loss it started from, on the host, when the device is done."""

    @abstractmethod
    def evaluate(self, windows: np.ndarray) -> np.ndarray:
        """Logits `[B, C]` without dropout, the windows taken as one batch."""

    @abstractmethod
    def get_weights(self) -> Dict[str, np.ndarray]:
        """The trained variables by canonical name."""

    @abstractmethod
    def set_weights(self, weights: Mapping[str, np.ndarray]) -> None:
        """Replace the trained variables; the optimiser's state stays."""

    @abstractmethod
    def save_checkpoint(self, path: str) -> None:
        """Leave a checkpoint that the reference's port can read; `path` is its prefix."""

    @abstractmethod
    def prove(self) -> Proof:
        """Where the steps so far were computed."""

    @abstractmethod
    def close(self) -> None:
        """Release the device."""


class Backend(ABC):
    """A device and how an engine is placed on it. Creating one touches nothing."""

    #: What the user calls it.
    name: str
    #: What steps the network: `tensorflow`, or `none`.
    engine: str
    #: What it can do; the first of each is its default.
    kernels: Tuple[str, ...]
    precisions: Tuple[str, ...]

    @abstractmethod
    def probe(self) -> Probe:
        """Look, without importing a framework, whether the backend can run here."""

    @abstractmethod
    def prepare(self) -> None:
        """Import what the backend needs; timed as a phase of its own.

        Raises:
            BackendUnavailable: it cannot be imported.
        """

    def compile_caches(self) -> Tuple[str, ...]:
        """Folders in which what was compiled outlives a process, so that a first step may find it there."""
        return ()

    @abstractmethod
    def open(self, workload: Workload, settings: Settings) -> Model:
        """Build the workload's model with its initial weights."""

    @abstractmethod
    def checkpoint_shapes(self, path: str) -> Mapping[str, Sequence[int]]:
        """Names and shapes of the variables in a checkpoint.

        Raises:
            DataError: there is no readable checkpoint of that prefix.
        """

    @abstractmethod
    def checkpoint_weights(self, path: str, names: Sequence[str]) -> Dict[str, np.ndarray]:
        """The named variables of a checkpoint."""
