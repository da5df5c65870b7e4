"""What the control groups allow: those of this very process and all above them, in either version of the kernel's API.

The files: https://docs.kernel.org/admin-guide/cgroup-v2.html and .../cgroup-v1/, proc(5) on mountinfo, cgroups(7).
"""

import os
from dataclasses import dataclass
from typing import Dict, Iterator, List, NamedTuple, Optional

from bench.environment import system_files

#: cgroup v1 writes "no limit" as the largest multiple of a page; no host has an exbibyte.
_NO_MEMORY_LIMIT_BYTES = 2**60


@dataclass(frozen=True)
class Quota:
    """Processor time allowed in each period, as the kernel states it."""

    quota_us: int
    period_us: int

    @property
    def cores(self) -> float:
        """Cores' worth of time, not rounded."""
        return self.quota_us / self.period_us


class _Mount(NamedTuple):
    version: int
    #: Of version 1; version 2 has one hierarchy for all.
    controllers: List[str]
    #: Which group of the hierarchy the mount shows at its top.
    root: str
    point: str


class _Group(NamedTuple):
    version: int
    folder: str


def _own_paths() -> Dict[str, str]:
    """Path of this process's group for each controller; that of version 2 under the empty name."""
    paths: Dict[str, str] = {}
    for line in (system_files.read("/proc/self/cgroup") or "").splitlines():
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            paths[controller] = path
    return paths


def _mounts() -> Iterator[_Mount]:
    for line in (system_files.read("/proc/self/mountinfo") or "").splitlines():
        before, _, after = line.partition(" - ")
        fields, (kind, _, options) = before.split(), (after.split() + [""] * 3)[:3]
        if kind in ("cgroup", "cgroup2"):
            yield _Mount(1 if kind == "cgroup" else 2, options.split(","), fields[3], fields[4])


def _groups(controller: str) -> Iterator[_Group]:
    """The groups that hold this process for a controller: its own first, then those above, as far as mounted."""
    paths = _own_paths()
    for mount in _mounts():
        if mount.version == 1 and controller not in mount.controllers:
            continue
        path = paths.get(controller if mount.version == 1 else "")
        if path is None:
            continue
        inside = os.path.relpath(path, mount.root)
        # Where namespaces differ, the path may lead out of the mount; then its top is all that can be read.
        parts = [] if inside == "." or inside.startswith("..") else inside.split("/")
        for depth in range(len(parts), -1, -1):
            yield _Group(mount.version, "/".join([mount.point] + parts[:depth]))


def version() -> Optional[int]:
    """Which version limits the processor: 1, 2, or None where there are no control groups to be seen."""
    versions = {group.version for group in _groups("cpu")}
    return min(versions) if versions else None


def _quota_of(group: _Group) -> Optional[Quota]:
    if group.version == 1:
        quota = system_files.read_int(group.folder + "/cpu.cfs_quota_us")
        period = system_files.read_int(group.folder + "/cpu.cfs_period_us")
    else:
        words = (system_files.read(group.folder + "/cpu.max") or "").split()
        if len(words) != 2 or not all(word.isdigit() for word in words):  # "max 100000" is no limit
            return None
        quota, period = int(words[0]), int(words[1])
    if not quota or not period or quota < 0:  # version 1 says -1 for no limit
        return None
    return Quota(quota, period)


def quota() -> Optional[Quota]:
    """The tightest quota on this process; None where there is no limit."""
    found = [quota for quota in map(_quota_of, _groups("cpu")) if quota]
    return min(found, key=lambda quota: quota.cores) if found else None


def cpu_quota() -> Optional[float]:
    """Cores' worth of time that the control groups allow; None where there is no limit or no control group."""
    tightest = quota()
    return tightest.cores if tightest else None


def _memory_limit_of(group: _Group) -> Optional[int]:
    name = "/memory.limit_in_bytes" if group.version == 1 else "/memory.max"
    limit = system_files.read_int(group.folder + name)
    return None if limit is None or limit >= _NO_MEMORY_LIMIT_BYTES else limit


def _memory_used_bytes(group: _Group) -> int:
    """What cannot be given back: use without the file cache that the kernel would drop first."""
    name = "/memory.usage_in_bytes" if group.version == 1 else "/memory.current"
    field = "total_inactive_file" if group.version == 1 else "inactive_file"
    used = system_files.read_int(group.folder + name) or 0
    for line in (system_files.read(group.folder + "/memory.stat") or "").splitlines():
        key, _, value = line.partition(" ")
        if key == field:
            return max(0, used - int(value))
    return used


def memory_limit_bytes() -> Optional[int]:
    """The tightest limit on this process's memory; None where there is none."""
    limits = [limit for limit in map(_memory_limit_of, _groups("memory")) if limit is not None]
    return min(limits) if limits else None


def memory_room_bytes() -> Optional[int]:
    """What may still be used below the tightest of the limits; None where there is no limit."""
    limited = [
        (limit, group) for group in _groups("memory") for limit in [_memory_limit_of(group)] if limit is not None
    ]
    return min((max(0, limit - _memory_used_bytes(group)) for limit, group in limited), default=None)
