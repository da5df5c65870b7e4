"""Verdicts on ratios whose interval is given."""

import math

import pytest

from bench.stats import ALPHA, Ratio, verdict


def _ratio(centre, low, high, p_value):
    return Ratio(centre, low, high, 5, p_value, True)


_TABLE = [
    (_ratio(1.10, 1.05, 1.15, 0.001), verdict.FASTER),
    (_ratio(0.90, 0.85, 0.95, 0.001), verdict.SLOWER),
    (_ratio(1.00, 0.98, 1.02, 0.9), verdict.EQUIVALENT),
    (_ratio(1.03, 1.02, 1.04, 0.001), verdict.EQUIVALENT),  # significant, and inside the margin that was stated
    (_ratio(1.03, 1.01, 1.06, 0.01), verdict.INCONCLUSIVE),  # a difference, but whether beyond the margin is open
    (_ratio(1.10, 0.99, 1.22, 0.08), verdict.INCONCLUSIVE),
    (_ratio(1.10, None, None, None), verdict.INCONCLUSIVE),
]


@pytest.mark.parametrize("ratio, answer", _TABLE)
def test_a_verdict_follows_from_the_interval_and_the_margin(ratio, answer):
    assert verdict.of_speed(ratio, 0.05) == answer


@pytest.mark.parametrize("ratio, answer", _TABLE)
def test_the_inverse_ratio_gets_the_inverse_verdict(ratio, answer):
    low, high = (None if end is None else 1 / end for end in (ratio.high, ratio.low))
    inverse = {verdict.FASTER: verdict.SLOWER, verdict.SLOWER: verdict.FASTER}
    assert verdict.of_speed(_ratio(1 / ratio.centre, low, high, ratio.p_value), 0.05) == inverse.get(answer, answer)


def test_holm_multiplies_the_smallest_by_how_many_there_are_and_never_falls():
    assert verdict.holm([0.03, None, 0.01, 0.04]) == [
        pytest.approx(0.06),
        None,
        pytest.approx(0.03),
        pytest.approx(0.06),
    ]
    assert verdict.holm([None]) == [None]


def test_the_corrected_p_value_decides_where_it_is_given():
    ratio = _ratio(1.10, 1.01, 1.20, 0.03)
    assert verdict.of_speed(ratio, 0.05) == verdict.FASTER
    assert verdict.of_speed(ratio, 0.05, adjusted_p=0.06) == verdict.INCONCLUSIVE
    assert math.isclose(ALPHA, 0.05)
