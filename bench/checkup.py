"""Looks up what the doctor's checks want to know: a second of watching, a file that is gone at once, no change."""

import os
import tempfile
from dataclasses import replace
from typing import List, Mapping, Optional, Sequence

from backends import registry
from backends.findings import FAIL, Finding
from backends.protocol import Backend, Probe
from bench import clock, doctor, environment, interpreter
from bench.doctor import Facts, Place
from bench.environment import load
from bench.errors import BackendUnavailable
from bench.plan import Job

#: Long enough that the kernel's ticks (10 ms) do not matter.
_WATCHED_SECONDS = 1.0
#: Written to find a quota at its end, which free space does not show.
_PROBE_BYTES = 2**20


def _nearest_folder(path: str) -> str:
    """The folder, or the first one above it that is there."""
    path = os.path.abspath(path)
    while not os.path.lexists(path) and os.path.dirname(path) != path:
        path = os.path.dirname(path)
    return path


def _write_error(folder: str) -> Optional[str]:
    """Why a file cannot be written in a folder; None when it can. Nothing is left behind."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"\0" * _PROBE_BYTES)
            file.flush()
    except OSError as error:
        return error.strerror or str(error)
    return None


def _file_system(path: str) -> Optional[os.statvfs_result]:
    try:
        return os.statvfs(path)
    except OSError:
        return None


def place_of(folder: str) -> Place:
    """What can be said of the folder for results, which is not made."""
    path = _nearest_folder(folder)
    system = _file_system(path)
    if system is None:
        return Place(path, _write_error(path), None, None)
    # A file system without inodes of a fixed number says it has none at all.
    free_inodes = system.f_favail if system.f_files else None
    return Place(path, _write_error(path), system.f_bavail * system.f_frsize, free_inodes)


def _shared_memory_bytes() -> Optional[int]:
    system = _file_system("/dev/shm") if os.path.ismount("/dev/shm") else None
    return system.f_blocks * system.f_frsize if system else None


def gather(probe: Probe, device: Sequence[Finding], folder: str) -> Facts:
    """The facts of this host, for results in `folder` and a backend that answers so and found so of its device."""
    return Facts(
        probe=probe,
        shares=load.shares_over(_WATCHED_SECONDS),
        clock=clock.measure_quality(),
        identity=environment.identity(),
        volatile=environment.volatile(),
        place=place_of(folder),
        package_folders=environment.package_folders(),
        shared_memory_bytes=_shared_memory_bytes(),
        device=device,
    )


def examine(probe: Probe, device: Sequence[Finding], folder: str) -> List[Finding]:
    """Gather the facts, which takes a second, and judge them."""
    return doctor.examine(gather(probe, device, folder))


def examine_device(backend: str, device: Optional[int], variables: Mapping[str, str]) -> List[Finding]:
    """What a backend finds of its device, asked in a process of its own; that it cannot be asked is a finding too.

    Args:
        backend: its name.
        device: its logical number; None: the one that would be used.
        variables: set for that process, besides those of this one.

    Raises:
        UsageError: there is no such device.
    """
    try:
        if type(registry.create(backend)).examine is Backend.examine:  # it has nothing to say
            return []
        return interpreter.examine(backend, device, variables, interpreter.PROBE_SECONDS)
    except BackendUnavailable as error:
        return [Finding("device", FAIL, str(error))]


def examine_cells(cells: Sequence[Job], probes: Sequence[Probe], folder: str) -> List[List[Finding]]:
    """The findings for each cell of a run: of the host, which is looked over once, and of the cell's own device.

    Args:
        cells: jobs with the variables that their backends need.
        probes: what the backend of each says.
        folder: for results.
    """
    host = gather(probes[0], (), folder)
    keys = [(job.backend, tuple(sorted(job.variables.items()))) for job in cells]
    devices = {key: examine_device(job.backend, None, job.variables) for key, job in dict(zip(keys, cells)).items()}
    return [doctor.examine(replace(host, probe=probe, device=devices[key])) for probe, key in zip(probes, keys)]
