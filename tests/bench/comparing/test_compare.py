"""What is said of two cells, with figures worked out by hand."""

import math

import pytest

from bench import cells
from bench.comparing import compare, naming
from bench.stats import verdict
from tests.bench import records
from tests.bench.sides import STEPS, cell, documents, in_blocks


def _compare(mine, other, margin=None, allowed=()):
    (comparison,) = compare.compare([(mine, other)], margin, 0.01, allowed)
    return comparison


def _blocks(letter, factor, **changes):
    return cells.Cell.of(in_blocks(documents(letter, factor, **changes)))


def test_the_ratio_is_of_the_first_side_over_the_second_with_welchs_interval():
    speed = _compare(cell("a", 2.0), cell("b")).speed
    # Logarithms of the steps: 0, +-0.0198, +-0.00995, on both sides alike; variance 2 * (0.0198^2 + 0.00995^2) / 4.
    error = math.sqrt(2 * (math.log(1.02) ** 2 + math.log(1.01) ** 2) / 4 * 2 / 5)
    half = 2.306004 * error  # Student's t, 8 degrees of freedom
    assert speed.ratio.centre == pytest.approx(0.5) and not speed.ratio.is_paired
    assert (speed.ratio.low, speed.ratio.high) == pytest.approx((0.5 * math.exp(-half), 0.5 * math.exp(half)))
    assert speed.step_time.centre == pytest.approx(2.0)
    assert speed.answer == verdict.SLOWER and speed.margin.value == 0.05 and speed.margin.source.startswith("default")


def test_trials_of_the_same_blocks_are_paired():
    # The same drift on both sides, and a ratio of 2 that is off by up to 0.1 % in each block.
    noise = [1.001, 0.999, 1.0, 1.0005, 0.9995]
    mine = cells.Cell.of(in_blocks(documents("a", 2.0, steps=[s * n for s, n in zip(STEPS, noise)])))
    paired, apart = _compare(mine, _blocks("b", 1.0)).speed.ratio, _compare(cell("a", 2.0), cell("b")).speed.ratio
    assert paired.is_paired and paired.centre == pytest.approx(0.5, rel=1e-3)
    assert paired.high / paired.low < 1 + (apart.high / apart.low - 1) / 10
    other = cells.Cell.of(in_blocks(documents("b"), run="run-2"))
    assert not _compare(mine, other).speed.ratio.is_paired


@pytest.mark.parametrize(
    "factor, answer", [(2.0, "slower"), (1.0, "equivalent"), (1.03, "inconclusive"), (0.8, "faster")]
)
def test_the_other_way_round_is_the_inverse_ratio_and_verdict(factor, answer):
    mine, other = cell("a", factor, job__backend="npu"), cell("b", accuracies=[0.9, 0.91, 0.9, 0.92, 0.9])
    one, back = _compare(mine, other), _compare(other, mine)
    inverse = {"slower": "faster", "faster": "slower"}
    assert one.speed.answer == answer and back.speed.answer == inverse.get(answer, answer)
    assert one.speed.ratio.centre * back.speed.ratio.centre == pytest.approx(1)
    assert one.speed.ratio.low * back.speed.ratio.high == pytest.approx(1)
    assert one.names == back.names[::-1]
    assert one.accuracy.difference.difference == pytest.approx(-back.accuracy.difference.difference)
    assert one.accuracy.difference.low == pytest.approx(-back.accuracy.difference.high)
    assert [a.mcnemar.only_first for a in one.accuracy.agreements] == [
        a.mcnemar.only_second for a in back.accuracy.agreements
    ]


def test_pairs_that_are_compared_together_are_corrected_together():
    noisy = (0.1, 0.115, 0.1, 0.12, 0.11)
    pairs = [(cell("a", 1.2, steps=noisy), cell("b", steps=noisy)), (cell("c", 1.0), cell("d"))]
    (alone,) = compare.speeds(pairs[:1])
    first, second = compare.speeds(pairs)
    assert alone.adjusted_p == pytest.approx(alone.ratio.p_value)
    assert first.adjusted_p == pytest.approx(2 * alone.ratio.p_value) and second.adjusted_p == pytest.approx(1)


def test_a_pair_that_is_refused_does_not_count_in_the_correction():
    pairs = [(cell("a", 1.2), cell("b")), (cell("c", job__workload__training__batch_size=50), cell("d"))]
    first, second = compare.speeds(pairs)
    assert first.adjusted_p == pytest.approx(first.ratio.p_value)
    assert second.ratio is None and second.answer == "not comparable"


def test_a_margin_that_is_asked_for_is_said_to_be():
    speed = _compare(cell("a", 1.1), cell("b"), margin=0.2).speed
    assert speed.answer == "equivalent" and (speed.margin.value, speed.margin.source) == (0.2, "as asked")


def test_one_trial_gives_a_ratio_without_an_interval_and_no_verdict():
    for one, other in (((0.1,), STEPS), (STEPS, (0.1,)), ((0.1,), (0.1,))):
        comparison = _compare(cell("a", 3.0, steps=one), cell("b", steps=other))
        assert comparison.speed.ratio.low is None and comparison.speed.answer == "inconclusive"
        assert comparison.accuracy.answer == "inconclusive" and comparison.accuracy.difference.low is None


def test_a_single_seed_gets_wilsons_interval_of_its_test_windows():
    accuracy = _compare(cell("a", steps=(0.1,), accuracies=[0.75]), cell("b")).accuracy
    # Three of four windows, by Wilson's formula with z = 1.959964.
    z, p, n = 1.959964, 0.75, 4
    centre, half = (p + z * z / 2 / n), z * math.sqrt(p * (1 - p) / n + z * z / 4 / n / n)
    expected = ((centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n))
    assert accuracy.single[0] == pytest.approx(expected, rel=1e-5) and accuracy.single[1] is None


