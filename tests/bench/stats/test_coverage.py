"""Do the intervals cover, and the verdicts err, as often as they say? Simulated experiments through the real code.

An experiment is what a run leaves: step times of each trial of two cells, taken block by block. What a trial shifts,
what a block shifts, how steps hang together and how heavy their tails are is up to a setting. The noise has the same
distribution in both cells, so the true ratio is exactly the one that was put in.
"""

import math
from typing import NamedTuple

import numpy as np
import pytest
from scipy import special
from scipy.signal import lfilter

from bench import stats
from bench.stats import stopping, verdict

_TRUE_RATIO = 1.3
_STEPS = 40
_BURN_IN = 20


class Setting(NamedTuple):
    """Noise of an experiment; deviations as shares.

    `tails`: of the steps, "normal", "t3" (Student's t with 3 degrees of freedom) or "spikes" (one step in a hundred
    takes ten times as long).
    """

    trial: float = 0.03
    step: float = 0.1
    correlation: float = 0.5
    tails: str = "normal"
    block_drift: float = 0.0


_SETTINGS = {
    "plain": Setting(),
    "slow steps": Setting(trial=0.01, step=0.2, correlation=0.9),
    "heavy tails": Setting(trial=0.01, tails="t3"),
    "spikes": Setting(tails="spikes"),
    "block drift": Setting(block_drift=0.05),
    "all at once": Setting(trial=0.02, step=0.15, correlation=0.7, tails="t3", block_drift=0.1),
}


def _steps(draw, setting, shape):
    """Step times about 1: AR(1) noise about a level, its deviation `setting.step`."""
    shape = shape + (_BURN_IN + _STEPS,)
    shocks = draw.standard_t(3, shape) / math.sqrt(3) if setting.tails == "t3" else draw.standard_normal(shape)
    correlation = setting.correlation
    noise = lfilter([math.sqrt(1 - correlation**2)], [1, -correlation], shocks)[..., _BURN_IN:]
    times = np.maximum(1 + setting.step * noise, 0.1)
    return np.where(draw.random_sample(times.shape) < 0.01, 10.0, 1.0) * times if setting.tails == "spikes" else times


def _experiments(setting, count, trials, ratio=_TRUE_RATIO, seed=0):
    """Mean step times of the trials of two cells, each (count, trials); a block is an index of the second axis."""
    draw = np.random.RandomState(seed)
    means = _steps(draw, setting, (2, count, trials)).mean(axis=-1)
    means *= np.exp(setting.trial * draw.standard_normal(means.shape))
    means *= np.exp(setting.block_drift * np.cumsum(draw.standard_normal((count, trials)), axis=1))  # a random walk
    return ratio * means[0], means[1]


def _ratios(ratio_of, experiments):
    return [ratio_of(one, other) for one, other in zip(*experiments)]


def _coverage(estimates, truth=_TRUE_RATIO):
    return np.mean([estimate.low <= truth <= estimate.high for estimate in estimates])


_TRIALS = pytest.mark.parametrize("trials", [3, 5, 10])
_NAMES = sorted(_SETTINGS)


@_TRIALS
@pytest.mark.parametrize("name", _NAMES)
def test_the_interval_of_a_paired_ratio_covers_the_truth(name, trials):
    found = _ratios(stats.paired_ratio, _experiments(_SETTINGS[name], 1500, trials))
    assert 0.92 <= _coverage(found) <= 0.98


@_TRIALS
@pytest.mark.parametrize("name", _NAMES)
def test_welchs_interval_of_a_ratio_covers_the_truth(name, trials):
    found = _ratios(stats.ratio, _experiments(_SETTINGS[name], 1500, trials))
    assert _coverage(found) >= 0.92
    # What the cells share in a block is noise to Welch, though none of it is in the ratio: then the interval is too
    # wide.
    assert _SETTINGS[name].block_drift or _coverage(found) <= 0.98


def _check_false_alarms(setting, trials, count):
    """At most 5 % of experiments on equal cells give a verdict of a difference; three standard errors for the draw."""
    bar = 0.05 + 3 * math.sqrt(0.05 * 0.95 / count)
    for ratio_of in (stats.paired_ratio, stats.ratio):
        found = _ratios(ratio_of, _experiments(setting, count, trials, ratio=1.0, seed=1))
        for margin in (0.0, verdict.DEFAULT_MARGIN):
            answers = [verdict.of_speed(ratio, margin) for ratio in found]
            assert np.mean([answer in (verdict.FASTER, verdict.SLOWER) for answer in answers]) <= bar


@_TRIALS
def test_equal_cells_are_called_faster_or_slower_in_at_most_5_of_100_experiments(trials):
    _check_false_alarms(_SETTINGS["plain"], trials, 5000)


@pytest.mark.slow
@_TRIALS
@pytest.mark.parametrize("name", _NAMES)
def test_equal_cells_are_called_faster_or_slower_in_at_most_5_of_100_experiments_of_any_noise(name, trials):
    _check_false_alarms(_SETTINGS[name], trials, 20000)


@pytest.mark.parametrize("ratio, answer", [(1.1, verdict.FASTER), (1 / 1.1, verdict.SLOWER)])
@pytest.mark.parametrize("block_drift", [0.0, 0.05])
def test_a_difference_of_10_percent_is_found_in_95_of_100_experiments_of_five_pairs(ratio, answer, block_drift):
    setting = Setting(trial=0.03, step=0.0, block_drift=block_drift)
    found = _ratios(stats.paired_ratio, _experiments(setting, 10000, 5, ratio))
    assert np.mean([verdict.of_speed(one, verdict.DEFAULT_MARGIN) == answer for one in found]) >= 0.95


