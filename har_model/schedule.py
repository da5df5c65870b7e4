"""What an epoch is: the order of its batches, and the worst batches replayed after it."""

from dataclasses import dataclass
from typing import Iterator, List, Tuple

import numpy as np

from har_model.config import REPLAY_PER_EPOCH, TrainingConfig
from har_model.errors import UsageError


@dataclass(frozen=True)
class Update:
    """One optimiser update: which training windows it uses (`[batch_size]`), and whether it replays a worst batch."""

    indices: np.ndarray
    is_replay: bool


def epoch_order(n_windows: int, epoch: int) -> np.ndarray:
    """The reference's permutation of epoch `epoch` (from 0): what scikit-learn's shuffle does with seed 42 * epoch."""
    order = np.arange(n_windows)
    np.random.RandomState(42 * epoch).shuffle(order)
    return order


class Schedule:
    """The updates of a training run, epoch by epoch.

    Args:
        n_windows: training windows.
        training: batch size, number of worst batches and the form of their replay.

    Raises:
        UsageError: a batch needs more windows than there are.
    """

    def __init__(self, n_windows: int, training: TrainingConfig) -> None:
        if n_windows < training.batch_size:
            raise UsageError(
                "A batch of %d windows cannot be cut from %d training windows; choose a batch size of at most %d."
                % (training.batch_size, n_windows, n_windows)
            )
        self._n_windows = n_windows
        self._training = training
        self._worst: List[Tuple[float, np.ndarray]] = []

    @property
    def batches_per_epoch(self) -> int:
        """Full batches of an epoch, without the replayed ones; the windows that fill none are dropped."""
        return self._n_windows // self._training.batch_size

    def epoch(self, epoch: int) -> Iterator[Update]:
        """The updates of epoch `epoch` (from 0); report each one's loss to `observe` before taking the next."""
        if self._training.replay == REPLAY_PER_EPOCH:
            self._worst = []
        size = self._training.batch_size
        order = epoch_order(self._n_windows, epoch)
        for start in range(0, self.batches_per_epoch * size, size):
            yield Update(order[start : start + size], is_replay=False)
        for _, indices in list(self._worst):
            yield Update(indices, is_replay=True)

    def observe(self, update: Update, loss: float) -> None:
        """Learn an update's training loss; replayed ones do not compete again. A loss that is no number is worst."""
        if update.is_replay or self._training.worst_batches == 0:
            return
        self._worst.append((loss if np.isfinite(loss) else np.inf, update.indices))
        # Ascending, as the port sorts. Stable from the far end: of equal losses the earlier batch stays, where the port
        # would compare the arrays themselves and stop.
        self._worst.sort(key=lambda pair: pair[0])
        if len(self._worst) > self._training.worst_batches:
            del self._worst[self._cut()]

    def _cut(self) -> int:
        """The pair to drop: of those with the lowest loss, the latest."""
        lowest = self._worst[0][0]
        return sum(loss == lowest for loss, _ in self._worst) - 1
