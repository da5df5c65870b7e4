"""Reads sources beside a running trial, in a thread of the parent that sleeps in between, and keeps the samples."""

import threading
import time
from typing import Any, Callable, Dict, List, Optional, Sequence

from backends.telemetry.source import Source
from har_model.errors import HarbenchError

#: Samples kept at most; beyond, every other one goes.
CAPACITY = 2000
#: Share of one core that sampling may take: a sample that cost more is followed by a longer pause.
LARGEST_COST_SHARE = 0.01
#: What every document has, known or not.
_COLUMNS = ("cpu_seconds", "resident_bytes", "energy_joules")
_TOTALS = ("peak_resident_bytes",)

Row = Dict[str, Optional[float]]


def pause_seconds(interval_seconds: float, cost_seconds: float) -> float:
    """How long to sleep after a sample that took `cost_seconds` of processor time."""
    return max(interval_seconds, cost_seconds / LARGEST_COST_SHARE)


class Rows:
    """Samples of a run of any length in bounded memory: at most `capacity` evenly spaced ones, and the last."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._kept: List[Row] = []
        self._last: List[Row] = []
        self._seen = 0
        #: One sample of so many is kept. All are read nonetheless, so that no counter goes round unseen.
        self.stride = 1

    def add(self, row: Row) -> None:
        """Keep a sample, or let it stand for the last one until the next."""
        self._last = [row]
        if self._seen % self.stride == 0:
            self._kept.append(row)
            self._last = []
        self._seen += 1
        if len(self._kept) > self._capacity:
            self._last = self._kept[-1:] if len(self._kept) % 2 == 0 else []
            self._kept = self._kept[::2]
            self.stride *= 2

    def all(self) -> List[Row]:
        """The kept samples and the last one, oldest first."""
        return self._kept + self._last


class Sampler:
    """Samples sources until it is stopped. A source that raises or hangs harms neither the trial nor `stop`.

    Args:
        sources: what to read, one after the other.
        interval_seconds: pause between two samples; the real times are kept, since reading takes time too.
        clock: seconds from any origin.
    """

    def __init__(
        self, sources: Sequence[Source], interval_seconds: float = 1.0, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._sources = tuple(sources)
        self._alive = list(sources)
        self._interval_seconds = interval_seconds
        self._clock = clock
        self._start_seconds = 0.0
        self._rows = Rows()
        self._faults: List[str] = []
        self._cpu_seconds = 0.0
        self._being_read = ""
        self._has_sample, self._awake, self._ending = threading.Event(), threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="telemetry", daemon=True)

    def start(self) -> None:
        """Take the first sample now, in the thread; `await_first_sample` lets it be one of before the trial."""
        self._start_seconds = self._clock()
        self._thread.start()

    def sample_now(self) -> None:
        """End the pause before the next sample, as when the trial has just started."""
        self._awake.set()

    def await_first_sample(self) -> None:
        """Wait until the first sample is there, or the most patient source would wait no longer for it."""
        self._has_sample.wait(max((source.first_patience_seconds for source in self._sources), default=0.0))

    def stop(self, patience_seconds: Optional[float] = None) -> Dict[str, Any]:
        """Take a last sample and end; what was sampled, as it stands in a record under `telemetry`.

        Args:
            patience_seconds: how long a source that is being read is waited for before it is left behind; otherwise
                as long as the most patient of the sources that have not failed asks for.
        """
        self._ending.set()
        self._awake.set()
        if patience_seconds is None:
            patience_seconds = max((source.patience_seconds for source in self._alive), default=0.0)
        if self._thread.is_alive():
            self._thread.join(patience_seconds)
        faults = list(self._faults)
        if self._thread.is_alive():
            faults.append("The %s did not answer; sampling ended there." % self._being_read)
        return self._document(faults)

    def _run(self) -> None:
        while True:
            is_last = self._ending.is_set()
            before = time.thread_time()
            self._sample()
            self._has_sample.set()
            self._cpu_seconds = time.thread_time()
            if is_last:
                return
            self._awake.wait(pause_seconds(self._interval_seconds, self._cpu_seconds - before))
            self._awake.clear()

    def _sample(self) -> None:
        row: Row = {}
        seconds = self._clock() - self._start_seconds
        for source in list(self._alive):
            self._being_read = source.name
            try:
                row.update(source.read())
            # Anything: a trial must not fail because its telemetry does. The fault is told in the record. In this
            # thread even an exit or an interruption is the source's own.
            except BaseException as error:
                self._alive.remove(source)
                reason = " ".join(str(error).split()) or type(error).__name__
                self._faults.append("The %s could not be read after %.1f s (%s)." % (source.name, seconds, reason))
        if any(value is not None for value in row.values()):
            self._rows.add(dict(row, seconds=seconds))

    def _document(self, faults: List[str]) -> Dict[str, Any]:
        rows = self._rows.all()
        names = list(_COLUMNS) + [name for source in self._sources for name in source.columns if name not in _COLUMNS]
        columns = {name: [row.get(name) for row in rows] for name in names}
        known = {
            name: values if any(value is not None for value in values) else None for name, values in columns.items()
        }
        totals: Dict[str, Optional[float]] = dict.fromkeys(_TOTALS)
        device: Dict[str, Any] = {}
        for source in self._sources:
            try:
                totals.update(source.totals())
                device.update(source.observation())
            except HarbenchError as error:  # of another package's backend; our own sources do not fail here
                faults.append(str(error))
        return dict(
            known,
            interval_seconds=self._interval_seconds * self._rows.stride,
            began_clock_seconds=self._start_seconds,
            seconds=[row["seconds"] for row in rows],
            sampler_cpu_seconds=self._cpu_seconds,
            faults=faults,
            device=device or None,
            **totals,
        )
