"""What is installed: harbench's own checkout, where its packages come from, and versions of what it leans on."""

import importlib
import os
import platform
import subprocess
import sys
from typing import Any, Dict, List, Optional

_PACKAGES_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

#: What harbench needs, as in setup.cfg.
DEPENDENCIES = ("click", "jsonschema", "numpy", "nvidia-ml-py", "psutil", "requests", "rich", "scipy", "statsmodels")
#: Beginnings of the names of packages that compute.
_FRAMEWORKS = ("tensorflow", "intel-tensorflow", "tf-nightly", "keras", "torch", "npu-", "nvidia-")


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


def package_versions() -> Dict[str, str]:
    """Installed version of each package that matters, none of which is imported for it."""
    # The backport has the same interface; on Python 3.7 jsonschema brings it.
    metadata = importlib.import_module("importlib.metadata" if sys.version_info >= (3, 8) else "importlib_metadata")
    versions: Dict[str, str] = {}
    for distribution in metadata.distributions():
        name = str(distribution.metadata["Name"] or "").lower().replace("_", "-")
        if name in DEPENDENCIES or name.startswith(_FRAMEWORKS):
            versions.setdefault(name, distribution.version)  # the first one found is the one imported
    return dict(sorted(versions.items()))


def software() -> Dict[str, Any]:
    """The Python that runs harbench itself, which need not be the trial's, and its packages."""
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "packages": package_versions(),
    }
