"""Accuracies of two cells, against values worked out by hand or by another library."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from statsmodels.stats.power import TTestIndPower

from bench.stats import equivalence

_BASE = np.array([0.905, 0.912, 0.908, 0.915, 0.910])


def test_the_interval_is_welchs_worked_out_by_hand():
    found = equivalence.compare([0.90, 0.92], [0.90, 0.91, 0.92])
    # Means are equal. Variances 2e-4 and 1e-4 over 2 and 3: error^2 = 1e-4 + 1e-4 / 3.
    parts = 1e-4, 1e-4 / 3
    freedom = sum(parts) ** 2 / (parts[0] ** 2 / 1 + parts[1] ** 2 / 2)
    half = scipy_stats.t.ppf(0.975, freedom) * math.sqrt(sum(parts))
    assert found.difference == pytest.approx(0, abs=1e-12)
    assert (found.low, found.high) == (pytest.approx(-half), pytest.approx(half))
    p_value = scipy_stats.t.sf(0.01 / math.sqrt(sum(parts)), freedom)
    assert found.equivalence_p == pytest.approx(p_value)
    assert (found.answer, found.margin, found.n) == (equivalence.INCONCLUSIVE, 0.01, 2)


@pytest.mark.parametrize(
    "shift, margin, answer",
    [
        (0.0, 0.01, equivalence.EQUIVALENT),
        (0.005, 0.01, equivalence.EQUIVALENT),
        (0.05, 0.01, equivalence.HIGHER),
        (-0.05, 0.01, equivalence.LOWER),
        (0.011, 0.01, equivalence.HIGHER),  # significant, and beyond the margin by itself
        (0.009, 0.01, equivalence.INCONCLUSIVE),  # significant, but not beyond the margin
        (0.0, 0.001, equivalence.INCONCLUSIVE),  # neither equivalent nor different
    ],
)
def test_the_answer_follows_from_the_interval_and_the_margin(shift, margin, answer):
    assert equivalence.compare(_BASE + shift, _BASE, margin).answer == answer


def test_equivalence_is_the_90_percent_interval_inside_the_margin():
    # Schuirmann's duality: p = 0.05 just where an end of the 90 % interval meets the margin.
    error, freedom = math.sqrt(2 * _BASE.var(ddof=1) / 5), 8
    edge = 0.002 + scipy_stats.t.ppf(0.95, freedom) * error
    assert equivalence.compare(_BASE + 0.002, _BASE, edge).equivalence_p == pytest.approx(0.05)
    assert equivalence.compare(_BASE + 0.002, _BASE, edge * 1.001).answer == equivalence.EQUIVALENT
    assert equivalence.compare(_BASE + 0.002, _BASE, edge * 0.999).answer == equivalence.INCONCLUSIVE


@pytest.mark.parametrize("one, other", [([0.9], [0.9, 0.91]), ([0.9, 0.91], [0.5]), ([0.9, 0.9], [0.9, 0.9, 0.9])])
def test_what_cannot_be_tested_is_inconclusive_and_has_no_interval(one, other):
    found = equivalence.compare(one, other)
    assert found.answer == equivalence.INCONCLUSIVE
    assert (found.low, found.high, found.equivalence_p, found.detectable) == (None,) * 4
    assert found.difference == pytest.approx(np.mean(one) - np.mean(other))


def test_spread_on_one_side_is_enough():
    found = equivalence.compare([0.9, 0.9, 0.9], [0.902, 0.898, 0.9])
    assert found.low < 0 < found.high and found.equivalence_p < 0.05


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=8), st.lists(st.integers(0, 1000), min_size=2, max_size=8))
def test_exchanging_the_cells_exchanges_the_answer(one, other):
    one, other = [value / 1000 for value in one], [value / 1000 for value in other]
    forth, back = equivalence.compare(one, other), equivalence.compare(other, one)
    exchanged = {equivalence.HIGHER: equivalence.LOWER, equivalence.LOWER: equivalence.HIGHER}
    assert back.answer == exchanged.get(forth.answer, forth.answer)
    assert back.difference == pytest.approx(-forth.difference)
    if forth.low is not None:
        assert (back.low, back.high) == (pytest.approx(-forth.high), pytest.approx(-forth.low))
        assert back.equivalence_p == pytest.approx(forth.equivalence_p)


def test_a_true_difference_of_the_detectable_size_is_found_in_80_of_100_experiments():
    deviation, n, draw = 0.01, 6, np.random.RandomState(0)
    base = draw.normal(0, 1, n)
    base = 0.9 + deviation * (base - base.mean()) / base.std(ddof=1)
    size = equivalence.compare(base, base).detectable
    assert size / deviation == pytest.approx(TTestIndPower().solve_power(nobs1=n, alpha=0.05, power=0.8), rel=1e-4)
    found = 0
    for _ in range(1000):
        one, other = draw.normal(size, deviation, n), draw.normal(0, deviation, n)
        found += scipy_stats.ttest_ind(one, other, equal_var=False)[1] <= 0.05
    assert abs(found - 800) <= 45  # three standard errors, and Welch's loss


def test_cells_that_differ_by_the_margin_are_called_equivalent_in_at_most_5_of_100_experiments():
    draw, wrong = np.random.RandomState(1), 0
    for _ in range(1000):
        answer = equivalence.compare(draw.normal(0.91, 0.004, 5), draw.normal(0.90, 0.002, 5)).answer
        wrong += answer == equivalence.EQUIVALENT
    assert wrong <= 50 + 21  # three standard errors


def test_mcnemar_counts_discordant_windows_and_is_exact():
    labels = [0] * 20
    first = [0] * 10 + [0] * 9 + [1]  # wrong on one
    second = [0] * 10 + [1] * 9 + [0]  # wrong on nine others
    found = equivalence.mcnemar(labels, first, second)
    assert (found.only_first, found.only_second) == (9, 1)
    assert found.p_value == pytest.approx(2 * (1 + 10) / 2**10)
    back = equivalence.mcnemar(labels, second, first)
    assert (back.only_first, back.only_second, back.p_value) == (1, 9, found.p_value)


def test_equal_predictions_have_no_discordant_window():
    assert equivalence.mcnemar([0, 1, 2], [0, 1, 1], [0, 1, 1]) == equivalence.Discordance(0, 0, 1.0)
    # Both wrong, each in its own way, is not discordant either.
    assert equivalence.mcnemar([0, 1, 2], [0, 1, 1], [0, 1, 0]) == equivalence.Discordance(0, 0, 1.0)


def test_as_many_discordant_windows_on_either_side_are_no_evidence():
    assert equivalence.mcnemar([0, 0], [0, 1], [1, 0]) == equivalence.Discordance(1, 1, 1.0)


def test_predictions_of_other_windows_are_refused():
    with pytest.raises(ValueError):
        equivalence.mcnemar([0, 1], [0, 1], [0])


def test_the_accuracy_of_a_run_has_wilsons_interval_worked_out_by_hand():
    found = equivalence.accuracy_interval(90, 100)
    z = 1.959964
    middle = (0.9 + z**2 / 200) / (1 + z**2 / 100)
    half = z * math.sqrt(0.9 * 0.1 / 100 + z**2 / 40000) / (1 + z**2 / 100)
    assert (found.centre, found.n) == (0.9, 100)
    assert (found.low, found.high) == (pytest.approx(middle - half, rel=1e-6), pytest.approx(middle + half, rel=1e-6))


def test_all_windows_correct_still_leave_doubt():
    found = equivalence.accuracy_interval(100, 100)
    assert found.high == pytest.approx(1) and found.low == pytest.approx(100 / (100 + 1.959964**2), rel=1e-6)


@pytest.mark.parametrize("n_correct, n_windows", [(0, 0), (5, 4), (-1, 4)])
def test_counts_that_cannot_be_are_refused(n_correct, n_windows):
    with pytest.raises(ValueError):
        equivalence.accuracy_interval(n_correct, n_windows)
