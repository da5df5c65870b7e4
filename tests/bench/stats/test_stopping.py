"""The rule that ends a run: its edges here, its coverage in test_coverage.py."""

import math

import numpy as np
import pytest

from bench import stats
from bench.stats import Estimate, stopping


def _estimate(half_width, n=stopping.MINIMUM_TRIALS):
    return Estimate(50.0, 50 / (1 + half_width), 50 * (1 + half_width), n)


def test_an_interval_as_narrow_as_the_target_is_enough_and_a_wider_one_is_not():
    assert stopping.enough([_estimate(0.0199)], 0.02)
    assert not stopping.enough([_estimate(0.0201)], 0.02)


def test_every_interval_must_be_narrow():
    assert stopping.enough([_estimate(0.01), _estimate(0.015)], 0.02)
    assert not stopping.enough([_estimate(0.01), _estimate(0.03)], 0.02)


def test_too_few_trials_are_never_enough():
    assert not stopping.enough([_estimate(0.001, stopping.MINIMUM_TRIALS - 1)], 0.02)
    assert not stopping.enough([_estimate(0.001), _estimate(0.001, 3)], 0.02)


def test_what_has_no_interval_is_never_enough():
    assert not stopping.enough([Estimate(1.0, None, None, 20)], 0.02)
    assert not stopping.enough([stats.paired_ratio([2.0] * 20, [1.0] * 20)], 0.02)
    assert not stopping.enough([], 0.02)


@pytest.mark.parametrize("target", [0.01, 0.05])
def test_it_agrees_with_students_t_worked_out_by_hand(target):
    # Eight logarithms of alternating sign, +-d: sample deviation d sqrt(8/7), t(0.975, 7) = 2.364624.
    limit = math.log1p(target) * math.sqrt(8) / (2.364624 * math.sqrt(8 / 7))
    for factor, answer in ((0.999, True), (1.001, False)):
        trials = np.exp(factor * limit * np.array([1, -1] * 4))
        assert stopping.enough([stats.geometric_mean(trials)], target) is answer
