"""Whether the NPU did the work: the adapter's word on each graph that it compiled, and npu-smi's on the device."""

from typing import Any, Mapping, Optional, Sequence, Tuple

from backends.ascend import adapter
from backends.proof import ON_HOST, PROVEN, SIMULATED, UNPROVEN, Evidence, Proof, growth_bytes

#: Graphs that compute, in the phase in which they are met first: a training steps and evaluates, a checkpoint is only
#: evaluated. Assigning and reading variables are graphs of their own, compiled in other phases or besides.
_FEWEST_GRAPHS = (("training", 2, "step and evaluation are two graphs"), ("evaluation", 1, "the evaluation is a graph"))
#: The runtime reserves memory for itself when it opens a device; smaller changes come from elsewhere.
_GROWTH_BYTES = 64 * 2**20
_MIB = 2**20
#: AI cores that were busier than this before the trial had opened the device work for somebody else.
_IDLE_PERCENT = 1.0


def _process_sign(seen: Mapping[str, Any]) -> Optional[str]:
    if seen.get("is_process_seen"):
        return "the trial's process on %s" % seen.get("id")
    if seen.get("is_process_new"):
        return "a process on %s that was not there before" % seen.get("id")
    return None


def _memory_sign(seen: Mapping[str, Any]) -> Optional[str]:
    growth = growth_bytes(seen)
    return None if growth is None or growth < _GROWTH_BYTES else "%d MiB more memory in use" % (growth // _MIB)


def _cores_sign(seen: Mapping[str, Any]) -> Optional[str]:
    """That the AI cores, idle before, have worked."""
    before, most = seen.get("utilisation_percent_before"), seen.get("utilisation_percent_most")
    if before is None or most is None or before > _IDLE_PERCENT or most <= before:
        return None
    return "AI cores up to %.0f %% busy" % most


def _is_anothers(seen: Mapping[str, Any]) -> bool:
    """Whether others are on the device and every list was without the trial: all load may be theirs."""
    return seen.get("is_process_seen") is False and not seen.get("is_process_new") and bool(seen.get("is_another_seen"))


def _signs(seen: Mapping[str, Any]) -> Tuple[Optional[str], Optional[str], Optional[str]]:
    """What npu-smi showed of the trial on the device: its process, its memory, its work."""
    return (None, None, None) if _is_anothers(seen) else (_process_sign(seen), _memory_sign(seen), _cores_sign(seen))


def _is_idle(seen: Mapping[str, Any]) -> bool:
    """Whether npu-smi told everything, and nothing of it speaks for the trial on the device."""
    is_told = seen.get("is_process_seen") is False and growth_bytes(seen) is not None
    return is_told and not any(_signs(seen))


def _compiled_in_phase(evidence: Evidence) -> Tuple[bool, str]:
    """Whether the graphs that compute were compiled when they were met, and which should have been."""
    from backends.logs import ascend as ascend_log

    for phase, fewest, sentence in _FEWEST_GRAPHS:
        log = evidence.log_of(phase)
        if log is not None:
            return len(set(ascend_log.compiled_graph_ids(log))) >= fewest, sentence
    return False, "the log does not tell when it stepped"


def _compiled(ids: Sequence[int]) -> str:
    if not ids:
        return "no graph was told of (no line 'has been compiled on the Ascend AI processor')"
    return "%d graph%s compiled on the NPU (ids %s)" % (
        len(ids), "" if len(ids) == 1 else "s", ", ".join(map(str, ids)),
    )  # fmt: skip


def decide(evidence: Evidence, has_failed: bool) -> Tuple[str, str]:
    """State of the proof and what shows it.

    Args:
        evidence: `description["effective"]` holds the session's options and the adapter's kind.
        has_failed: whether the log shows that the device failed after it had compiled.
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
    if has_failed:
        return UNPROVEN, "the device failed after it had compiled: " + told
    if ids:
        is_compiled, sentence = _compiled_in_phase(evidence)
        return (PROVEN if is_compiled and signs else UNPROVEN), told if is_compiled else "%s: %s" % (sentence, told)
    if effective.get("adapter") != adapter.OLD:
        return UNPROVEN, told
    # It says of no graph that it was compiled: npu-smi has to see the trial there, and the AI cores at work.
    is_seen = bool(cores and (process or memory))
    return (PROVEN if is_seen else UNPROVEN), "this adapter is older than the line that tells of each graph; " + watched


def judge(claim: Proof, evidence: Evidence) -> Proof:
    """The proof, from the trial's settings, its log and npu-smi's observation.

    Args:
        claim: the trial's own word: simulated where a double stood for the adapter.
        evidence: as for `decide`.
    """
    from backends.logs import reading

    if claim.state == SIMULATED:
        return claim
    has_failed = reading.read(evidence.log).is_used == reading.YES_THEN_FAILED
    state, text = decide(evidence, has_failed)
    return Proof(state, claim.device, text)
