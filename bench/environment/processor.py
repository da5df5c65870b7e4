"""The processor: what it is, which of its cores we may use, and how its clock is governed."""

import math
import os
import platform
import subprocess
import sys
from typing import Any, Dict, List, Optional, Tuple

from bench.environment import cgroup, system_files

_CPU = "/sys/devices/system/cpu"

#: ARM processors give numbers instead of a name (/proc/cpuinfo); names as in util-linux, sys-utils/lscpu-arm.c.
_ARM_MODELS = {
    ("0x41", "0xd08"): "ARM Cortex-A72",
    ("0x41", "0xd0c"): "ARM Neoverse-N1",
    ("0x41", "0xd40"): "ARM Neoverse-V1",
    ("0x41", "0xd49"): "ARM Neoverse-N2",
    ("0x41", "0xd4f"): "ARM Neoverse-V2",
    ("0x48", "0xd01"): "HiSilicon TaiShan-v110 (Kunpeng 920)",
    ("0x48", "0xd02"): "HiSilicon TaiShan-v120",
    ("0x70", "0x662"): "Phytium FTC662",
    ("0x70", "0x663"): "Phytium FTC663",
}


def cpuinfo() -> Dict[str, str]:
    """The first value of each field of /proc/cpuinfo."""
    fields: Dict[str, str] = {}
    for line in (system_files.read("/proc/cpuinfo") or "").splitlines():
        name, _, value = line.partition(":")
        fields.setdefault(name.strip(), value.strip())
    return fields


def _model_of_macos() -> Optional[str]:
    try:
        answer = subprocess.run(
            ["sysctl", "-n", "machdep.cpu.brand_string"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, timeout=10,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() or None


def model() -> Optional[str]:
    """What the processor calls itself; an ARM part that is not known is given by its numbers."""
    if sys.platform == "darwin":
        return _model_of_macos()
    fields = cpuinfo()
    for name in ("model name", "Hardware", "cpu model", "cpu"):
        if fields.get(name):
            return fields[name]
    implementer, part = fields.get("CPU implementer"), fields.get("CPU part")
    if implementer and part:
        return _ARM_MODELS.get((implementer, part), "implementer %s, part %s" % (implementer, part))
    return None


def allowed_cores() -> Optional[List[int]]:
    """Numbers of the cores that the affinity allows; None where the system has no affinity."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None


def core_list(cores: List[int]) -> str:
    """Sorted core numbers as the kernel writes them: `0-3,8`."""
    ranges: List[Tuple[int, int]] = []
    for core in cores:
        if ranges and core == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], core)
        else:
            ranges.append((core, core))
    return ",".join("%d" % first if first == last else "%d-%d" % (first, last) for first, last in ranges)


def usable_cores() -> int:
    """Cores this process may really use: its affinity, cut by the control groups' quota, and at least one."""
    cores = allowed_cores()
    allowed = len(cores) if cores else (os.cpu_count() or 1)
    quota = cgroup.cpu_quota()
    return allowed if quota is None else max(1, min(allowed, math.floor(quota)))


def _cores() -> List[int]:
    return allowed_cores() or list(range(os.cpu_count() or 1))


def governor() -> Optional[str]:
    """The frequency governor of the allowed cores; several are named side by side."""
    found = {system_files.read("%s/cpu%d/cpufreq/scaling_governor" % (_CPU, core)) for core in _cores()}
    return ", ".join(sorted(name for name in found if name)) or None


def _megahertz(name: str) -> List[float]:
    found = [system_files.read_int("%s/cpu%d/cpufreq/%s" % (_CPU, core, name)) for core in _cores()]
    return [kilohertz / 1e3 for kilohertz in found if kilohertz]


def _current_megahertz() -> List[float]:
    found = _megahertz("scaling_cur_freq")
    if found:
        return found
    lines = (system_files.read("/proc/cpuinfo") or "").splitlines()
    return [float(line.partition(":")[2]) for line in lines if line.startswith("cpu MHz")]


def frequencies() -> Dict[str, Optional[float]]:
    """In MHz over the allowed cores: the mean now, the lowest and the highest now, and the limits they move between."""
    current, lower, upper = _current_megahertz(), _megahertz("scaling_min_freq"), _megahertz("scaling_max_freq")
    return {
        "cpu_frequency_mhz": sum(current) / len(current) if current else None,
        "cpu_frequency_lowest_mhz": min(current, default=None),
        "cpu_frequency_highest_mhz": max(current, default=None),
        "cpu_frequency_lower_limit_mhz": min(lower, default=None),
        "cpu_frequency_upper_limit_mhz": max(upper, default=None),
    }


def is_turbo_on() -> Optional[bool]:
    """Whether the clock may go above its nominal value; None where the kernel does not say."""
    no_turbo = system_files.read_int(_CPU + "/intel_pstate/no_turbo")
    if no_turbo is not None:
        return no_turbo == 0
    boost = system_files.read_int(_CPU + "/cpufreq/boost")
    return None if boost is None else boost == 1


def is_smt_on() -> Optional[bool]:
    """Whether two threads share a core; None where the kernel does not say."""
    active = system_files.read_int(_CPU + "/smt/active")
    return None if active is None else active == 1


def numa_nodes() -> Optional[Dict[str, str]]:
    """Cores of each memory node; None where the kernel does not say."""
    files = system_files.matching("/sys/devices/system/node/node[0-9]*/cpulist")
    nodes = {os.path.basename(os.path.dirname(path))[4:]: system_files.read(path) or "" for path in files}
    return nodes or None


def clocksource() -> Optional[str]:
    """What the kernel takes its time from; None where it does not say."""
    return system_files.read("/sys/devices/system/clocksource/clocksource0/current_clocksource")


def identity() -> Dict[str, Any]:
    """What makes it this processor."""
    quota = cgroup.quota()
    return {
        "cpu_model": model(),
        "machine": platform.machine(),
        "cores_logical": os.cpu_count(),
        "cores_usable": usable_cores(),
        "cpu_quota": quota.cores if quota else None,
        "cpu_quota_us": quota.quota_us if quota else None,
        "cpu_period_us": quota.period_us if quota else None,
        "cgroup_version": cgroup.version(),
        "is_smt_on": is_smt_on(),
        "numa_nodes": numa_nodes(),
    }


def volatile() -> Dict[str, Any]:
    """What may be another way the next minute."""
    cores = allowed_cores()
    return dict(
        frequencies(),
        cores_allowed=core_list(cores) if cores else None,
        cores_allowed_count=len(cores) if cores else None,
        cpu_governor=governor(),
        is_turbo_on=is_turbo_on(),
        clocksource=clocksource(),
    )
