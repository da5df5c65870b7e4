import pytest

from bench import doubts
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
