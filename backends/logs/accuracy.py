"""A training accuracy that is too good: exactly 1.0 for long while the validation is no better than guessing."""

import re
from typing import List, Optional, Pattern, Sequence, Tuple

#: So many lines in a row, the last ones, must say 1.0 before anything is said.
_LINES = 10
#: Above it, a validation says that something was learnt.
_POOR = 0.5
_NUMBER = r"([0-9]{1,6}(?:\.[0-9]{1,12})?)(?![0-9.%])"
_TRAINED = re.compile(r"\btrain(?:ing)?[ _-]acc(?:uracy)?\b[ \t]*(?:is|[:=])?[ \t]*" + _NUMBER, re.IGNORECASE)
_VALIDATED = re.compile(
    r"\b(?:val(?:idation)?|test)[ _-]acc(?:uracy)?\b[ \t]*(?:is|[:=])?[ \t]*" + _NUMBER, re.IGNORECASE
)
_FIGURES = r"((?:[0-9]{1,6}(?:\.[0-9]{1,12})?(?:, *|[ \t]*$)){1,8})"
_TRAINED_LINE = re.compile(r"^[ \t]*(?:iter(?:ation)?|step|epoch)[ \t]*[0-9]{1,12}[:,][ \t]*" + _FIGURES, re.I | re.M)
_VALIDATED_LINE = re.compile(r"^[ \t]*val(?:idation)?(?:[ \t]+results?)?[:,][ \t]*" + _FIGURES, re.I | re.M)
_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


def _perfect_end(figures: Sequence[float]) -> int:
    """How many figures at the end are exactly 1."""
    imperfect = [number for number, figure in enumerate(figures) if figure != 1.0]
    return len(figures) - (imperfect[-1] + 1 if imperfect else 0)


def _is_suspicious(trained: Sequence[float], validated: Sequence[float]) -> bool:
    return bool(validated) and _perfect_end(trained) >= _LINES and 0 < validated[-1] <= _POOR


def _sentence(what: str, trained: Sequence[float], validated: Sequence[float], doubt: str) -> str:
    return (
        "%s is exactly 1.0 in each of the last %d lines while the validation ends at %.2f, which guessing among %.0f "
        "classes gives: %sthe model over-fitted or the metric is wrong, so do not quote this accuracy before you know."
    ) % (what, _perfect_end(trained), validated[-1], 1 / validated[-1], doubt)


def _rows(pattern: Pattern[str], text: str) -> List[Tuple[float, ...]]:
    return [
        tuple(float(part) for part in match.group(1).split(",") if part.strip()) for match in pattern.finditer(text)
    ]


def _collapse_of_rows(text: str) -> Optional[str]:
    """Lines of bare figures, as `Iteration 100: 0.2, 1.0` and `Validation results: 0.3, 0.2`."""
    trained, validated = _rows(_TRAINED_LINE, text), _rows(_VALIDATED_LINE, text)
    width = min((len(row) for row in trained + validated), default=0) if trained and validated else 0
    for place in range(width):
        figures, against = [row[place] for row in trained], [row[place] for row in validated]
        if _is_suspicious(figures, against):
            what = "The %s figure of the training lines" % _PLACES[place]
            return _sentence(what, figures, against, "if it is the accuracy, ")
    return None


def collapse(text: str) -> Optional[str]:
    """A sentence where the training accuracy collapsed to exactly 1.0; None where nothing of the kind is seen."""
    lowered = text.lower()
    if "val" not in lowered and "test" not in lowered:  # a pattern that ignores case takes long over megabytes
        return None
    trained, validated = ([float(match.group(1)) for match in p.finditer(text)] for p in (_TRAINED, _VALIDATED))
    if _is_suspicious(trained, validated):
        return _sentence("The training accuracy", trained, validated, "")
    return _collapse_of_rows(text)
