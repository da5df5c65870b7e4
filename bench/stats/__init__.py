"""Statistics over trials: numbers in, estimates with their intervals out; nothing here knows a record."""

import math
from dataclasses import dataclass
from typing import Optional, Sequence, Tuple

import numpy as np
from scipy import special

#: Share of experiments on equal cells in which a difference may be called one: the intervals are of 95 %.
ALPHA = 0.05
#: A standard error of logarithms below it is rounding, not spread.
_LEAST_ERROR = 1e-12


@dataclass(frozen=True)
class Estimate:
    """A centre with its 95 % interval; the interval is None where one value cannot give one."""

    centre: float
    low: Optional[float]
    high: Optional[float]
    n: int


def geometric_mean(values: Sequence[float]) -> Estimate:
    """Geometric mean of positive trial figures, with Student's t interval on their logarithms.

    The trial is the unit of replication, since steps inside one are correlated (docs/method.md).
    """
    logs = np.log(np.asarray(values, np.float64))
    centre, n = float(np.exp(logs.mean())), len(logs)
    if n < 2:
        return Estimate(centre, None, None, n)
    half = special.stdtrit(n - 1, 1 - ALPHA / 2) * logs.std(ddof=1) / math.sqrt(n)
    return Estimate(centre, centre * math.exp(-half), centre * math.exp(half), n)


@dataclass(frozen=True)
class Ratio(Estimate):
    """A ratio of two cells' figures.

    Args:
        p_value: two-sided, of the hypothesis that the ratio is 1; None where there is no interval.
        is_paired: whether the trials were taken block by block, in pairs.
    """

    p_value: Optional[float]
    is_paired: bool


def _logarithms(values: Sequence[float], reference: Sequence[float]) -> Tuple[np.ndarray, np.ndarray]:
    return np.log(np.asarray(values, np.float64)), np.log(np.asarray(reference, np.float64))


def _t_ratio(difference: float, error: float, freedom: float, n: int, is_paired: bool) -> Ratio:
    """Student's t about a difference of logarithms with standard error `error`; no interval where that is none."""
    centre = math.exp(difference)
    if error <= _LEAST_ERROR:
        return Ratio(centre, None, None, n, None, is_paired)
    half = special.stdtrit(freedom, 1 - ALPHA / 2) * error
    p_value = float(2 * special.stdtr(freedom, -abs(difference) / error))
    return Ratio(centre, math.exp(difference - half), math.exp(difference + half), n, p_value, is_paired)


def ratio(values: Sequence[float], reference: Sequence[float]) -> Ratio:
    """Geometric mean of `values` over that of `reference`, with Welch's interval on the logarithms (Welch 1947).

    The degrees of freedom are Satterthwaite's. With fewer than two trials on either side, or no spread at all on both,
    there is no interval. `n` is the smaller number of trials.
    """
    one, other = _logarithms(values, reference)
    difference, n = float(one.mean() - other.mean()), min(len(one), len(other))
    if n < 2:
        return _t_ratio(difference, 0.0, 1, n, False)
    parts = [side.var(ddof=1) / len(side) for side in (one, other)]
    if sum(parts) == 0:
        return _t_ratio(difference, 0.0, 1, n, False)
    freedom = sum(parts) ** 2 / sum(part**2 / (len(side) - 1) for part, side in zip(parts, (one, other)))
    return _t_ratio(difference, math.sqrt(sum(parts)), freedom, n, False)


def paired_ratio(values: Sequence[float], reference: Sequence[float]) -> Ratio:
    """The ratio where `values[i]` and `reference[i]` were measured in one block: Student's t on the blocks' log ratios.

    What drifts from block to block hits both sides and cancels out.
    """
    one, other = _logarithms(values, reference)
    differences = one - other
    n = len(differences)
    error = float(differences.std(ddof=1)) / math.sqrt(n) if n > 1 else 0.0
    return _t_ratio(float(differences.mean()), error, n - 1, n, True)


@dataclass(frozen=True)
class Spread:
    """Mean and sample standard deviation; the deviation is None for one value."""

    mean: float
    deviation: Optional[float]
    n: int


def spread(values: Sequence[float]) -> Spread:
    """Mean and standard deviation over trials, as accuracies over seeds are given."""
    return Spread(float(np.mean(values)), float(np.std(values, ddof=1)) if len(values) > 1 else None, len(values))
