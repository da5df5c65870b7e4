"""The interval by resampling: against Student's t, and against the truth."""

import math

import numpy as np
import pytest
from scipy.signal import lfilter

from bench import stats
from bench.stats import bootstrap


def _trials(draw, n, trial_sd, step_sd, correlation, steps=120):
    """Step times about 1 with AR(1) noise inside a trial and a shift of the whole trial."""
    noise = draw.standard_normal((n, steps + 30))
    steps_noise = lfilter([math.sqrt(1 - correlation**2)], [1, -correlation], noise, axis=1)[:, 30:]
    return np.exp(trial_sd * draw.standard_normal((n, 1))) * (1 + step_sd * steps_noise)


def _half(estimate):
    return math.log(estimate.high / estimate.low) / 2


def test_below_eight_trials_there_is_no_interval():
    assert bootstrap.interval([[1.0, 2.0]] * 7) is None
    assert bootstrap.interval([[1.0, 2.0]] * 8) is not None


def test_the_same_trials_give_the_same_interval_and_the_centre_of_students_t():
    trials = _trials(np.random.RandomState(3), 9, 0.03, 0.1, 0.5)
    one, other = bootstrap.interval(trials), bootstrap.interval(trials.tolist())
    assert one == other
    assert one.centre == pytest.approx(stats.geometric_mean(trials.mean(axis=1)).centre)
    assert (one.n, one.low < one.centre < one.high) == (9, True)


def test_trials_of_unlike_length_are_resampled_to_their_own_length():
    # Constant trials: whatever is drawn within one, its mean is exact, so the interval cannot leave the two values.
    estimate = bootstrap.interval([[1.0] * 5] * 4 + [[2.0] * 64] * 4)
    assert estimate.centre == pytest.approx(math.sqrt(2))
    assert 1 <= estimate.low < estimate.high <= 2


def test_constant_trials_have_an_interval_of_no_width():
    assert bootstrap.interval([[0.5] * 10] * 8) == stats.Estimate(
        pytest.approx(0.5), pytest.approx(0.5), pytest.approx(0.5), 8
    )


def test_blocks_have_the_cube_root_of_the_steps():
    assert [bootstrap.block_steps(n) for n in (1, 8, 125, 1000)] == [1, 2, 5, 10]


@pytest.mark.parametrize("trial_sd, step_sd, correlation", [(0.03, 0.1, 0.5), (0.03, 0.0, 0.0), (0.0, 0.1, 0.8)])
def test_for_many_trials_it_is_as_wide_as_students_t(trial_sd, step_sd, correlation):
    trials = _trials(np.random.RandomState(5), 100, trial_sd, step_sd, correlation)
    student = stats.geometric_mean(trials.mean(axis=1))
    assert _half(bootstrap.interval(trials)) == pytest.approx(_half(student), rel=0.06)  # 2000 resamples: 2 % of error


def test_noise_of_the_steps_does_not_count_twice():
    widths = []
    for seed in range(20):
        trials = _trials(np.random.RandomState(seed), 20, 0.0, 0.1, 0.0)
        student = stats.geometric_mean(trials.mean(axis=1))
        widths.append(_half(bootstrap.interval(trials, resamples=1000)) / _half(student))
    assert 0.95 < np.mean(widths) < 1.2  # counted twice it is 1.4


@pytest.mark.slow
@pytest.mark.parametrize("n", [10, 15, 20])
@pytest.mark.parametrize("trial_sd, step_sd, correlation", [(0.03, 0.1, 0.5), (0.03, 0.0, 0.0), (0.0, 0.1, 0.8)])
def test_it_covers_the_truth_at_ten_to_twenty_trials(n, trial_sd, step_sd, correlation):
    _check_coverage(n, trial_sd, step_sd, correlation, experiments=2000)


def test_it_covers_the_truth_at_ten_trials():
    _check_coverage(10, 0.03, 0.1, 0.5, experiments=600)


def _check_coverage(n, trial_sd, step_sd, correlation, experiments):
    draw = np.random.RandomState(n)
    covered = 0
    for _ in range(experiments):
        estimate = bootstrap.interval(_trials(draw, n, trial_sd, step_sd, correlation, 60), resamples=1000)
        covered += estimate.low <= 1 <= estimate.high
    assert 0.92 <= covered / experiments <= 0.98


def _count_unlike(experiments, trial_sd, step_sd, tails):
    """Of experiments with 8 trials of 200 steps, in how many one interval is half as wide again as the other."""
    draw, count = np.random.RandomState(0), 0
    for _ in range(experiments):
        shifts = draw.standard_t(3, (8, 1)) / math.sqrt(3) if tails == "t3" else draw.standard_normal((8, 1))
        trials = np.exp(trial_sd * shifts) * np.maximum(1 + step_sd * draw.standard_normal((8, 200)), 0.1)
        halves = _half(stats.geometric_mean(trials.mean(axis=1))), _half(bootstrap.interval(trials))
        count += max(halves) > 1.5 * min(halves)
    return count


@pytest.mark.slow
def test_the_two_intervals_are_as_seldom_unlike_as_the_method_says():
    assert _count_unlike(400, 0.02, 0.1, "normal") == 0
    assert _count_unlike(400, 0.02, 0.1, "t3") <= 2
    assert 10 <= _count_unlike(100, 0.001, 0.1, "normal") <= 25
