"""Whether the trials of a run became slower or faster in the order in which they were taken."""

import math
from dataclasses import dataclass
from typing import Optional, Sequence

import numpy as np

DRIFT = "drift"
NONE_SEEN = "none seen"
UNKNOWN = "unknown"

#: Of five trials, not even a perfect order would be significant.
LEAST_TRIALS = 6
#: The p-value below which it is called a drift. Values relative to the mean of their cell cling to it, which the test
#: does not know: simulated, a level of 5 % gave up to 6.6 % false alarms (three trials of each of three cells), this
#: one about 2 to 4 %. With two trials a cell it would be up to 9.6 % in turned order: `bench.run_order` asks for three.
ALPHA = 0.02


@dataclass(frozen=True)
class Drift:
    """The answer: `drift`, `none seen`, or `unknown` with fewer than 6 trials.

    Args:
        answer: one of the three.
        change: from the first trial to the last, as a share of the step time (0.1: 10 % slower), by the Theil-Sen line;
            None where unknown. It is given where no drift is seen too: as the best guess, not as a finding.
        p_value: two-sided, of Kendall's tau against the order; None where unknown.
        n: trials.
    """

    answer: str
    change: Optional[float]
    p_value: Optional[float]
    n: int


def find(log_seconds: Sequence[float]) -> Drift:
    """Whether there is a drift in the logarithms of step times, in the order in which the trials were taken.

    A rank test for a trend (Mann 1945, Kendall) with the line of Theil (1950) and Sen (1968): neither asks how the
    noise is distributed, and a lone bad trial moves neither far. A trend that goes up and comes down again is not
    seen.

    Args:
        log_seconds: of each trial, relative to the mean of its cell, so that cells of unlike speed can stand in one
            run.

    Raises:
        ValueError: a value is not finite.
    """
    values = np.asarray(log_seconds, np.float64)
    if not np.all(np.isfinite(values)):
        raise ValueError("the logarithm of a step time must be finite")
    n = len(values)
    if n < LEAST_TRIALS:
        return Drift(UNKNOWN, None, None, n)
    if np.all(values == values[0]):  # tau is not defined
        return Drift(NONE_SEEN, 0.0, 1.0, n)
    order = np.arange(n)
    from scipy import stats as scipy_stats  # half a second to import: when asked

    p_value = float(scipy_stats.kendalltau(order, values)[1])
    change = math.expm1(float(scipy_stats.theilslopes(values, order)[0]) * (n - 1))
    return Drift(DRIFT if p_value <= ALPHA else NONE_SEEN, change, p_value, n)
