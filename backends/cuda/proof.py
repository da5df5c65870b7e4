"""What shows that a GPU did the work: where a session placed the step, and what the parent saw meanwhile."""

from collections import Counter
from typing import Any, Mapping, Optional, Sequence

from backends import signs
from backends.proof import ON_HOST, PROVEN, UNPROVEN, Evidence, Proof

#: The one GPU that a trial sees.
PLACE = "/device:GPU:0"
#: In the name of each cast that TensorFlow's rewrite to mixed precision adds.
_REWRITTEN = "AutoMixedPrecision"
_EXAMPLES = 3
#: What watched a GPU, by its name in an observation.
_TOOLS = {"nvml": "NVML"}


def is_rewritten(nodes: Sequence[Any]) -> bool:
    """Whether TensorFlow has rewritten any part of these to mixed precision."""
    return any(_REWRITTEN in node.name for node in nodes)


def _counts(nodes: Sequence[Any]) -> str:
    counted = Counter(node.op for node in nodes)
    return ", ".join("%s x %d" % item for item in sorted(counted.items()))


def _place(device: str) -> str:
    return device.rsplit("/device:", 1)[-1] or "no device"


def of_nodes(nodes: Sequence[Any], device: str, description: str) -> Proof:
    """Where the matrix and recurrent operations of a step were computed.

    Args:
        nodes: the step's, with `name`, `op` and `device`, as the session placed and ran them.
        device: the GPU's name.
        description: what TensorFlow says of the GPU.
    """
    from backends.logs.cuda import is_heavy

    work = [node for node in nodes if is_heavy(node.op)]
    if not work:
        return Proof(UNPROVEN, device, "the step shows no matrix or recurrent operation, only %d others" % len(nodes))
    elsewhere = [node for node in work if not node.device.endswith(PLACE)]
    if not elsewhere:
        sentence = "all %d matrix and recurrent operations of a step lay on GPU:0 (%s): %s"
        return Proof(PROVEN, device, sentence % (len(work), _counts(work), description or "not described"))
    places = ", ".join(sorted({_place(node.device) for node in elsewhere}))
    return Proof(
        ON_HOST,
        device,
        "%s %d matrix and recurrent operations of a step lay on %s (%s; the first are %s)"
        % (
            "all" if len(elsewhere) == len(work) else "%d of" % len(elsewhere),
            len(work),
            places,
            _counts(elsewhere),
            ", ".join(node.name for node in elsewhere[:_EXAMPLES]),
        ),
    )


def is_device_created(log: str) -> bool:
    """Whether TensorFlow itself says that it set up GPU:0; a line that only quotes it says nothing."""
    from backends.logs import cuda as cuda_log

    return any(created.number == 0 for created in cuda_log.created_devices(log))


def _of_log(log: str) -> Optional[str]:
    """Why the log shows that no GPU was used; None where it does not."""
    from backends.logs import cuda as cuda_log

    if is_device_created(log):
        return None
    missing = cuda_log.missing_libraries(log)
    if missing:
        return "TensorFlow could not load %s and went on with the host's cores" % ", ".join(missing)
    if cuda_log.goes_without(log):
        return "TensorFlow could not load some libraries of CUDA and went on with the host's cores"
    return None


def _contradiction(seen: Mapping[str, Any], shown: signs.Signs) -> Optional[str]:
    """Why the GPU's tool shows that the trial was not on it; None where it does not."""
    if shown.process:
        return None
    if seen.get("is_process_seen") is False and not shown.all:
        return "lists no process of the trial there, and shows neither memory nor work that can only be the trial's"
    if signs.has_grown(seen) is False and seen.get("utilisation_percent_most") == 0:
        return "shows neither more memory in use there nor any work"
    return None


def _is_silent(seen: Mapping[str, Any]) -> bool:
    """Whether the GPU's tool told nothing that could speak for or against."""
    known = (seen.get("is_process_seen"), signs.has_grown(seen), seen.get("utilisation_percent_most"))
    return all(value is None for value in known)


def judge(claim: Proof, evidence: Evidence) -> Proof:
    """The trial's claim beside its log and what the GPU's tool saw, which must not contradict it.

    Args:
        claim: from `of_nodes`.
        evidence: the log and the observation, of `backends.telemetry.sightings`.
    """
    against = _of_log(evidence.log)
    if against is not None and claim.state != ON_HOST:
        return Proof(ON_HOST, claim.device, against)
    if claim.state != PROVEN:
        return claim
    said = [claim.evidence]
    if not is_device_created(evidence.log):
        said.append("the log has no line about GPU:0 (TF_CPP_MIN_LOG_LEVEL above 0 hides it)")
    seen = evidence.observation or {}
    tool, shown = _TOOLS.get(str(seen.get("tool")), "nvidia-smi"), signs.read(seen, "cores")
    against = _contradiction(seen, shown)
    if against:
        return Proof(UNPROVEN, claim.device, "the session placed the step on GPU:0, but %s %s" % (tool, against))
    if _is_silent(seen):
        said.append("by placement alone, as nothing was told of the GPU")
    else:
        told = "saw " + ", ".join(shown.all) if shown.all else "could not tell whose processes are on the GPU"
        said.append("%s %s" % (tool, told))
    return Proof(PROVEN, claim.device, "; ".join(said))
