"""How many trials and seeds are needed: against another library, and against experiments."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special
from statsmodels.stats.power import TTestPower

from bench import stats
from bench.stats import equivalence, power


@pytest.mark.parametrize("detect, deviation", [(0.02, 0.03), (0.05, 0.03), (0.1, 0.03), (0.01, 0.05)])
@pytest.mark.parametrize("wanted", [0.8, 0.95])
def test_paired_trials_agree_with_another_library(detect, deviation, wanted):
    size = math.log1p(detect) / (math.sqrt(2) * deviation)
    n = TTestPower().solve_power(effect_size=size, alpha=0.05, power=wanted, alternative="two-sided")
    assert power.trials_needed(detect, deviation, wanted) == max(3, math.ceil(n))


def test_five_trials_find_10_percent_in_3_percent_of_noise():
    assert power.trials_needed(0.1, 0.03, power=0.95) == 5
    assert power.trials_needed(0.1, 0.03, power=0.96) == 6  # five have 0.957


@pytest.mark.parametrize("detect", [0.02, 0.05, 0.1])
@pytest.mark.parametrize("is_paired", [True, False])
def test_so_many_trials_find_the_difference_in_80_of_100_experiments(detect, is_paired):
    n, draw, found = power.trials_needed(detect, 0.03, paired=is_paired), np.random.RandomState(0), 0
    ratio_of = stats.paired_ratio if is_paired else stats.ratio
    for _ in range(1500):
        one, other = np.exp(draw.normal(math.log1p(detect), 0.03, n)), np.exp(draw.normal(0, 0.03, n))
        found += ratio_of(one, other).p_value <= 0.05
    assert found >= 0.8 * 1500 - 46  # three standard errors


@pytest.mark.parametrize("margin_in_deviations", [0.5, 1.0, 1.5, 2.0, 3.0])
def test_so_many_seeds_show_equivalence_in_80_of_100_experiments(margin_in_deviations):
    margin, deviation, draw = 0.01, 0.01 / margin_in_deviations, np.random.RandomState(0)
    n, experiments = power.seeds_needed(margin, deviation), 20000
    one, other = draw.normal(0.91, deviation, (2, experiments, n))
    parts = [side.var(axis=1, ddof=1) / n for side in (one, other)]
    freedom = sum(parts) ** 2 / sum(part**2 / (n - 1) for part in parts)
    difference = one.mean(axis=1) - other.mean(axis=1)
    bound = np.abs(difference) + special.stdtrit(freedom, 0.95) * np.sqrt(sum(parts))
    assert np.mean(bound <= margin) >= 0.8 - 3 * 0.4 / math.sqrt(experiments)
    for index in range(20):  # the experiments are judged as the real test judges them
        answer = equivalence.compare(one[index], other[index], margin).answer
        assert (answer == equivalence.EQUIVALENT) == (bound[index] <= margin)


def test_one_seed_less_is_too_few():
    # sd = margin: 18 seeds (simulated 0.80); one fewer has less than the power asked for.
    n = power.seeds_needed(0.01, 0.01)
    assert power._power_of_two_one_sided(math.sqrt(n / 2), 2 * n - 3) >= 0.8
    assert power._power_of_two_one_sided(math.sqrt((n - 1) / 2), 2 * n - 5) < 0.8


@given(st.floats(0.005, 0.5), st.floats(0.001, 0.2), st.floats(1.1, 3))
def test_less_noise_or_a_larger_difference_never_needs_more(detect, deviation, factor):
    needed = power.trials_needed(detect, deviation)
    assert power.trials_needed(detect * factor, deviation) <= needed
    assert power.trials_needed(detect, deviation / factor) <= needed
    seeds = power.seeds_needed(detect, deviation)
    assert power.seeds_needed(detect * factor, deviation) <= seeds
    assert power.seeds_needed(detect, deviation / factor) <= seeds


def test_pairs_have_fewer_degrees_of_freedom_and_never_need_fewer_trials_of_independent_noise():
    assert power.trials_needed(0.05, 0.03) >= power.trials_needed(0.05, 0.03, paired=False)


def test_a_question_beyond_all_means_ends_at_the_most():
    assert power.trials_needed(1e-6, 1.0) == power.seeds_needed(1e-6, 1.0) == power.MOST
    assert power.trials_needed(1.0, 1e-6) == power.seeds_needed(1.0, 1e-6) == power.LEAST


def test_without_spread_nothing_is_detectable():
    assert power.detectable_difference(0.0, 5) is None


def test_the_interval_of_a_deviation_has_the_quantiles_of_chi_squared():
    # With 2 degrees of freedom they are -2 log of the tail.
    expected = [math.sqrt(2 / (-2 * math.log(tail))) for tail in (0.025, 0.975)]
    assert power.deviation_interval(1.0, 3) == pytest.approx(expected)


def test_the_interval_of_a_deviation_holds_it_in_95_of_100_experiments():
    deviations = np.random.RandomState(0).normal(0, 3.0, (2000, 5)).std(axis=1, ddof=1)
    held = sum(low <= 3.0 <= high for low, high in (power.deviation_interval(one, 5) for one in deviations))
    assert abs(held - 0.95 * 2000) <= 30  # three standard errors
