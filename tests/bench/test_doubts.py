import math
from types import SimpleNamespace

import numpy as np
import pytest

from backends.ascend import graph
from backends.protocol import Settings
from bench import cells, doubts
from bench.cells import Cell
from tests.bench import records


def _said(*noises):
    cell = Cell.of([records.make(str(number), environment__noise=noise) for number, noise in enumerate(noises)])
    return " ".join(doubts.of_cell(cell))


@pytest.mark.parametrize("share, is_said", [(0.1, False), (0.11, True), (0.75, True)])
def test_other_work_above_a_tenth_of_the_cores_is_a_doubt(share, is_said):
    said = _said({"other_load_share": 0.0}, {"other_load_share": share})
    assert ("Other work took up to %.0f %%" % (100 * share) in said) == is_said


@pytest.mark.parametrize("share, is_said", [(0.01, False), (0.02, True)])
def test_stolen_time_above_a_hundredth_is_a_doubt(share, is_said):
    assert ("hypervisor gave up to 2.0 %" in _said({"steal_share": share})) == is_said


@pytest.mark.parametrize("noise", [None, {}, {"other_load_share": None, "steal_share": None}])
def test_noise_that_nobody_measured_says_nothing_against_a_result(noise):
    said = _said(noise)
    assert "Other work" not in said and "hypervisor" not in said


def _said_of(*documents):
    return doubts.of_cell(Cell.of(documents))


def _any(said, word):
    return [sentence for sentence in said if word in sentence]


def _stalling(stall_seconds, period, n=600):
    # Evenly spread from 0.09 to 0.11 s: quartiles 0.095 and 0.105, severe beyond 0.135.
    seconds = np.resize(np.linspace(0.09, 0.11, 11)[[0, 7, 3, 10, 5, 1, 8, 4, 9, 2, 6]], n)
    seconds[period - 1 :: period] = stall_seconds
    return records.make("a", seconds=[1.0] + [float(value) for value in seconds], warmup=1)


def test_severe_stalls_of_more_than_a_twentieth_of_the_time_are_a_doubt_with_their_period():
    (said,) = _any(_said_of(_stalling(1.0, 100)), "severe slow outliers")  # 6 s of about 65.4
    assert "6 of 600 steady steps" in said and "9.2 % of the time" in said
    assert "periodic stalls about every 100 steps" in said and "look for" in said


def test_stalls_of_a_smaller_share_or_only_mild_ones_are_none():
    assert not _any(_said_of(_stalling(0.4, 100)), "severe slow outliers")  # 2.4 s of about 61.8
    assert not _any(_said_of(_stalling(0.125, 10)), "severe slow outliers")  # a tenth of all steps, mild


def test_stalls_too_few_for_a_rhythm_claim_none():
    (said,) = _any(_said_of(_stalling(3.0, 200)), "severe slow outliers")
    assert "too few to tell a period" in said


def _in_a_run(steps, name="a", which=0, n_cells=1, **changes):
    made = []
    for block, step in enumerate(steps):
        run = {"id": "run-1", "fingerprint": "f", "cells": n_cells, "cell": which, "block": block, "position": which}
        seconds = [1.0, 0.5, step, step]
        made.append(records.make("%s%d" % (name, block), seconds=seconds, run=run, trial__number=block + 1, **changes))
    return made


def test_a_drift_over_the_trials_of_a_cell_is_a_doubt():
    (said,) = _any(_said_of(*_in_a_run([0.1 * 1.01**i for i in range(8)])), "in the order")
    assert "Over 8 trials" in said and "7.2 % slower" in said and "--cool-down" in said
    (said,) = _any(_said_of(*_in_a_run([0.1 / 1.01**i for i in range(8)])), "in the order")
    assert "6.7 % faster" in said


@pytest.mark.parametrize("steps", [[0.1 * 1.05**i for i in range(5)], [0.1, 0.12, 0.1, 0.11, 0.12, 0.1, 0.11, 0.1]])
def test_an_unknown_drift_or_none_is_no_doubt_and_not_called_fine(steps):
    said = _said_of(*_in_a_run(steps))
    assert not _any(said, "in the order") and not _any(said, "drift")


def test_a_drift_over_all_trials_of_a_run_is_a_doubt_about_the_run():
    slope = [math.exp(0.02 * k) for k in range(8)]
    ours = _in_a_run([0.1 * one for one in slope[0::2]], "a", 0, 2)
    theirs = _in_a_run([0.5 * one for one in slope[1::2]], "b", 1, 2, job__kernel="unrolled")
    pair = cells.group(ours + theirs)
    assert not any(_any(doubts.of_cell(cell), "in the order") for cell in pair)  # four trials each are too few
    (said,) = doubts.of_runs(pair)
    assert said.startswith("Run run-1: Over 8 trials") and "relative to its cell" in said
    assert doubts.of_runs(pair[:1]) == []


def _eight_trials(*levels, steps=400):
    return [
        records.make(str(i), seconds=[1.0] + [level] * steps, warmup=1, job__workload__seed=i, trial__number=i + 1)
        for i, level in enumerate(levels)
    ]


def test_intervals_that_agree_are_no_doubt():
    levels = [0.1, 0.101, 0.102, 0.103, 0.104, 0.105, 0.106, 0.107]
    assert not _any(_said_of(*_eight_trials(*levels)), "disagree")
    assert not _any(_said_of(*_eight_trials(*[0.1] * 8)), "disagree")


def test_intervals_of_which_one_is_half_as_wide_again_are_a_doubt():
    # Two halves of each trial, one twice as slow, and trials alike: blocks of steps know of a spread that t does not.
    made = []
    for i in range(8):
        seconds = [1.0] + [0.1] * 200 + [0.2 + 1e-5 * i] * 200
        made.append(records.make(str(i), seconds=seconds, warmup=1, trial__number=i + 1))
    (said,) = _any(_said_of(*made), "disagree")
    assert "the resampled one is more than 1.5 times as wide" in said and "--trials" in said


