"""What trials took of their host, from records that are worked out by hand."""

import pytest

from bench import resources
from bench.cells import Cell
from tests.bench import records
from tests.bench.resources import NOISE, TELEMETRY


def _of(*trials):
    made = [
        records.make(str(number), telemetry=telemetry, environment__noise=noise, process_seconds=20.0)
        for number, (telemetry, noise) in enumerate(trials)
    ]
    return resources.of_cell(Cell.of(made))


def test_a_cell_has_the_mean_of_its_trials_and_the_worst_of_what_may_not_happen():
    busier = dict(TELEMETRY, cpu_seconds=[0.0, 5.0, 10.0], peak_resident_bytes=2**31, energy_joules=[0.0, 40.0, 80.0])
    found = _of((TELEMETRY, NOISE), (busier, dict(NOISE, context_switches_voluntary=300, steal_share=0.03)))
    assert found.mean_cores == pytest.approx((1.5 + 2.5) / 2)
    assert found.peak_memory_bytes == 2**31 and found.energy_joules == pytest.approx(100)
    assert found.sampler_share == pytest.approx(0.1 / 20)
    assert found.context_switches == pytest.approx((120 + 320) / 2)
    assert (found.steal_share, found.other_load_share) == (0.03, 0.2)
    assert found.is_sampled and found.is_watched


def test_what_is_unknown_of_a_trial_is_left_out_and_never_zero():
    dark = dict(TELEMETRY, energy_joules=None, cpu_seconds=None, sampler_cpu_seconds=None)
    assert _of((TELEMETRY, NOISE), (dark, dict(NOISE, context_switches_involuntary=None))) == _of((TELEMETRY, NOISE))
    found = _of((dark, {}))
    assert (found.energy_joules, found.mean_cores, found.sampler_share) == (None, None, None)
    assert found.is_sampled and not found.is_watched and found.steal_share is None


def test_an_old_record_tells_nothing():
    found = resources.of_cell(Cell.of([records.make()]))
    assert found == resources.Resources(False, None, None, None, None, False, None, None, None)
