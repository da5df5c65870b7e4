from dataclasses import replace

import pytest

from backends.protocol import Probe
from bench import doctor
from bench.clock import ClockQuality
from bench.doctor import FAIL, PASS, UNKNOWN, WARN, Facts, Place
from bench.environment.load import Shares

MIB, GIB = 2**20, 2**30

#: A bare machine on which there is nothing to say.
GOOD = Facts(
    identity={
        "cores_usable": 8,
        "cores_logical": 8,
        "is_smt_on": False,
        "cpu_quota": None,
        "cpu_quota_us": None,
        "cpu_period_us": None,
        "cgroup_version": 2,
        "is_virtual": False,
        "memory_bytes": 32 * GIB,
    },
    volatile={
        "cores_allowed_count": 8,
        "load_average": [0.1, 0.2, 0.3],
        "cpu_governor": "performance",
        "cpu_frequency_lower_limit_mhz": 800.0,
        "cpu_frequency_upper_limit_mhz": 3600.0,
        "is_turbo_on": False,
        "clocksource": "tsc",
        "memory_available_bytes": 16 * GIB,
        "swap_used_bytes": 0,
    },
    shares=Shares(0.01, 0.0),
    clock=ClockQuality("perf_counter_ns", 40, 60.0),
    place=Place("/results", None, 100 * GIB, 10**6),
    package_folders=["/harbench"],
    shared_memory_bytes=16 * GIB,
    probe=Probe(True, "The CPU backend is ready."),
)


def with_facts(**changes):
    """The good host with a few facts changed; a name of identity or volatile changes that one entry."""
    facts = GOOD
    for name, value in changes.items():
        if name in GOOD.identity:
            facts = replace(facts, identity=dict(facts.identity, **{name: value}))
        elif name in GOOD.volatile:
            facts = replace(facts, volatile=dict(facts.volatile, **{name: value}))
        else:
            facts = replace(facts, **{name: value})
    return facts


def found(check, facts):
    (finding,) = [finding for finding in doctor.examine(facts) if finding.check == check]
    return finding


def test_a_good_host_passes_every_check_and_needs_no_remedy():
    findings = doctor.examine(GOOD)
    assert {finding.state for finding in findings} == {PASS} and {finding.remedy for finding in findings} == {None}
    assert len({finding.check for finding in findings}) == len(findings)


def quota(quota_us):
    return {"cpu_quota": quota_us / 100000, "cpu_quota_us": quota_us, "cpu_period_us": 100000}


