"""Gates: what a comparison is required to show. Proven, disproved and neither are three answers."""

import math
import re
from dataclasses import dataclass
from typing import List, Optional, Sequence, Tuple

from bench.comparing.compare import Comparison
from bench.comparing.match import Unmatched
from bench.errors import GateNotMet, Inconclusive, NotComparable, UsageError

MET = "met"
NOT_MET = "not met"
INCONCLUSIVE = "inconclusive"
NOT_COMPARABLE = "not comparable"

FPS = "fps"
STEP_TIME = "step-time"
ACCURACY = "accuracy"

AT_LEAST = ">="
AT_MOST = "<="

#: What can be required: direction and unit in which it is, and an example.
_FORMS = {
    FPS: (AT_LEAST, "x", "fps>=0.95x"),
    STEP_TIME: (AT_MOST, "x", "step-time<=1.05x"),
    ACCURACY: (AT_LEAST, "pp", "accuracy>=-1pp"),
}
_EXAMPLES = ", ".join(example for _, _, example in _FORMS.values())
_PATTERN = re.compile(r"\s*([a-z-]+)\s*([<>]=?|={1,2})\s*([+-]?[0-9]+(?:\.[0-9]+)?)\s*([A-Za-z%]*)\s*")


@dataclass(frozen=True)
class Gate:
    """A bound on a ratio (unit x) or on a difference of accuracies (unit pp, kept as a share).

    Args:
        text: as it was asked for, without blanks.
        quantity: `fps`, `step-time` or `accuracy`.
        direction: `>=` or `<=`.
        bound: the ratio or the share.
    """

    text: str
    quantity: str
    direction: str
    bound: float


def _number(text: str, digits: str, unit: str) -> float:
    value = float(digits)
    if not math.isfinite(value) or (unit == "x" and value <= 0) or (unit == "pp" and abs(value) > 100):
        raise UsageError(
            "The gate %r has a bound that nothing can be measured against; for example: %s." % (text, _EXAMPLES)
        )
    return value / 100 if unit == "pp" else value


def parse(text: str) -> Gate:
    """A gate from its text, as `fps>=0.95x`.

    Raises:
        UsageError: it is none, or one that cannot be meant: an unknown quantity, another unit, the wrong direction.
    """
    found = _PATTERN.fullmatch(text)
    if found is None:
        raise UsageError("%r is no gate: write quantity, sign, number and unit, for example %s." % (text, _EXAMPLES))
    quantity, sign, digits, unit = found.groups()
    if quantity not in _FORMS:
        raise UsageError("The gate %r is about %r; it can be about %s." % (text, quantity, ", ".join(_FORMS)))
    direction, right_unit, example = _FORMS[quantity]
    if sign != direction:
        raise UsageError("The gate %r must ask for %s, not %s: as %s." % (text, direction, sign, example))
    if unit != right_unit:
        raise UsageError("The gate %r needs the unit %s: as %s." % (text, right_unit, example))
    bound = _number(text, digits, unit)
    return Gate(quantity + sign + digits + unit, quantity, direction, bound)


@dataclass(frozen=True)
class PairAnswer:
    """What one pair says to a gate: the answer, and the 95 % interval that it rests on (None: there is none)."""

    comparison: Comparison
    answer: str
    interval: Optional[Tuple[float, float]]


@dataclass(frozen=True)
class Answer:
    """What all pairs together say to a gate."""

    gate: Gate
    answer: str
    pairs: Tuple[PairAnswer, ...]


def judge(gate: Gate, low: float, high: float) -> str:
    """`met` or `not met` where the whole interval lies on one side of the bound, else `inconclusive`."""
    if gate.direction == AT_MOST:
        low, high, bound = -high, -low, -gate.bound
    else:
        bound = gate.bound
    if low >= bound:
        return MET
    return NOT_MET if high < bound else INCONCLUSIVE


def _of_pair(gate: Gate, comparison: Comparison) -> PairAnswer:
    speed = comparison.speed
    measured = {FPS: speed.ratio, STEP_TIME: speed.step_time, ACCURACY: comparison.accuracy.difference}[gate.quantity]
    if measured is None:
        return PairAnswer(comparison, NOT_COMPARABLE, None)
    if measured.low is None or measured.high is None:
        return PairAnswer(comparison, INCONCLUSIVE, None)
    return PairAnswer(comparison, judge(gate, measured.low, measured.high), (measured.low, measured.high))


def _together(answers: Sequence[str], unmatched: Sequence[Unmatched]) -> str:
    """Intersection-union: each pair must hold, so no correction is needed; the worst answer is that of all."""
    for answer in (NOT_COMPARABLE, NOT_MET, INCONCLUSIVE):
        if answer in answers:
            return answer
    return INCONCLUSIVE if unmatched else MET


def answer(
    gates: Sequence[Gate], comparisons: Sequence[Comparison], unmatched: Sequence[Unmatched] = ()
) -> List[Answer]:
    """What the comparisons say to each gate; a cell that was compared with nothing leaves a gate unproven."""
    answers = []
    for gate in gates:
        pairs = tuple(_of_pair(gate, comparison) for comparison in comparisons)
        answers.append(Answer(gate, _together([one.answer for one in pairs], unmatched), pairs))
    return answers


def _texts(answers: Sequence[Answer], word: str) -> str:
    return ", ".join(one.gate.text for one in answers if one.answer == word)


def _reasons(answers: Sequence[Answer]) -> str:
    stopped = [
        one.comparison.accuracy.stopped_by if answer.gate.quantity == ACCURACY else one.comparison.speed.stopped_by
        for answer in answers
        for one in answer.pairs
        if one.answer == NOT_COMPARABLE
    ]
    return ", ".join(dict.fromkeys(str(difference) for differences in stopped for difference in differences))


def _why_open(answers: Sequence[Answer], unmatched: Sequence[Unmatched]) -> str:
    open_pairs = [one for answer in answers for one in answer.pairs if one.answer == INCONCLUSIVE]
    reasons = []
    if any(one.interval is None for one in open_pairs):
        reasons.append("there is no interval where a side has one trial or no spread; measure more --trials")
    if any(one.interval is not None for one in open_pairs):
        reasons.append("the 95 % interval reaches over the bound; measure more --trials")
    if unmatched:
        reasons.append("%d cells without a partner were not checked; select those that are meant" % len(unmatched))
    return "; ".join(reasons)


def require(answers: Sequence[Answer], unmatched: Sequence[Unmatched] = ()) -> None:
    """Raise unless every gate is met.

    Raises:
        NotComparable: a gate asks for what cannot be compared.
        GateNotMet: a gate is disproved.
        Inconclusive: none is disproved, and one is not proven.
    """
    if _texts(answers, NOT_COMPARABLE):
        raise NotComparable(
            "Cannot be answered: %s; what is asked for is not comparable: %s; measure both alike."
            % (_texts(answers, NOT_COMPARABLE), _reasons(answers))
        )
    if _texts(answers, NOT_MET):
        raise GateNotMet("Not met: %s; the 95 %% interval lies wholly beyond." % _texts(answers, NOT_MET))
    if _texts(answers, INCONCLUSIVE):
        raise Inconclusive("Inconclusive: %s; %s." % (_texts(answers, INCONCLUSIVE), _why_open(answers, unmatched)))
