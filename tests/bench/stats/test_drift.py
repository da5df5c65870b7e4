"""Drift over a run, on series whose answer is known and on series without any."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.stats import drift


def test_a_steady_rise_is_a_drift_of_its_size():
    found = drift.find([math.log(1.1) * i / 5 for i in range(6)])
    assert found.answer == drift.DRIFT
    assert found.change == pytest.approx(0.1)
    assert found.p_value == pytest.approx(2 / math.factorial(6))  # one order of 720 is as extreme, and its reverse


def test_a_fall_is_a_drift_too():
    found = drift.find([-0.01 * i for i in range(8)])
    assert (found.answer, found.change) == (drift.DRIFT, pytest.approx(math.expm1(-0.07)))


def test_a_lone_bad_trial_hides_no_drift_and_makes_none():
    rise = [0.01 * i for i in range(12)]
    rise[3] = 1.0
    found = drift.find(rise)
    assert (found.answer, found.change) == (drift.DRIFT, pytest.approx(math.expm1(0.11), rel=0.15))
    flat = [0.01, -0.01, 0.012, -0.011, 0.009, -0.012, 0.011, 1.0]
    assert drift.find(flat).answer == drift.NONE_SEEN


def test_an_order_worked_out_by_hand_has_its_exact_p_value():
    # One neighbouring pair of six exchanged: one inversion. Orders with at most one inversion: 1 + 5 of 720, both ends.
    assert drift.find([0.0, 1.0, 3.0, 2.0, 4.0, 5.0]).p_value == pytest.approx(12 / 720)


@pytest.mark.parametrize("n", [0, 1, 5])
def test_fewer_than_six_trials_tell_nothing(n):
    assert drift.find([0.1 * i for i in range(n)]) == drift.Drift(drift.UNKNOWN, None, None, n)


def test_equal_trials_have_none():
    assert drift.find([0.0] * 7) == drift.Drift(drift.NONE_SEEN, 0.0, 1.0, 7)


@pytest.mark.parametrize("wrong", [float("nan"), float("-inf")])
def test_what_is_no_number_is_refused(wrong):
    with pytest.raises(ValueError):
        drift.find([0.0] * 6 + [wrong])


@given(st.lists(st.integers(-1000, 1000), min_size=6, max_size=15))
def test_the_reverse_order_has_the_inverse_drift(values):
    logs = [value / 1000 for value in values]
    forth, back = drift.find(logs), drift.find(logs[::-1])
    assert forth.p_value == pytest.approx(back.p_value)
    assert (1 + forth.change) * (1 + back.change) == pytest.approx(1)


@pytest.mark.parametrize("blocks, cells", [(6, 1), (30, 1), (3, 2), (5, 2), (3, 3), (2, 8), (10, 3)])
def test_where_there_is_no_drift_one_is_seen_in_at_most_5_of_100_runs(blocks, cells):
    draw, alarms, runs = np.random.RandomState(10 * blocks + cells), 0, 1000
    for _ in range(runs):
        logs = draw.standard_t(3, (blocks, cells))
        alarms += drift.find((logs - logs.mean(axis=0)).ravel()).answer == drift.DRIFT
    assert alarms <= 0.05 * runs


def test_a_drift_of_10_percent_in_2_percent_of_noise_is_seen_in_nine_of_ten_runs_of_ten_trials():
    draw, seen = np.random.RandomState(0), 0
    for _ in range(1000):
        seen += drift.find(np.linspace(0, 0.1, 10) + draw.normal(0, 0.02, 10)).answer == drift.DRIFT
    assert seen >= 900
