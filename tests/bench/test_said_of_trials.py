"""What a run says of a trial right behind it."""

import io

import pytest
from rich.console import Console

from backends import npu_sim
from backends.proof import SIMULATED
from bench import campaign
from tests.bench import records


def _said(document, path="results/r1.json"):
    stream = io.StringIO()
    campaign._say_figures(document, Console(file=stream, soft_wrap=True), path)
    return stream.getvalue()


@pytest.mark.parametrize("applied, is_said", [(0, True), (994, True), (995, False), (1000, False)])
def test_a_trial_that_skipped_too_many_updates_is_doubted_in_a_line_of_its_own(applied, is_said):
    document = records.make(seconds=[1.0] + [0.1] * 999, updates={"applied": applied, "loss_scale": 1.0})
    lines = [line for line in _said(document).splitlines() if "doubt: " in line]
    assert len(lines) == is_said
    assert not lines or "%d of 1000 updates were skipped for overflow" % (1000 - applied) in lines[0]


@pytest.mark.parametrize(
    "device, start", [("null", "  simulated (null): "), (npu_sim.DEVICE, "  %s: " % npu_sim.DEVICE)]
)
def test_a_simulated_trial_says_so_once(device, start):
    proof = {"state": SIMULATED, "device": device, "evidence": "computed"}
    said = _said(records.make(proof=proof))
    assert said.startswith(start) and said.count(SIMULATED) == 1
