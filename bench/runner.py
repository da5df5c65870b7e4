"""The parent's side of a trial: start its process in an empty folder, listen, bound its time, and clean up after it."""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
from typing import IO, Any, Callable, Dict, List, Optional

from bench import clock, environment, journal, layout, record
from bench.assemble import Outcome
from bench.errors import Interrupted, TrialFailed, TrialTimedOut
from bench.plan import Job

Listener = Callable[[Dict[str, Any]], None]

_LOG_TAIL_LINES = 40
_PIPE_CHUNK = 65536
#: Seconds a trial gets to end by itself after SIGTERM before it is killed.
_GRACE_SECONDS = 5.0


def child_environment() -> Dict[str, str]:
    """The trial's environment: ours, with harbench found first and no packages of the user's home."""
    child = dict(os.environ, PYTHONNOUSERSITE="1", PYTHONUNBUFFERED="1", PYTHONHASHSEED="0")
    root = environment.packages_root()
    if child.get("HARBENCH_CACHE"):  # a relative one is meant from here, not from the trial's folder
        child["HARBENCH_CACHE"] = os.path.abspath(child["HARBENCH_CACHE"])
    # Never put site-packages on PYTHONPATH: an installed harbench is found without it.
    if os.path.basename(root) not in ("site-packages", "dist-packages"):
        # Prepended, never replaced: Ascend's own packages are found through PYTHONPATH.
        child["PYTHONPATH"] = os.pathsep.join(part for part in (root, child.get("PYTHONPATH")) if part)
    return child


def log_tail(path: str, lines: int = _LOG_TAIL_LINES) -> List[str]:
    """Last lines of a log, whatever its bytes are."""
    try:
        with open(path, "rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 64 * 1024))
            text = file.read().decode("utf-8", errors="backslashreplace")
    except OSError:
        return []
    return text.replace("\r", "\n").splitlines()[-lines:]


def _end_group(process: "subprocess.Popen[bytes]") -> None:
    """End the trial and everything it started."""
    for signal_number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal_number)
        try:
            process.wait(_GRACE_SECONDS)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):  # a second interruption ends the grace
            continue
        if signal_number == signal.SIGKILL:
            return


def _listen(pipe: IO[bytes], deadline_ns: Optional[int], listener: Listener) -> bool:
    """Pass the trial's events on, blocked in between; False when the deadline came first."""
    pending = b""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while True:
            remaining = None if deadline_ns is None else (deadline_ns - clock.now_ns()) / 1e9
            if remaining is not None and remaining <= 0:
                return False
            if not selector.select(remaining):
                continue
            chunk = os.read(pipe.fileno(), _PIPE_CHUNK)
            if not chunk:
                return True
            *lines, pending = (pending + chunk).split(b"\n")
            for event in map(journal.parse_line, lines):
                if event is not None:
                    listener(event)


def _start(folder: str, pipe: int, log: IO[bytes]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "bench.trial", layout.JOB, str(pipe)],
        cwd=folder,
        env=child_environment(),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        pass_fds=[pipe],
        start_new_session=True,  # a process group of its own, so that whatever it starts ends with it
    )


def _supervise(folder: str, timeout_seconds: Optional[float], listener: Listener) -> "tuple[int, Optional[str]]":
    """Run the trial's process; its return code, and `timed-out` or `interrupted` when it was stopped."""
    deadline_ns = None if timeout_seconds is None else clock.now_ns() + int(timeout_seconds * 1e9)
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb", buffering=0) as pipe, open(os.path.join(folder, layout.LOG), "wb") as log:
        try:
            process = _start(folder, writing, log)
        finally:
            os.close(writing)
        stopped = None
        try:
            if not _listen(pipe, deadline_ns, listener):
                stopped = record.TIMED_OUT
        except KeyboardInterrupt:
            stopped = record.INTERRUPTED
        finally:
            if stopped or sys.exc_info()[0]:
                _end_group(process)
        return process.wait(), stopped


def _died_of(return_code: int, events: List[Dict[str, Any]]) -> str:
    if return_code < 0:
        number = -return_code
        name = signal.Signals(number).name if number in set(signal.Signals) else "signal %d" % number
        hint = " (out of memory is the usual cause)" if name == "SIGKILL" else ""
        return "The trial's process was ended by %s%s." % (name, hint)
    phases = [event["name"] for event in events if event["event"] == "phase-start"]
    return "The trial's process ended with exit code %d in its phase %r." % (
        return_code,
        phases[-1] if phases else "start",
    )


def leave_job(job: Job, folder: str) -> None:
    """Write what the trial is told into its folder."""
    with open(os.path.join(folder, layout.JOB), "w", encoding="utf-8") as file:
        json.dump(job.to_dict(), file)


def run_trial(folder: str, timeout_seconds: Optional[float], listener: Listener) -> Outcome:
    """Run one trial to its end in `folder`, which holds its job and nothing else.

    Never raises for what the trial does: its end, good or bad, is the outcome.
    """
    started, start_ns, busy_before = clock.utc_now(), clock.now_ns(), None
    try:
        busy_before = environment.busy_share()
        started, start_ns = clock.utc_now(), clock.now_ns()
        return_code, stopped = _supervise(folder, timeout_seconds, listener)
    except KeyboardInterrupt:  # before the process ran, or while it was being ended
        return_code, stopped = 0, record.INTERRUPTED
    seconds = clock.seconds_since(start_ns)
    events = journal.read(os.path.join(folder, layout.JOURNAL))
    error = next((event for event in events if event["event"] == "error"), None)
    if stopped == record.TIMED_OUT:
        status, code = record.TIMED_OUT, TrialTimedOut.exit_code
        reason: Optional[str] = "The trial was stopped after %g s, the time that --timeout gave it." % (
            timeout_seconds or 0
        )
    elif stopped == record.INTERRUPTED:
        status, code, reason = record.INTERRUPTED, Interrupted.exit_code, "The run was interrupted."
    elif error:
        status, code, reason = record.FAILED, error["exit_code"], error["sentence"]
    elif return_code != 0 or not events or events[-1]["event"] != "end":
        status, code, reason = record.FAILED, TrialFailed.exit_code, _died_of(return_code, events)
    else:
        status, code, reason = record.COMPLETE, 0, None
    tail = log_tail(os.path.join(folder, layout.LOG))
    return Outcome(status, reason, code, events, tail, started, clock.utc_now(), seconds, busy_before)


def tidy(folder: str) -> None:
    """Remove from a trial's folder what its record now holds."""
    for name in (layout.JOB, layout.JOURNAL):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(folder, name))
