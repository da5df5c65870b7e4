"""Outlying steps, on series whose outliers were put there and on one that was recorded."""

import csv
import glob
import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.stats import outliers


def _series(n=3000, seed=0):
    return np.random.RandomState(seed).uniform(0.09, 0.11, n)  # uniform: nothing lies beyond a fence


def test_the_fences_are_tukeys_worked_out_by_hand():
    # Quartiles of 1..101 are 26 and 76, their distance 50: fences at -124, -49, 151, 226, the values on them inside.
    # Four times in the tails move no quartile: they take the place of 1, 2, 100 and 101, as far out or further.
    times = np.arange(1.0, 102) + 200
    times[[0, 1, 99, 100]] = 200 - 125, 200 - 50, 200 + 152, 200 + 227
    found = outliers.find(times)
    assert (found.low_severe, found.low_mild, found.high_mild, found.high_severe) == (1, 1, 1, 1)
    assert found.high_share == pytest.approx((352 + 427) / times.sum())
    times[[0, 1, 99, 100]] = 200 - 124, 200 - 49, 200 + 151, 200 + 226
    found = outliers.find(times)
    assert (found.low_severe, found.low_mild, found.high_mild, found.high_severe) == (0, 1, 1, 0)


@pytest.mark.parametrize("period", [20, 300])
def test_periodic_spikes_are_told_with_their_period_and_share(period):
    times = _series()
    times[period - 1 :: period] = 1.0
    found = outliers.find(times)
    assert found.high_severe == 3000 // period
    assert (found.rhythm, found.period_steps) == (outliers.PERIODIC, period)
    assert found.high_share == pytest.approx((3000 // period) / times.sum())
    assert "about every %d steps" % period in found.sentence


def test_a_period_is_found_though_spikes_come_a_little_early_or_late_and_some_by_chance():
    draw, times = np.random.RandomState(1), _series(12000)
    times[np.arange(300, 12000, 300) + draw.randint(-5, 6, 39)] = 1.0
    times[draw.randint(0, 12000, 4)] = 1.0
    assert outliers.find(times).period_steps == pytest.approx(300, abs=10)


def test_a_stall_of_several_steps_is_one_stall():
    times = _series()
    for offset in range(3):
        times[50 + offset :: 100] = 1.0
    assert outliers.find(times).period_steps == 100


@pytest.mark.parametrize("spikes", [6, 10, 30, 200])
def test_spikes_at_random_are_called_periodic_in_less_than_5_of_100_trials(spikes):
    draw, alarms = np.random.RandomState(spikes), 0
    for seed in range(400):
        times = _series(seed=seed)
        times[draw.choice(3000, spikes, replace=False)] = 1.0
        found = outliers.find(times)
        assert found.high_severe == spikes
        alarms += found.rhythm == outliers.PERIODIC
    assert alarms <= 20


def test_too_few_spikes_have_an_unknown_rhythm():
    times = _series(600)
    times[99:500:100] = 1.0  # five spikes, four gaps
    found = outliers.find(times)
    assert (found.rhythm, found.period_steps) == (outliers.UNKNOWN, None)
    times[599] = 1.0
    assert outliers.find(times).period_steps == 100


@pytest.mark.parametrize("times", [_series(), np.full(100, 0.02)])
def test_where_there_are_none_it_says_so(times):
    found = outliers.find(times)
    assert found.low_severe + found.low_mild + found.high_mild + found.high_severe == 0
    assert (found.high_share, found.rhythm) == (0, outliers.UNKNOWN)
    assert found.sentence == "None of %d steps is an outlier." % len(times)


def test_the_sentence_names_both_sides():
    times = np.full(100, 1.0)
    times[:3], times[50] = 0.5, 2.0
    assert outliers.find(times).sentence == (
        "1 of 100 steps are slow outliers (1 severe) and took 2.0 % of the time; "
        "3 of 100 steps are fast outliers (3 severe); none was dropped."
    )


def test_too_few_steps_tell_nothing():
    assert outliers.find([0.1] * 19) is None
    assert outliers.find([]) is None


@pytest.mark.parametrize("wrong", [-0.1, float("nan"), float("inf")])
def test_a_time_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError):
        outliers.find([0.1] * 20 + [wrong])


@given(st.lists(st.integers(0, 1000), min_size=20, max_size=200), st.sampled_from([0.125, 0.5, 8.0]))
def test_the_unit_does_not_matter(times, factor):
    # Powers of two, so that scaling rounds nothing.
    assert outliers.find(times) == outliers.find([factor * value for value in times])


@pytest.mark.skipif("HARBENCH_SHARED" not in os.environ, reason="the recorded series are not at hand")
def test_the_recorded_stalls_of_every_300_steps_are_found():
    def found(name):
        path = os.path.join(os.environ["HARBENCH_SHARED"], "cases", "records", "F001*", name + ".csv")
        with open(glob.glob(path)[0], encoding="utf-8") as file:
            return outliers.find([1 / float(row["samples_per_sec"]) for row in csv.DictReader(file)])

    npu, gpu, few = map(found, ("insightface_910_npu", "insightface_gpu11gb", "insightface_v100"))
    assert npu.period_steps == 15  # a row is 20 steps
    assert npu.high_severe > 600 and 0.5 < npu.high_share < 0.7
    assert gpu.rhythm == outliers.NOT_PERIODIC and gpu.high_share < 0.1
    assert few.high_severe == 0


def test_over_trials_counts_add_up_and_shares_are_of_all_their_time():
    one, other = _series(300), 2 * _series(100, seed=1)
    one[[10, 200]] = 1.0, 2.0
    found = outliers.over_trials([one, other])
    assert (found.steps, found.high_severe, found.high_mild, found.low_severe) == (400, 2, 0, 0)
    assert found.high_share == found.severe_share == pytest.approx(3.0 / (one.sum() + other.sum()))


def test_a_mild_outlier_is_in_no_severe_share():
    times = np.arange(1.0, 102) + 200  # fences at 351 and 426, as above
    times[[99, 100]] = 200 + 152, 200 + 227
    found = outliers.find(times)
    assert found.severe_share == pytest.approx(427 / times.sum()) and found.high_share > found.severe_share


def test_trials_with_too_few_steps_to_tell_are_left_out_of_the_rest():
    assert outliers.over_trials([[0.1] * 19, [0.1] * 19]) is None
    assert outliers.over_trials([[0.1] * 19, [0.1] * 20]).steps == 20


def test_over_trials_stalls_are_periodic_where_most_trials_that_could_tell_say_so():
    def spiked(period, seed):
        times = _series(seed=seed)
        times[period - 1 :: period] = 1.0
        return times

    found = outliers.over_trials([spiked(100, 1), spiked(104, 2), _series(seed=3)])
    assert (found.rhythm, found.period_steps) == (outliers.PERIODIC, 102)
    at_random = _series(seed=4)
    at_random[[5, 9, 80, 700, 720, 1900, 2950]] = 1.0
    found = outliers.over_trials([spiked(100, 1), at_random])
    assert (found.rhythm, found.period_steps) == (outliers.NOT_PERIODIC, None)
    assert outliers.over_trials([_series()]).rhythm == outliers.UNKNOWN
