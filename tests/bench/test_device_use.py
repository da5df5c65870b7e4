"""What the device of a cell took, from samples that are worked out by hand."""

import pytest

from bench import assemble, device_use
from bench.cells import Cell, group
from bench.outcome import Outcome
from bench.step_log import Step
from reports import trial_tables
from tests.bench import records

#: 100 W until second 10, 200 W from second 11 on; the timed steps begin at second 12 and the last one at second 16.
TELEMETRY = {
    "interval_seconds": 1.0,
    "seconds": [float(second) for second in range(21)],
    "device_power_watts": [100.0] * 11 + [200.0] * 10,
    "device_memory_bytes": [2**30] * 5 + [3 * 2**30] * 16,
    "device_temperature_celsius": [40.0] * 20 + [61.0],
    "timed_span_seconds": [12.0, 16.0],
    "timed_span_steps": 40,
    "faults": [],
    "device": {"tool": "npu-smi", "utilisation_percent_most": 37.0},
}


def _used(**changes):
    return device_use.of_cell(Cell.of([records.make("a", telemetry=dict(TELEMETRY, **changes))]))


def test_power_and_energy_of_a_window_are_those_of_the_timed_steps():
    used = _used()
    assert used.power_watts == pytest.approx(200)
    batch = records.make()["job"]["workload"]["training"]["batch_size"]
    assert used.joules_per_window == pytest.approx(200 * 4 / (40 * batch))
    assert used.energy_joules == pytest.approx(10 * 100 + 150 + 9 * 200)
    assert (used.memory_bytes, used.temperature_celsius, used.utilisation_percent) == (3 * 2**30, 61.0, 37.0)
    assert used.interval_seconds == pytest.approx(1.0)


def test_what_is_not_known_is_none_and_never_zero():
    assert _used(timed_span_steps=0).joules_per_window is None
    dark = _used(device_power_watts=[None] * 21, device_memory_bytes=None, timed_span_seconds=None)
    assert (dark.power_watts, dark.energy_joules, dark.joules_per_window, dark.memory_bytes) == (None,) * 4


def test_the_mean_is_over_trials_and_the_most_over_all():
    other = dict(TELEMETRY, device_power_watts=[100.0] * 21, device_temperature_celsius=[70.0] * 21)
    made = [records.make("a", telemetry=TELEMETRY), records.make("b", telemetry=other)]
    used = device_use.of_cell(Cell.of(made))
    assert used.power_watts == pytest.approx(150) and used.temperature_celsius == 70.0


def test_without_a_watched_device_there_is_no_table_and_with_one_a_row_for_each_cell():
    assert trial_tables.device_tables(group([records.make("a")])) == []
    (table,) = trial_tables.device_tables(group([records.make("a", telemetry=TELEMETRY)]))
    assert table.rows[0][1:] == ("200.0 W", "2950 J", "0.2 J", "3.00 GiB", "61 °C", "37 %", "1 s")


def test_the_timed_steps_are_placed_on_the_axis_of_the_samples():
    steps = [Step(begin_ns=10**9 * second, seconds=0.5, loss=1.0, epoch=0, is_replay=False) for second in (5, 7, 9, 12)]
    ended = Outcome("failed", "why", 5, (), steps, (), "now", 1.0, telemetry={"began_clock_seconds": 4.0})
    document = assemble.finish(records.make(warmup=1), ended, {})
    assert document["telemetry"]["timed_span_seconds"] == [3.0, 8.0] and document["telemetry"]["timed_span_steps"] == 2
