"""Where a trial's work was done and why it failed, by all that the parent saw: the trial's word is not enough."""

import os
from dataclasses import asdict, replace
from typing import Any, Dict, Optional

from backends import registry
from backends.proof import ON_HOST, Evidence, Proof
from bench import layout, record
from bench.errors import DeviceNotUsed, TrialFailed
from bench.outcome import Outcome
from bench.plan import Job

#: A log longer than this is read at both of its ends: devices are named at the start, faults at the end.
_END_BYTES = 8 * 2**20


def log_text(path: str) -> str:
    """A trial's log, whatever its bytes are; empty where there is none."""
    try:
        with open(path, "rb") as file:
            text = file.read(_END_BYTES)
            size = os.fstat(file.fileno()).st_size
            if size > _END_BYTES:
                file.seek(max(_END_BYTES, size - _END_BYTES))
                text += b"\n" + file.read()
    except OSError:
        return ""
    return text.decode("utf-8", errors="backslashreplace").replace("\r", "\n")


def _claim(outcome: Outcome) -> Optional[Proof]:
    for event in reversed(outcome.events):
        if event["event"] == "proof":
            return Proof(event["state"], event["device"], event["evidence"])
    return None


def _observation(outcome: Outcome) -> Optional[Dict[str, Any]]:
    return (outcome.telemetry or {}).get("device")


def _proven(job: Job, ended: Outcome, log: str) -> Outcome:
    claim = _claim(ended)
    if claim is None:
        return ended
    proof = registry.create(job.backend).judge(claim, Evidence(log, _observation(ended)))
    ended = replace(ended, proof=asdict(proof))
    if proof.state != ON_HOST:
        return ended
    sentence = "The %s did not do the work: %s." % (proof.device, proof.evidence.rstrip("."))
    return replace(ended, status=record.FAILED, reason=sentence, exit_code=DeviceNotUsed.exit_code)


def _explained(job: Job, ended: Outcome, log: str) -> Outcome:
    meaning = registry.create(job.backend).explain(log) if ended.exit_code == TrialFailed.exit_code else None
    return ended if meaning is None else replace(ended, reason="%s %s" % (meaning, ended.reason))


def judged(job: Job, ended: Outcome, folder: str) -> Outcome:
    """The outcome of a trial with its proof, and with what its log means where it failed.

    A trial whose device did not do the work has failed, however well it ended.
    """
    log = log_text(os.path.join(folder, layout.LOG))
    return (_proven if ended.status == record.COMPLETE else _explained)(job, ended, log)
