"""That a device tool printed a message instead of data, in a kind and a plain sentence."""

import re
from dataclasses import dataclass
from typing import Match, Optional, Pattern, Sequence, Tuple


@dataclass(frozen=True)
class Fault:
    """Why a tool had nothing to tell.

    Args:
        kind: one of a few words of the tool's module of errors.
        sentence: what is wrong and what to do.
        code: the number in the message, where it has one.
    """

    kind: str
    sentence: str
    code: Optional[int] = None


#: A message, its kind and its sentence; a group "code" of the message is its code.
Message = Tuple[Pattern[str], str, str]


def message(pattern: str, kind: str, sentence: str) -> Message:
    """A message that a tool is known to print, wherever in its output it stands."""
    return re.compile(pattern, re.IGNORECASE), kind, sentence


def _code(found: Match[str]) -> Optional[int]:
    printed = found.groupdict().get("code")
    return int(printed) if printed else None


def first_fault(text: str, messages: Sequence[Message]) -> Optional[Fault]:
    """The first of the messages that stands in a text; None where none does."""
    for pattern, kind, sentence in messages:
        found = pattern.search(text)
        if found:
            code = _code(found)
            return Fault(kind, sentence if code is None else "%s (The tool says %d.)" % (sentence, code), code)
    return None