def test_a_seed_that_ran_twice_is_one_seed():
    mine = cell("a", seeds=[0, 0, 1, 1, 2], accuracies=[0.5, 0.7, 0.9, 0.9, 0.9])
    difference = _compare(mine, cell("b")).accuracy.difference
    assert (difference.n, difference.n_reference) == (3, 5)
    assert difference.difference == pytest.approx((0.6 + 0.9 + 0.9) / 3 - 0.902)


@pytest.mark.parametrize(
    "accuracies, answer",
    [
        ([0.900, 0.901, 0.902, 0.903, 0.904], "equivalent"),
        ([0.80, 0.801, 0.802, 0.803, 0.804], "lower"),
        ([0.95, 0.951, 0.952, 0.953, 0.954], "higher"),
        ([0.80, 0.95, 0.85, 0.90, 0.99], "inconclusive"),
    ],
)
def test_accuracies_have_an_answer_of_their_own(accuracies, answer):
    assert _compare(cell("a", accuracies=accuracies), cell("b")).accuracy.answer == answer


def _predictions(made, labels, predictions):
    for document in made:
        document["predictions"] = {"labels": labels, "predictions": predictions}
    return cells.Cell.of(made)


def test_mcnemar_counts_the_windows_that_only_one_side_recognised():
    labels = [0] * 12
    mine = _predictions(documents("a", seeds=range(5)), labels, [0] * 10 + [1] * 2)
    other = _predictions(documents("b", seeds=range(3, 8)), labels, [1] * 6 + [0] * 6)
    accuracy = _compare(mine, other).accuracy
    assert [one.seed for one in accuracy.agreements] == [3, 4]
    test = accuracy.agreements[0].mcnemar
    # Eight windows differ: six only the first side had, two only the second; 2 * (1 + 8 + 28) / 2^8.
    assert (test.only_first, test.only_second) == (6, 2)
    assert test.p_value == pytest.approx(74 / 256) and accuracy.agreements[0].adjusted_p == pytest.approx(148 / 256)


def test_without_a_common_seed_or_the_same_test_windows_there_is_no_mcnemar():
    apart = _compare(cell("a", seeds=range(10, 15)), cell("b")).accuracy
    assert apart.agreements == () and "share a seed" in apart.without_agreement
    other = _predictions(documents("b"), [3, 2, 1, 0], [0, 1, 0, 0])
    accuracy = _compare(cell("a"), other).accuracy
    assert accuracy.agreements == () and "test labels" in accuracy.without_agreement


def test_accuracies_of_unlike_training_are_not_comparable_and_speeds_are():
    comparison = _compare(cell("a", dataset__n_train=100), cell("b"))
    assert comparison.accuracy.answer == "not comparable" and comparison.speed.answer == "equivalent"
    assert [one.name for one in comparison.accuracy.stopped_by] == ["epochs.trained"]


def test_what_is_allowed_is_compared_in_speed_alone_and_kept():
    unlike = cell("a", job__workload__training__batch_size=50)
    refused = _compare(unlike, cell("b"))
    assert refused.speed.answer == "not comparable"
    sentence = compare.refusal([refused])
    assert "batch (50 against 100)" in sentence and "--allow batch" in sentence and sentence.count(".") == 1
    allowed = _compare(unlike, cell("b"), allowed=["batch"])
    assert compare.refusal([allowed]) == "" and allowed.speed.ratio.centre == pytest.approx(0.5)
    assert [one.name for one in allowed.speed.allowed] == ["batch"] and allowed.accuracy.answer == "not comparable"


def test_a_refusal_names_every_difference_and_what_allows_it():
    unlike = cell("a", job__workload__training__batch_size=50, proof__state="simulated", clock__name="virtual")
    sentence = compare.refusal([_compare(unlike, cell("b"), allowed=["clock"])])
    assert "--allow batch --allow proof" in sentence and "--allow clock" not in sentence


@pytest.mark.parametrize(
    "changes, names",
    [
        ({"job__backend": "npu"}, ("NPU", "CPU")),
        ({"job__kernel": "unrolled", "description__effective__kernel": "unrolled"}, ("CPU unrolled", "CPU fused")),
        ({"description__framework_version": "1.15.0"}, ("CPU tensorflow 1.15.0", "CPU tensorflow 2.21.0")),
        ({"description__software__python": "3.7.16"}, ("CPU Python 3.7.16", "CPU Python 3.11.7")),
        ({"job__threads": 1}, ("CPU threads 1", "CPU threads 2")),
        ({"environment__identity__host_id": "x"}, ("CPU host x", "CPU host 0123456789ab")),
        ({"harbench__is_dirty": True}, ("CPU harbench.is_dirty True", "CPU harbench.is_dirty False")),
        ({"job__steps": 5}, ("CPU steps 5", "CPU steps no bound")),
        ({}, ("CPU A", "CPU B")),
    ],
)
def test_sides_are_named_by_what_differs(changes, names):
    assert naming.sides(cell("a", **changes), cell("b")) == names


def test_several_pairs_are_told_apart_by_what_each_shares():
    small = {"job__workload__training__batch_size": 50}
    pairs = [(cell("a", job__backend="npu"), cell("b")), (cell("c", job__backend="npu", **small), cell("d", **small))]
    assert naming.contexts(pairs) == ["batch 100", "batch 50"] and naming.contexts(pairs[:1]) == [""]


def test_records_of_the_test_have_the_figures_that_are_claimed():
    (one,) = cells.group([records.make("a", seconds=[1.0, 0.5, STEPS[0], STEPS[0]])])
    assert one.estimate("step_seconds").centre == pytest.approx(0.102)
