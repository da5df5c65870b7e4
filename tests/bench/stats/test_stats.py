import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import stats


def test_the_interval_is_students_t_on_logarithms():
    estimate = stats.geometric_mean([100.0, 110.0, 121.0])
    half = 4.302653 * math.log(1.1) / math.sqrt(3)  # t(0.975, 2 degrees of freedom)
    assert estimate.centre == pytest.approx(110)
    assert estimate.low == pytest.approx(110 * math.exp(-half), rel=1e-6)
    assert estimate.high == pytest.approx(110 * math.exp(half), rel=1e-6)


def test_one_trial_gives_no_interval():
    assert stats.geometric_mean([5.0]) == stats.Estimate(pytest.approx(5.0), None, None, 1)
    assert stats.spread([0.5]) == stats.Spread(0.5, None, 1)


@given(st.lists(st.floats(0.1, 1e4), min_size=2, max_size=10), st.floats(0.01, 100))
def test_the_estimate_scales_with_its_unit(values, factor):
    one, other = stats.geometric_mean(values), stats.geometric_mean([factor * value for value in values])
    assert one.low <= one.centre * (1 + 1e-12) and one.centre <= one.high * (1 + 1e-12)
    assert other.centre == pytest.approx(factor * one.centre)
    assert other.high / other.low == pytest.approx(one.high / one.low, rel=1e-6)


def test_the_interval_covers_the_truth_in_95_of_100_experiments():
    draw = np.random.RandomState(0)
    covered = 0
    for _ in range(1000):
        estimate = stats.geometric_mean(np.exp(draw.normal(math.log(50), 0.1, 3)))
        covered += estimate.low <= 50 <= estimate.high
    assert 930 <= covered <= 970  # three standard errors about 950


def test_a_ratio_is_welchs_interval_worked_out_by_hand():
    estimate = stats.ratio([121.0, 100.0, 110.0], [55.0, 50.0])
    log = math.log(1.1)
    parts = log**2 / 3, (log / math.sqrt(2)) ** 2 / 2
    freedom = sum(parts) ** 2 / (parts[0] ** 2 / 2 + parts[1] ** 2 / 1)
    half = stats.special.stdtrit(freedom, 0.975) * math.sqrt(sum(parts))
    centre = 110 / math.sqrt(55 * 50)
    assert estimate.centre == pytest.approx(centre)
    assert (estimate.low, estimate.high) == (
        pytest.approx(centre * math.exp(-half)),
        pytest.approx(centre * math.exp(half)),
    )


@pytest.mark.parametrize("one, other", [([1.0], [2.0, 2.0]), ([1.0, 1.1], [2.0]), ([1.0, 1.0], [2.0, 2.0])])
def test_a_ratio_without_replication_or_spread_has_no_interval(one, other):
    estimate = stats.ratio(one, other)
    assert (estimate.low, estimate.high) == (None, None)
    assert estimate.centre == pytest.approx(0.5, rel=0.06)


@given(st.lists(st.floats(0.1, 1e4), min_size=2, max_size=8), st.lists(st.floats(0.1, 1e4), min_size=2, max_size=8))
def test_the_inverse_ratio_has_the_inverse_interval(one, other):
    forth, back = stats.ratio(one, other), stats.ratio(other, one)
    assert forth.centre * back.centre == pytest.approx(1)
    if forth.low is not None:
        assert forth.low * back.high == pytest.approx(1) and forth.high * back.low == pytest.approx(1)


@pytest.mark.parametrize("n, deviations", [(3, (0.03, 0.03)), (5, (0.03, 0.06)), (10, (0.01, 0.05))])
def test_the_interval_of_a_ratio_covers_the_truth(n, deviations):
    draw, covered = np.random.RandomState(0), 0
    for _ in range(1000):
        one, other = (np.exp(draw.normal(mean, s, n)) for mean, s in zip((math.log(2), 0.0), deviations))
        estimate = stats.ratio(one, other)
        covered += estimate.low <= 2 <= estimate.high
    assert 930 <= covered <= 985  # Welch is a little wide with three trials


def test_the_spread_is_the_sample_standard_deviation():
    assert stats.spread([1.0, 3.0]) == stats.Spread(2.0, pytest.approx(math.sqrt(2)), 2)


@pytest.mark.parametrize("n", [2, 3, 7, 30])
def test_rounding_is_no_spread(n):
    assert stats.ratio([0.1] * n, [0.2] * n).low is None
    assert stats.paired_ratio([0.1] * n, [0.2] * n).low is None
