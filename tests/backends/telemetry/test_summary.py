import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.telemetry import summary


def columns(**known):
    return dict({"seconds": [0.0, 2.0, 4.0], "cpu_seconds": None, "energy_joules": None}, **known)


@pytest.mark.parametrize(
    "cpu_seconds, cores",
    [
        ([1.0, 3.0, 7.0], 1.5),  # 6 s of CPU in 4 s
        ([1.0, 3.0, None], 1.0),  # the process ended before the last sample
        ([1.0, None, None], None),
        (None, None),
        ([5.0, 5.0, 4.0], 0.0),  # a child that nobody waited for took its time along
    ],
)
def test_mean_cores_are_cpu_seconds_over_the_seconds_of_the_process(cpu_seconds, cores):
    assert summary.mean_cores(columns(cpu_seconds=cpu_seconds)) == cores


@pytest.mark.parametrize(
    "energy, joules",
    [
        ([0.0, 50.0, 120.0], 120.0),
        ([5.0, 50.0, 120.0], 115.0),
        ([0.0, 50.0, None], None),  # the counter failed: unknown, not 50 J
        ([None, 50.0, 120.0], None),
        ([0.0, 0.0, 0.0], 0.0),
        (None, None),
    ],
)
def test_energy_is_a_difference_over_the_whole_run_or_unknown(energy, joules):
    assert summary.energy_joules(columns(energy_joules=energy)) == joules


@pytest.mark.parametrize(
    "known, peak", [({"peak_resident_bytes": 10}, 10), ({"peak_resident_bytes": None}, None), ({}, None)]
)
def test_the_peak_is_what_was_seen_or_unknown(known, peak):
    assert summary.peak_memory_bytes(columns(**known)) == peak


def test_one_sample_makes_no_rate():
    assert summary.mean_cores({"seconds": [0.0], "cpu_seconds": [3.0]}) is None


def device_columns(seconds, interval=1.0, **others):
    return dict({"seconds": list(seconds), "interval_seconds": interval}, **others)


@given(
    st.floats(0.0, 1000.0),
    st.lists(st.floats(0.01, 4.9), min_size=2, max_size=30),
    st.floats(0.0, 1.0),
    st.floats(0.0, 1.0),
)
def test_constant_power_over_a_time_is_power_times_time(watts, steps, one, other):
    seconds = [0.0, *itertools.accumulate(steps)]
    columns = device_columns(seconds, device_power_watts=[watts] * len(seconds))
    assert summary.device_energy_joules(columns) == pytest.approx(watts * seconds[-1])
    assert summary.device_power_watts_mean(columns) == pytest.approx(watts)
    start, end = sorted((one * seconds[-1], other * seconds[-1]))
    in_window = summary.device_energy_joules(columns, (start, end))
    few = sum(start <= moment <= end for moment in seconds) < 3
    assert in_window is None if few else in_window == pytest.approx(watts * (end - start))


@given(st.floats(0.0, 5.0), st.floats(0.0, 500.0), st.integers(3, 40), st.data())
def test_energy_over_neighbouring_windows_adds_up(slope, offset, n, data):
    columns = device_columns(range(n), device_power_watts=[offset + slope * second for second in range(n)])
    middle = data.draw(st.integers(2, n - 1)) if n > 4 else n - 1
    whole = offset * (n - 1) + slope * (n - 1) ** 2 / 2  # the area below a straight line
    assert summary.device_energy_joules(columns) == pytest.approx(whole)
    parts = [summary.device_energy_joules(columns, window) for window in ((0, middle), (middle, n - 1))]
    assert None in parts or sum(parts) == pytest.approx(whole)


@pytest.mark.parametrize(
    "seconds, watts, joules",
    [
        ([0, 1, 2], [100, 100, 200], 250.0),
        ([0, 1, 2, 3], [100, None, 100, 100], 300.0),  # one unknown sample is a gap of two
        ([0, 1, 6.5, 7], [100] * 4, None),  # a gap of more than five intervals
        ([0, 1, 6, 7], [100] * 4, 700.0),
        ([0, 1, 2, 3, 4, 5, 6, 7, 8], [100] * 3 + [None] * 6, None),  # the source failed on the way
        ([0, 1, 2, 3], [100, 100, 100, None], 300.0),  # its last reading failed
        ([0, 1], [100, 100], None),
        ([], [], None),
        ([0, 1, 2], [None] * 3, None),
        ([0, 1, 2], None, None),
    ],
)
def test_energy_by_power_is_unknown_where_samples_are_few_or_far_apart(seconds, watts, joules):
    columns = device_columns(seconds, device_power_watts=watts)
    assert summary.device_energy_joules(columns) == joules
    assert (summary.device_power_watts_mean(columns) is None) == (joules is None)


def test_a_wider_interval_allows_wider_gaps():
    columns = device_columns([0, 1, 6.5, 7], interval=2.0, device_power_watts=[100] * 4)
    assert summary.device_energy_joules(columns) == pytest.approx(700.0)


@pytest.mark.parametrize(
    "counter, window, joules",
    [
        ([0, 50, 120, 130], None, 130.0),
        ([0, 50, 120, 130], (1, 2), 70.0),
        ([0, 50, 120, 130], (0.5, 2.5), 100.0),  # 125 J less 25 J
        ([None, 50, 120, 130], None, None),
        ([0, 50, 120, None], None, None),
        ([0, 50, 120, None], (0, 2), 120.0),
        ([0, 50, 10, 20], None, 20.0),
        ([0, 50, 10, 20], (1, 2), None),  # it began anew
        ([0, 50, 120, 130], (-1, 2), None),
    ],
)
def test_energy_is_the_difference_of_the_counter_where_there_is_one(counter, window, joules):
    columns = device_columns([0, 1, 2, 3], device_energy_joules=counter, device_power_watts=[1000.0] * 4)
    assert summary.device_energy_joules(columns, window) == joules


def test_a_window_in_the_time_before_or_after_all_samples_is_unknown():
    columns = device_columns([0, 1, 2], device_power_watts=[100] * 3, device_memory_bytes=[1, 2, 3])
    for window in ((-20, -10), (10, 20), (-20, 2), (0, 20)):
        assert summary.device_energy_joules(columns, window) is None
    assert summary.device_energy_joules(columns, (0, 4)) == 400.0  # its last value goes on for some intervals
    assert summary.device_memory_bytes_peak(columns, (10, 20)) is None


@pytest.mark.parametrize("window, memory, celsius", [(None, 30, 52.5), ((0, 1), 20, 41), ((2, 3), 30, 52.5)])
def test_the_most_is_that_of_the_samples_in_the_window(window, memory, celsius):
    columns = device_columns(
        [0, 1, 2, 3], device_memory_bytes=[10, 20, 30, None], device_temperature_celsius=[40, 41, None, 52.5]
    )
    assert summary.device_memory_bytes_peak(columns, window) == memory
    assert summary.device_temperature_celsius_most(columns, window) == celsius


@pytest.mark.parametrize("values", [None, [None, None]])
def test_what_no_sample_knows_is_unknown_and_not_zero(values):
    columns = device_columns([0, 1], device_memory_bytes=values, device_temperature_celsius=values)
    assert summary.device_memory_bytes_peak(columns) is summary.device_temperature_celsius_most(columns) is None
