from collections import namedtuple

import psutil
import pytest

from bench.environment import load
from bench.environment.load import CpuTimes, Shares


@pytest.mark.parametrize(
    "before, after, shares",
    [
        (CpuTimes(100, 50, 1), CpuTimes(110, 56, 2), Shares(0.3, 0.1)),  # of 10 s: 6 idle, 1 stolen, 3 worked
        (CpuTimes(100, 50, None), CpuTimes(110, 56, None), Shares(0.4, None)),
        (CpuTimes(100, 50, 0), CpuTimes(110, 49, 0), Shares(1.0, 0.0)),  # the idle account went back
        (CpuTimes(100, 50, 0), CpuTimes(110, 61, 0), Shares(0.0, 0.0)),
        (CpuTimes(100, 50, 0), CpuTimes(100, 50, 0), Shares(None, None)),
        (None, CpuTimes(100, 50, 0), Shares(None, None)),
        (CpuTimes(100, 50, 0), None, Shares(None, None)),
    ],
)
def test_shares_are_of_all_the_cores_time(before, after, shares):
    found = load.shares_between(before, after)
    assert found == pytest.approx(shares)


def test_guests_are_not_counted_twice_and_waiting_is_idle(monkeypatch):
    kernel = namedtuple("kernel", "user nice system idle iowait irq softirq steal guest guest_nice")
    monkeypatch.setattr(psutil, "cpu_times", lambda: kernel(40.0, 2.0, 5.0, 30.0, 4.0, 1.0, 1.0, 3.0, 20.0, 1.0))
    assert load.cpu_times() == CpuTimes(total=86.0, idle=34.0, steal=3.0)


def test_a_system_without_steal_has_an_unknown_one(monkeypatch):
    kernel = namedtuple("kernel", "user nice system idle")
    monkeypatch.setattr(psutil, "cpu_times", lambda: kernel(40.0, 2.0, 5.0, 30.0))
    assert load.cpu_times() == CpuTimes(total=77.0, idle=30.0, steal=None)


def test_without_an_account_nothing_is_known(monkeypatch):
    def refuse():
        raise FileNotFoundError("/proc/stat")

    monkeypatch.setattr(psutil, "cpu_times", refuse)
    assert load.cpu_times() is None and load.busy_share(0.0) is None


def test_time_that_others_stole_is_no_work_of_this_host(monkeypatch):
    times = iter([CpuTimes(100.0, 40.0, 1.0), CpuTimes(200.0, 90.0, 31.0)])
    monkeypatch.setattr(load, "cpu_times", lambda: next(times))
    assert load.busy_share(0.0) == pytest.approx(0.2)


def test_this_host_says_how_busy_it_is():
    share = load.busy_share(0.1)
    assert share is None or 0 <= share <= 1
