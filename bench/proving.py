"""Where a trial's work was done and why it failed, by all that the parent saw: the trial's word is not enough."""

from dataclasses import asdict, replace
from typing import Any, Dict, Optional

from backends import registry
from backends.proof import ON_HOST, UNPROVEN, Evidence, Proof
from bench import journal, record, trial_files
from bench.errors import DeviceNotUsed, HarbenchError, TrialFailed
from bench.outcome import Outcome
from bench.plan import Job


def _claim(outcome: Outcome) -> Optional[Proof]:
    said = journal.last(outcome.events, "proof")
    return None if said is None else Proof(said["state"], said["device"], said["evidence"])


def _observation(outcome: Outcome) -> Optional[Dict[str, Any]]:
    return (outcome.telemetry or {}).get("device")


def _judged(job: Job, claim: Proof, evidence: Evidence) -> Proof:
    """The backend's judgement; unproven where the backend is gone since, or cannot judge."""
    try:
        return registry.create(job.backend).judge(claim, evidence)
    except HarbenchError as error:
        return Proof(UNPROVEN, claim.device, "no backend judged it: %s" % error)


def _meaning(job: Job, log: str) -> Optional[str]:
    """What the backend makes of a failed trial's log; why it cannot, where it cannot."""
    try:
        return registry.create(job.backend).explain(log)
    except HarbenchError as error:
        return str(error)


def _proven(job: Job, ended: Outcome, log: str) -> Outcome:
    claim = _claim(ended)
    if claim is None:
        return ended
    evidence = Evidence(log, _observation(ended), journal.last(ended.events, "description") or {})
    proof = _judged(job, claim, evidence)
    ended = replace(ended, proof=asdict(proof))
    if proof.state != ON_HOST:
        return ended
    sentence = "The %s did not do the work: %s." % (proof.device, proof.evidence.rstrip("."))
    return replace(ended, status=record.FAILED, reason=sentence, exit_code=DeviceNotUsed.exit_code)


def _explained(job: Job, ended: Outcome, log: str) -> Outcome:
    meaning = _meaning(job, log) if ended.exit_code == TrialFailed.exit_code else None
    return ended if meaning is None else replace(ended, reason="%s %s" % (meaning, ended.reason))


def judged(job: Job, ended: Outcome, folder: str) -> Outcome:
    """The outcome of a trial with its proof, and with what its log means where it failed.

    A trial whose device did not do the work has failed, however well it ended.
    """
    log = trial_files.log_text(folder)
    return (_proven if ended.status == record.COMPLETE else _explained)(job, ended, log)