def _finding(check, state, sentence):
    return {"check": check, "state": state, "finding": sentence}


def test_each_distinct_warning_and_failure_of_the_doctor_is_a_doubt_with_the_next_step():
    found = [
        _finding("turbo", "WARN", "Turbo is on."),
        _finding("quota", "FAIL", "A quota stops the trial."),
        _finding("governor", "UNKNOWN", "No governor."),
        _finding("swap", "PASS", "No swap is used."),
    ]
    said = _any(_said_of(records.make("a", doctor=found), records.make("b", doctor=found)), "harbench doctor")
    words = ("WARN: Turbo is on", "FAIL: A quota stops the trial")
    form = "harbench doctor, before the run: %s; `harbench doctor` on that host says what to do."
    assert said == [form % one for one in words]


@pytest.mark.parametrize("busy_before, count", [(0.5, 1), (0.0, 3), (None, 3)])
def test_the_doctors_word_on_other_work_is_left_out_only_where_another_doubt_says_it(busy_before, count):
    found = [_finding(check, "WARN", check + " it is.") for check in ("busy", "load", "turbo")]
    made = records.make("a", doctor=found, environment__busy_before=busy_before)
    assert len(_any(_said_of(made), "harbench doctor")) == count


def test_a_cell_that_was_slowed_down_on_purpose_is_no_measurement_of_speed():
    (said,) = _any(_said_of(records.make("a", description__effective__slowed_down=1.1)), "on purpose")
    assert "1.1 times as long" in said and "measure without" in said
    assert not _any(_said_of(records.make("a")), "on purpose")


def test_ten_last_steps_that_are_unlike_the_steady_ones_are_told():
    steady, last = [0.1] * 40, [0.05] * 10
    (said,) = _any(_said_of(records.make("a", seconds=(*steady, *last))), "published definition")
    assert "of ten steps" in said and "the steady one" in said
    assert not _any(_said_of(records.make("a", seconds=(*steady, *[0.1] * 10))), "published definition")


def test_an_accuracy_of_what_are_no_numbers_is_told(tmp_path):
    document = records.make("a")
    assert not _any(_said_of(document), "logits")
    document["evaluations"][-1]["is_finite"] = False
    (said,) = _any(_said_of(document), "logits")
    assert said.startswith("Some logits are not finite numbers") and "--seed" in said


@pytest.mark.parametrize(
    "overflow", ["saturate", "infinities and NaN, as in TensorFlow", "the chip clamps; seen", None]
)
def test_an_overflow_that_would_be_seen_is_no_doubt(overflow):
    made = records.make("a", description__effective={"overflow": overflow})
    assert not _any(_said_of(made) + _said_of(records.make("a")), "overflow")


def test_an_overflow_that_nothing_would_show_is_a_doubt_with_the_reason():
    settings = Settings(kernel="unrolled", precision="allow_mix_precision", threads=1, loss_scale="none")
    told = graph.overflow(settings, SimpleNamespace(saturates=True))
    (said,) = _any(_said_of(records.make("a", description__effective={"overflow": told})), "overflow")
    assert "(the chip clamps, and no loss scaling looks at its status flag)" in said and "--loss-scale 1" in said


def test_what_is_held_against_a_precision_is_a_doubt_with_its_name():
    effective = {"precision": "force_fp16", "precision_limit": "the documents give it for inference only"}
    (said,) = _any(_said_of(records.make("a", description__effective=effective)), "force_fp16")
    assert said.startswith("Precision force_fp16: the documents give it for inference only; choose another --precision")
    assert not _any(_said_of(records.make("a", description__effective={"precision": "force_fp16"})), "force_fp16")


def test_an_old_record_has_none_of_the_newer_doubts():
    said = " ".join(_said_of(records.make()))
    for word in ("harbench doctor", "disagree", "in the order", "outliers", "on purpose"):
        assert word not in said


@pytest.mark.parametrize(
    "updates, words",
    [
        ({"applied": 30}, "10 of 40 updates were skipped for overflow (25 %), at most 0.5 % is recommended"),
        ({"applied": 39, "loss_scale": 1024.0}, "1 of 40 updates were skipped for overflow (2.5 %)"),
        ({"applied": 40}, None),
        (None, None),
    ],
)
def test_updates_that_an_overflow_skipped_are_a_doubt_with_their_share(updates, words):
    made = [records.make("a", seconds=[0.1] * 40, updates=updates), records.make("b", seconds=[0.1] * 40)]
    found = [sentence for sentence in doubts.of_cell(cells.group(made)[0]) if "overflow" in sentence]
    assert len(found) == (words is not None) and all(words in sentence for sentence in found)


def _seen(device):
    return {"seconds": [], "device": device}


@pytest.mark.parametrize(
    "telemetry",
    [None, _seen(None), _seen({}), _seen({"throttle_reasons": None}), _seen({"throttle_reasons": []}), {"seconds": []}],
)
def test_a_device_that_nobody_saw_throttled_is_no_doubt(telemetry):
    assert not _any(_said_of(dict(records.make("a"), telemetry=telemetry)), "throttled")


def test_a_device_that_was_throttled_during_a_trial_is_a_doubt_with_the_reasons():
    slowed = _seen({"throttle_reasons": ["sw_power_cap", "hw_slowdown"]})
    said = _said_of(records.make("a"), dict(records.make("b"), telemetry=slowed))
    (sentence,) = _any(said, "throttled")
    assert "1 of 2 trials (hw_slowdown, sw_power_cap)" in sentence and "repeat" in sentence
