import subprocess
import sys

import psutil
import pytest

from bench import disturbance
from bench.disturbance import Reading
from bench.environment.load import CpuTimes

BEFORE = Reading(CpuTimes(1000.0, 400.0, 2.0), 5.0, 20.0, 100, 10, 0.5)
#: 40 s of cores' time later: 10 s idle and 1 s stolen, so 29 s worked; we worked 1 s, our children 18 s.
AFTER = Reading(CpuTimes(1040.0, 410.0, 3.0), 6.0, 38.0, 160, 12, 1.5)


def test_other_load_is_what_neither_the_trial_nor_we_did():
    section = disturbance.between(BEFORE, AFTER, 18.0)
    assert section.pop("other_load_share") == pytest.approx(10 / 40)
    assert section == {
        "context_switches_voluntary": 60,
        "context_switches_involuntary": 2,
        "steal_share": 1 / 40,
        "load_before": 0.5,
        "load_after": 1.5,
    }


def test_the_trials_time_is_that_of_the_ended_children_unless_it_is_given():
    assert disturbance.between(BEFORE, AFTER) == disturbance.between(BEFORE, AFTER, 18.0)


@pytest.mark.parametrize("trial_cpu_seconds, share", [(100.0, 0.0), (0.0, 28 / 40)])
def test_other_load_is_never_negative(trial_cpu_seconds, share):
    assert disturbance.between(BEFORE, AFTER, trial_cpu_seconds)["other_load_share"] == pytest.approx(share)


def test_without_an_account_of_the_host_its_shares_are_unknown(monkeypatch):
    def refuse():
        raise FileNotFoundError("/proc/stat")

    monkeypatch.setattr(psutil, "cpu_times", refuse)
    before = disturbance.read()
    section = disturbance.between(before, disturbance.read())
    assert section["steal_share"] is None and section["other_load_share"] is None
    assert section["context_switches_voluntary"] == 0


def test_a_child_that_works_counts_as_the_trial_and_one_that_sleeps_switches():
    before = disturbance.read()
    code = "import time\nfor _ in range(20): time.sleep(0.001)\nwhile time.process_time() < 0.5: pass"
    subprocess.run([sys.executable, "-c", code], check=True)
    after = disturbance.read()
    assert after.children_cpu_seconds - before.children_cpu_seconds >= 0.5
    section = disturbance.between(before, after)
    assert section["context_switches_voluntary"] >= 20
    share = section["other_load_share"]
    assert share is None or 0 <= share < disturbance.between(before, after, 0.0)["other_load_share"]
