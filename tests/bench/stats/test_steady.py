"""Steady-state detection on series whose answer is known by how they are made."""

import json
import os

import numpy as np
import pytest

from bench.stats import outliers, steady

N = 380


def _noise(n=N, deviation=0.02, seed=0):
    return np.exp(np.random.RandomState(seed).normal(0, deviation, n))


def _correlated(n=N, deviation=0.02, memory=0.6, seed=0):
    draw, values = np.random.RandomState(seed), np.zeros(n)
    for i in range(1, n):
        values[i] = memory * values[i - 1] + draw.normal(0, deviation)
    return np.exp(values)


_TIME = np.arange(N)
_TABLE = [
    ("none", 0.03 * _noise(), steady.FOUND, 0, 0),
    ("none, much noise", 0.03 * _noise(deviation=0.1), steady.FOUND, 0, 10),
    ("none, correlated noise", 0.03 * _correlated(), steady.FOUND, 0, 0),
    ("none, a constant", np.full(N, 0.03), steady.FOUND, 0, 0),
    ("ramp", 0.03 * _noise() * (1 + np.exp(-_TIME / 40)), steady.FOUND, 80, 160),
    ("a level above at the start", np.concatenate([0.06 * _noise(100), 0.03 * _noise(280)]), steady.FOUND, 95, 105),
    ("one spike", np.where(_TIME == 200, 1.0, 0.03 * _noise()), steady.FOUND, 0, 0),
    ("periodic spikes", 0.03 * _noise() * np.where(_TIME % 20 == 0, 4, 1), steady.FOUND, 0, 0),
    ("two levels in turn", 0.03 * _noise() * np.where((_TIME // 60) % 2, 1.5, 1), steady.NOT_FOUND, None, None),
    ("slower at the end", np.concatenate([0.03 * _noise(200), 0.04 * _noise(180)]), steady.SLOWER, None, None),
    ("slow drift up", 0.03 * _noise() * (1 + 0.3 * _TIME / N), steady.SLOWER, None, None),
    ("slow drift down", 0.03 * _noise() * (1 - 0.3 * _TIME / N), steady.NOT_FOUND, None, None),
    ("faster only at the end", np.concatenate([0.04 * _noise(330), 0.03 * _noise(50)]), steady.NOT_FOUND, None, None),
    ("too short", 0.03 * _noise(20), steady.NOT_FOUND, None, None),
]


@pytest.mark.parametrize("name, series, answer, earliest, latest", _TABLE, ids=[row[0] for row in _TABLE])
def test_every_kind_of_series_gets_its_answer(name, series, answer, earliest, latest):
    state = steady.find(series)
    assert state.answer == answer, state
    if answer == steady.FOUND:
        assert earliest <= state.start <= latest, state
    else:
        assert state.start is None and state.reason


_RECORDED = {
    # name: first steady step at the earliest and latest, "about every N" of the severe slow ones or None
    "npu, slow start and stalls": (700, 800, 15),
    "gpu, steady": (0, 0, None),
    "gpu, short": (0, 0, None),
    "npu, steady over a day": (0, 5, 10),
    "npu, two modes": (0, 0, 10),
}


@pytest.mark.parametrize("name", _RECORDED)
def test_series_that_real_devices_left_get_their_answers(name):
    with open(os.path.join(os.path.dirname(__file__), "..", "..", "data", "recorded-series.json")) as file:
        seconds = json.load(file)[name]["seconds"]
    earliest, latest, period = _RECORDED[name]
    state = steady.find(seconds)
    assert state.answer == steady.FOUND and earliest <= state.start <= latest, state
    found = outliers.find(seconds[state.start :])
    assert found.period_steps == (None if period is None else pytest.approx(period, abs=0.5))


# A short correlated series may really drift: there one answer in seven may err, on the side of a doubt.
@pytest.mark.parametrize("length, fewest", [(25, 17), (60, 17), (390, 19), (5000, 19), (19500, 19)])
def test_a_flat_series_of_any_length_is_steady_from_its_start(length, fewest):
    states = [steady.find(0.03 * _correlated(length, seed=seed)) for seed in range(20)]
    assert sum(state.answer == steady.FOUND and state.start <= 10 for state in states) >= fewest


def test_the_unit_of_time_does_not_matter():
    series = 0.03 * _noise() * (1 + np.exp(-_TIME / 40))
    assert steady.find(series).start == steady.find(1000 * series).start
