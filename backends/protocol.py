"""What a backend must answer: probe, prepare, open a model that steps, evaluates and proves where it ran."""

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple

import numpy as np

from backends.findings import Finding
from backends.proof import Evidence, Proof
from backends.telemetry.source import Pids, Source
from har_model.config import NetworkConfig, Workload
from har_model.errors import HarbenchError, UsageError

#: The engine of a backend that computes nothing.
ENGINE_NONE = "none"

KERNEL_UNROLLED = "unrolled"
KERNEL_FUSED = "fused"

LOSS_SCALE_NONE = "none"
LOSS_SCALE_DYNAMIC = "dynamic"
#: What a number stands for.
LOSS_SCALE_FIXED = "fixed"
#: The largest power of two that float32 holds, in which every device scales.
_LARGEST_LOSS_SCALE = 2.0**127
#: What a number is written with. Python's float would take `1_000`, the digits of any script and `inf` as well.
_DIGITS = re.compile("[0-9.eE+]+")

#: How the effective setting `overflow` begins where no loss would show one and nothing looks for it.
OVERFLOW_UNSEEN = "unseen"


def loss_scale_of(text: str) -> Optional[str]:
    """The loss scale that a text means: `none`, `dynamic`, or a number from 1 to 2^127 as its shortest text.

    None comes back where it means no loss scale.
    """
    if text in (LOSS_SCALE_NONE, LOSS_SCALE_DYNAMIC):
        return text
    if not _DIGITS.fullmatch(text):
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    if not 1 <= number <= _LARGEST_LOSS_SCALE:
        return None
    shortest = repr(number)
    return shortest[:-2] if shortest.endswith(".0") else shortest


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
        loss_scale: `none`, `dynamic`, or a number (at least 1) as text.
        device: logical number of the device; None for the one that the environment names, or the first.
        options: the device's own options, by its own names.
        evaluation_windows: how many windows each evaluation takes as one batch; None where that is not known before.
        profile_folder: where the device's profiler leaves its traces; None for a timed run.
    """

    kernel: str
    precision: str
    threads: int
    loss_scale: str = LOSS_SCALE_NONE
    device: Optional[int] = None
    options: Mapping[str, str] = field(default_factory=dict)
    evaluation_windows: Optional[int] = None
    profile_folder: Optional[str] = None

    @property
    def loss_scale_kind(self) -> str:
        """`none`, `dynamic` or `fixed`."""
        is_word = self.loss_scale in (LOSS_SCALE_NONE, LOSS_SCALE_DYNAMIC)
        return self.loss_scale if is_word else LOSS_SCALE_FIXED


@dataclass(frozen=True)
class Description:
    """What really runs.

    Args:
        framework, framework_version: what steps the network.
        device: the device's name.
        effective: the settings as they took effect.
        stack: versions of what lies between framework and device: driver, firmware, toolkit.
    """

    framework: str
    framework_version: str
    device: str
    effective: Dict[str, Any] = field(default_factory=dict)
    stack: Dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Updates:
    """What became of the optimiser's updates.

    Args:
        applied: those that changed the variables; a loss scaling skips the others.
        loss_scale: the scale at the end; None without loss scaling.
    """

    applied: int
    loss_scale: Optional[float] = None


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

    def updates(self) -> Optional[Updates]:
        """How many of the steps so far changed the variables; None where every step does."""
        return None

    @abstractmethod
    def prove(self) -> Proof:
        """Where the steps so far were computed, as far as the trial itself can tell; asked last, it may take a step."""

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
    #: Kinds of loss scaling: `none`, `fixed`, `dynamic`.
    loss_scales: Tuple[str, ...] = (LOSS_SCALE_NONE,)
    #: Whether a run with the device's profiler can be asked for.
    has_profiler = False
    #: Whether the times of its steps are figures; False where a device is emulated, and only accuracy means something.
    has_speed = True
    #: What to try where a probe hangs, or is ended from below, as the end of a sentence.
    where_a_probe_fails = "try another interpreter with --python, or install what the backend needs anew"

    # ---- in the parent: nothing here imports a framework -----------------------------------------------------------

    @abstractmethod
    def probe(self) -> Probe:
        """Look, without importing a framework, whether the backend can run here."""

    def default_loss_scale(self, precision: str) -> str:
        """What is meant where no loss scale is asked for."""
        return LOSS_SCALE_NONE

    def check(self, settings: Settings, variables: Mapping[str, str]) -> None:
        """Refuse what the device would refuse, ignore or die of, before a trial starts.

        Args:
            settings: what is asked.
            variables: the environment that the trial would have.

        Raises:
            UsageError: it has no such kernel, precision, loss scaling, option, device or profiler.
        """
        scales = tuple("a number" if kind == LOSS_SCALE_FIXED else kind for kind in self.loss_scales)
        for option, asked, value, choices, words in (
            ("--kernel", settings.kernel, settings.kernel, self.kernels, self.kernels),
            ("--precision", settings.precision, settings.precision, self.precisions, self.precisions),
            ("--loss-scale", settings.loss_scale, settings.loss_scale_kind, self.loss_scales, scales),
        ):
            if value not in choices:
                raise UsageError(
                    "%s %s is not for the %s backend; choose %s." % (option, asked, self.name, " or ".join(words))
                )
        self.check_options(settings)
        if settings.profile_folder is not None and not self.has_profiler:
            raise UsageError("The %s backend has no profiler; leave --profile out." % self.name)

    def check_options(self, settings: Settings) -> None:
        """Refuse options of the device that do not exist; a backend that has some, or several devices, overrides this.

        Raises:
            UsageError: there is no such option, or no such device.
        """
        if settings.options:
            raise UsageError("The %s backend has no option %r." % (self.name, next(iter(settings.options))))
        if settings.device is not None:
            raise UsageError("The %s backend has no numbered devices; leave --device out." % self.name)

    def variables(self, settings: Settings, inherited: Mapping[str, str]) -> Dict[str, str]:
        """Environment variables that the trial needs, by name; they go before the inherited ones.

        One that `--env` sets to something else is refused.
        """
        return {}

    def telemetry(self, settings: Settings, variables: Mapping[str, str], pids: Pids) -> List[Source]:
        """What can be read of the device beside a running trial.

        Args:
            settings, variables: of the trial, as in `check`.
            pids: its processes at the moment; None before it starts, which the first reading waits for.
        """
        return []

    def judge(self, claim: Proof, evidence: Evidence) -> Proof:
        """Where the work was done, from the trial's own word and all that the parent saw; the trial's word here."""
        return claim

    def explain(self, log: str) -> Optional[str]:
        """What a failed trial's log means, in one sentence with the next step; None where nothing is known."""
        return None

    def examine(self, device: Optional[int], variables: Mapping[str, str]) -> List[Finding]:
        """What `harbench doctor` should say of a device.

        Args:
            device: its logical number; None: the one that would be used.
            variables: the environment that this would be used in.
        """
        return []

    # ---- in the trial ----------------------------------------------------------------------------------------------

    @abstractmethod
    def prepare(self) -> None:
        """Import what the backend needs; timed as a phase of its own.

        Raises:
            BackendUnavailable: it cannot be imported.
        """

    def compile_caches(self, settings: Settings) -> Tuple[str, ...]:
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

    def freeze(self, network: NetworkConfig, weights: Mapping[str, np.ndarray]) -> bytes:
        """The network with its weights as one graph of constants, for a device's offline compiler.

        Raises:
            UsageError: its engine has no such graph.
        """
        raise UsageError("The %s backend has no graph to export; use the cpu backend." % self.name)

    def run_frozen(self, content: bytes, windows: np.ndarray, batch: int) -> np.ndarray:
        """Classes `[B]` that what `freeze` left gives to windows `[B, T, C]`, `batch` at a time, on the host.

        Raises:
            UsageError: as `freeze`.
        """
        raise UsageError("The %s backend runs no exported graph; use the cpu backend." % self.name)
