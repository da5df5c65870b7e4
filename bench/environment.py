"""Where it ran: facts that identify the host, and facts that change from minute to minute, kept apart."""

import hashlib
import math
import os
import platform
import subprocess
from typing import Any, Dict, List, Optional

import psutil

#: Beginnings of the environment variables that change what is measured.
_RELEVANT_PREFIXES = (
    "TF_", "OMP_", "KMP_", "MKL_", "OPENBLAS_", "XLA_", "CUDA_", "NVIDIA_", "ASCEND_", "DEVICE_ID", "JOB_ID", "RANK_",
    "HARBENCH_", "MALLOC_", "LD_PRELOAD",
)  # fmt: skip

_PACKAGES_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def _read(path: str) -> Optional[str]:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().strip()
    except OSError:
        return None


def _cpu_model() -> Optional[str]:
    for line in (_read("/proc/cpuinfo") or "").splitlines():
        if line.startswith(("model name", "Hardware")):
            return line.partition(":")[2].strip()
    return platform.processor() or None


def cpu_quota() -> Optional[float]:
    """Cores' worth of time that the control group allows; None where there is no limit or no control group."""
    unified = (_read("/sys/fs/cgroup/cpu.max") or "max").split()
    if len(unified) == 2 and unified[0] != "max":
        return int(unified[0]) / int(unified[1])
    quota, period = _read("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"), _read("/sys/fs/cgroup/cpu/cpu.cfs_period_us")
    if quota and period and int(quota) > 0:
        return int(quota) / int(period)
    return None


def allowed_cpus() -> List[int]:
    """Numbers of the cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def usable_cores() -> int:
    """Cores this process may really use: its affinity, cut by the control group's quota, and at least one."""
    allowed, quota = len(allowed_cpus()), cpu_quota()
    return allowed if quota is None else max(1, min(allowed, math.floor(quota)))


def _is_container() -> bool:
    return os.path.exists("/.dockerenv") or os.path.exists("/run/.containerenv")


def _host_id() -> str:
    """Tells hosts apart without naming them."""
    source = _read("/etc/machine-id") or platform.node()
    return hashlib.sha256(source.encode("utf-8")).hexdigest()[:12]


def _git(*arguments: str) -> Optional[str]:
    try:
        answer = subprocess.run(
            ["git", "-C", _PACKAGES_ROOT] + list(arguments),
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=10,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None


def git_state() -> Dict[str, Any]:
    """Revision of the checkout that harbench runs from and whether it was changed; nulls outside a checkout."""
    # An installed copy may lie inside somebody else's checkout: only our own tracked file makes it ours.
    if _git("ls-files", "--error-unmatch", "bench/__init__.py") is None:
        return {"revision": None, "is_dirty": None}
    status = _git("status", "--porcelain", "--untracked-files=no")
    return {"revision": _git("rev-parse", "HEAD"), "is_dirty": None if status is None else bool(status)}


def identity() -> Dict[str, Any]:
    """What must be equal for two hosts to be called the same."""
    return {
        "host_id": _host_id(),
        "cpu_model": _cpu_model(),
        "machine": platform.machine(),
        "cores_logical": os.cpu_count(),
        "cores_usable": usable_cores(),
        "cpu_quota": cpu_quota(),
        "memory_bytes": psutil.virtual_memory().total,
        "os": platform.system(),
        "kernel": platform.release(),
        "libc": " ".join(platform.libc_ver()).strip() or None,
        "is_container": _is_container(),
    }


def volatile() -> Dict[str, Any]:
    """What may differ between two runs on one host, and spoil the one or the other."""
    frequency = psutil.cpu_freq() if hasattr(psutil, "cpu_freq") else None
    return {
        "load_average": list(os.getloadavg()),
        "cpu_frequency_mhz": frequency.current if frequency else None,
        "cpu_governor": _read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        "memory_available_bytes": psutil.virtual_memory().available,
        "variables": {name: os.environ[name] for name in sorted(os.environ) if name.startswith(_RELEVANT_PREFIXES)},
    }


def busy_share(seconds: float = 0.5) -> float:
    """Share (0 to 1) of the host's cores in use over the next `seconds`, in which we do nothing ourselves."""
    return float(psutil.cpu_percent(interval=seconds)) / 100


def packages_root() -> str:
    """Folder that holds the four packages."""
    return _PACKAGES_ROOT


def package_folders() -> List[str]:
    """Folders from which the four packages are imported; more than one means that a stranger's is among them."""
    import backends
    import bench
    import har_model
    import reports

    roots = [
        os.path.dirname(os.path.dirname(os.path.abspath(p.__file__ or "")))
        for p in (backends, bench, har_model, reports)
    ]
    return sorted(set(roots))
