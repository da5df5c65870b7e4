"""Interpreters that trials run on: found, and asked before anything is spent."""

import contextlib
import json
import os
import shutil
import sys
import tempfile
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence

import bench
from backends import processes, registry
from backends.findings import Finding
from backends.protocol import Probe
from bench import child_environment
from bench.errors import BackendUnavailable, UsageError
from bench.plan import Job

#: Importing a backend's module and looking around takes a second; a cold network disk takes longer.
PROBE_SECONDS = 120.0

IsAnswer = Callable[[Dict[str, Any]], bool]

#: Why a probe of harbench's own ended without an answer: an error of Python's, or something below Python.
_ERROR = "that is a fault of harbench, or of what this Python has installed"
_FATAL = "the device's driver, or a library that was loaded, ended it"


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


def _is_words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


def _is_answer(said: Dict[str, Any]) -> bool:
    """Whether an object is what `bench.probe` says of a backend; a backend may print others."""
    needed = said.get("variables", {})
    return (
        isinstance(said.get("is_available"), bool)
        and isinstance(said.get("sentence"), str)
        and all(_is_words(said.get(name, [])) for name in ("kernels", "precisions", "loss_scales"))
        and isinstance(needed, dict)
        and all(isinstance(value, str) and "\0" not in name + value for name, value in needed.items())
    )


def _is_finding(document: Any) -> bool:
    try:
        Finding.from_dict(document)
    except ValueError:
        return False
    return True


def _is_examination(said: Dict[str, Any]) -> bool:
    """Whether an object is what `bench.probe` says of a device."""
    listed = said.get("findings")
    is_refusal = isinstance(said.get("refusal"), str) and isinstance(said.get("exit_code"), int)
    return is_refusal or (isinstance(listed, list) and all(map(_is_finding, listed)))


def _objects(text: bytes) -> List[Dict[str, Any]]:
    """The JSON objects among lines of output: whatever else a backend prints is passed over."""
    found = []
    for line in text.split(b"\n"):
        with contextlib.suppress(ValueError, RecursionError):
            value = json.loads(line.decode("utf-8")) if line.startswith(b"{") else None
            found += [value] if isinstance(value, dict) else []
    return found


def _refuse_interpreter(python: str, objects: List[Dict[str, Any]], err: bytes) -> None:
    known = next((one["harbench"] for one in objects if "harbench" in one), None)
    if known is None:
        raise UsageError(
            "The interpreter %s cannot run harbench (%s): it needs Python 3.7 or newer, NumPy, and harbench where that "
            "is not run from its checkout." % (python, _last_line(err))
        )
    if os.path.realpath(str(known)) != os.path.realpath(str(bench.__file__)):
        raise UsageError(
            "The interpreter %s imports another harbench (%s): run harbench from a checkout, which serves every "
            "interpreter." % (python, known)
        )


def _ending(code: int) -> str:
    """How a process ended, as "it ended" goes on."""
    return "with exit code %d" % code if code >= 0 else "by %s" % processes.signal_name(-code)


def _called(backend: str) -> str:
    """A backend as a sentence calls it, with the package that brings it where that is not harbench."""
    origin = registry.origin(backend)
    return "the %s backend" % backend if origin is None else "the backend %r, %s," % (backend, origin)


def _remedy(backend: str, cause: str) -> str:
    """Why a probe gave no answer, and what to do."""
    if registry.origin(backend) is not None:
        return "mend or remove that package"
    return "%s; %s" % (cause, registry.create(backend).where_a_probe_fails)


def _answer(
    arguments: Sequence[str], python: str, variables: Mapping[str, str], seconds: float, is_answer: IsAnswer
) -> Dict[str, Any]:
    """The last of the objects that `bench.probe` prints of a backend that is an answer.

    Args:
        arguments: its own; the backend's name is the first one.
        python, variables, seconds: as for `ask`.

    Raises:
        UsageError, BackendUnavailable: as for `ask`.
    """
    environment, backend = child_environment.of_process(python, variables), arguments[0]
    with tempfile.TemporaryDirectory(prefix="harbench-") as folder:
        try:
            ended = processes.run([python, "-m", "bench.probe", *arguments], seconds, folder, environment)
        except OSError as error:
            raise UsageError("The interpreter %r does not run: %s." % (python, error.strerror)) from error
    if ended.code is None:
        raise BackendUnavailable(
            "The probe of %s did not answer within %g s: %s."
            % (_called(backend), seconds, _remedy(backend, "the device or a network disk hangs"))
        )
    objects = _objects(ended.out)
    _refuse_interpreter(python, objects, ended.err)
    answer = next((one for one in reversed(objects) if is_answer(one)), None)
    if answer is None:
        cause = _ERROR if b"Traceback (most recent" in ended.err else _FATAL
        raise BackendUnavailable(
            "The probe of %s ended %s before it had answered (%s): %s."
            % (_called(backend), _ending(ended.code), _last_line(ended.err), _remedy(backend, cause))
        )
    return answer


def ask(python: str, backend: str, variables: Mapping[str, str], seconds: float = PROBE_SECONDS) -> Dict[str, Any]:
    """What `bench.probe` says of a backend in an interpreter: `is_available`, `sentence`, and what it can do.

    Args:
        python: the interpreter.
        backend: its name.
        variables: set for that process alone.
        seconds: how long it may take.

    Raises:
        UsageError: the interpreter does not run, lacks something, or imports another harbench.
        BackendUnavailable: the probe hangs or dies.
    """
    return _answer([backend], python, variables, seconds, _is_answer)


def examine(backend: str, device: Optional[int], variables: Mapping[str, str], seconds: float) -> List[Finding]:
    """What a backend finds of a device, asked in a process of its own, since a driver may hang or end it.

    Args:
        backend: its name.
        device: its logical number; None: the one that would be used.
        variables: set for that process alone.
        seconds: how long it may take.

    Raises:
        UsageError: there is no such device.
        BackendUnavailable: the backend cannot be asked, or its process hangs or dies.
    """
    answer = _answer([backend, json.dumps(device)], sys.executable, variables, seconds, _is_examination)
    if "refusal" in answer:
        kind = UsageError if answer["exit_code"] == UsageError.exit_code else BackendUnavailable
        raise kind(answer["refusal"])
    return [Finding.from_dict(one) for one in answer["findings"]]


def probe(job: Job) -> Probe:
    """See that the job's interpreter runs this harbench and that its backend is available there; what the probe says.

    Raises:
        UsageError: the interpreter does not run, lacks something, or imports another harbench.
        BackendUnavailable: the backend's probe says no, hangs or dies.
    """
    answer = ask(job.python, job.backend, job.variables)
    if not answer["is_available"]:
        raise BackendUnavailable(answer["sentence"])
    return Probe(True, answer["sentence"])
