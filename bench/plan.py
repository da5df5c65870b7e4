"""What will be measured: options in, a list of trials out; nothing is started here."""

import math
import sys
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Dict, List, Optional, Sequence, Tuple

from backends.protocol import LOSS_SCALE_NONE, Settings
from bench import layout
from har_model.config import Workload
from har_model.dataset.signals import Dataset
from har_model.errors import UsageError

MODE_PERFORMANCE = "performance"
MODE_FULL = "full"
MODE_EVALUATE = "evaluate"
MODE_EXPORT = "export"

#: Epochs of a mode when none are asked for: ModelZoo's performance script runs 5, its full script 250.
DEFAULT_EPOCHS = {MODE_PERFORMANCE: 5, MODE_FULL: 250}


@dataclass(frozen=True)
class Job:
    """One trial: everything its process is told.

    Args:
        workload: what is trained, with this trial's seed.
        backend: where it runs.
        kernel: how the recurrent layer is computed.
        precision: arithmetic asked for.
        mode: `performance`, `full`, `evaluate` or `export`.
        epochs: passes over the training windows.
        steps: bound on all updates, replayed ones included; None for no bound.
        warmup_steps: updates at the start that enter no figure, the first step included.
        threads: host cores that the backend may fill.
        data_path: where the dataset is; None for the search order.
        checkpoint: prefix of the checkpoint, in modes `evaluate` and `export`.
        python: interpreter that runs it.
        cpus: host cores that its process may use; None for all that harbench may.
        variables: environment variables set for it alone.
        loss_scale: `none`, `dynamic`, or a number as text.
        device: logical number of the device; None for the one that the environment names, or the first.
        options: the device's own options, by its own names.
        is_profiled: whether the device's profiler is on; such a trial has no figures.
    """

    workload: Workload
    backend: str
    kernel: str
    precision: str
    mode: str
    epochs: int
    steps: Optional[int]
    warmup_steps: int
    threads: int
    data_path: Optional[str] = None
    checkpoint: Optional[str] = None
    python: str = sys.executable
    cpus: Optional[Tuple[int, ...]] = None
    variables: Dict[str, str] = field(default_factory=dict)
    loss_scale: str = LOSS_SCALE_NONE
    device: Optional[int] = None
    options: Dict[str, str] = field(default_factory=dict)
    is_profiled: bool = False

    def settings(self, evaluation_windows: Optional[int] = None) -> Settings:
        """How its backend is asked to run the workload.

        Args:
            evaluation_windows: how many windows each evaluation takes as one batch, where that is known.
        """
        return Settings(
            kernel=self.kernel,
            precision=self.precision,
            threads=self.threads,
            loss_scale=self.loss_scale,
            device=self.device,
            options=self.options,
            evaluation_windows=evaluation_windows,
            profile_folder=layout.PROFILE if self.is_profiled else None,
        )

    def to_dict(self) -> Dict[str, Any]:
        """The job as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, document: Dict[str, Any]) -> "Job":
        """Rebuild a job from `to_dict`'s document."""
        cpus = document.get("cpus")
        return cls(
            **dict(
                document,
                workload=Workload.from_dict(document["workload"]),
                cpus=None if cpus is None else tuple(cpus),
            )
        )


@dataclass(frozen=True)
class Slot:
    """A trial's place in a run.

    Args:
        cell: which combination, from 0.
        block: from 0; the trials of a block follow one another and are compared with one another.
        position: place within the block, from 0.
        job: what is run there.
    """

    cell: int
    block: int
    position: int
    job: Job


def updates_of(n_train: int, workload: Workload, epochs: int) -> int:
    """Optimiser updates of a run of `epochs`: full batches and replayed ones."""
    training = workload.training
    batches = n_train // training.batch_size
    return epochs * (batches + min(training.worst_batches, batches))


def check_job(job: Job, dataset: Dataset) -> None:
    """Refuse what could only yield an empty or false figure.

    Raises:
        UsageError: too few windows for a batch, or no step left after the warm-up.
    """
    network, (n_train, length, channels) = job.workload.network, dataset.train.windows.shape
    if (length, channels) != (network.window_length, network.n_channels):
        raise UsageError(
            "The dataset has windows of %d steps and %d channels, the network reads %d and %d; give --data-path the "
            "folder of a UCI HAR Dataset." % (length, channels, network.window_length, network.n_channels)
        )
    if job.mode in (MODE_EVALUATE, MODE_EXPORT):
        return
    if n_train < job.workload.training.batch_size:
        raise UsageError(
            "A batch of %d windows cannot be cut from %d training windows; choose a --batch-size of at most %d."
            % (job.workload.training.batch_size, n_train, n_train)
        )
    steps = planned_steps(job, n_train)
    if steps <= job.warmup_steps:
        raise UsageError(
            "%d steps leave nothing to measure after a warm-up of %d; ask for more --steps or --epochs, or a "
            "shorter --warmup." % (steps, job.warmup_steps)
        )


def block_of(cells: Sequence[Job], block: int) -> List[Slot]:
    """One trial of each cell: A B in even blocks, B A in odd ones, so that a drift of the machine weighs on both alike.

    All trials of a block have one seed; it grows by 1 from block to block.
    """
    order = list(range(len(cells)))
    if block % 2:
        order.reverse()
    return [Slot(cell, block, position, _seeded(cells[cell], block)) for position, cell in enumerate(order)]


def _seeded(job: Job, offset: int) -> Job:
    return replace(job, workload=replace(job.workload, seed=job.workload.seed + offset))


def planned_steps(job: Job, n_train: int) -> int:
    """Updates that a job will do."""
    bound = math.inf if job.steps is None else job.steps
    return int(min(updates_of(n_train, job.workload, job.epochs), bound))
