"""The reading of a log: which device did the work, what went wrong, and what else is worth knowing."""

import re
from dataclasses import dataclass
from typing import List, Optional, Sequence, Tuple

from backends.logs import accuracy, ascend, cuda, losses, starts, tables, waiting
from backends.logs.ending import Ending, ending
from backends.logs.symptom import (
    FAILED,
    FAILURES,
    FALLBACK,
    GENERIC,
    HARMLESS,
    NOTICE,
    RAN,
    REFUSED,
    SPLIT,
    Finding,
    Symptom,
    find,
    first_cause,
)
from backends.logs.text import clean, left_out_bytes, left_out_characters

NPU, GPU, CPU = "npu", "gpu", "cpu"
YES, NO, PARTLY, UNPROVEN, YES_THEN_FAILED = "yes", "no", "partly", "not proven", "yes, then failed"

#: Codes of CANN (a letter or figure for the module, then four figures; others where a message begins with them), of its
#: runtime, of CUDA and its libraries.
#: Each begins with a character that is sought fast, and what may not stand before that comes behind it.
_CODES = (
    re.compile(
        r"(E(?<![A-Za-z0-9]E)(?:(?:[B-PZ]|[1-8])[0-9]{4}(?![0-9A-Za-z])|[0-9]{5}(?=\)?:)|[A-Z][0-9]{4,5}(?=:)|"
        r"[0-9]{4}(?=: ?[A-Z])))"
    ),
    re.compile(r"error code is ?([15]0[0-9]{4})(?![0-9])"),
    re.compile(r"re(?<![A-Za-z0-9]re)(?:sult ?=|t ?=|t\[) ?([15]0[0-9]{4})(?![0-9])"),
    re.compile(r"(re(?<![A-Za-z0-9]re)tCode=0x[0-9a-fA-F]{1,8})"),
    re.compile(r"(CU(?<![A-Za-z0-9]CU)(?:DA_ERROR_|(?:DNN|BLAS)_STATUS_(?!SUCCESS))[A-Z_]{3,60})"),
)


@dataclass(frozen=True)
class Reading:
    """What a log says.

    Args:
        device: "npu", "gpu" or "cpu": where the work was done, or was meant to be done; None where the log names none.
        is_used: whether an accelerator did the work: "yes", "no", "partly", "not proven" or "yes, then failed".
        diagnosis: what went wrong, or should be known, and the next step, in one sentence.
        codes: error codes in the order of the text, then names of what has no code.
        facts: what else is worth knowing, a phrase each.
        has_failed: whether the log shows that the work did not end as it should.
    """

    device: Optional[str]
    is_used: str
    diagnosis: Optional[str]
    codes: Tuple[str, ...]
    facts: Tuple[str, ...]
    has_failed: bool


@dataclass(frozen=True)
class _Evidence:
    """What was found in a text: the device, where its proofs stand, messages, and whether a later run shows none.

    `has_diverged` says that the training ended with a loss that is no number.
    """

    device: Optional[str]
    proofs: Sequence[int]
    findings: Sequence[Finding]
    end: Optional[Ending]
    has_unproven_start: bool
    has_diverged: bool

    def with_effect(self, *effects: str) -> List[Finding]:
        return [finding for finding in self.findings if finding.symptom.effect in effects]

    @property
    def failures(self) -> List[Finding]:
        return self.with_effect(*FAILURES)

    @property
    def has_failed(self) -> bool:
        """Going on without the device is no error of the program, only of the measurement."""
        return bool(self.with_effect(REFUSED, RAN, SPLIT, FAILED)) or self.end is not None or self.has_diverged


def _device_of(text: str, ascend_found: Sequence[Finding], cuda_found: Sequence[Finding]) -> Optional[str]:
    if ascend.compiled_graphs(text):
        return NPU
    if cuda.created_devices(text):
        return GPU
    if ascend_found or ascend.is_named(text):
        return NPU
    if any(finding.symptom.effect == FALLBACK for finding in cuda_found):
        return CPU
    placed = cuda.placement(text)
    if placed and not placed.gpu:
        return CPU
    return GPU if cuda_found or cuda.is_named(text) or placed else None


def _proofs_of(text: str, device: Optional[str]) -> List[int]:
    if device == NPU:
        return [graph.position for graph in ascend.compiled_graphs(text)]
    return [created.position for created in cuda.created_devices(text)] if device == GPU else []


def _after(proofs: Sequence[int], findings: Sequence[Finding], text: str) -> List[Finding]:
    """Without failures that came before the first proof only: they did not keep the device from its work."""
    if not proofs:
        return list(findings)
    failed = [finding.symptom for finding in findings if finding.symptom.effect in FAILURES]
    return find(failed, text, proofs[0]) + [finding for finding in findings if finding.symptom.effect not in FAILURES]


def _is_of_the_work(symptom: Symptom) -> bool:
    """Whether a message says where and how the work was done, and not only that something failed somewhere."""
    return symptom.effect != FAILED and (symptom.effect not in FAILURES or symptom.rank < GENERIC)


def _gather(text: str, has_ended_well: bool = False) -> _Evidence:
    ascend_found, cuda_found = find(tables.ASCEND, text), find(tables.CUDA, text)
    device = _device_of(text, ascend_found, cuda_found)
    proofs, end = _proofs_of(text, device), None if has_ended_well else ending(text)
    found = {NPU: ascend_found, GPU: cuda_found, CPU: cuda_found}.get(device or "", []) + find(tables.HOST, text)
    if has_ended_well:
        found = [finding for finding in found if _is_of_the_work(finding.symptom)]
    is_late = end is not None and end.position >= (proofs[0] if proofs else 0)
    has_unproven_start = bool(proofs) and starts.is_started_without_device(text, proofs[-1])
    has_diverged = not has_ended_well and losses.losses(text).has_diverged
    findings = _after(proofs, found, text)
    return _Evidence(device, proofs, findings, end if is_late else None, has_unproven_start, has_diverged)


