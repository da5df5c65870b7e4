import pytest

from backends.telemetry import summary


def columns(**given):
    return dict({"seconds": [0.0, 2.0, 4.0], "cpu_seconds": None, "energy_joules": None}, **given)


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
    "given, peak", [({"peak_resident_bytes": 10}, 10), ({"peak_resident_bytes": None}, None), ({}, None)]
)
def test_the_peak_is_what_was_seen_or_unknown(given, peak):
    assert summary.peak_memory_bytes(columns(**given)) == peak


def test_one_sample_makes_no_rate():
    assert summary.mean_cores({"seconds": [0.0], "cpu_seconds": [3.0]}) is None
