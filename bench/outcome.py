"""How a trial ended: from its process, its journal and its steps to a status, a sentence and an exit code."""

from dataclasses import dataclass
from typing import Any, Dict, Optional, Sequence, Tuple

from backends.processes import signal_name
from bench import journal, record, units
from bench.errors import Interrupted, TrialFailed, TrialTimedOut
from bench.step_log import Step


@dataclass(frozen=True)
class Limits:
    """Bounds on a trial, in seconds; None for no bound.

    Args:
        trial_seconds: on its whole process.
        step_seconds: on each step, the first one, which compiles, included.
    """

    trial_seconds: Optional[float] = None
    step_seconds: Optional[float] = None


#: Why the parent stopped a trial.
STOPPED_TRIAL_TIMEOUT = "trial-timeout"
STOPPED_STEP_TIMEOUT = "step-timeout"
STOPPED_INTERRUPTED = "interrupted"
#: What to do about a trial that was stopped by a limit.
_TOO_SLOW = "raise that limit, or look at the end of the trial's log for what it waited for"


@dataclass(frozen=True)
class Ending:
    """How a trial's process ended: its return code (negative: a signal), and why the parent stopped it, if it did."""

    return_code: int
    stopped: Optional[str] = None


@dataclass(frozen=True)
class Outcome:
    """How a trial ended, and what it said until then.

    Args:
        status: `complete`, `failed`, `timed-out` or `interrupted`.
        reason: one sentence when it is not complete.
        exit_code: what the command answers for it, 0 when complete.
        events: its journal.
        steps: its finished steps.
        log_tail: last lines of its output.
        finished: wall clock, ISO 8601.
        process_seconds: from its start to its end, interpreter included; None where nobody was there to see.
        noise: what disturbed it (`bench.disturbance`); None where nobody watched.
        telemetry: what was sampled from outside while it ran (`backends.telemetry`); likewise.
        proof: where its work was done, by everything that was seen (`bench.proving`); None where it did not end well.
    """

    status: str
    reason: Optional[str]
    exit_code: int
    events: Sequence[Dict[str, Any]]
    steps: Sequence[Step]
    log_tail: Sequence[str]
    finished: str
    process_seconds: Optional[float]
    noise: Optional[Dict[str, Optional[float]]] = None
    telemetry: Optional[Dict[str, Any]] = None
    proof: Optional[Dict[str, Any]] = None


def _where(events: Sequence[Dict[str, Any]], steps_done: int) -> str:
    """The phase, and in training the step (from 1), that a trial had reached."""
    if is_finished(events):
        return "when it had done all its work and was to end"
    begun = journal.last(events, "phase-start")
    if begun is None:
        return "before its first phase"
    if begun["name"] == "training":
        return "in its phase 'training' after %s" % units.counted(steps_done, "step")
    return "in its phase %r" % begun["name"]


def _died_of(return_code: int, where: str) -> str:
    if return_code < 0:
        name = signal_name(-return_code)
        hint = " (out of memory is the usual cause)" if name == "SIGKILL" else ""
        return "The trial's process was ended by %s%s %s." % (name, hint, where)
    return "The trial's process ended with exit code %d %s." % (return_code, where)


def is_finished(events: Sequence[Dict[str, Any]]) -> bool:
    """Whether a journal says that the trial did all its work."""
    return bool(events) and events[-1]["event"] == "end"


def conclude(
    ending: Ending, events: Sequence[Dict[str, Any]], steps_done: int, limits: Limits
) -> Tuple[str, Optional[str], int]:
    """Status, sentence and exit code of a trial."""
    if ending.stopped == STOPPED_TRIAL_TIMEOUT:
        sentence = "The trial was stopped after %g s, the time that --timeout gave it, %s; %s." % (
            limits.trial_seconds or 0,
            _where(events, steps_done),
            _TOO_SLOW,
        )
        return record.TIMED_OUT, sentence, TrialTimedOut.exit_code
    if ending.stopped == STOPPED_STEP_TIMEOUT:
        sentence = (
            "Step %d (the first is step 1) took longer than the %g s of --step-timeout: the trial was stopped; %s."
            % (steps_done + 1, limits.step_seconds or 0, _TOO_SLOW)
        )
        return record.TIMED_OUT, sentence, TrialTimedOut.exit_code
    if ending.stopped == STOPPED_INTERRUPTED:
        return record.INTERRUPTED, "The run was interrupted.", Interrupted.exit_code
    for event in events:
        if event["event"] == "error":
            return record.FAILED, event["sentence"], event["exit_code"]
    if ending.return_code != 0 or not is_finished(events):
        return record.FAILED, _died_of(ending.return_code, _where(events, steps_done)), TrialFailed.exit_code
    return record.COMPLETE, None, 0
