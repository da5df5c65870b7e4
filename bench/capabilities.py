"""What each backend can do here, and whether it can run at all: asked as a trial would ask, one after the other."""

from dataclasses import dataclass
from typing import Any, Dict, Optional, Sequence, Tuple

from bench import interpreter
from bench.errors import HarbenchError

AVAILABLE = "available"
NOT_AVAILABLE = "not available"


@dataclass(frozen=True)
class Capabilities:
    """A backend in a trial's interpreter.

    Args:
        name: what `--backend` takes.
        python: the interpreter that was asked.
        is_available: what its probe says; False where it could not be asked.
        sentence: what it says of that.
        kernels, precisions, loss_scales: what it can be asked for, its default first; None where it could not say.
    """

    name: str
    python: str
    is_available: bool
    sentence: str
    kernels: Optional[Tuple[str, ...]] = None
    precisions: Optional[Tuple[str, ...]] = None
    loss_scales: Optional[Tuple[str, ...]] = None

    @property
    def state(self) -> str:
        """`available` or `not available`."""
        return AVAILABLE if self.is_available else NOT_AVAILABLE


def _words(value: Optional[Sequence[Any]]) -> Optional[Tuple[str, ...]]:
    return None if value is None else tuple(map(str, value))


def _asked(name: str, python: str, seconds: float) -> Dict[str, Any]:
    answer = interpreter.ask(python, name, {}, seconds)
    needed = answer.get("variables")
    # A trial starts with the variables that its backend needs, and so does its probe.
    return interpreter.ask(python, name, needed, seconds) if needed else answer


def of(name: str, python: str, seconds: float) -> Capabilities:
    """The capabilities of one backend; whatever its probe does, it costs no more than `seconds` a question.

    Args:
        name: the backend's.
        python: the interpreter of its trials.
        seconds: how long an answer may take.
    """
    try:
        answer = _asked(name, python, seconds)
    except HarbenchError as error:
        return Capabilities(name, python, False, str(error))
    lists = [_words(answer.get(key)) for key in ("kernels", "precisions", "loss_scales")]
    return Capabilities(name, python, bool(answer["is_available"]), str(answer["sentence"]), *lists)
