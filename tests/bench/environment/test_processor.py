import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.environment import installation, processor

CPU = "/sys/devices/system/cpu"


def cpufreq(core, **files):
    return {"%s/cpu%d/cpufreq/%s" % (CPU, core, name): text for name, text in files.items()}


@pytest.mark.skipif(sys.platform == "darwin", reason="a Mac is asked by sysctl")
@pytest.mark.parametrize(
    "cpuinfo, model",
    [
        (
            "processor\t: 0\nmodel\t\t: 167\nmodel name\t: Intel(R) Xeon(R)\nprocessor\t: 1\nmodel name\t: B\n",
            "Intel(R) Xeon(R)",
        ),
        ("processor : 0\nCPU implementer\t: 0x48\nCPU part\t: 0xd01\n", "HiSilicon TaiShan-v110 (Kunpeng 920)"),
        ("processor : 0\nCPU implementer\t: 0x48\nCPU part\t: 0xfff\n", "implementer 0x48, part 0xfff"),
        ("processor : 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd08\nHardware\t: BCM2835\n", "BCM2835"),
        ("processor\t: 0\ncpu\t\t: POWER9, altivec supported\n", "POWER9, altivec supported"),
        ("", None),
    ],
)
def test_the_model_is_what_the_processor_calls_itself(host, cpuinfo, model):
    host({"/proc/cpuinfo": cpuinfo})
    assert processor.model() == model


@pytest.mark.parametrize("cores, text", [([], ""), ([3], "3"), ([0, 1, 2, 3, 8], "0-3,8"), ([0, 2, 4, 5], "0,2,4-5")])
def test_cores_are_listed_as_the_kernel_does(cores, text):
    assert processor.core_list(cores) == text


@given(st.sets(st.integers(0, 300)))
def test_a_list_of_cores_reads_back(cores):
    read = set()
    for part in processor.core_list(sorted(cores)).split(",") if cores else []:
        first, _, last = part.partition("-")
        read |= set(range(int(first), int(last or first) + 1))
    assert read == cores


def test_governor_and_frequencies_are_those_of_the_allowed_cores(host):
    files = {}
    for core, now in enumerate(("800000", "3600000", "1000000")):
        files.update(
            cpufreq(core, scaling_cur_freq=now, scaling_min_freq="800000", scaling_max_freq="3600000",
                    scaling_governor="powersave" if core else "performance")
        )  # fmt: skip
    host(files, cores=(1, 2))
    assert processor.governor() == "powersave"
    assert processor.frequencies() == {
        "cpu_frequency_mhz": 2300.0,
        "cpu_frequency_lowest_mhz": 1000.0,
        "cpu_frequency_highest_mhz": 3600.0,
        "cpu_frequency_lower_limit_mhz": 800.0,
        "cpu_frequency_upper_limit_mhz": 3600.0,
    }
    host({}, cores=(0, 1, 2))
    assert processor.governor() == "performance, powersave"


def test_without_cpufreq_the_frequency_is_that_of_cpuinfo_and_has_no_limits(host):
    host({"/proc/cpuinfo": "processor: 0\ncpu MHz\t\t: 2500.000\nprocessor: 1\ncpu MHz\t\t: 2700.000\n"})
    found = processor.frequencies()
    assert found["cpu_frequency_mhz"] == 2600.0 and found["cpu_frequency_upper_limit_mhz"] is None


@pytest.mark.parametrize(
    "files, is_on",
    [
        ({CPU + "/intel_pstate/no_turbo": "0\n"}, True),
        ({CPU + "/intel_pstate/no_turbo": "1\n"}, False),
        ({CPU + "/cpufreq/boost": "1\n"}, True),
        ({CPU + "/cpufreq/boost": "0\n"}, False),
        ({}, None),
    ],
)
def test_turbo_is_on_off_or_unknown(host, files, is_on):
    host(files)
    assert processor.is_turbo_on() is is_on


@pytest.mark.parametrize("text, is_on", [("1", True), ("0", False), (None, None)])
def test_smt_is_on_off_or_unknown(host, text, is_on):
    host({} if text is None else {CPU + "/smt/active": text})
    assert processor.is_smt_on() is is_on


def test_each_memory_node_has_its_cores(host):
    folder = "/sys/devices/system/node/"
    host({folder + "node0/cpulist": "0-3\n", folder + "node1/cpulist": "4-7\n", folder + "possible": "0-1\n"})
    assert processor.numa_nodes() == {"0": "0-3", "1": "4-7"}


def test_a_host_without_sysfs_has_unknown_facts_and_no_invented_ones(host, monkeypatch):
    host({}, cores=None)
    monkeypatch.setattr(sys, "platform", "linux")
    found = dict(processor.identity(), **processor.volatile())
    known = {name: value for name, value in found.items() if value is not None}
    assert set(known) == {"machine", "cores_logical", "cores_usable"}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has an affinity to set")
def test_usable_cores_respect_the_affinity_of_this_process():
    code = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); "
    code += "from bench import environment; print(environment.usable_cores())"
    answer = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, check=True, cwd=installation.packages_root()
    )
    assert answer.stdout.strip() == b"1"
