"""The parent's side of a trial: start its process, listen, bound its time, sample it, and end what it started."""

import contextlib
import os
import selectors
import signal
import subprocess
import uuid
from dataclasses import dataclass, replace
from typing import IO, Any, Callable, Dict, Iterator, Optional, Set

from backends import registry
from backends.processes import signal_group
from backends.telemetry.host import host_sources, tree_pids
from backends.telemetry.sampler import Sampler
from bench import (
    child_environment,
    clock,
    disturbance,
    guard,
    journal,
    layout,
    outcome,
    proving,
    record,
    step_log,
    trial_files,
)
from bench.errors import HarbenchError, TrialFailed
from bench.guard import Guard
from bench.outcome import Ending, Limits, Outcome
from bench.plan import Job

Listener = Callable[[Dict[str, Any]], None]

_PIPE_CHUNK = 65536
#: Seconds a trial gets to end by itself after SIGTERM before it is killed.
_GRACE_SECONDS = 5.0


def _end_group(process: "subprocess.Popen[bytes]") -> None:
    """End the trial and everything it started."""
    signal_group(process.pid, signal.SIGTERM)
    # A second interruption ends the grace.
    with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
        process.wait(_GRACE_SECONDS)
    signal_group(process.pid, signal.SIGKILL)
    process.wait()


class _Deadlines:
    """When a trial, or the step that it is in, has taken too long."""

    def __init__(self, folder: str, limits: Limits) -> None:
        self._limits = limits
        self._start_ns = clock.now_ns()
        self._watch = step_log.StepWatch(os.path.join(folder, layout.STEPS))

    def passed(self) -> Optional[str]:
        """The limit that is passed by now, if one is."""
        remaining = self._remaining()
        late = [name for name, seconds in remaining.items() if seconds <= 0]
        return late[0] if late else None

    def next_look_seconds(self) -> Optional[float]:
        """How long nothing can be late; None for ever."""
        return max(0.0, min(self._remaining().values())) if self._remaining() else None

    def _remaining(self) -> Dict[str, float]:
        remaining: Dict[str, float] = {}
        if self._limits.trial_seconds is not None:
            remaining[outcome.STOPPED_TRIAL_TIMEOUT] = self._limits.trial_seconds - clock.seconds_since(self._start_ns)
        if self._limits.step_seconds is not None:
            under_way = self._watch.under_way()
            since = 0.0 if under_way is None else clock.seconds_since(under_way[1])
            remaining[outcome.STOPPED_STEP_TIMEOUT] = self._limits.step_seconds - since
        return remaining


@contextlib.contextmanager
def _woken_by_children() -> Iterator[int]:
    """A descriptor that becomes readable when a child process ends: the trial's pipe alone would not tell where
    something that the trial forked holds on to it."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    handler = signal.signal(signal.SIGCHLD, lambda *_: None)
    wakeup = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    try:
        yield reading
    finally:
        signal.set_wakeup_fd(wakeup)
        signal.signal(signal.SIGCHLD, handler)
        os.close(reading)
        os.close(writing)


class _Ear:
    """Passes the events that come through a trial's pipe on to a listener."""

    def __init__(self, pipe: IO[bytes], listener: Listener) -> None:
        self._pipe, self._listener, self._pending = pipe, listener, b""
        os.set_blocking(pipe.fileno(), False)

    def hear(self) -> bool:
        """Everything that there is; False once the other end is closed."""
        while True:
            try:
                chunk = os.read(self._pipe.fileno(), _PIPE_CHUNK)
            except BlockingIOError:
                return True
            if not chunk:
                return False
            *lines, self._pending = (self._pending + chunk).split(b"\n")
            for event in map(journal.parse_line, lines):
                if event is not None:
                    self._listener(event)


def _listen(process: "subprocess.Popen[bytes]", ear: _Ear, pipe: IO[bytes], deadlines: _Deadlines) -> Optional[str]:
    """Listen, blocked in between, until the trial ends (None) or a deadline passes (its name)."""
    with _woken_by_children() as wakeup, selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        selector.register(wakeup, selectors.EVENT_READ)
        while True:
            is_open = ear.hear()
            if not is_open or process.poll() is not None:
                ear.hear()
                return None
            late = deadlines.passed()
            if late:
                return late
            selector.select(deadlines.next_look_seconds())
            with contextlib.suppress(BlockingIOError):
                os.read(wakeup, _PIPE_CHUNK)


@contextlib.contextmanager
def _pinned(job: Job) -> Iterator[None]:
    """A child that starts in here runs on the job's cores: affinity is inherited, and set for our thread meanwhile."""
    if job.cpus is None:
        yield
        return
    ours = os.sched_getaffinity(0)
    os.sched_setaffinity(0, job.cpus)
    try:
        yield
    finally:
        os.sched_setaffinity(0, ours)


