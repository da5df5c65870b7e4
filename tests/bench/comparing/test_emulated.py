"""A device that was emulated: its accuracy is compared, its speed never."""

import pytest

from bench import cells
from bench.comparing import compare, fairness, gates
from bench.errors import NotComparable, UsageError
from bench.stats import verdict
from tests.bench import emulated
from tests.bench.sides import cell

_DOUBLE = {"state": "simulated", "device": "contract double", "evidence": "a double stood for the adapter"}


def _emulated(letter="e", **changes):
    (found,) = cells.group(emulated.documents(letter, **changes))
    return found


def _compare(mine, other, allowed=()):
    (comparison,) = compare.compare([(mine, other)], None, 0.01, allowed)
    return comparison


def test_its_accuracy_is_compared_with_a_measured_one_and_its_speed_is_refused():
    accuracies = [0.89, 0.891, 0.892, 0.893, 0.894]  # one point below 0.900, 0.901, ...
    comparison = _compare(_emulated(accuracies=accuracies), cell("b"))
    assert comparison.accuracy.difference.difference == pytest.approx(-0.01)
    # Welch: variance of 0.0000025 on each side over five seeds, Student's t with 8 degrees of freedom.
    half = 2.306004 * (2 * 0.0000025 / 5) ** 0.5
    assert comparison.accuracy.difference.low == pytest.approx(-0.01 - half)
    assert len(comparison.accuracy.agreements) == 5  # McNemar, seed by seed
    assert (comparison.speed.answer, comparison.speed.ratio) == (verdict.NOT_COMPARABLE, None)
    assert [one.name for one in comparison.speed.stopped_by] == ["speed"]


@pytest.mark.parametrize("allowed", [(), ("proof",)])
def test_two_emulated_cells_have_no_ratio_either_whatever_is_allowed(allowed):
    comparison = _compare(_emulated("a"), _emulated("b", job__precision="force_fp16"), allowed)
    assert comparison.speed.ratio is None and comparison.accuracy.difference is not None
    assert compare.refusal([comparison]) == ""  # nothing that could be allowed, and nobody asked for speed


def test_that_there_is_no_speed_cannot_be_allowed():
    with pytest.raises(UsageError, match="speed"):
        _compare(_emulated(), cell("b"), ("speed",))


def test_neither_a_doubles_nor_a_given_figure_gets_a_comparable_accuracy_from_it():
    mine = _emulated()
    for other in (cell("d", proof=_DOUBLE, has_speed=True), cell("n", job__backend="null", clock__name="virtual")):
        assert _compare(mine, other).accuracy.difference is None
        assert "proof" in [one.name for one in fairness.differences(mine, other)]


def test_a_gate_on_accuracy_is_answered_and_one_on_speed_cannot_be():
    comparison = _compare(_emulated(), cell("b"))
    (answer,) = gates.answer([gates.parse("accuracy>=-1pp")], [comparison])
    assert answer.answer == gates.MET
    with pytest.raises(NotComparable, match="speed .no figure"):
        gates.require(gates.answer([gates.parse("fps>=0.95x")], [comparison]))


def test_a_record_that_does_not_say_so_is_emulated_where_it_is_simulated_and_a_real_clock_ran():
    def has_speed(**changes):
        made = emulated.documents(**changes)
        for document in made:
            del document["has_speed"]
        (found,) = cells.group(made)
        return found.has_speed

    assert not has_speed() and not has_speed(job__backend="xpu")
    assert has_speed(job__backend="xpu", clock__name="virtual")
    assert cell("b").has_speed
