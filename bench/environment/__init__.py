"""Where it ran: facts that identify the host, facts that change from minute to minute, and software, kept apart.

A fact that the system does not tell is None, never a guess. Nothing here changes anything.
"""

import hashlib
import platform
from typing import Any, Dict

from bench.environment import isolation, load, memory, processor, system_files, variables
from bench.environment.cgroup import cpu_quota
from bench.environment.installation import git_state, package_folders, packages_root, software
from bench.environment.load import busy_share
from bench.environment.processor import usable_cores

__all__ = [
    "busy_share",
    "capture",
    "cpu_quota",
    "git_state",
    "identity",
    "package_folders",
    "packages_root",
    "software",
    "usable_cores",
    "volatile",
]


def _host_id() -> str:
    """Tells hosts apart without naming them."""
    source = system_files.read("/etc/machine-id") or platform.node()
    return hashlib.sha256(source.encode("utf-8")).hexdigest()[:12]


def identity() -> Dict[str, Any]:
    """What must be equal for two hosts to be called the same."""
    host = {
        "host_id": _host_id(),
        "os": platform.system(),
        "kernel": platform.release(),
        "libc": " ".join(platform.libc_ver()).strip() or None,
    }
    return dict(host, **processor.identity(), **memory.identity(), **isolation.identity())


def volatile() -> Dict[str, Any]:
    """What may differ between two runs on one host, and spoil the one or the other."""
    now = {"load_average": load.load_average(), "variables": variables.relevant()}
    return dict(now, **processor.volatile(), **memory.volatile())


def capture() -> Dict[str, Any]:
    """All of it, as it stands in a record under `environment`."""
    return {"identity": identity(), "volatile": volatile(), "software": software()}
