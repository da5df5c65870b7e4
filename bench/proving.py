"""Where a trial's work was done and why it failed, by all that the parent saw: the trial's word is not enough."""

import os
from dataclasses import asdict, replace
from typing import Any, Dict, Optional

from backends import registry
from backends.proof import ON_HOST, UNPROVEN, Evidence, Proof
from bench import layout, record
from bench.errors import DeviceNotUsed, TrialFailed
from bench.outcome import Outcome
from bench.plan import Job


def log_text(path: str) -> str:
    """A trial's log, whatever its bytes are; empty where there is none."""
    from backends.logs import text  # its tables take a moment to compile

    try:
        return text.read_log(path)
    except OSError:
        return ""


def _said(outcome: Outcome, name: str) -> Optional[Dict[str, Any]]:
    return next((event for event in reversed(outcome.events) if event["event"] == name), None)


def _claim(outcome: Outcome) -> Optional[Proof]:
    said = _said(outcome, "proof")
    return None if said is None else Proof(said["state"], said["device"], said["evidence"])


def _observation(outcome: Outcome) -> Optional[Dict[str, Any]]:
    return (outcome.telemetry or {}).get("device")


def _proven(job: Job, ended: Outcome, log: str) -> Outcome:
    claim = _claim(ended)
    if claim is None:
        return ended
    evidence = Evidence(log, _observation(ended), _said(ended, "description") or {})
    proof = registry.create(job.backend).judge(claim, evidence)
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


def doubt_of(document: record.Record) -> Optional[str]:
    """Why a complete record is no measurement of the device that it names; None where it is one, or is simulated."""
    proof = document.get("proof") or {}
    if document["status"] != record.COMPLETE or proof.get("state") != UNPROVEN:
        return None
    return "Nothing proves that the %s did the work: %s." % (proof["device"], str(proof["evidence"]).rstrip("."))
