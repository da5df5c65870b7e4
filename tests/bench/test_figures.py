import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import figures as of
from tests.bench import records

_TIMES = st.lists(st.floats(1e-4, 10), min_size=3, max_size=40)


def test_figures_of_a_small_record_worked_out_by_hand():
    record = records.make(seconds=[4.0, 1.0, 0.1, 0.3], warmup=2, accuracies=[0.4, 0.9, 0.8], process_seconds=50.0)
    figures = of.trial_figures(record)
    assert figures.steady_steps == 2
    assert figures.step_seconds == pytest.approx(0.2)
    assert figures.fps == pytest.approx(500)  # 200 windows in 0.4 s; the mean of the rates would say 667
    assert (figures.first_step_seconds, figures.warmup_seconds) == (4.0, 1.0)
    assert figures.steady_seconds == pytest.approx(0.4)
    assert (figures.final_accuracy, figures.best_accuracy) == (0.8, 0.9)
    assert figures.epochs_trained == pytest.approx(4 / 24)  # 2400 windows are 24 batches
    assert figures.evaluation_seconds == pytest.approx(0.6)
    assert figures.whole_fps == pytest.approx(400 / 50)
    assert figures.train_fps == pytest.approx(400 / 5.5)
    assert figures.core_fps == pytest.approx(400 / 5.4)


@given(_TIMES)
def test_fps_is_windows_over_time_and_never_above_the_mean_of_rates(seconds):
    figures = of.trial_figures(records.make(seconds=seconds, warmup=1))
    steady = seconds[-figures.steady_steps :]
    assert figures.fps == pytest.approx(100 * len(steady) / sum(steady))
    assert figures.fps <= np.mean([100 / s for s in steady]) * (1 + 1e-9)
    total = figures.first_step_seconds + figures.warmup_seconds + figures.steady_seconds
    assert total == pytest.approx(sum(seconds))


def test_the_published_fps_takes_the_last_ten_steps_and_no_replays():
    seconds = [9.0] + [0.5] * 5 + [0.1] * 10 + [7.0] * 5
    assert of.trial_figures(records.make(seconds=seconds, warmup=1, replays=5)).published_fps == pytest.approx(1000)
    assert of.trial_figures(records.make(seconds=[1.0] * 9, warmup=1)).published_fps is None


@pytest.mark.parametrize(
    "changes, expected",
    [
        ({}, True),
        ({"status": "failed", "reason": "x"}, False),
        ({"seconds": [0.1], "warmup": 1}, False),
        ({"job__is_profiled": True}, False),
        ({"job__is_profiled": False}, True),
        ({"proof__state": "simulated"}, True),
        ({"proof__state": "unproven"}, False),
        ({"proof__state": "on host"}, False),
        ({"seconds": [0.0, 0.0, 0.0], "warmup": 1}, False),
    ],
)
def test_only_complete_trials_with_steady_steps_have_figures(changes, expected):
    document = records.make(**changes)
    assert of.has_figures(document) is expected
    assert (of.why_none(document) is None) is expected
