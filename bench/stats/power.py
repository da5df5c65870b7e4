"""How many trials or seeds a question needs, what a design could have detected, and how well a noise is known.

Power is computed at one comparison's level of 5 %; Holm's correction for several made together needs more.
"""

import math
from typing import Callable, Optional, Tuple

import numpy as np
from scipy import special

from bench.stats import ALPHA

_POWER = 0.8
#: Two give a deviation, but of next to no certainty.
LEAST = 3
#: Where the search ends: nobody takes as many.
MOST = 100000
_SPREAD_POINTS = 2000
#: A noncentrality at which the power is 1 whatever the degrees of freedom; far beyond, its computation overflows.
_CERTAIN = 1e3


def _power_of_t(noncentrality: float, freedom: float) -> float:
    """Power of a two-sided t-test at 5 %; noncentral t (Cohen 1988)."""
    critical = special.stdtrit(freedom, 1 - ALPHA / 2)
    return float(1 - special.nctdtr(freedom, min(noncentrality, _CERTAIN), critical))


def _power_of_two_one_sided(noncentrality: float, freedom: float) -> float:
    """Power of two one-sided t-tests (Schuirmann 1987) at 5 % where the cells are equal in truth.

    Args:
        noncentrality: margin over the true standard error of the difference.
        freedom: degrees of freedom of the estimated one.

    Given the estimated error s (in true ones; s^2 is chi-squared over its degrees of freedom), both tests reject
    where the difference lies within the margin less t s. Its mean over s is Owen's (1965) formula; here over
    quantiles of s.
    """
    tails = (np.arange(_SPREAD_POINTS) + 0.5) / _SPREAD_POINTS
    errors = np.sqrt(special.chdtri(freedom, tails) / freedom)
    limits = np.maximum(noncentrality - special.stdtrit(freedom, 1 - ALPHA) * errors, 0.0)
    return float(np.mean(2 * special.ndtr(limits) - 1))


def _welch_freedom(n: int) -> int:
    """Degrees of freedom to plan with for two cells of n: 2 (n - 1) of the pooled test, less what Satterthwaite's cost.

    Simulated for n from 3 to 20, a power of 0.80 then is 0.80; with 2 (n - 1) it is said to be 0.87 at three.
    """
    return 2 * (n - 1) - 1


def _least(power_of: Callable[[int], float], power: float) -> int:
    """The smallest number whose power suffices, by doubling and halving; `MOST` where none below it does."""
    high = LEAST
    while power_of(high) < power:
        if high >= MOST:
            return MOST
        high = min(2 * high, MOST)
    low = max(LEAST, high // 2)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if power_of(middle) >= power else (middle + 1, high)
    return high


def trials_needed(detect: float, trial_deviation: float, power: float = _POWER, paired: bool = True) -> int:
    """Trials of each cell with which a difference in speed is found: the 95 % interval of the ratio excludes 1.

    Args:
        detect: the difference as a share (0.02: the slower takes 1.02 times as long).
        trial_deviation: sample standard deviation of the logarithms of one cell's trial means. Both cells are taken to
            have it, independently of one another: what the two share in a block cancels in a paired ratio, so that
            fewer trials may do.
        power: probability with which the difference is to be found.
        paired: whether the trials are taken block by block (paired t) or not (Welch).

    Returns:
        Three at least, `MOST` at most.
    """

    def power_of(n: int) -> float:
        error = trial_deviation * math.sqrt(2 / n)
        return _power_of_t(math.log1p(detect) / error, n - 1 if paired else _welch_freedom(n))

    return _least(power_of, power)


def seeds_needed(margin: float, seed_deviation: float, power: float = _POWER) -> int:
    """Seeds of each cell with which equally accurate cells are found equivalent, by two one-sided Welch tests at 5 %.

    Args:
        margin: in accuracy, as a fraction (0.01: one percentage point).
        seed_deviation: sample standard deviation of one cell's accuracies over seeds; both cells are taken to have it.
        power: probability with which equivalence is to be found where the true difference is 0. A true
            difference within the margin needs more.

    Returns:
        Three at least, `MOST` at most.
    """

    def power_of(n: int) -> float:
        return _power_of_two_one_sided(margin / (seed_deviation * math.sqrt(2 / n)), _welch_freedom(n))

    return _least(power_of, power)


def detectable_difference(standard_error: float, freedom: float, power: float = _POWER) -> Optional[float]:
    """The smallest true difference that a two-sided t-test at 5 % finds with this power (noncentral t).

    Args:
        standard_error: of the difference; the result has its unit. None comes back where it is 0: no spread was seen.
        freedom: degrees of freedom, Satterthwaite's for Welch's test.
        power: probability with which it is found.
    """
    from scipy import optimize  # a quarter of a second to import: when asked

    if not standard_error > 0:
        return None
    # The power grows from 5 % without bound in the noncentrality.
    high = 1.0
    while _power_of_t(high, freedom) < power:
        high *= 2
    return standard_error * float(optimize.brentq(lambda size: _power_of_t(size, freedom) - power, 0.0, high))


def deviation_interval(deviation: float, n: int) -> Tuple[float, float]:
    """The 95 % interval of a standard deviation (chi-squared), which few values leave wide.

    Args:
        deviation: of a sample; the result has its unit.
        n: values in the sample, two at least.
    """
    low, high = (deviation * math.sqrt((n - 1) / special.chdtri(n - 1, tail)) for tail in (0.025, 0.975))
    return low, high
