"""Where a trial's steady state begins: found, not found, or getting slower, from its step times alone.

The question and its three answers are those of Barrett et al., "Virtual machine warmup blows hot and cold", OOPSLA
2017: a series is cut where its level shifts, and is steady from the first point behind which all levels are alike.
Here:

1. Steps are gathered into blocks; a block's level is the logarithm of its median, so that a lone spike (a collection,
   an interrupt) is no level.
2. The levels are cut by optimal partitioning under a squared loss with a penalty for each cut (Jackson et al. 2005; the
   minimum that PELT finds too, Killick et al. 2012). The penalty is 3 sigma^2 log n, stiffer than the usual 2 since
   levels are correlated, with sigma no smaller than half of the difference that matters.
3. From the end backwards, segments join the steady state while their level is within `TOLERANCE` of the last one's.
4. A slow drift makes no cut: the Theil-Sen line through the steady levels must not move by more than `TOLERANCE`.
"""

import math
from dataclasses import dataclass
from typing import List, Optional, Sequence, Tuple

import numpy as np

FOUND = "found"
NOT_FOUND = "not found"
SLOWER = "getting slower"

#: Levels that differ by less are alike: a choice, below which shared machines drift from minute to minute anyway.
TOLERANCE = 0.05
#: The steady state must hold this share of the steps, and this many.
_LEAST_SHARE = 1 / 3
_LEAST_STEPS = 25
_BLOCK_STEPS = 5
_MOST_BLOCKS = 300
#: Fewer blocks than this are a disturbance, not a level that the end could be slower than.
_LEAST_LEVEL_BLOCKS = 3


@dataclass(frozen=True)
class SteadyState:
    """The answer: `found`, `not found` or `getting slower`, the first steady step where found, and why otherwise."""

    answer: str
    start: Optional[int]
    reason: str


def _levels(seconds: np.ndarray) -> Tuple[np.ndarray, int]:
    size = max(_BLOCK_STEPS, math.ceil(len(seconds) / _MOST_BLOCKS))
    n_blocks = len(seconds) // size
    # What does not fill a block is left out at the start, where it is warm-up if anything is.
    blocks = seconds[len(seconds) - n_blocks * size :].reshape(n_blocks, size)
    return np.log(np.maximum(np.median(blocks, axis=1), 1e-12)), size


def _noise(levels: np.ndarray) -> float:
    """Standard deviation of a level about its segment, from differences of neighbours, which cuts hardly touch."""
    differences = np.diff(levels)
    spread = 1.4826 * np.median(np.abs(differences - np.median(differences))) / math.sqrt(2)
    return max(float(spread), TOLERANCE / 2)


def _cuts(levels: np.ndarray) -> List[int]:
    """Starts of the segments of the optimal partition."""
    n = len(levels)
    penalty = 3 * _noise(levels) ** 2 * math.log(n)
    total = np.concatenate([[0.0], np.cumsum(levels)])
    square = np.concatenate([[0.0], np.cumsum(levels**2)])
    best, origin = np.zeros(n + 1), np.zeros(n + 1, int)
    best[0] = -penalty
    for end in range(1, n + 1):
        starts = np.arange(end)
        residual = (square[end] - square[:end]) - (total[end] - total[:end]) ** 2 / (end - starts)
        costs = best[:end] + residual + penalty
        origin[end] = int(np.argmin(costs))
        best[end] = costs[origin[end]]
    cuts, end = [], n
    while end > 0:
        end = int(origin[end])
        cuts.append(end)
    return cuts[::-1]


def _drift(levels: np.ndarray) -> float:
    """Change of the Theil-Sen line from the first level to the last; 0 where its 95 % interval holds none."""
    from scipy import stats as scipy_stats  # half a second to import: when asked

    if len(levels) < 3:
        return 0.0
    slope, _, low, high = scipy_stats.theilslopes(levels)
    return float(slope) * (len(levels) - 1) if low > 0 or high < 0 else 0.0


def _steady_block(levels: np.ndarray, cuts: Sequence[int]) -> Tuple[int, float, float]:
    """First block of the steady state, its level, and the lowest level of a segment before it (infinite if none)."""
    edges = list(cuts) + [len(levels)]
    means = [float(np.mean(levels[a:b])) for a, b in zip(edges, edges[1:])]
    first = len(means) - 1
    while first > 0 and abs(means[first - 1] - means[-1]) <= TOLERANCE:
        first -= 1
    earlier = [mean for mean, a, b in zip(means[:first], edges, edges[1:]) if b - a >= _LEAST_LEVEL_BLOCKS]
    return edges[first], means[-1], min(earlier, default=math.inf)


def find(seconds: Sequence[float]) -> SteadyState:
    """Where the steady state of these step times begins; step 0 is the first one after the minimum warm-up."""
    values = np.asarray(seconds, np.float64)
    if len(values) < _LEAST_STEPS:
        return SteadyState(NOT_FOUND, None, "%d steps are too few to tell, it takes %d" % (len(values), _LEAST_STEPS))
    levels, size = _levels(values)
    block, level, earlier = _steady_block(levels, _cuts(levels))
    start = 0 if block == 0 else len(values) - (len(levels) - block) * size
    steady = levels[block:]
    drift = _drift(steady)
    if level - earlier > TOLERANCE:
        return SteadyState(
            SLOWER, None, "the last steps take %.0f %% longer than earlier ones" % (100 * math.expm1(level - earlier))
        )
    if drift > TOLERANCE:
        return SteadyState(SLOWER, None, "step times grow by %.0f %%" % (100 * math.expm1(drift)))
    if drift < -TOLERANCE:
        return SteadyState(NOT_FOUND, None, "step times still shrink, by %.0f %%" % (-100 * math.expm1(drift)))
    if len(values) - start < max(_LEAST_STEPS, _LEAST_SHARE * len(values)):
        return SteadyState(
            NOT_FOUND, None, "only the last %d of %d steps are alike" % (len(values) - start, len(values))
        )
    return SteadyState(FOUND, start, "steps from %d on are alike within %.0f %%" % (start, 100 * TOLERANCE))
