"""Whether the NPU did the work: the adapter's word on each graph that it compiled, and npu-smi's on the device."""

from typing import Any, List, Mapping, Optional, Sequence, Tuple

from backends.ascend import adapter
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


def _compiled(ids: Sequence[int]) -> str:
    if not ids:
        return "no graph was told of (no line 'has been compiled on the Ascend AI processor')"
    return "%d graph%s compiled on the NPU (ids %s)" % (
        len(ids), "" if len(ids) == 1 else "s", ", ".join(map(str, ids)),
    )  # fmt: skip


def decide(
    effective: Mapping[str, Any], ids: Sequence[int], has_failed: bool, seen: Optional[Mapping[str, Any]]
) -> Tuple[str, str]:
    """State of the proof and what shows it.

    Args:
        effective: the session's options, and the kind of adapter.
        ids: of the graphs that the log says were compiled on the NPU, as often as it says so.
        has_failed: whether the log shows that the device failed after it had compiled.
        seen: what npu-smi showed meanwhile; None or empty where it could not be read.
    """
    signs = _signs(seen) if seen else []
    watched = "npu-smi showed %s" % (" and ".join(signs) or "nothing of it") if seen else "npu-smi could not be read"
    told = "%s; %s" % (_compiled(ids), watched)
    if not ids and seen and _is_idle(seen):
        return ON_HOST, "all of it ran on the host: " + told
    if effective.get("mix_compile_mode"):
        mixed = "mix_compile_mode leaves to the host what the device lacks, and nothing tells which operations: "
        return UNPROVEN, mixed + told
    if has_failed:
        return UNPROVEN, "the device failed after it had compiled: " + told
    if len(ids) >= _FEWEST_GRAPHS and signs:
        return PROVEN, told
    if ids:
        return UNPROVEN, told if len(ids) >= _FEWEST_GRAPHS else "step and evaluation are two graphs: " + told
    if effective.get("adapter") != adapter.OLD:
        return UNPROVEN, told
    # It says of no graph that it was compiled: npu-smi has to see the process, and something that it does.
    is_seen = bool(seen and seen.get("is_process_seen") and len(signs) > 1)
    return (PROVEN if is_seen else UNPROVEN), "this adapter is older than the line that tells of each graph; " + watched


def judge(claim: Proof, evidence: Evidence) -> Proof:
    """The proof, from the trial's settings, its log and npu-smi's observation.

    Args:
        claim: the trial's own word: simulated where a double stood for the adapter.
        evidence: `description["effective"]` holds the session's options and the adapter's kind.
    """
    from backends.logs import ascend as ascend_log
    from backends.logs import reading

    if claim.state == SIMULATED:
        return claim
    effective = evidence.description.get("effective") or {}
    ids = ascend_log.compiled_graph_ids(evidence.log)
    has_failed = reading.read(evidence.log).is_used == reading.YES_THEN_FAILED
    state, text = decide(effective, ids, has_failed, evidence.observation)
    return Proof(state, claim.device, text)
