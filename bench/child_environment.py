"""The environment of the processes that harbench starts: the user's, without what would spoil or hide something."""

import os
import site
import sys
from typing import Dict, Mapping

from bench import environment
from bench.plan import Job

#: Variables that slow an interpreter down or send it to another one's library.
_SPOILERS = (
    "PYTHONHOME", "PYTHONSTARTUP", "PYTHONDEBUG", "PYTHONDEVMODE", "PYTHONINSPECT", "PYTHONVERBOSE",
    "PYTHONTRACEMALLOC", "PYTHONPROFILEIMPORTTIME", "PYTHONMALLOC", "PYTHONASYNCIODEBUG", "PYTHONOPTIMIZE",
    "__PYVENV_LAUNCHER__", "COVERAGE_PROCESS_START",
)  # fmt: skip


def of_trial(job: Job) -> Dict[str, str]:
    """The environment of a trial's process."""
    return of_process(job.python, job.variables)


def of_process(python: str, variables: Mapping[str, str]) -> Dict[str, str]:
    """The environment of a process that an interpreter runs like a trial.

    Args:
        python: the interpreter.
        variables: set for it alone.
    """
    child = {name: value for name, value in os.environ.items() if name not in _SPOILERS}
    child.update(PYTHONUNBUFFERED="1", PYTHONHASHSEED="0")
    if python == sys.executable and not site.ENABLE_USER_SITE:
        child["PYTHONNOUSERSITE"] = "1"  # as ours; another interpreter behaves as when its owner calls it
    if child.get("HARBENCH_CACHE"):  # a relative one is meant from here, not from the trial's folder
        child["HARBENCH_CACHE"] = os.path.abspath(child["HARBENCH_CACHE"])
    child.update(variables)
    root = environment.packages_root()
    # Never put site-packages on PYTHONPATH: an installed harbench is found without it.
    if os.path.basename(root) not in ("site-packages", "dist-packages"):
        # Prepended, never replaced: Ascend's own packages are found through PYTHONPATH.
        child["PYTHONPATH"] = os.pathsep.join(part for part in (root, child.get("PYTHONPATH")) if part)
    return child
