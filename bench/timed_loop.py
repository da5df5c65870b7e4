"""The timed loop: every step's time, kept apart from batch preparation, evaluation and bookkeeping."""

import math
from typing import Callable, List, Optional

import numpy as np

from backends.protocol import Model
from bench import clock
from bench.journal import Journal
from bench.plan import MODE_FULL, Job
from har_model import metrics
from har_model.dataset.signals import Dataset, Split
from har_model.schedule import Schedule, Update

#: Steps are journalled at least this often, so that a killed trial keeps what it measured.
_FLUSH_NS = 500_000_000


def finite_or_none(value: float) -> Optional[float]:
    """JSON has no NaN and no infinity: None stands for both."""
    return value if math.isfinite(value) else None


class StepLog:
    """Steps on their way to the journal, in chunks that lie between two timed steps."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._last_flush_ns = clock.now_ns()
        self._clear()

    def _clear(self) -> None:
        self._seconds: List[float] = []
        self._losses: List[Optional[float]] = []
        self._replays: List[bool] = []

    def add(self, epoch: int, update: Update, elapsed_ns: int, loss: float) -> None:
        """Keep one step; writes a chunk when the last one is old."""
        self._seconds.append(elapsed_ns / 1e9)
        self._losses.append(finite_or_none(loss))
        self._replays.append(update.is_replay)
        if clock.now_ns() - self._last_flush_ns > _FLUSH_NS:
            self.flush(epoch)

    def flush(self, epoch: int) -> None:
        """Write what is kept."""
        if self._seconds:
            self._journal.write("steps", epoch=epoch, seconds=self._seconds, losses=self._losses, replays=self._replays)
        self._clear()
        self._last_flush_ns = clock.now_ns()


class TimedLoop:
    """Trains one model and times each of its steps.

    Args:
        model: the opened workload.
        dataset: what it trains on.
        job: how long.
        journal: where the steps go.
    """

    def __init__(self, model: Model, dataset: Dataset, job: Job, journal: Journal) -> None:
        self._model = model
        self._dataset = dataset
        self._job = job
        self._journal = journal
        self._clock: Callable[[], int] = model.virtual_clock_ns or clock.now_ns
        self._schedule = Schedule(len(dataset.train.labels), job.workload.training)
        self._steps_done = 0

    def run(self) -> None:
        """All epochs; the whole test set is evaluated as one batch, after each in mode `full`, else after the last."""
        for epoch in range(self._job.epochs):
            self._train_epoch(epoch)
            is_last = self._is_over(epoch + 1)
            if is_last or self._job.mode == MODE_FULL:
                evaluate(self._model, self._dataset.test, epoch, self._journal, is_last)
            if is_last:
                return

    def _is_over(self, next_epoch: int) -> bool:
        return next_epoch >= self._job.epochs or self._is_out_of_steps()

    def _is_out_of_steps(self) -> bool:
        return self._job.steps is not None and self._steps_done >= self._job.steps

    def _train_epoch(self, epoch: int) -> None:
        start = clock.now_ns()
        log = StepLog(self._journal)
        for update in self._schedule.epoch(epoch):
            if self._is_out_of_steps():
                break
            self._step(epoch, update, log)
        log.flush(epoch)
        self._journal.write("epoch", epoch=epoch, seconds=clock.seconds_since(start))

    def _step(self, epoch: int, update: Update, log: StepLog) -> None:
        train = self._dataset.train
        windows, labels = train.windows[update.indices], train.labels[update.indices]
        begin = self._clock()
        loss = self._model.step(windows, labels)
        elapsed = self._clock() - begin
        self._steps_done += 1
        self._schedule.observe(update, loss)
        log.add(epoch, update, elapsed, loss)


def evaluate(model: Model, test: Split, epoch: Optional[int], journal: Journal, is_last: bool) -> None:
    """Evaluate the test set as one batch; of the last evaluation the predictions are kept."""
    start = clock.now_ns()
    logits = model.evaluate(test.windows)
    seconds = clock.seconds_since(start)
    predictions = np.argmax(logits, axis=1)
    journal.write(
        "evaluation",
        epoch=epoch,
        seconds=seconds,
        accuracy=metrics.accuracy(test.labels, predictions),
        is_finite=bool(np.isfinite(logits).all()),
    )
    if is_last:
        journal.write("predictions", predictions=predictions.tolist(), labels=test.labels.tolist())