@pytest.mark.parametrize(
    "check, changes, state, word",
    [
        ("packages", {"package_folders": ["/a", "/b"]}, FAIL, "/a, /b"),
        ("backend", {"probe": Probe(False, "This host shows no NVIDIA GPU.")}, FAIL, "no NVIDIA GPU"),
        ("cores", {"cores_usable": 1}, WARN, "1 of 8"),
        ("cores", {"is_smt_on": True}, PASS, "two threads"),
        ("cores", {"cores_logical": None}, PASS, "unknown number"),
        ("quota", quota(250000), WARN, "2.5 cores"),
        ("quota", quota(399000), WARN, "399000 of each 100000 us"),
        ("quota", quota(50000), FAIL, "0.5 cores"),
        ("quota", quota(800000), PASS, "cannot exceed"),
        ("quota", dict(quota(400000), cores_allowed_count=None), WARN, "4 cores"),
        ("quota", {"cgroup_version": None}, UNKNOWN, "no control groups"),
        ("busy", {"shares": Shares(0.1, 0.0)}, PASS, "10 %"),
        ("busy", {"shares": Shares(0.3, 0.0)}, WARN, "30 %"),
        ("busy", {"shares": Shares(0.9, 0.0)}, FAIL, "90 %"),
        ("busy", {"shares": Shares(None, None)}, UNKNOWN, "does not say"),
        ("load", {"load_average": [2.1, 0.0, 0.0]}, WARN, "2.10"),
        ("load", {"load_average": [2.0, 9.0, 9.0]}, PASS, "2.00"),
        ("load", {"load_average": None}, UNKNOWN, "load"),
        ("steal", {"is_virtual": True}, PASS, "virtual machine"),
        ("steal", {"is_virtual": True, "shares": Shares(0.0, 0.02)}, WARN, "2.0 %"),
        ("steal", {"is_virtual": None, "shares": Shares(0.0, 0.02)}, WARN, "2.0 %"),
        ("steal", {"is_virtual": None}, UNKNOWN, "cannot be seen"),
        ("steal", {"is_virtual": True, "shares": Shares(0.0, None)}, UNKNOWN, "cannot be seen"),
        ("governor", {"cpu_governor": "powersave"}, WARN, "powersave, between 800 and 3600 MHz"),
        ("governor", {"cpu_governor": "performance, powersave"}, WARN, "performance, powersave"),
        ("governor", {"cpu_governor": "schedutil", "cpu_frequency_lower_limit_mhz": 3600.0}, PASS, "locked at 3600"),
        (
            "governor",
            {"cpu_governor": "ondemand", "cpu_frequency_lower_limit_mhz": None, "cpu_frequency_upper_limit_mhz": None},
            WARN,
            "ondemand.",
        ),
        ("governor", {"cpu_governor": None}, UNKNOWN, "virtual machines"),
        ("turbo", {"is_turbo_on": True}, WARN, "on"),
        ("turbo", {"is_turbo_on": None}, UNKNOWN, "does not say"),
        ("clock", {"clock": ClockQuality("x", 1000, 1000.0)}, PASS, "1000 ns"),
        ("clock", {"clock": ClockQuality("x", 40, 1500.0)}, WARN, "1500 ns"),
        ("clock", {"clock": ClockQuality("x", 10000, 60.0)}, WARN, "10000 ns"),
        ("clock", {"clock": ClockQuality("x", 15600000, 60.0)}, FAIL, "15600000 ns"),
        ("clock", {"clock": ClockQuality("x", 0, 0.0)}, FAIL, "0 ns"),  # it never moved
        ("clocksource", {"clocksource": "kvm-clock"}, PASS, "kvm-clock"),
        ("clocksource", {"clocksource": "arch_sys_counter"}, PASS, "arch_sys_counter"),
        ("clocksource", {"clocksource": "hpet"}, WARN, "hpet"),
        ("clocksource", {"clocksource": None}, UNKNOWN, "does not say"),
        ("memory", {"memory_available_bytes": 3 * GIB}, WARN, "3.0 GiB"),
        ("memory", {"memory_available_bytes": GIB}, FAIL, "1.0 GiB"),
        ("swap", {"swap_used_bytes": GIB}, WARN, "1.0 GiB"),
        ("swap", {"swap_used_bytes": MIB}, PASS, "Next to nothing"),
        ("swap", {"swap_used_bytes": None}, UNKNOWN, "does not tell"),
        ("shared-memory", {"shared_memory_bytes": 64 * MIB}, WARN, "64 MiB"),
        ("shared-memory", {"shared_memory_bytes": None}, UNKNOWN, "/dev/shm"),
        ("results", {"place": Place("/r", "Permission denied", GIB, 9)}, FAIL, "Permission denied"),
        ("results", {"place": Place("/r", None, 500 * MIB, 10**6)}, WARN, "0.5 GiB"),
        ("results", {"place": Place("/r", None, MIB, 10**6)}, FAIL, "0.0 GiB"),
        ("results", {"place": Place("/r", None, GIB, 3)}, FAIL, "3 inodes"),
        ("results", {"place": Place("/r", None, GIB, None)}, PASS, "1.0 GiB"),
        ("results", {"place": Place("/r", None, None, None)}, UNKNOWN, "free space"),
    ],
)
def test_each_check_says_what_its_facts_show(check, changes, state, word):
    finding = found(check, with_facts(**changes))
    assert finding.state == state
    assert word in finding.sentence and finding.sentence.endswith(".") and "\n" not in finding.sentence


@pytest.mark.parametrize("state", [WARN, FAIL])
def test_what_is_not_well_has_a_next_step(state):
    facts = with_facts(
        package_folders=["/a", "/b"], cores_usable=1, cpu_governor="powersave", is_turbo_on=True, clocksource="hpet",
        clock=ClockQuality("x", 10000, 60.0), swap_used_bytes=GIB, shared_memory_bytes=MIB, load_average=[8.0] * 3,
        memory_available_bytes=3 * GIB, shares=Shares(0.9, 0.5), place=Place("/r", None, MIB, None), **quota(150000),
    )  # fmt: skip
    bad = [finding for finding in doctor.examine(facts) if finding.state == state]
    assert bad and all(finding.remedy and finding.remedy.endswith(".") for finding in bad)


def test_a_record_keeps_check_state_and_finding():
    kept = doctor.findings_for_record(doctor.examine(with_facts(is_turbo_on=True)))
    assert {"check": "packages", "state": "PASS", "finding": "harbench's packages come from one folder."} in kept
    assert [entry["check"] for entry in kept if entry["state"] != PASS] == ["turbo"]
    assert all(set(entry) == {"check", "state", "finding"} for entry in kept)
