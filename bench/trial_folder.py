"""A trial's own folder: made, held while its harness lives, and turned into a record by that harness or a later one."""

import contextlib
import fcntl
import json
import os
from dataclasses import replace
from datetime import datetime, timezone
from typing import IO, Dict, Iterator, List, Optional, Tuple

from bench import assemble, journal, layout, outcome, printable, proving, record, trial_files
from bench.errors import DataError, TrialFailed, UsageError
from bench.outcome import Ending, Limits, Outcome
from bench.plan import Job
from har_model.files import write_atomically

_KILLED = (
    "No record was written when this trial ran (harbench was ended, or had no room for it); what had been measured by "
    "then was saved by a later run."
)
#: Events that no backend has a say in.
_OUR_WORDS = ("phase-start", "phase", "epoch", "dataset")


@contextlib.contextmanager
def held(folder: str, draft: record.Record, job: Job) -> Iterator[None]:
    """Make the folder with job and draft in it; as long as the context lasts no other harness takes it for abandoned.

    Raises:
        DataError: it cannot be made or written.
    """
    try:
        os.makedirs(folder)
        lock = open(os.path.join(folder, layout.LOCK), "wb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise _unwritable(folder, error) from error
    with lock:
        try:
            _try_lock(lock)  # before the draft is there, which is what a later run looks for
            trial_files.leave_job(job, folder)
            text = json.dumps(draft, allow_nan=False, sort_keys=True)
            write_atomically(os.path.join(folder, layout.DRAFT), text.encode("utf-8", "backslashreplace"))
        except OSError as error:
            raise _unwritable(folder, error) from error
        yield


def _unwritable(folder: str, error: OSError) -> DataError:
    return DataError(
        "The trial's folder %r cannot be written: %s; give another one with --out, or free space, inodes or quota."
        % (folder, error.strerror)
    )


def _try_lock(file: "IO[bytes]") -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _artifacts(folder: str) -> Dict[str, str]:
    identifier = os.path.basename(folder)
    found = {"log": layout.LOG}
    if os.path.exists(os.path.join(folder, layout.CHECKPOINT + ".index")):
        found["checkpoint"] = layout.CHECKPOINT
    if any(files for _, _, files in os.walk(os.path.join(folder, layout.PROFILE))):
        found["profile"] = layout.PROFILE
    return {name: "%s/%s" % (identifier, path) for name, path in found.items()}


def _unheard(ended: Outcome, fault: str) -> Outcome:
    """A trial that said what no record holds has failed; its phases and steps are our own words and stay."""
    return replace(
        ended,
        status=record.FAILED,
        reason="The trial, or what watched it, said what no record holds (%s): that is a fault of the backend." % fault,
        exit_code=TrialFailed.exit_code,
        events=[event for event in ended.events if event["event"] in _OUR_WORDS],
        telemetry=None,
        proof=None,
    )


def leave_record(folder: str, draft: record.Record, ended: Outcome) -> Tuple[str, record.Record, Outcome]:
    """Write the record beside the trial's folder, then remove from the folder what it now holds.

    Returns:
        Its path, itself as a reader will have it, and the outcome that it holds: a failure where the trial said what
        no record holds.

    Raises:
        DataError: it cannot be written; everything stays as it is.
    """
    document = assemble.finish(draft, ended, _artifacts(folder))
    fault = record.fault_of(document)
    if fault:  # else no later run in this folder could save it, nor do its own work
        ended = _unheard(ended, fault)
        document = assemble.finish(draft, ended, _artifacts(folder))
    path = record.write(document, os.path.dirname(folder))
    trial_files.tidy(folder)
    return path, printable.document(document), ended


def _abandoned(records_folder: str) -> Iterator[str]:
    """Trial folders with a draft, whose harness is gone; each is ours as long as the caller looks at it."""
    for name in sorted(os.listdir(records_folder)):
        folder = os.path.join(records_folder, name)
        if not os.path.isfile(os.path.join(folder, layout.DRAFT)):
            continue
        try:
            lock = open(os.path.join(folder, layout.LOCK), "r+b")  # noqa: SIM115 - closed below
        except OSError:
            continue
        with lock:
            # Looked at again: its harness may have finished with it in between.
            if _try_lock(lock) and os.path.isfile(os.path.join(folder, layout.DRAFT)):
                yield folder


def _what_became_of_it(folder: str, job: Job) -> Outcome:
    """The outcome of a trial that nobody saw end."""
    events = journal.read(os.path.join(folder, layout.JOURNAL))
    newest = max(entry.stat().st_mtime for entry in os.scandir(folder))
    finished = datetime.fromtimestamp(newest, timezone.utc).isoformat(timespec="milliseconds")
    seconds = events[-1].get("process_seconds") if outcome.is_finished(events) else None
    seconds = seconds if isinstance(seconds, float) else None
    # Without its duration a record cannot be called complete.
    has_ended = seconds is not None or journal.last(events, "error") is not None
    ending = Ending(0) if has_ended else Ending(0, outcome.STOPPED_INTERRUPTED)
    return proving.judged(job, trial_files.outcome_of(ending, folder, Limits(), finished, seconds), folder)


def salvage(records_folder: str) -> List[str]:
    """Make the records of trials whose harness was killed before it could; their paths.

    A trial that had done all its work becomes a complete record, any other one `interrupted` with every step that it
    had done. Trials of a harness that still lives are left alone.
    """
    paths: List[str] = []
    for folder in _abandoned(records_folder):
        found = _read_draft(folder)
        if found is None:
            continue
        draft, job = found
        if os.path.exists(os.path.join(records_folder, draft["id"] + ".json")):
            trial_files.tidy(folder)  # the record was written, only the tidying was not done
            continue
        ended = _what_became_of_it(folder, job)
        if ended.status == record.INTERRUPTED:  # one that had failed by itself keeps its own reason
            ended = replace(ended, reason=_KILLED, exit_code=TrialFailed.exit_code)
        paths.append(leave_record(folder, draft, ended)[0])
    return paths


def _read_draft(folder: str) -> Optional[Tuple[record.Record, Job]]:
    """The draft and its job; None where another harbench, or somebody else, wrote something that is none to us."""
    try:
        with open(os.path.join(folder, layout.DRAFT), encoding="utf-8") as file:
            draft = json.load(file)
        job = Job.from_dict(draft["job"])
        nothing = Outcome(record.INTERRUPTED, _KILLED, TrialFailed.exit_code, (), (), (), draft["started"], None)
        fault = record.fault_of(assemble.finish(draft, nothing, {}))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError, UsageError):
        return None
    is_ours = draft["id"] == os.path.basename(folder) and draft["schema_version"] == record.SCHEMA_VERSION
    return (draft, job) if is_ours and not fault else None
