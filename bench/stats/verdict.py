"""Verdicts on a ratio of speeds: what may be said of it, with a margin that was stated before."""

import math
from typing import List, Optional, Sequence

from bench.stats import ALPHA, Ratio

FASTER = "faster"
SLOWER = "slower"
EQUIVALENT = "equivalent"
INCONCLUSIVE = "inconclusive"
NOT_COMPARABLE = "not comparable"

#: Margin on a ratio of speeds where no A/A run of the host gives one: shared machines drift by as much.
DEFAULT_MARGIN = 0.05


def holm(p_values: Sequence[Optional[float]]) -> List[Optional[float]]:
    """Holm's adjusted p-values (1979) of comparisons that were made together; None stays None and does not count."""
    known = [p for p in p_values if p is not None]
    if len(known) < 2:
        return list(p_values)
    from statsmodels.stats.multitest import multipletests  # it takes a second to import: when asked

    adjusted = iter(multipletests(known, method="holm")[1])
    return [None if p is None else float(next(adjusted)) for p in p_values]


def of_speed(ratio: Ratio, margin: float, adjusted_p: Optional[float] = None) -> str:
    """`faster`, `slower`, `equivalent` or `inconclusive`, of a ratio of rates.

    `equivalent`: the whole 95 % interval lies inside the margin, from 1 / (1 + margin) to 1 + margin. `faster` and
    `slower`: the interval excludes 1 (p <= 0.05, after Holm's correction where `adjusted_p` is given) and the ratio
    itself lies beyond the margin. Everything else is `inconclusive`, a ratio without an interval too.
    """
    if ratio.low is None or ratio.high is None or ratio.p_value is None:
        return INCONCLUSIVE
    if not all(map(math.isfinite, (ratio.centre, ratio.low, ratio.high, ratio.p_value, margin))):
        return INCONCLUSIVE
    if 1 / (1 + margin) <= ratio.low and ratio.high <= 1 + margin:
        return EQUIVALENT
    p_value = ratio.p_value if adjusted_p is None else adjusted_p
    if p_value > ALPHA or abs(math.log(ratio.centre)) <= math.log1p(margin):
        return INCONCLUSIVE
    return FASTER if ratio.centre > 1 else SLOWER
