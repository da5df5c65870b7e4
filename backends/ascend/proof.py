"""Whether the NPU did the work: the adapter's word on each graph that it compiled, and npu-smi's on the device."""

from typing import Any, Dict, Mapping, Optional, Sequence, Tuple

from backends import signs
from backends.ascend import adapter
from backends.proof import (
    FIRST_EVALUATION,
    ON_HOST,
    PROVEN,
    SIMULATED,
    TRAINING,
    UNPROVEN,
    Evidence,
    Proof,
)

#: What a graph computes that is compiled in a phase. Assigning and reading variables are graphs of their own, compiled
#: before.
_COMPUTED_IN = {TRAINING: "its step", FIRST_EVALUATION: "its evaluation"}
_CORES = "AI cores"


def _is_idle(seen: Mapping[str, Any]) -> bool:
    """Whether npu-smi told everything, and nothing of it can be the trial's on the device.

    These are the raw figures: signs that may be another's are no proof for the trial, and none against it either.
    """
    is_absent = seen.get("is_process_seen") is False and not seen.get("is_process_new")
    return is_absent and signs.has_grown(seen) is False and not signs.has_risen(seen)


def _missing_part(evidence: Evidence) -> Optional[str]:
    """Which part of the work no graph was compiled for when it was first done; None where none is missing."""
    from backends.logs import ascend as ascend_log

    for phase, computed in _COMPUTED_IN.items():
        log = evidence.log_of(phase)
        if log is None:
            return "the log does not tell when the trial came to %s" % computed
        if not ascend_log.compiled_graph_ids(log):
            return "no graph was compiled when the trial came to %s" % computed
    return None


def _contradiction(log: str) -> Optional[str]:
    """What the log of a trial that ended well says against the work of the NPU; None where it says nothing of it."""
    from backends.logs import reading

    found = reading.read(log, has_ended_well=True)
    words: Dict[str, str] = {
        reading.YES_THEN_FAILED: "the device failed after it had compiled",
        reading.NO: "the log says that the host did the work",
        reading.PARTLY: "the log says that the host did a part of the work",
    }
    if found.device != reading.NPU or found.is_used not in words:  # a TensorFlow without GPU says so on an NPU too
        return None
    return "%s (%s)" % (words[found.is_used], (found.diagnosis or "it does not say why").rstrip("."))


def _compiled(ids: Sequence[int]) -> str:
    if not ids:
        return "no graph was told of (no line 'has been compiled on the Ascend AI processor')"
    return "%d graph%s compiled on the NPU (ids %s)" % (
        len(ids), "" if len(ids) == 1 else "s", ", ".join(map(str, ids)),
    )  # fmt: skip


def _without_lines(seen: Mapping[str, Any], shown: signs.Signs, watched: str) -> Tuple[str, str]:
    """The same for an adapter that says of no graph that it was compiled.

    npu-smi has to see the trial's process there, and the AI cores at work. Without the process, memory and work may be
    another's that is not listed either; beside another, the work may be the other's.
    """
    is_another_seen = bool(seen.get("is_another_seen"))
    state = PROVEN if shown.work and shown.process and not is_another_seen else UNPROVEN
    beside = "; another process was listed there, which may have done the work" if is_another_seen else ""
    return state, "this adapter is older than the line that tells of each graph; %s%s" % (watched, beside)


def decide(evidence: Evidence, contradiction: Optional[str]) -> Tuple[str, str]:
    """State of the proof and what shows it.

    Args:
        evidence: `description["effective"]` holds the session's options and the adapter's kind.
        contradiction: what the log says against the work of the NPU, if it does.
    """
    from backends.logs import ascend as ascend_log

    effective, seen = evidence.description.get("effective") or {}, evidence.observation
    ids = ascend_log.compiled_graph_ids(evidence.log)
    shown = signs.read(seen or {}, _CORES)
    watched = (
        "npu-smi showed %s" % (" and ".join(shown.all) or "nothing of it") if seen else "npu-smi could not be read"
    )
    told = "%s; %s" % (_compiled(ids), watched)
    if not ids and seen and _is_idle(seen):
        place = "all of it ran on the host, or on another device than %s: " % seen.get("id")
        return ON_HOST, place + told
    if effective.get("mix_compile_mode"):
        mixed = "mix_compile_mode leaves to the host what the device lacks, and nothing tells which operations: "
        return UNPROVEN, mixed + told
    if contradiction:
        return UNPROVEN, "%s: %s" % (contradiction, told)
    if ids:
        missing = _missing_part(evidence)
        return (PROVEN if shown.all and not missing else UNPROVEN), "%s: %s" % (missing, told) if missing else told
    if effective.get("adapter") != adapter.OLD:
        return UNPROVEN, told
    if effective.get("profiling_mode"):
        watched += ", whose utilisation a profiler hides"
    return _without_lines(seen or {}, shown, watched)


def judge(claim: Proof, evidence: Evidence) -> Proof:
    """The proof, from the trial's settings, its log and npu-smi's observation.

    Args:
        claim: the trial's own word: simulated where a double stood for the adapter.
        evidence: as for `decide`.
    """
    if claim.state == SIMULATED:
        return claim
    state, text = decide(evidence, _contradiction(evidence.log))
    return Proof(state, claim.device, text)
