"""Whether the NPU did the work: the adapter's word on each graph that it compiled, and npu-smi's on the device."""

from typing import Any, Dict, Mapping, Optional, Sequence, Tuple

from backends.ascend import adapter
from backends.proof import (
    EVALUATION,
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
#: before. A training has the first two, the evaluation of a checkpoint the last one.
_COMPUTED_IN = {TRAINING: "its step", FIRST_EVALUATION: "its evaluation", EVALUATION: "its evaluation"}
#: The runtime reserves memory for itself when it opens a device; smaller changes come from elsewhere.
_GROWTH_BYTES = 64 * 2**20
_MIB = 2**20
#: AI cores that were busier than this before the trial had opened the device work for somebody else.
_IDLE_PERCENT = 1.0


def _growth_bytes(seen: Mapping[str, Any]) -> Optional[float]:
    before, most = seen.get("memory_bytes_before"), seen.get("memory_bytes_most")
    return None if before is None or most is None else most - before


def _process_sign(seen: Mapping[str, Any]) -> Optional[str]:
    if seen.get("is_process_seen"):
        return "the trial's process on %s" % seen.get("id")
    if seen.get("is_process_new"):
        return "a process on %s that was not there before" % seen.get("id")
    return None


def _memory_sign(seen: Mapping[str, Any]) -> Optional[str]:
    growth = _growth_bytes(seen)
    return None if growth is None or growth < _GROWTH_BYTES else "%d MiB more memory in use" % (growth // _MIB)


def _cores_sign(seen: Mapping[str, Any]) -> Optional[str]:
    """That the AI cores, idle before, have worked."""
    before, most = seen.get("utilisation_percent_before"), seen.get("utilisation_percent_most")
    if before is None or most is None or before > _IDLE_PERCENT or most <= before:
        return None
    return "AI cores up to %.0f %% busy" % most


def _is_anothers(seen: Mapping[str, Any]) -> bool:
    """Whether others are on the device and the trial was seen in no list: all load may be theirs."""
    is_there = seen.get("is_process_seen") or seen.get("is_process_new")
    return bool(seen.get("is_another_seen")) and not is_there


def _signs(seen: Mapping[str, Any]) -> Tuple[Optional[str], Optional[str], Optional[str]]:
    """What npu-smi showed of the trial on the device: its process, its memory, its work."""
    return (None, None, None) if _is_anothers(seen) else (_process_sign(seen), _memory_sign(seen), _cores_sign(seen))


def _is_idle(seen: Mapping[str, Any]) -> bool:
    """Whether npu-smi told everything, and nothing of it speaks for the trial on the device."""
    is_told = seen.get("is_process_seen") is False and _growth_bytes(seen) is not None
    return is_told and not any(_signs(seen))


def _missing_part(evidence: Evidence) -> Optional[str]:
    """Which part of the work no graph was compiled for when it was first done; None where none is missing."""
    from backends.logs import ascend as ascend_log

    phases = (EVALUATION,) if evidence.log_of(TRAINING) is None else (TRAINING, FIRST_EVALUATION)
    for phase in phases:
        log = evidence.log_of(phase)
        if log is None:
            return "the log does not tell when the trial came to %s" % _COMPUTED_IN[phase]
        if not ascend_log.compiled_graph_ids(log):
            return "no graph was compiled when the trial came to %s" % _COMPUTED_IN[phase]
    return None


def _contradiction(log: str) -> Optional[str]:
    """What the log says against the work of the NPU; None where it says nothing against it."""
    from backends.logs import reading

    found = reading.read(log)
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


def decide(evidence: Evidence, contradiction: Optional[str]) -> Tuple[str, str]:
    """State of the proof and what shows it.

    Args:
        evidence: `description["effective"]` holds the session's options and the adapter's kind.
        contradiction: what the log says against the work of the NPU, if it does.
    """
    from backends.logs import ascend as ascend_log

    effective, seen = evidence.description.get("effective") or {}, evidence.observation
    ids = ascend_log.compiled_graph_ids(evidence.log)
    process, memory, cores = _signs(seen) if seen else (None, None, None)
    signs = [sign for sign in (process, memory, cores) if sign]
    watched = "npu-smi showed %s" % (" and ".join(signs) or "nothing of it") if seen else "npu-smi could not be read"
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
        return (PROVEN if signs and not missing else UNPROVEN), "%s: %s" % (missing, told) if missing else told
    if effective.get("adapter") != adapter.OLD:
        return UNPROVEN, told
    # It says of no graph that it was compiled: npu-smi has to see the trial's process there, and the AI cores at work.
    # Without the process, memory and work may be another's that is not listed either.
    state = PROVEN if cores and process else UNPROVEN
    return state, "this adapter is older than the line that tells of each graph; " + watched


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
