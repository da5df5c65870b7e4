import os
import subprocess
import sys
import time

import psutil
import pytest

from backends.telemetry import host
from backends.telemetry.host import PackageEnergy, ProcessTree

#: The kernel tells user and system time in whole ticks, each rounded down.
TICKS_SECONDS = 2 / os.sysconf("SC_CLK_TCK")


def child(code):
    return subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def wait_for_word(process):
    assert process.stdout.readline().strip() == b"ready"


def end(process):
    process.stdin.close()
    process.stdout.close()
    process.wait()


def test_a_process_is_seen_with_its_time_and_its_memory():
    code = "import sys, time\nx = bytearray(64 << 20)\nwhile time.process_time() < 0.3: pass\n"
    process = child(code + "print('ready', flush=True); sys.stdin.read()")
    tree = ProcessTree(lambda: process.pid)
    wait_for_word(process)
    found = tree.read()
    end(process)
    assert 0.3 - TICKS_SECONDS <= found["cpu_seconds"] < 10
    assert 64 << 20 <= found["resident_bytes"] <= tree.totals()["peak_resident_bytes"]


def test_the_time_of_children_counts_while_they_run_and_when_they_have_ended():
    burn = "import time\nwhile time.process_time() < 0.3: pass\n"
    code = (
        "import subprocess, sys\n"
        "inner = subprocess.Popen([sys.executable, '-c', %r], stdin=subprocess.PIPE)\n"
        "input(); inner.communicate(); print('ready', flush=True); sys.stdin.read()"
    ) % (burn + "import sys; sys.stdin.read()")
    process = child(code)
    tree = ProcessTree(lambda: process.pid)
    while len(psutil.Process(process.pid).children()) == 0 or tree.read()["cpu_seconds"] < 0.25:
        time.sleep(0.01)
    running = tree.read()
    process.stdin.write(b"\n")
    process.stdin.flush()
    wait_for_word(process)
    ended = tree.read()
    end(process)
    assert ended["cpu_seconds"] >= 0.3 - TICKS_SECONDS
    assert ended["resident_bytes"] < running["resident_bytes"]


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="the kernel keeps no high-water mark to read")
def test_a_peak_between_two_samples_is_seen():
    process = child("import sys; x = bytearray(64 << 20); del x; print('ready', flush=True); sys.stdin.read()")
    wait_for_word(process)
    tree = ProcessTree(lambda: process.pid)
    found = tree.read()
    end(process)
    assert found["resident_bytes"] < 64 << 20 <= tree.totals()["peak_resident_bytes"]


def test_a_process_that_vanished_is_unknown_and_no_fault():
    process = child("print('ready', flush=True)")
    tree = ProcessTree(lambda: process.pid)
    wait_for_word(process)
    end(process)
    assert tree.read() == {} and ProcessTree(lambda: process.pid).read() == {}
    assert tree.totals() == {"peak_resident_bytes": None}


def test_an_ended_process_that_nobody_waited_for_has_a_time_and_no_memory():
    process = child("import time\nwhile time.process_time() < 0.1: pass")
    tree = ProcessTree(lambda: process.pid)
    assert process.stdout.read() == b""
    while psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    found = tree.read()
    end(process)
    assert found.get("resident_bytes") is None and found.get("cpu_seconds", 0.1) >= 0.1 - TICKS_SECONDS


def test_the_high_water_mark_is_read_in_bytes():
    assert host.peak_resident_bytes("Name:\tpython\nVmPeak:\t    9000 kB\nVmHWM:\t    2080 kB\n") == 2080 * 1024
    assert host.peak_resident_bytes("Name:\tkthreadd\n") is None


@pytest.fixture
def powercap(tmp_path):
    """Call it with {zone: (name, microjoules, range)}; again to let time pass."""

    def put(zones):
        for zone, (name, energy, largest) in zones.items():
            folder = tmp_path / zone
            folder.mkdir(exist_ok=True)
            for file, value in (("name", name), ("energy_uj", energy), ("max_energy_range_uj", largest)):
                (folder / file).write_text("%s\n" % value)
        return str(tmp_path)

    return put


def test_only_whole_packages_are_added_up(powercap):
    zones = {
        "intel-rapl": ("control", 1, 1),
        "intel-rapl:0": ("package-0", 1000000, 262143328850),
        "intel-rapl:0:0": ("core", 500000, 262143328850),
        "intel-rapl:1": ("package-1", 2000000, 262143328850),
        "intel-rapl:2": ("psys", 7000000, 262143328850),
        "intel-rapl-mmio:0": ("package-0", 1000000, 262143328850),
    }
    energy = PackageEnergy(powercap(zones))
    assert energy.read() == {"energy_joules": 0.0}
    powercap({
        "intel-rapl:0": ("package-0", 4000000, 262143328850),
        "intel-rapl:0:0": ("core", 900000, 262143328850),
        "intel-rapl:1": ("package-1", 2500000, 262143328850),
        "intel-rapl:2": ("psys", 17000000, 262143328850),
    })  # fmt: skip
    assert energy.read() == {"energy_joules": 3.5}


def test_a_counter_that_goes_round_goes_on(powercap):
    energy = PackageEnergy(powercap({"intel-rapl:0": ("package-0", 65000000000, 65532610987)}))
    energy.read()
    for microjoules, joules in ((100000000, 632.610987), (200000000, 732.610987), (50000000, 66115.221974)):
        powercap({"intel-rapl:0": ("package-0", microjoules, 65532610987)})
        assert energy.read()["energy_joules"] == pytest.approx(joules)


def test_a_host_without_counters_has_none(tmp_path):
    assert not PackageEnergy(str(tmp_path)).is_there and not PackageEnergy(str(tmp_path / "nowhere")).is_there
    assert PackageEnergy(str(tmp_path)).read() == {"energy_joules": None}


def test_one_unreadable_counter_makes_the_energy_unknown_and_not_smaller(powercap):
    folder = powercap({"intel-rapl:0": ("package-0", 5, 10), "intel-rapl:1": ("package-1", 5, 10)})
    energy = PackageEnergy(folder)
    os.unlink(os.path.join(folder, "intel-rapl:1", "energy_uj"))
    assert energy.is_there
    with pytest.raises(OSError, match="energy_uj"):
        energy.read()


@pytest.mark.parametrize(
    "name, sources", [("package-0", ["process tree", "package energy"]), ("dram", ["process tree"])]
)
def test_energy_is_asked_for_only_where_the_kernel_shows_it(powercap, name, sources):
    folder = powercap({"intel-rapl:0": (name, 5, 10)})
    assert [source.name for source in host.host_sources(os.getpid, folder)] == sources