def _start(job: Job, folder: str, pipe: int, log: IO[bytes], mark: str) -> "subprocess.Popen[bytes]":
    try:
        with _pinned(job):
            return subprocess.Popen(
                [job.python, "-m", "bench.trial", layout.JOB, str(pipe)],
                cwd=folder,
                env=dict(child_environment.of_trial(job), **{guard.VARIABLE: mark}),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=[pipe],
                start_new_session=True,  # a process group of its own, so that whatever it starts ends with it
            )
    except OSError as error:
        raise TrialFailed(
            "The trial's process could not be started by %s (%s): see that this interpreter is still there, that the "
            "cores of --cpus are online, and that no limit on processes is reached."
            % (job.python, error.strerror or error)
        ) from error


@contextlib.contextmanager
def _started(job: Job, folder: str, mark: str) -> "Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]":
    """The trial's process, and its pipe; whatever happens, nothing of it outlives the context."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb", buffering=0) as pipe, open(os.path.join(folder, layout.LOG), "wb") as log:
        try:
            process = _start(job, folder, writing, log, mark)
        finally:
            os.close(writing)
        try:
            yield process, pipe
        finally:
            if process.poll() is None:
                _end_group(process)
            signal_group(process.pid, signal.SIGKILL)  # what it started and left behind,
            guard.end_marked(mark)  # in another session, too


@contextlib.contextmanager
def _sampled(job: Job, pid: Callable[[], Optional[int]]) -> Iterator[Sampler]:
    """A sampler of the trial that starts in here, with a first sample of the host and the device without it."""

    def pids() -> Optional[Set[int]]:
        root = pid()
        return None if root is None else tree_pids(root)

    device = registry.create(job.backend).telemetry(job.settings(), child_environment.of_trial(job), pids)
    sampler = Sampler(host_sources(pid) + device)
    sampler.start()
    try:
        sampler.await_first_sample()
        yield sampler
    except BaseException:
        sampler.stop(patience_seconds=0.0)
        raise


@dataclass(frozen=True)
class _Seen:
    """What was seen of a trial's process: its end, its seconds, what disturbed it, what was sampled."""

    ending: Ending
    seconds: Optional[float] = None
    noise: Optional[Dict[str, Any]] = None
    telemetry: Optional[Dict[str, Any]] = None


def _supervise(job: Job, folder: str, limits: Limits, listener: Listener) -> _Seen:
    """Run the trial's process to its end."""
    mark, stopped = uuid.uuid4().hex, None
    started: Optional[subprocess.Popen[bytes]] = None
    with _sampled(job, lambda: started.pid if started else None) as sampler:
        before, start_ns = disturbance.read(), clock.now_ns()
        with Guard() as watcher, _started(job, folder, mark) as (started, pipe):
            try:
                sampler.sample_now()
                watcher.watch(started.pid, mark)
                stopped = _listen(started, _Ear(pipe, listener), pipe, _Deadlines(folder, limits))
            except KeyboardInterrupt:
                stopped = outcome.STOPPED_INTERRUPTED
            if stopped:
                _end_group(started)
            ending, seconds = Ending(started.wait(), stopped), clock.seconds_since(start_ns)
        noise = disturbance.between(before, disturbance.read())
    return _Seen(ending, seconds, noise, sampler.stop())


def _not_run(error: Exception, folder: str, limits: Limits) -> Outcome:
    """The outcome of a trial that could not be started or watched, with what it may have done."""
    interrupted = Ending(0, outcome.STOPPED_INTERRUPTED)
    ended = trial_files.outcome_of(interrupted, folder, limits, clock.utc_now(), None)
    if isinstance(error, HarbenchError):
        return replace(ended, status=record.FAILED, reason=str(error), exit_code=error.exit_code)
    reason = "The trial could not be run (%s)." % error
    return replace(ended, status=record.FAILED, reason=reason, exit_code=TrialFailed.exit_code)


def run_trial(job: Job, folder: str, limits: Limits, listener: Listener) -> Outcome:
    """Run one trial to its end in `folder`, which holds its job.

    Never raises for what the trial does, or for what keeps it from being started: its end, good or bad, is the outcome.
    """
    try:
        seen = _supervise(job, folder, limits, listener)
    except KeyboardInterrupt:  # before the process ran, or while it was being ended
        seen = _Seen(Ending(0, outcome.STOPPED_INTERRUPTED))
    except (HarbenchError, OSError) as error:
        return _not_run(error, folder, limits)
    ended = trial_files.outcome_of(seen.ending, folder, limits, clock.utc_now(), seen.seconds)
    return proving.judged(job, replace(ended, noise=seen.noise, telemetry=seen.telemetry), folder)
