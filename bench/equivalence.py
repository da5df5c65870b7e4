"""Whether two sets of accuracies are the same: difference with interval, two one-sided tests, McNemar, Wilson."""

import math
from dataclasses import dataclass
from typing import Optional, Sequence, Tuple

import numpy as np
from scipy import special

EQUIVALENT = "equivalent"
HIGHER = "higher"
LOWER = "lower"
INCONCLUSIVE = "inconclusive"

ALPHA = 0.05
#: Difference of accuracies (a share) that is taken for none, where none was asked for: one percentage point.
DEFAULT_MARGIN = 0.01
_POWER = 0.8


@dataclass(frozen=True)
class Difference:
    """Mean accuracy of one side less that of the reference, as a share.

    Args:
        difference: of the means.
        low, high: 95 % interval (Welch); None where the values cannot give one.
        n, n_reference: values on each side.
        tost_p: p-value of the two one-sided tests against the margin; None without an interval.
        answer: `equivalent`, `higher`, `lower` or `inconclusive`.
        detectable: smallest true difference that values like these find in four of five experiments; None without an
            interval.
    """

    difference: float
    low: Optional[float]
    high: Optional[float]
    n: int
    n_reference: int
    tost_p: Optional[float]
    answer: str
    detectable: Optional[float]


def _answer(difference: float, low: float, high: float, tost_p: float, margin: float) -> str:
    if tost_p <= ALPHA:
        return EQUIVALENT
    if low <= 0 <= high or abs(difference) <= margin:
        return INCONCLUSIVE
    return HIGHER if difference > 0 else LOWER


def difference(values: Sequence[float], reference: Sequence[float], margin: float = DEFAULT_MARGIN) -> Difference:
    """Mean of `values` less that of `reference`, Welch's interval (1947) and two one-sided tests (Schuirmann 1987).

    With fewer than two values on a side, or no spread at all, there is no interval and the answer is `inconclusive`.
    """
    one, other = np.asarray(values, np.float64), np.asarray(reference, np.float64)
    gap, sizes = float(one.mean() - other.mean()), (len(one), len(other))
    parts = [side.var(ddof=1) / len(side) if len(side) > 1 else 0.0 for side in (one, other)]
    if min(sizes) < 2 or sum(parts) == 0:
        return Difference(gap, None, None, sizes[0], sizes[1], None, INCONCLUSIVE, None)
    error = math.sqrt(sum(parts))
    freedom = sum(parts) ** 2 / sum(part**2 / (n - 1) for part, n in zip(parts, sizes))
    half = float(special.stdtrit(freedom, 1 - ALPHA / 2)) * error
    tost_p = float(special.stdtr(freedom, (abs(gap) - margin) / error))
    answer = _answer(gap, gap - half, gap + half, tost_p, margin)
    detectable = half + float(special.stdtrit(freedom, _POWER)) * error
    return Difference(gap, gap - half, gap + half, sizes[0], sizes[1], tost_p, answer, detectable)


@dataclass(frozen=True)
class McNemar:
    """Two models on the same windows: windows that only the one recognised, and how likely so uneven a split is."""

    only_first_right: int
    only_second_right: int
    p_value: float


def mcnemar(labels: Sequence[int], predictions: Sequence[int], reference: Sequence[int]) -> McNemar:
    """Exact McNemar test (1947): the windows that only one of the two recognised, against a fair coin."""
    truth = np.asarray(labels)
    first, second = np.asarray(predictions) == truth, np.asarray(reference) == truth
    only_first, only_second = int((first & ~second).sum()), int((second & ~first).sum())
    p_value = min(1.0, 2 * float(special.bdtr(min(only_first, only_second), only_first + only_second, 0.5)))
    return McNemar(only_first, only_second, p_value)


def single_run_interval(hits: int, n: int) -> Tuple[float, float]:
    """Wilson's 95 % interval (1927) of a share of `n` windows: for the choice of test windows alone."""
    from statsmodels.stats.proportion import proportion_confint  # it takes a second to import: when asked

    low, high = proportion_confint(hits, n, alpha=ALPHA, method="wilson")
    return float(low), float(high)
