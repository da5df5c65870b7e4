import itertools
import json
import subprocess
import sys
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.telemetry import summary
from backends.telemetry.host import host_sources
from backends.telemetry.sampler import LARGEST_COST_SHARE, Rows, Sampler, pause_seconds
from backends.telemetry.source import Source


class Given(Source):
    """Gives one value after the other; an exception among them is raised. `asked` is set from the n-th reading on."""

    def __init__(self, *values, column="cpu_seconds", name="given source", n=1):
        self._values = itertools.chain(values, itertools.repeat(values[-1]))
        self.columns, self.name = (column,), name
        self._readings, self._n = 0, n
        self.asked = threading.Event()

    def read(self):
        value = next(self._values)
        self._readings += 1
        if self._readings >= self._n:
            self.asked.set()
        if isinstance(value, Exception):
            raise value
        return {self.columns[0]: value}


class Hanging(Source):
    name = "hanging source"
    columns = ("power_watts",)

    def __init__(self):
        self.asked, self.freed = threading.Event(), threading.Event()

    def read(self):
        self.asked.set()
        self.freed.wait()
        return {}


class Patient(Hanging):
    patience_seconds = 0.3


def test_the_columns_hold_what_was_read_at_the_times_at_which_it_was_read():
    source = Given(1.0, None, 4.0, n=3)
    sampler = Sampler([source], 0.001, clock=itertools.count(100.0, 2.5).__next__)
    sampler.start()
    source.asked.wait()
    columns = sampler.stop()
    assert columns["seconds"][:2] == [2.5, 7.5] and columns["cpu_seconds"][:2] == [
        1.0,
        4.0,
    ]  # the unknown row is left out
    assert columns["faults"] == [] and columns["interval_seconds"] == 0.001
    assert columns["energy_joules"] is columns["resident_bytes"] is columns["peak_resident_bytes"] is None
    assert json.loads(json.dumps(columns, allow_nan=False)) == columns


def test_a_stop_takes_a_last_sample_however_long_the_interval_is():
    source = Given(1.0, 2.0)
    sampler = Sampler([source], 1e6)
    sampler.start()
    source.asked.wait()
    columns = sampler.stop(patience_seconds=60)
    assert columns["cpu_seconds"] == [1.0, 2.0]


def test_the_first_sample_can_be_waited_for_and_the_next_be_had_at_once():
    source = Given(1.0, 2.0, n=2)
    sampler = Sampler([source], 1e6)
    sampler.start()
    sampler.await_first_sample()
    assert not source.asked.is_set()
    sampler.sample_now()
    assert source.asked.wait(60)
    assert sampler.stop(patience_seconds=60)["cpu_seconds"][:2] == [1.0, 2.0]


def test_a_source_that_hangs_does_not_hold_up_the_beginning():
    hanging = Patient()
    sampler = Sampler([hanging], 0.001)
    sampler.start()
    start = time.perf_counter()
    sampler.await_first_sample()
    assert 0.3 <= time.perf_counter() - start < 60
    hanging.freed.set()
    sampler.stop()


def test_a_source_that_raises_is_told_in_a_sentence_and_dropped_and_the_others_go_on():
    good, bad = Given(1.0, 2.0, 3.0, n=3), Given(5.0, OSError("no\nsuch card"), column="power_watts", name="card")
    sampler = Sampler([bad, good], 0.001)
    sampler.start()
    good.asked.wait()
    columns = sampler.stop()
    assert columns["cpu_seconds"][:3] == [1.0, 2.0, 3.0]
    assert columns["power_watts"][0] == 5.0 and set(columns["power_watts"][1:]) == {None}
    (fault,) = columns["faults"]
    assert "card could not be read" in fault and "(no such card)" in fault


def test_a_source_that_hangs_does_not_hold_up_the_end_and_is_named():
    good, hanging = Given(1.0), Hanging()
    sampler = Sampler([good, hanging], 0.001)
    sampler.start()
    hanging.asked.wait()
    columns = sampler.stop(patience_seconds=0.05)  # returns although nobody has freed the source
    assert not hanging.freed.is_set()
    assert columns["faults"] == ["The hanging source did not answer; sampling ended there."]
    assert columns["power_watts"] is None
    hanging.freed.set()


def test_the_end_waits_as_long_as_the_most_patient_source_that_still_works():
    hanging, failed = Patient(), Given(OSError("gone"))
    failed.patience_seconds = 600.0
    sampler = Sampler([failed, hanging], 0.001)
    sampler.start()
    hanging.asked.wait()
    start = time.perf_counter()
    sampler.stop()
    assert 0.3 <= time.perf_counter() - start < 60
    hanging.freed.set()


class Watching(Given):
    def __init__(self, **seen):
        super().__init__(1.0)
        self._seen = seen

    def observation(self):
        return self._seen


def test_what_was_seen_of_the_device_is_merged_and_none_where_no_source_watches_one():
    assert Sampler([Given(1.0)]).stop()["device"] is None
    document = Sampler([Given(1.0), Watching(name="card", health=None), Watching(driver="1")]).stop()
    assert document["device"] == {"name": "card", "health": None, "driver": "1"}


def test_a_sampler_that_was_never_started_has_nothing():
    assert Sampler([]).stop()["seconds"] == []


@given(st.integers(0, 500), st.integers(2, 20))
def test_rows_are_bounded_evenly_spaced_and_end_with_the_last(n, capacity):
    rows = Rows(capacity)
    for number in range(n):
        rows.add({"seconds": number})
    kept = [row["seconds"] for row in rows.all()]
    assert len(kept) <= capacity + 1
    last = [n - 1] if n and (n - 1) % rows.stride else []
    assert kept == list(range(0, n, rows.stride)) + last
    assert len(kept) == n or len(kept) > capacity // 2


@pytest.mark.parametrize("cost, pause", [(0.0, 1.0), (0.01, 1.0), (0.05, 5.0)])
def test_a_costly_sample_is_followed_by_a_longer_pause(cost, pause):
    assert pause_seconds(1.0, cost) == pytest.approx(pause)


def test_a_real_process_is_sampled_at_a_small_and_measured_cost():
    code = "import time, sys\nx = bytearray(32 << 20)\nt = time.time()\nwhile time.time() < t + 2.0: pass\n"
    process = subprocess.Popen([sys.executable, "-c", code])
    sampler = Sampler(host_sources(lambda: process.pid), 0.05)
    sampler.start()
    process.wait()
    columns = sampler.stop()
    elapsed = columns["seconds"][-1]
    # The first and the last sample are taken whatever they cost; between them the pauses hold the share.
    assert 0 < columns["sampler_cpu_seconds"] < 20 * LARGEST_COST_SHARE * elapsed
    assert columns["cpu_seconds"] == sorted(columns["cpu_seconds"])
    assert 0 < summary.mean_cores(columns) <= 1.2
    assert summary.peak_memory_bytes(columns) >= 32 << 20
