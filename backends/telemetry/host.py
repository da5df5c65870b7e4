"""What the host tells of a trial: processor time and memory of its processes, energy of the processor packages."""

import os
import re
from typing import Callable, Dict, List, Optional, Set, Tuple

import psutil

from backends.telemetry.source import Source
from har_model.files import read_text

#: Where the kernel shows its power zones.
POWERCAP = "/sys/class/powercap"
#: A whole package; its parts have a second number (`intel-rapl:0:0`) and are contained in it. AMD's have this name too.
_TOP_LEVEL = re.compile(r"intel-rapl:\d+")


def peak_resident_bytes(status: str) -> Optional[int]:
    """The high-water mark of resident memory in the text of /proc/PID/status; None where it has none."""
    found = re.search(r"^VmHWM:\s*(\d+) kB$", status, re.MULTILINE)
    return int(found.group(1)) * 1024 if found else None


def _use(process: psutil.Process) -> Tuple[float, int]:
    """CPU seconds of a process and of its ended children, and resident bytes."""
    with process.oneshot():
        times, resident = process.cpu_times(), process.memory_info().rss
    return times.user + times.system + times.children_user + times.children_system, resident


def tree_pids(pid: int) -> Set[int]:
    """A process and all that are below it now; empty once it is gone."""
    try:
        process = psutil.Process(pid)
        return {pid} | {child.pid for child in process.children(recursive=True)}
    except psutil.NoSuchProcess:
        return set()


class ProcessTree(Source):
    """CPU seconds and resident memory of a process and all below it.

    Pages that several of them share count once for each, so the sum of a tree is an upper bound.

    Args:
        pid: tells the process; before it starts (None) and once it is gone, everything is unknown.
    """

    name = "process tree"
    columns = ("cpu_seconds", "resident_bytes")

    def __init__(self, pid: Callable[[], Optional[int]]) -> None:
        self._pid = pid
        self._peak_bytes: Optional[int] = None
        self._process: Optional[psutil.Process] = None

    def read(self) -> Dict[str, Optional[float]]:
        """CPU seconds so far and resident bytes now."""
        try:
            process = self._found()
            if process is None:
                return {}
            below = process.children(recursive=True)
            cpu_seconds, resident = _use(process)
        except psutil.NoSuchProcess:
            return {}
        for process in below:
            try:
                more_seconds, more_bytes = _use(process)
            except psutil.NoSuchProcess:  # ended since; whoever waited for it has its time
                continue
            cpu_seconds, resident = cpu_seconds + more_seconds, resident + more_bytes
        self._keep_peak(resident)
        # An ended process that nobody has waited for still tells its time, but has no memory.
        return {"cpu_seconds": round(cpu_seconds, 6), "resident_bytes": resident or None}

    def _found(self) -> Optional[psutil.Process]:
        # Kept, so that another one that has its number later is not taken for it.
        pid = self._pid()
        if self._process is None and pid is not None:
            self._process = psutil.Process(pid)
        return self._process

    def _keep_peak(self, resident: int) -> None:
        # Between two samples only the kernel watches, and of a single process alone.
        status = read_text("/proc/%d/status" % self._process.pid) if self._process else None
        peaks = [self._peak_bytes, peak_resident_bytes(status or ""), resident]
        self._peak_bytes = max((peak for peak in peaks if peak), default=None)

    def totals(self) -> Dict[str, Optional[float]]:
        """The most memory that was resident at a time, as far as it was seen."""
        return {"peak_resident_bytes": self._peak_bytes}


class PackageEnergy(Source):
    """Energy of all processor packages since the first reading, by RAPL.

    `energy_uj` counts up to `max_energy_range_uj` and starts anew: https://docs.kernel.org/power/powercap/powercap.html

    Args:
        folder: where the kernel shows its power zones.
    """

    name = "package energy"
    columns = ("energy_joules",)

    def __init__(self, folder: str = POWERCAP) -> None:
        zones = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        paths = [os.path.join(folder, zone) for zone in zones if _TOP_LEVEL.fullmatch(zone)]
        #: One for each package; "psys" is a zone at the top too and contains them.
        self._packages = [path for path in paths if (read_text(os.path.join(path, "name")) or "").startswith("package")]
        self._last_uj: List[int] = []
        self._total_uj = 0

    @property
    def is_there(self) -> bool:
        """Whether the kernel shows any package, readable or not."""
        return bool(self._packages)

    @staticmethod
    def _microjoules(package: str, name: str) -> int:
        with open(os.path.join(package, name), encoding="ascii") as file:
            return int(file.read())

    def read(self) -> Dict[str, Optional[float]]:
        """Joules since the first reading.

        Raises:
            OSError: a counter cannot be read, as by a user who is not root on most hosts.
            ValueError: a counter is no number.
        """
        now = [self._microjoules(package, "energy_uj") for package in self._packages]
        for package, before, after in zip(self._packages, self._last_uj, now):
            wrapped = self._microjoules(package, "max_energy_range_uj") if after < before else 0
            self._total_uj += after - before + wrapped
        self._last_uj = now
        return {"energy_joules": self._total_uj / 1e6 if now else None}


def host_sources(pid: Callable[[], Optional[int]], powercap: str = POWERCAP) -> List[Source]:
    """What this host can tell of a process, and of the energy meanwhile where the kernel counts it."""
    energy = PackageEnergy(powercap)
    return [ProcessTree(pid), energy] if energy.is_there else [ProcessTree(pid)]
