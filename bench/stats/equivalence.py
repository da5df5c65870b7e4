"""Accuracy of two cells: equivalent or not over seeds, and over the windows of one test set."""

from dataclasses import dataclass
from typing import Any, Optional, Sequence

import numpy as np

from bench.stats import ALPHA, Estimate, power

EQUIVALENT = "equivalent"
HIGHER = "higher"
LOWER = "lower"
INCONCLUSIVE = "inconclusive"

#: Margin on a difference of accuracies, as a fraction: one percentage point.
DEFAULT_MARGIN = 0.01


@dataclass(frozen=True)
class MeanDifference:
    """What accuracies over seeds say of the difference of two cells; all of them fractions.

    Args:
        difference: mean of the first less mean of the second.
        low, high: its 95 % interval (Welch); None where it cannot be had.
        equivalence_p: of two one-sided tests against the margin; None where there is no interval.
        margin: the one that was tested against.
        answer: `equivalent`, `higher`, `lower` (the first than the second) or `inconclusive`.
        detectable: the smallest true difference that this design finds with a power of 80 %; None without an interval.
        n, n_reference: seeds of either.
    """

    difference: float
    low: Optional[float]
    high: Optional[float]
    equivalence_p: Optional[float]
    margin: float
    answer: str
    detectable: Optional[float]
    n: int
    n_reference: int


def _means(one: np.ndarray, other: np.ndarray) -> Optional[Any]:
    """statsmodels' comparison of the means; None where there is no replication or no spread to compare with."""
    from statsmodels.stats.weightstats import CompareMeans, DescrStatsW  # it takes a second to import: when asked

    if min(len(one), len(other)) < 2 or np.ptp(one) == np.ptp(other) == 0:
        return None
    return CompareMeans(DescrStatsW(one), DescrStatsW(other))


def _answer(difference: float, low: float, high: float, equivalence_p: float, margin: float) -> str:
    if equivalence_p <= ALPHA:
        return EQUIVALENT
    if low <= 0 <= high or abs(difference) <= margin:
        return INCONCLUSIVE
    return HIGHER if difference > 0 else LOWER


def compare(one: Sequence[float], other: Sequence[float], margin: float = DEFAULT_MARGIN) -> MeanDifference:
    """Whether two cells are equally accurate, from one accuracy for each seed: Welch (1947) and two one-sided tests.

    `equivalent`: two one-sided Welch tests at 5 % reject that the difference is as large as the margin (Schuirmann
    1987). `higher` and `lower`: the 95 % interval excludes 0 and the difference itself lies beyond the margin.
    Everything else is `inconclusive`, also what cannot be tested: one seed on a side, or no spread on either.

    The margin has to be stated before the runs. The default of one percentage point is harbench's choice: ModelZoo
    states none.

    Args:
        one, other: accuracies as fractions, of distinct seeds, one at least on each side.
        margin: as a fraction, positive.
    """
    first, second = np.asarray(one, np.float64), np.asarray(other, np.float64)
    difference = float(first.mean() - second.mean())
    means = _means(first, second)
    if means is None:
        return MeanDifference(difference, None, None, None, margin, INCONCLUSIVE, None, len(first), len(second))
    low, high = map(float, means.tconfint_diff(alpha=ALPHA, usevar="unequal"))
    p_value = float(means.ttost_ind(-margin, margin, usevar="unequal")[0])
    detectable = power.detectable_difference(float(means.std_meandiff_separatevar), float(means.dof_satt()))
    answer = _answer(difference, low, high, p_value, margin)
    return MeanDifference(difference, low, high, p_value, margin, answer, detectable, len(first), len(second))


@dataclass(frozen=True)
class Discordance:
    """Test windows that one run has right and the other wrong.

    Args:
        only_first: windows that the first alone has right (b of McNemar's table).
        only_second: windows that the second alone has right (c).
        p_value: two-sided, exact, of the hypothesis that either is as likely; 1 where no window is discordant.
    """

    only_first: int
    only_second: int
    p_value: float


def mcnemar(labels: Sequence[int], first: Sequence[int], second: Sequence[int]) -> Discordance:
    """Exact McNemar test (1947) on two runs' predictions of the same test windows.

    It conditions on the test set and on the trained weights: it asks whether these two trained networks differ on these
    windows, not whether the two cells would with other seeds; that is what `compare` asks.
    It takes windows as independent, which overlapping windows of the same person are not.

    Raises:
        ValueError: the three are not of one length.
    """
    from statsmodels.stats.contingency_tables import mcnemar as exact_mcnemar

    if not len(labels) == len(first) == len(second):
        raise ValueError("labels and predictions must be of the same windows")
    is_first, is_second = (np.asarray(side) == np.asarray(labels) for side in (first, second))
    table = [[int(np.sum((is_first == a) & (is_second == b))) for b in (True, False)] for a in (True, False)]
    p_value = float(exact_mcnemar(table, exact=True).pvalue) if table[0][1] + table[1][0] else 1.0
    return Discordance(table[0][1], table[1][0], p_value)


def accuracy_interval(n_correct: int, n_windows: int) -> Estimate:
    """Accuracy of a single run with Wilson's 95 % interval (1927) for the windows that were drawn.

    It takes windows as independent. Those of UCI HAR overlap by half and come from few persons, so it is too narrow;
    and it knows nothing of seeds.

    Raises:
        ValueError: there are no windows, or more correct ones than windows.
    """
    from statsmodels.stats.proportion import proportion_confint

    if not 0 <= n_correct <= n_windows or n_windows == 0:
        raise ValueError("%d of %d windows cannot be correct" % (n_correct, n_windows))
    low, high = proportion_confint(n_correct, n_windows, alpha=ALPHA, method="wilson")
    return Estimate(n_correct / n_windows, float(low), float(high), n_windows)