def _is_used_unproven(evidence: _Evidence) -> str:
    """Without a line that proves it, only a failure can say whether the device was at work."""
    if evidence.with_effect(RAN):
        return YES_THEN_FAILED
    cause = first_cause(evidence.failures)
    effect = cause.symptom.effect if cause else None
    if effect in (REFUSED, FALLBACK):
        return NO
    return PARTLY if effect == SPLIT else UNPROVEN


def _is_whole(text: str) -> bool:
    return not left_out_bytes(text) and not left_out_characters(text)


def _is_used(evidence: _Evidence, text: str) -> str:
    placed = cuda.placement(text) if evidence.device in (GPU, CPU) else None
    if evidence.device == CPU or (placed and not placed.gpu):
        return NO
    if not evidence.proofs:
        return _is_used_unproven(evidence)
    if evidence.has_failed:
        return YES_THEN_FAILED
    if evidence.device == NPU and ascend.is_mixed(text):
        return PARTLY
    if evidence.has_unproven_start or evidence.with_effect(FALLBACK):  # one process of several went without the device
        return PARTLY
    if placed and placed.heavy_cpu:
        return PARTLY
    return YES if _is_whole(text) else UNPROVEN  # a failure may stand in what was not read


def _known_cause(evidence: _Evidence) -> Optional[Finding]:
    return first_cause(evidence.failures) or first_cause(evidence.with_effect(NOTICE))


def _codes(text: str, evidence: _Evidence) -> Tuple[str, ...]:
    written = sorted((match.start(1), match.group(1)) for pattern in _CODES for match in pattern.finditer(text))
    named = [finding.symptom.code for finding in evidence.findings if finding.symptom.code]
    return tuple(dict.fromkeys([code for _, code in written] + named))


def _facts(text: str, evidence: _Evidence) -> List[str]:
    facts = ascend.facts(text) if evidence.device == NPU else cuda.facts(text)
    facts = facts + waiting.facts(text)
    without_number = losses.losses(text).fact
    facts.extend([without_number] if without_number else [])
    if left_out_bytes(text):
        facts.append("%d bytes in the middle of the log were not read" % left_out_bytes(text))
    if left_out_characters(text):
        facts.append("%d characters in the middle of endless lines were not read" % left_out_characters(text))
    cause = _known_cause(evidence)
    facts.extend(finding.sentence for finding in evidence.with_effect(NOTICE, HARMLESS) if finding != cause)
    if evidence.end:
        facts.append("the program ended with %s" % evidence.end.error)
    return facts


#: What is said where nothing failed in what was read, and not all was read.
_ASK_FOR_THE_REST = (
    "The log, or a line of it, is too long to be read whole, and a failure may stand in the part that was left out: "
    "give its beginning and its last part without the lines of progress between."
)
#: What is said where nothing failed and nothing is proven.
_ASK = {
    NPU: "The adapter is named and no line says that it compiled a graph, which older adapters (before about November "
    "2021) never say and TF_CPP_MIN_LOG_LEVEL hides: unset that variable, or show the device's process and utilisation "
    "with `npu-smi info`.",
    GPU: "A GPU is named and no line says that TensorFlow created its device, which TF_CPP_MIN_LOG_LEVEL hides: unset "
    "that variable and keep stderr, or show the device's process and utilisation with `nvidia-smi`.",
    None: "No line names a device: keep stderr in the log (2>&1) with TF_CPP_MIN_LOG_LEVEL unset, or show the device's "
    "process and utilisation while it runs.",
}


def _sentences(text: str, evidence: _Evidence, is_used: str) -> List[str]:
    """What to tell, the weightiest first: a known cause, a doubtful accuracy, how to prove what is not proven."""
    cause = _known_cause(evidence)
    is_open = is_used == UNPROVEN and not evidence.has_failed
    ask = _ASK.get(evidence.device) if _is_whole(text) else _ASK_FOR_THE_REST
    doubt = starts.DOUBT if evidence.has_unproven_start else None
    diverged = losses.DIVERGED if evidence.has_diverged else None
    told = [cause.sentence if cause else None, diverged, doubt, accuracy.collapse(text), ask if is_open else None]
    return [sentence for sentence in told if sentence]


def read(text: str, has_ended_well: bool = False) -> Reading:
    """Read a log. Nothing is proven that a line does not prove: exit code 0 and a name in a file are no proof.

    Args:
        text: of the log.
        has_ended_well: whether the program is known to have done all that it had to do, and to have ended with exit
            code 0. Then what a device failed in still counts; an exception that nobody caught (a destructor's, a
            helper process's) and a line that only says that something failed do not.
    """
    text = clean(text)
    evidence = _gather(text, has_ended_well)
    is_used = _is_used(evidence, text)
    sentences = _sentences(text, evidence, is_used)
    facts = [fact.rstrip(".") for fact in _facts(text, evidence) + sentences[1:]]
    diagnosis = sentences[0] if sentences else None
    return Reading(evidence.device, is_used, diagnosis, _codes(text, evidence), tuple(facts), evidence.has_failed)


def explain(text: str) -> Optional[str]:
    """Why a trial failed, with the next step, in one sentence; None where its log holds nothing that is known."""
    cause = _known_cause(_gather(clean(text)))
    return cause.sentence if cause else None
