"""Whether the NPU did the work: the adapter's word on each graph that it compiled, and npu-smi's on the device."""

from typing import Any, List, Mapping, Optional

from backends.ascend import adapter
from backends.logs import ascend as ascend_log
from backends.logs import reading
from backends.proof import ON_HOST, PROVEN, SIMULATED, UNPROVEN, Evidence, Proof

#: A run steps, and evaluates windows of another shape: two graphs that compute. Assigning and reading variables may be
#: graphs of their own.
_FEWEST_GRAPHS = 2
#: The runtime reserves memory for itself when it opens a device; smaller changes come from elsewhere.
_GROWTH_BYTES = 64 * 2**20
_MIB = 2**20


def _growth_bytes(seen: Mapping[str, Any]) -> Optional[float]:
    before, most = seen.get("memory_bytes_before"), seen.get("memory_bytes_most")
    return None if before is None or most is None else most - before


def _signs(seen: Mapping[str, Any]) -> List[str]:
    """What npu-smi showed of work on the device."""
    signs = ["the trial's process on %s" % seen.get("id")] if seen.get("is_process_seen") else []
    growth, busy = _growth_bytes(seen), seen.get("utilisation_percent_most")
    if growth is not None and growth >= _GROWTH_BYTES:
        signs.append("%d MiB more memory in use" % (growth // _MIB))
    if busy:
        signs.append("AI cores up to %.0f %% busy" % busy)
    return signs


def _is_idle(seen: Mapping[str, Any]) -> bool:
    """Whether npu-smi told everything, and nothing of it speaks for work on the device."""
    is_told = seen.get("is_process_seen") is False and _growth_bytes(seen) is not None
    return is_told and not _signs(seen)


def _compiled(log: str) -> str:
    ids = ascend_log.compiled_graph_ids(log)
    return "%d graphs compiled on the NPU (ids %s)" % (len(ids), ", ".join(map(str, ids)))


def judge(claim: Proof, evidence: Evidence) -> Proof:
    """The proof, from the trial's settings, its log and npu-smi's observation.

    Args:
        claim: the trial's own word: simulated where a double stood for the adapter.
        evidence: `description["effective"]` holds the session's options and the adapter's kind.
    """
    if claim.state == SIMULATED:
        return claim
    effective = evidence.description.get("effective") or {}
    graphs, seen = len(ascend_log.compiled_graph_ids(evidence.log)), evidence.observation
    signs = _signs(seen) if seen else []
    watched = "npu-smi showed %s" % (" and ".join(signs) or "nothing of it") if seen else "npu-smi could not be read"

    def proof(state: str, text: str) -> Proof:
        return Proof(state, claim.device, text)

    if not graphs and seen and _is_idle(seen):
        return proof(ON_HOST, "all of it ran on the host: no graph was compiled on the NPU, and %s" % watched)
    if effective.get("mix_compile_mode"):
        text = "mix_compile_mode leaves to the host what the device lacks, and nothing tells which operations; %s, %s"
        return proof(UNPROVEN, text % (_compiled(evidence.log), watched))
    if reading.read(evidence.log).is_used == reading.YES_THEN_FAILED:
        return proof(UNPROVEN, "the device failed after it had compiled (%s)" % _compiled(evidence.log))
    if graphs >= _FEWEST_GRAPHS and signs:
        return proof(PROVEN, "%s; %s" % (_compiled(evidence.log), watched))
    if graphs:
        few = "" if graphs >= _FEWEST_GRAPHS else ", where step and evaluation are two"
        return proof(UNPROVEN, "%s%s; %s" % (_compiled(evidence.log), few, watched))
    if effective.get("adapter") == adapter.OLD and seen and seen.get("is_process_seen") and len(signs) > 1:
        return proof(PROVEN, "this adapter is older than the line that tells of each graph; %s" % watched)
    why = "this adapter tells of no graph" if effective.get("adapter") == adapter.OLD else "no graph was told of"
    return proof(UNPROVEN, "%s (no line 'has been compiled on the Ascend AI processor'); %s" % (why, watched))