def test_welch_finds_a_difference_of_10_percent_in_95_of_100_experiments_of_five_trials():
    found = _ratios(stats.ratio, _experiments(Setting(trial=0.03, step=0.0), 10000, 5, 1.1))
    assert np.mean([verdict.of_speed(one, verdict.DEFAULT_MARGIN) == verdict.FASTER for one in found]) >= 0.95


def _stopped(one, other, target, cap):
    """What a run reports that goes on, block by block, until there are enough trials or the cap is reached."""
    for n in range(stopping.MINIMUM_TRIALS, cap + 1):
        ratio = stats.paired_ratio(one[:n], other[:n])
        cells = [stats.geometric_mean(one[:n]), stats.geometric_mean(other[:n])]
        if n == cap or stopping.enough(cells + [ratio], target):
            return ratio
    raise AssertionError("the cap is below the minimum")


@pytest.mark.parametrize("cap", [10, 20])
@pytest.mark.parametrize("name", ["plain", "heavy tails", "spikes", "block drift"])
def test_the_interval_of_a_ratio_covers_the_truth_when_trials_go_on_until_it_is_narrow(name, cap):
    found = [_stopped(one, other, 0.03, cap) for one, other in zip(*_experiments(_SETTINGS[name], 800, cap))]
    assert 0.92 <= _coverage(found) <= 0.98


def _stopped_coverage(deviation, target, cap, experiments, draw, first_look=stopping.MINIMUM_TRIALS):
    """Coverage of one estimate alone, a cell or a paired ratio, whose logarithms vary by `deviation`; all at once."""
    values = deviation * draw.standard_normal((experiments, cap))
    n = np.arange(1, cap + 1)
    means = np.cumsum(values, axis=1) / n
    squares = np.cumsum(values**2, axis=1) - n * means**2
    n, means, squares = (part[..., 1:] for part in (n, means, squares))  # one trial has no interval
    halves = special.stdtrit(n - 1, 0.975) * np.sqrt(squares / (n - 1) / n)
    is_last = (halves <= math.log1p(target)) & (n >= first_look) | (n == cap)
    chosen = np.arange(experiments), is_last.argmax(axis=1)
    return values, n[chosen[1]], np.mean(np.abs(means[chosen]) <= halves[chosen])


def test_the_simulation_stops_where_the_rule_stops():
    draw = np.random.RandomState(0)
    values, stops, coverage = _stopped_coverage(0.04, 0.025, 20, 200, draw)
    found = []
    for logs in values:
        looks = [stats.geometric_mean(np.exp(logs[:n])) for n in range(2, 21)]
        found.append(next((look for look in looks if stopping.enough([look], 0.025)), looks[-1]))
    assert [estimate.n for estimate in found] == list(stops)
    assert len(set(stops)) > 5
    assert _coverage(found, 1.0) == coverage


# The deviation of a trial, or of a pair, against the target is all that counts: below 1 the first look ends it, far
# above the cap does, and between them the width does.
@pytest.mark.parametrize("cap", [10, 15, 20, 30])
@pytest.mark.parametrize("deviation", [0.01, 0.02, 0.03, 0.04, 0.05])
def test_an_estimate_covers_the_truth_when_trials_go_on_until_it_is_narrow(deviation, cap):
    assert 0.92 <= _stopped_coverage(deviation, 0.02, cap, 5000, np.random.RandomState(0))[2] <= 0.98


@pytest.mark.slow
@pytest.mark.parametrize("cap", [10, 15, 20, stopping.MAXIMUM_TRIALS])
@pytest.mark.parametrize("target", [0.01, 0.02, 0.03, 0.05])
@pytest.mark.parametrize("deviation", [0.01, 0.02, 0.03, 0.04, 0.05, 0.07])
def test_an_estimate_covers_the_truth_whatever_the_target(deviation, target, cap):
    assert 0.92 <= _stopped_coverage(deviation, target, cap, 40000, np.random.RandomState(0))[2] <= 0.98


def test_a_first_look_at_three_trials_would_cover_too_seldom_as_the_method_says():
    found = [_stopped_coverage(0.04, 0.02, cap, 20000, np.random.RandomState(0), first_look=3)[2] for cap in (20, 50)]
    assert found == pytest.approx([0.90, 0.90], abs=0.015)


@pytest.mark.parametrize(
    "name, trials, share",
    [("block drift", 3, 0.85), ("block drift", 10, 0.37), ("spikes", 3, 0.84), ("spikes", 10, 0.93)],
)
def test_a_cells_own_interval_covers_too_seldom_as_the_method_says(name, trials, share):
    truth = math.exp(np.log(_experiments(_SETTINGS[name], 100000, 1)[1]).mean())
    found = [stats.geometric_mean(times) for times in _experiments(_SETTINGS[name], 4000, trials)[1]]
    assert _coverage(found, truth) == pytest.approx(share, abs=0.015)


def test_few_trials_against_many_cover_too_seldom_as_the_method_says():
    draw = np.random.RandomState(0)
    covered = 0
    for _ in range(4000):
        ratio = stats.ratio(np.exp(draw.normal(0, 0.06, 2)), np.exp(draw.normal(0, 0.01, 10)))
        covered += ratio.low <= 1 <= ratio.high
    assert 0.88 <= covered / 4000 <= 0.92
