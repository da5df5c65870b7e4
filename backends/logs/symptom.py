"""A message in a log, what it means and what to do next: as data, so that table, documentation and tests are one."""

import re
from dataclasses import dataclass
from typing import Callable, Dict, Iterable, List, Match, Optional, Sequence, Tuple

from backends.logs.literal import literal_of

# What a message says of the device's part in the work.
#: The device was not opened, or no graph got as far as running on it.
REFUSED = "refused"
#: The device was at work when it failed.
RAN = "ran"
#: Host and device each did a part, and the parts do not fit.
SPLIT = "split"
#: The work went on without the device, and without an error.
FALLBACK = "fallback"
#: Something failed; where, the message does not say.
FAILED = "failed"
#: No failure, but it explains something that a user would ask about.
NOTICE = "notice"
#: Looks like a failure and is none.
HARMLESS = "harmless"

#: The effects of messages after which the work did not end as it should.
FAILURES = (REFUSED, RAN, SPLIT, FALLBACK, FAILED)

# How near to the first cause a message stands; the nearest is told.
CAUSE, CONSEQUENCE, GENERIC, END = 0, 1, 2, 3


@dataclass(frozen=True)
class Symptom:
    """A row of the table.

    Args:
        message: the message as the documentation shows it.
        patterns: regular expressions, any of which is the message; the first that is found gives the values.
        meaning: what it says, in words; {names} are named groups of the patterns.
        step: what to do next.
        effect: what it says of the device's part in the work.
        rank: CAUSE, CONSEQUENCE of another error, GENERIC (that there was one), or the END of a process.
        code: a name for what has no code of its own.
        needs: expressions that must all be found too, for a message that means this only together with others.
        unless: expressions none of which may be found.
    """

    message: str
    patterns: Tuple[str, ...]
    meaning: str
    step: str
    effect: str
    rank: int = CAUSE
    code: str = ""
    needs: Tuple[str, ...] = ()
    unless: Tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """A symptom found at a position of the text, with the sentence that its values make."""

    symptom: Symptom
    position: int
    sentence: str


def _valid_numbers(text: str) -> str:
    first, _, end = text.partition(",")
    return "%d to %d" % (int(first), int(end) - 1)


def _gibibytes(text: str) -> str:
    return "%.3g GiB" % (int(text) / 2.0**30)


def _with(prefix: str) -> Callable[[str], str]:
    return lambda text: prefix + text


def _as_it_is(text: str) -> str:
    return text


#: Named groups of patterns: how a value is written, and what stands for one that the message does not give.
_VALUES: Dict[str, Tuple[Callable[[str], str], str]] = {
    "asked": (_with("device number "), "the device number asked for"),
    "built": (_as_it_is, "a newer one"),
    "bytes": (_gibibytes, "more memory"),
    "capability": (_with("compute capability "), "its compute capability"),
    "device": (_with("device "), "the device"),
    "driver": (_as_it_is, "of the kernel module"),
    "error": (_as_it_is, "an error"),
    "gpu": (_as_it_is, "the GPU"),
    "library": (_as_it_is, "a CUDA library"),
    "loaded": (_as_it_is, "of another version"),
    "minimum": (_as_it_is, "a higher one"),
    "module": (_as_it_is, "it needs"),
    "op": (_with("operator "), "an operator"),
    "option": (_as_it_is, "an option"),
    "path": (_as_it_is, "..."),
    "status": (_as_it_is, "an error status"),
    "valid": (_valid_numbers, "those that `npu-smi info -m` lists"),
    "variable": (_with("variable "), "a variable"),
    "user": (_as_it_is, "of the library"),
}


def _fill(template: str, match: Optional[Match[str]]) -> str:
    values = {name: absent for name, (_, absent) in _VALUES.items()}
    found = match.groupdict() if match else {}
    values.update((name, _VALUES[name][0](text)) for name, text in found.items() if text)
    return template.format(**values)


def meaning_of(symptom: Symptom, match: Optional[Match[str]] = None) -> str:
    """What the message says, with the values of a match or with words that stand for them."""
    return _fill(symptom.meaning, match)


def step_of(symptom: Symptom, match: Optional[Match[str]] = None) -> str:
    """What to do next, with the same values."""
    return _fill(symptom.step, match)


def sentence_of(symptom: Symptom, match: Optional[Match[str]] = None) -> str:
    """Meaning and next step as one sentence."""
    text = "%s: %s." % (meaning_of(symptom, match), step_of(symptom, match))
    return text[0].upper() + text[1:]


def _search(pattern: str, text: str, start: int) -> Optional[Match[str]]:
    if text.find(literal_of(pattern), start) < 0:
        return None
    return re.compile(pattern, re.MULTILINE).search(text, start)


def _find(symptom: Symptom, text: str, start: int) -> Optional[Finding]:
    matches = [match for match in (_search(pattern, text, start) for pattern in symptom.patterns) if match]
    if not matches or any(not _search(pattern, text, 0) for pattern in symptom.needs):
        return None
    if any(_search(pattern, text, 0) for pattern in symptom.unless):
        return None
    return Finding(symptom, min(match.start() for match in matches), sentence_of(symptom, matches[0]))


def find(symptoms: Iterable[Symptom], text: str, start: int = 0) -> List[Finding]:
    """The first occurrence of each symptom from a position on, in the order of the table."""
    return [finding for finding in (_find(symptom, text, start) for symptom in symptoms) if finding]


def first_cause(findings: Sequence[Finding]) -> Optional[Finding]:
    """The finding to tell: a cause before its consequences, then what came first, then the order of the table."""
    return min(findings, key=lambda finding: (finding.symptom.rank, finding.position), default=None)
