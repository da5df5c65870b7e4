"""Interpreters that trials run on: found, and asked before anything is spent."""

import json
import os
import shutil
import subprocess
import tempfile
from typing import Any, Dict

import bench
from backends.protocol import Probe
from bench import child_environment
from bench.errors import BackendUnavailable, UsageError
from bench.plan import Job

#: Importing a backend's module and looking around takes a second; a cold network disk takes longer.
_PROBE_SECONDS = 120


def find(name: str) -> str:
    """Absolute path of an interpreter given by path or by name; links are not followed, since a venv is one.

    Raises:
        UsageError: there is no such program.
    """
    path = shutil.which(os.path.expanduser(name))
    if path is None:
        raise UsageError("There is no interpreter %r: give the path of a Python with --python." % name)
    return os.path.abspath(path)


def _last_line(text: bytes) -> str:
    lines = text.decode("utf-8", "backslashreplace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


def _ask(job: Job) -> Dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="harbench-") as folder:
        try:
            done = subprocess.run(
                [job.python, "-m", "bench.probe", job.backend],
                cwd=folder, env=child_environment.of_trial(job), stdin=subprocess.DEVNULL, capture_output=True,
                timeout=_PROBE_SECONDS,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise BackendUnavailable(
                "The probe of the %s backend did not answer within %d s: the device or a network disk hangs."
                % (job.backend, _PROBE_SECONDS)
            ) from None
        except OSError as error:
            raise UsageError("The interpreter %r does not run: %s." % (job.python, error.strerror)) from error
    try:
        answer = json.loads(_last_line(done.stdout))
    except ValueError:
        answer = None
    if done.returncode != 0 or not isinstance(answer, dict):
        raise UsageError(
            "The interpreter %s cannot run harbench (%s): it needs Python 3.7 or newer, NumPy, and harbench where that "
            "is not run from its checkout." % (job.python, _last_line(done.stderr))
        )
    return answer


def probe(job: Job) -> Probe:
    """See that the job's interpreter runs this harbench and that its backend is available there; what the probe says.

    Raises:
        UsageError: the interpreter does not run, lacks something, or imports another harbench.
        BackendUnavailable: the backend's probe says no.
    """
    answer = _ask(job)
    if os.path.realpath(answer["harbench"]) != os.path.realpath(str(bench.__file__)):
        raise UsageError(
            "The interpreter %s imports another harbench (%s): run harbench from a checkout, which serves every "
            "interpreter." % (job.python, answer["harbench"])
        )
    if not answer["is_available"]:
        raise BackendUnavailable(answer["sentence"])
    return Probe(True, answer["sentence"])
