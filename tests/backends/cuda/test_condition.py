from dataclasses import replace

import pytest

from backends import registry
from backends.cuda import condition
from backends.cuda.facts import GpuFacts
from backends.findings import FAIL, PASS, UNKNOWN, WARN

_MIB = 2**20
#: A GPU of which there is nothing to say.
GOOD = GpuFacts(
    name="Some GPU",
    forbidden_nodes=[],
    processes=0,
    memory_used_bytes=3 * _MIB,
    utilisation_percent=0,
    is_display_active=False,
    throttle_reasons=[],
    is_clock_set=True,
    application_clock_mhz=1200,
    default_clock_mhz=1200,
    power_limit_watts=300.0,
    power_default_watts=300.0,
    temperature_celsius=35,
    slowdown_celsius=90,
    is_persistent=True,
    is_mig=False,
    ecc_uncorrected=0,
    ecc_corrected=0,
)


def _found(check, **changes):
    (finding,) = [finding for finding in condition.judge(replace(GOOD, **changes)) if finding.check == check]
    return finding


def test_a_good_gpu_passes_every_check_and_needs_no_remedy():
    findings = condition.judge(GOOD)
    assert {finding.state for finding in findings} == {PASS} and {finding.remedy for finding in findings} == {None}
    assert len({finding.check for finding in findings}) == len(findings) == 10


@pytest.mark.parametrize(
    "check, changes, state, word",
    [
        ("gpu-access", {"forbidden_nodes": ["/dev/nvidia0"]}, FAIL, "/dev/nvidia0"),
        ("gpu-idle", {"processes": 2}, WARN, "2 processes"),
        ("gpu-idle", {"memory_used_bytes": 4096 * _MIB}, WARN, "4096 MiB"),
        ("gpu-idle", {"utilisation_percent": 97}, WARN, "97 %"),
        ("gpu-idle", {"processes": None}, PASS, "3 MiB"),
        ("gpu-idle", {"processes": None, "memory_used_bytes": None, "utilisation_percent": None}, UNKNOWN, "cannot"),
        ("gpu-display", {"is_display_active": True}, WARN, "display"),
        ("gpu-display", {"is_display_active": None}, UNKNOWN, "cannot"),
        ("gpu-ecc", {"ecc_uncorrected": 3}, FAIL, "3 uncorrected"),
        ("gpu-ecc", {"ecc_corrected": 7}, WARN, "7 corrected"),
        ("gpu-ecc", {"ecc_uncorrected": None, "ecc_corrected": None}, UNKNOWN, "ECC is off"),
        ("gpu-persistence", {"is_persistent": False}, WARN, "off"),
        ("gpu-persistence", {"is_persistent": None}, UNKNOWN, "cannot"),
        ("gpu-clocks", {"is_clock_set": False}, WARN, "locked"),
        ("gpu-clocks", {"is_clock_set": None}, UNKNOWN, "locked"),
        ("gpu-clocks", {"is_clock_set": None, "application_clock_mhz": 900}, PASS, "900 MHz instead of 1200"),
        ("gpu-power-limit", {"power_limit_watts": 250.0}, WARN, "250 W, below the default of 300"),
        ("gpu-power-limit", {"power_limit_watts": 350.0}, PASS, "350 W"),
        ("gpu-power-limit", {"power_limit_watts": None}, UNKNOWN, "power limit"),
        ("gpu-throttling", {"throttle_reasons": ["sw_power_cap", "hw_slowdown"]}, WARN, "sw_power_cap, hw_slowdown"),
        ("gpu-throttling", {"throttle_reasons": None}, UNKNOWN, "does not tell"),
        ("gpu-temperature", {"temperature_celsius": 80}, WARN, "80 C and slows down at 90"),
        ("gpu-temperature", {"slowdown_celsius": None}, UNKNOWN, "now 35 C"),
        ("gpu-temperature", {"temperature_celsius": None}, UNKNOWN, "does not tell"),
        ("gpu-mig", {"is_mig": True}, WARN, "MIG is on"),
        ("gpu-mig", {"is_mig": None}, PASS, "has none"),
    ],
)
def test_each_condition_is_judged_by_itself(check, changes, state, word):
    finding = _found(check, **changes)
    assert finding.state == state and word in finding.sentence and finding.sentence.endswith(".")
    assert finding.remedy is None or finding.remedy.endswith(".")
    assert state in (PASS, UNKNOWN) or finding.remedy
    others = [each for each in condition.judge(replace(GOOD, **changes)) if each.check != check]
    assert {each.state for each in others} == {PASS}


def test_a_gpu_that_could_not_be_asked_is_unknown_once_and_never_fine():
    (finding,) = condition.judge(GpuFacts(error="the Python package nvidia-ml-py is missing"))
    assert finding.state == UNKNOWN and "nvidia-ml-py" in finding.sentence


def test_a_gpu_of_which_nothing_is_known_passes_nothing_but_what_has_no_question():
    findings = condition.judge(GpuFacts(name="Some GPU"))
    assert {finding.check for finding in findings if finding.state == PASS} == {"gpu-access", "gpu-mig"}


def test_the_backend_examines_the_gpu_that_would_be_used():
    findings = registry.create("gpu").examine(None, {"CUDA_VISIBLE_DEVICES": ""})
    assert "CUDA_VISIBLE_DEVICES hides every GPU" in findings[0].sentence
