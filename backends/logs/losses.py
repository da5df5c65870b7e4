"""The losses that a log prints: whether they are numbers, and whether the training ended with one."""

import functools
import re
from dataclasses import dataclass
from typing import Dict, Iterator, Optional

#: In lower case: "loss: 0.5", "loss : nan", "'val_loss': NaN", "total loss is 43.91", "loss = tensor(nan", "loss|-inf".
_PRINTED = re.compile(
    r"(?:loss(?:es)?(?![ _-]?scal)|cost|\u635f\u5931)[a-z0-9_/-]{0,20}"
    r"(?: value| \([a-z ]{1,20}\)| (?:at|after) [^:=\n]{1,30})?"
    r"[\"')\]]{0,2}[ \t]{0,8}(?:is\b|[:=|\uff1a]{1,2}|-?>)?[ \t]{0,8}"
    r"(?:(?:tensor|array|(?:np|numpy)\.float[0-9]{2})\()?[\[( \t\"']{0,4}"
    r"(?P<value>[-+]?(?:nan|inf(?:inity)?|[0-9]{1,30}(?:\.[0-9]{0,30})?(?:e[-+]?[0-9]{1,4})?|\.[0-9]{1,30}))(?![a-z0-9_])"
)
#: What is no printed loss: "if the loss is nan", "scaled loss: inf" (the scaler takes the scale back).
_NOT_PRINTED = re.compile(r"\b(?:if|when|whether|until|once|unless|no|not|never|scaled|time)\b|scaled_\Z")
_LABEL = re.compile(r"(?:[a-z_./-]{1,30}[ :_-]{1,3}){0,3}[a-z_./-]{0,30}\Z")
_LABEL_CHARACTERS = 60
_VALIDATED = re.compile(r"(?<![a-z])(?:val|valid|validation|test|testing|eval|evaluation|dev)(?![a-z])")

#: What is said where the last ones are none.
DIVERGED = (
    "The last loss that the training printed is no finite number (nan or inf), so what it learnt is of no use, "
    "wherever the work was done: look for the first such step, then at the learning rate, the loss scale and the data."
)


@dataclass(frozen=True)
class Losses:
    """How many losses a log prints, how many of them are no finite numbers, and whether the last ones are none."""

    printed: int
    not_finite: int
    has_diverged: bool

    @property
    def fact(self) -> Optional[str]:
        if not self.not_finite:
            return None
        return "losses that are no finite numbers (nan, inf): %d of the %d printed" % (self.not_finite, self.printed)


@dataclass(frozen=True)
class _Loss:
    label: str
    is_finite: bool


def _printed(lowered: str) -> Iterator[_Loss]:
    for match in _PRINTED.finditer(lowered):
        line = lowered.rfind("\n", 0, match.start()) + 1
        found = _LABEL.search(lowered, max(line, match.start() - _LABEL_CHARACTERS), match.start())
        label = found.group().strip() if found else ""
        if not _NOT_PRINTED.search(label):
            yield _Loss(label, match.group("value").lstrip("+-")[:1] not in ("n", "i"))


def _has_diverged(last: Dict[str, bool]) -> bool:
    """Whether a loss ended as no number; that of a validation counts where there is no other one."""
    trained = [is_finite for label, is_finite in last.items() if not _VALIDATED.search(label)]
    return not all(trained or last.values())


@functools.lru_cache(maxsize=1)  # a reading asks several times
def losses(text: str) -> Losses:
    """The losses that a text prints, each kind (total, validation) followed to its end."""
    lowered = text.lower()
    if "nan" not in lowered and not re.search(r"[^a-z]inf(?:inity)?(?![a-z])", lowered):
        return Losses(0, 0, False)
    last: Dict[str, bool] = {}
    printed = not_finite = 0
    for loss in _printed(lowered):
        printed, not_finite = printed + 1, not_finite + (not loss.is_finite)
        last[loss.label] = loss.is_finite
    return Losses(printed, not_finite, bool(not_finite) and _has_diverged(last))
