"""The cross-check of Student's t: the interval of a cell by resampling its trials and the steps within them."""

import math
from typing import List, Optional, Sequence

import numpy as np
from scipy import special

from bench.stats import ALPHA, Estimate

#: Fewer trials than this cannot be resampled to an interval that covers: three have only ten different resamples.
LEAST_TRIALS = 8
_RESAMPLES = 2000
_SEED = 20170822


def block_steps(n_steps: int) -> int:
    """Steps in a moving block: the cube root of their number, its order of growth where a variance is to be estimated.

    Künsch 1989; Hall, Horowitz and Jing 1995. The constant is 1: the spread between trials holds most of what steps
    add.
    """
    return max(1, int(round(n_steps ** (1 / 3))))


def _resampled_means(steps: np.ndarray, count: int, draw: np.random.RandomState) -> np.ndarray:
    """Means of `count` resamples of one trial, each made of moving blocks laid end to end and cut to its length."""
    n, size = len(steps), block_steps(len(steps))
    total = np.concatenate([[0.0], np.cumsum(steps)])
    whole, rest = divmod(n, size)
    starts = draw.randint(0, n - size + 1, (count, whole + 1))
    sums = (total[starts[:, :-1] + size] - total[starts[:, :-1]]).sum(axis=1)
    return (sums + total[starts[:, -1] + rest] - total[starts[:, -1]]) / n


def _resampled_centres(trials: Sequence[np.ndarray], resamples: int, seed: int) -> np.ndarray:
    """Logarithms of the geometric mean of trial means, of each resample.

    What steps add is in the spread of the trials' means already and would come in twice with the second draw (up to
    half as wide again). So the means are first drawn together by as much (Davison and Hinkley 1997, section 3.8).
    """
    draw = np.random.RandomState(seed)
    chosen = draw.randint(0, len(trials), (resamples, len(trials)))
    means = np.log([steps.mean() for steps in trials])
    within, noise = np.empty(chosen.shape), np.empty(len(trials))
    for index, steps in enumerate(trials):
        here = chosen == index
        deviations = np.log(_resampled_means(steps, int(here.sum()), draw)) - means[index]
        within[here], noise[index] = deviations, np.mean(deviations**2)
    spread = means.var()
    shrunken = means.mean() + (means - means.mean()) * math.sqrt(max(0.0, 1 - noise.mean() / spread) if spread else 0.0)
    return (shrunken[chosen] + within).mean(axis=1)


def _tail(n: int) -> float:
    """The percentile to read, stretched for few trials: a plain one is as narrow as if the spread were known.

    Hesterberg 2015, "What teachers should know about the bootstrap", the expanded percentile interval.
    """
    t = special.stdtrit(n - 1, 1 - ALPHA / 2)
    return float(special.ndtr(-math.sqrt(n / (n - 1)) * t))


def interval(trials: Sequence[Sequence[float]], resamples: int = _RESAMPLES) -> Optional[Estimate]:
    """Geometric mean over trials of their mean steady step time, with a 95 % interval by resampling; None below 8.

    Trials are drawn with replacement, then moving blocks of steps within each (Künsch 1989), so that what is correlated
    stays together; the expanded percentile interval is read (Hesterberg 2015). The same input gives the same interval.

    Args:
        trials: steady step times of each trial, in order; any unit, positive, one step at least.
        resamples: how many.
    """
    if len(trials) < LEAST_TRIALS:
        return None
    arrays: List[np.ndarray] = [np.asarray(steps, np.float64) for steps in trials]
    tail = _tail(len(arrays))
    low, high = np.percentile(_resampled_centres(arrays, resamples, _SEED), [100 * tail, 100 * (1 - tail)])
    centre = math.exp(np.mean([math.log(steps.mean()) for steps in arrays]))
    return Estimate(centre, math.exp(low), math.exp(high), len(arrays))
