"""What a backend of another package answers to harbench itself: an answer that is right throughout, or one sentence."""

import functools
import json
import math
import os
import traceback
from typing import Any, Callable, Dict, List, Optional

from backends.findings import FAIL, PASS, UNKNOWN, WARN, Finding
from backends.proof import ON_HOST, PROVEN, SIMULATED, UNPROVEN, Proof
from backends.protocol import Backend, BackendUnavailable, Probe, loss_scale_of
from backends.telemetry.source import Source
from har_model.errors import HarbenchError

#: What is wrong with an answer, as "it answers with ..." goes on; None where nothing is.
Check = Callable[[Any], Optional[str]]

#: An hour: a run must end, whatever reads its device.
_LONGEST_PATIENCE_SECONDS = 3600.0
_STATES_OF_PROOF = (PROVEN, UNPROVEN, SIMULATED, ON_HOST)
_STATES_OF_FINDING = (PASS, WARN, FAIL, UNKNOWN)


def _other_kind(answer: Any, *wanted: type) -> Optional[str]:
    if isinstance(answer, wanted):
        return None
    return "a %s, not a %s" % (type(answer).__name__, " or ".join(kind.__name__ for kind in wanted))


def is_text(value: Any) -> bool:
    """Whether it is a text that says something and that any file can hold."""
    if not isinstance(value, str) or not value.strip():
        return False
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _probe(answer: Any) -> Optional[str]:
    fault = _other_kind(answer, Probe)
    if fault is None and not isinstance(answer.is_available, bool):
        fault = "a Probe whose is_available is a %s, not a bool" % type(answer.is_available).__name__
    return fault or (None if is_text(answer.sentence) else "a Probe whose sentence is no text")


def _loss_scale(answer: Any) -> Optional[str]:
    fault = _other_kind(answer, str)
    if fault or loss_scale_of(answer) is not None:
        return fault
    return "a str that is no loss scale (none, dynamic, or a number from 1 on)"


def _is_for_an_environment(value: Any) -> bool:
    if not isinstance(value, str) or "\0" in value:
        return False
    try:
        os.fsencode(value)
    except UnicodeEncodeError:
        return False
    return True


def _variables(answer: Any) -> Optional[str]:
    fault = _other_kind(answer, dict)
    if fault:
        return fault
    for name, value in answer.items():
        if not _is_for_an_environment(name) or not name or "=" in name:
            return "a dict with a key that is no name of a variable"
        if not _is_for_an_environment(value):
            return "a dict in which %s is not a text without NUL" % name
    return None


def _source(source: Any) -> Optional[str]:
    if not isinstance(source, Source):
        return "a list with a %s in it, not a Source" % type(source).__name__
    if not is_text(getattr(source, "name", None)):
        return "a Source whose name is no text"
    columns = getattr(source, "columns", None)
    if not isinstance(columns, tuple) or not all(map(is_text, columns)):
        return "a Source whose columns are not a tuple of words"
    for name in ("patience_seconds", "first_patience_seconds"):
        patience = getattr(source, name)
        if not (_is_number(patience) and 0 <= patience <= _LONGEST_PATIENCE_SECONDS):
            return "a Source whose %s are none from 0 to %g" % (name, _LONGEST_PATIENCE_SECONDS)
    return None


def _sources(answer: Any) -> Optional[str]:
    return _other_kind(answer, list) or next(filter(None, map(_source, answer)), None)


def _proof(answer: Any) -> Optional[str]:
    fault = _other_kind(answer, Proof)
    if fault is None and answer.state not in _STATES_OF_PROOF:
        fault = "a Proof whose state is none of %s" % ", ".join(_STATES_OF_PROOF)
    is_told = fault is not None or (is_text(answer.device) and is_text(answer.evidence))
    return fault if is_told else "a Proof whose device or evidence is no text"


def _meaning(answer: Any) -> Optional[str]:
    fault = _other_kind(answer, str, type(None))
    return fault or (None if answer is None or is_text(answer) else "a str that is no text")


