"""The files in a trial's folder, as the parent writes, reads and removes them."""

import contextlib
import json
import os
from typing import List, Optional

from bench import journal, layout, outcome, record, step_log
from bench.errors import TrialFailed
from bench.outcome import Ending, Limits, Outcome
from bench.plan import Job

_TAIL_LINES = 40
#: Many times what so many lines take; a log may be endless.
_TAIL_BYTES = 128 * 1024


def leave_job(job: Job, folder: str) -> None:
    """Write what the trial is told into its folder."""
    with open(os.path.join(folder, layout.JOB), "w", encoding="utf-8") as file:
        json.dump(job.to_dict(), file)


def _log(folder: str, limit_bytes: int) -> str:
    from backends.logs import text  # its tables take a moment to compile

    try:
        return text.read_log(os.path.join(folder, layout.LOG), limit_bytes)
    except OSError:
        return ""


def log_text(folder: str) -> str:
    """The log of a trial, whatever its bytes are; empty where there is none."""
    from backends.logs import text

    return _log(folder, text.LIMIT_BYTES)


def log_tail(folder: str) -> List[str]:
    """The last lines of the log that are not empty, as `harbench diagnose` shows them; none where there is no log."""
    from backends.logs import text

    found = text.tail(_log(folder, _TAIL_BYTES), _TAIL_LINES)
    return found.split("\n") if found else []


def outcome_of(ending: Ending, folder: str, limits: Limits, finished: str, process_seconds: Optional[float]) -> Outcome:
    """The outcome of a trial whose process has ended, from what it left in its folder."""
    if not os.path.isdir(folder):
        gone = "The trial's folder %r is gone, and what it had measured with it: somebody removed it." % folder
        return Outcome(record.FAILED, gone, TrialFailed.exit_code, (), (), (), finished, process_seconds)
    events = journal.read(os.path.join(folder, layout.JOURNAL))
    steps = step_log.read(os.path.join(folder, layout.STEPS))
    status, reason, code = outcome.conclude(ending, events, len(steps), limits)
    return Outcome(status, reason, code, events, steps, log_tail(folder), finished, process_seconds)


def tidy(folder: str) -> None:
    """Remove from a trial's folder what its record now holds."""
    for name in layout.TRANSIENT:
        with contextlib.suppress(OSError):  # gone already, or a folder that somebody put in its place
            os.unlink(os.path.join(folder, name))
