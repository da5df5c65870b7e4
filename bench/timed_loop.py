"""The timed loop: every step's time, kept apart from batch preparation, evaluation and bookkeeping."""

import math
from dataclasses import asdict
from typing import Callable, Optional

import numpy as np

from backends.proof import FIRST_EVALUATION, FURTHER_TRAINING
from backends.protocol import Model
from bench import clock, synchronisation
from bench.journal import Journal, tell_log
from bench.plan import MODE_FULL, Job
from bench.step_log import StepWriter
from har_model import metrics
from har_model.dataset.signals import Dataset, Split
from har_model.schedule import Schedule, Update

#: Nanoseconds between two reports of progress.
_REPORT_NS = 500_000_000


class ProgressReporter:
    """Tells the parent how far the trial is, in between two timed steps and never more often than it is of use."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._steps_done = 0
        self._restart()

    def _restart(self) -> None:
        self._last_ns = clock.now_ns()
        self._steps, self._nanoseconds = 0, 0

    def add(self, epoch: int, elapsed_ns: int, loss: float) -> None:
        """Count one step; says so when the last report is old."""
        self._steps_done += 1
        self._steps += 1
        self._nanoseconds += elapsed_ns
        if clock.now_ns() - self._last_ns > _REPORT_NS:
            self._journal.write(
                "progress",
                steps_done=self._steps_done,
                epoch=epoch,
                step_seconds=self._nanoseconds / self._steps / 1e9,
                loss=loss if math.isfinite(loss) else None,  # JSON has no NaN and no infinity
            )
            self._restart()


class TimedLoop:
    """Trains one model and times each of its steps.

    Args:
        model: the opened workload.
        dataset: what it trains on.
        job: how long.
        journal: where epochs, evaluations and progress go.
        steps: where the steps go.
    """

    def __init__(self, model: Model, dataset: Dataset, job: Job, journal: Journal, steps: StepWriter) -> None:
        self._model = model
        self._dataset = dataset
        self._job = job
        self._journal = journal
        self._log = steps
        self._progress = ProgressReporter(journal)
        self._clock: Callable[[], int] = model.virtual_clock_ns or clock.now_ns
        self._schedule = Schedule(len(dataset.train.labels), job.workload.training)
        self._steps_done = 0

    def run(self) -> None:
        """All epochs; the whole test set is evaluated as one batch, after each in mode `full`, else after the last."""
        for epoch in range(self._job.epochs):
            self._train_epoch(epoch)
            is_last = self._is_over(epoch + 1)
            if is_last:
                drain = synchronisation.measure(self._model, self._clock)
                self._journal.write("synchronisation", **asdict(drain))
            if is_last or self._job.mode == MODE_FULL:
                self._evaluate(epoch, is_last)
            if is_last:
                return

    def _evaluate(self, epoch: int, is_last: bool) -> None:
        is_first = epoch == 0 or self._job.mode != MODE_FULL
        if is_first:
            tell_log(FIRST_EVALUATION)
        evaluate(self._model, self._dataset.test, epoch, self._journal, is_last)
        if is_first:
            tell_log(FURTHER_TRAINING)

    def _is_over(self, next_epoch: int) -> bool:
        return next_epoch >= self._job.epochs or self._is_out_of_steps()

    def _is_out_of_steps(self) -> bool:
        return self._job.steps is not None and self._steps_done >= self._job.steps

    def _train_epoch(self, epoch: int) -> None:
        start = clock.now_ns()
        for update in self._schedule.epoch(epoch):
            if self._is_out_of_steps():
                break
            self._step(epoch, update)
        self._journal.write("epoch", epoch=epoch, seconds=clock.seconds_since(start))

    def _step(self, epoch: int, update: Update) -> None:
        train = self._dataset.train
        windows, labels = train.windows[update.indices], train.labels[update.indices]
        begin_ns = clock.now_ns()
        self._log.begin(begin_ns)
        begin = self._clock()
        loss = self._model.step(windows, labels)
        elapsed = self._clock() - begin
        self._log.end(begin_ns, elapsed, loss, epoch, update.is_replay)
        self._steps_done += 1
        self._schedule.observe(update, loss)
        self._progress.add(epoch, elapsed, loss)


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