def _finding(finding: Any) -> Optional[str]:
    if not isinstance(finding, Finding):
        return "a list with a %s in it, not a Finding" % type(finding).__name__
    if finding.state not in _STATES_OF_FINDING:
        return "a Finding whose state is none of %s" % ", ".join(_STATES_OF_FINDING)
    texts = [finding.check, finding.sentence] + ([] if finding.remedy is None else [finding.remedy])
    return None if all(map(is_text, texts)) else "a Finding whose check, sentence or remedy is no text"


def _findings(answer: Any) -> Optional[str]:
    return _other_kind(answer, list) or next(filter(None, map(_finding, answer)), None)


def _figures(answer: Any) -> Optional[str]:
    fault = _other_kind(answer, dict)
    if fault is None and not all(map(is_text, answer)):
        fault = "a dict with a key that is no name"
    wrong = [] if fault else [name for name, value in answer.items() if value is not None and not _is_number(value)]
    return "a dict in which %s is no finite number" % wrong[0] if wrong else fault


def _document(answer: Any) -> Optional[str]:
    fault = _other_kind(answer, dict)
    try:
        json.dumps({} if fault else answer, allow_nan=False, ensure_ascii=False).encode("utf-8")
    except (TypeError, ValueError, RecursionError):
        return "a dict that JSON cannot hold"
    return fault


#: What the parent asks, and how the answer is checked. The trial's methods fail in the trial, whose log tells all.
_ANSWERS: Dict[str, Check] = {
    "probe": _probe,
    "default_loss_scale": _loss_scale,
    "check": lambda _: None,
    "variables": _variables,
    "telemetry": _sources,
    "judge": _proof,
    "explain": _meaning,
    "examine": _findings,
}


def _place(error: BaseException) -> str:
    """File and line in which it was raised."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return "%s line %s" % (os.path.basename(last.filename), last.lineno)


def _asked(name: str, method: Callable[..., Any], check: Check, where: str) -> Callable[..., Any]:
    @functools.wraps(method)
    def ask(*arguments: Any, **named: Any) -> Any:
        try:
            answer = method(*arguments, **named)
            fault = check(answer)
        except (HarbenchError, KeyboardInterrupt):  # a mistake of the user's, or the user
            raise
        except BaseException as error:  # whatever a stranger's method does; sys.exit too, which would end harbench
            said = " ".join(str(error).split()).rstrip(".") or "without a word"
            raise BackendUnavailable(
                "%s fails in its %s (%s, %s: %s): mend or remove it."
                % (where, name, _place(error), type(error).__name__, said)
            ) from error
        if fault:
            raise BackendUnavailable("%s answers to %s with %s: mend or remove it." % (where, name, fault))
        return answer

    return ask


class _GuardedSource(Source):
    """A source whose readings are right or a `BackendUnavailable`."""

    def __init__(self, source: Source, where: str) -> None:
        self.name, self.columns, self.patience_seconds = source.name, source.columns, source.patience_seconds
        self._first_patience_seconds = source.first_patience_seconds
        self._source, self._where = source, where

    @property
    def first_patience_seconds(self) -> float:
        """The source's."""
        return self._first_patience_seconds

    def _answer(self, name: str, check: Check) -> Any:
        return _asked(name, lambda: getattr(self._source, name)(), check, self._where)()

    def read(self) -> Dict[str, Optional[float]]:
        """The source's values."""
        values: Dict[str, Optional[float]] = self._answer("read", _figures)
        return values

    def totals(self) -> Dict[str, Optional[float]]:
        """The source's figures over all readings."""
        values: Dict[str, Optional[float]] = self._answer("totals", _figures)
        return values

    def observation(self) -> Dict[str, Any]:
        """What the source saw."""
        seen: Dict[str, Any] = self._answer("observation", _document)
        return seen


def guarded(backend: Backend, where: str) -> Backend:
    """The same backend, whose answers to the parent are right or a `BackendUnavailable`.

    Args:
        backend: of another package.
        where: which backend of which package, as a sentence begins.
    """
    for name, check in _ANSWERS.items():
        setattr(backend, name, _asked(name, getattr(backend, name), check, where))
    telemetry = backend.telemetry

    @functools.wraps(telemetry)
    def sources(*given: Any, **named: Any) -> List[Source]:
        return [_GuardedSource(one, where) for one in telemetry(*given, **named)]

    setattr(backend, "telemetry", sources)  # noqa: B010 - mypy refuses to assign a method
    return backend
