"""What a backend of another package answers to harbench itself: an answer of the right kind, or one sentence."""

import functools
import os
import traceback
from typing import Any, Callable, Dict, Tuple

from backends.proof import Proof
from backends.protocol import Backend, BackendUnavailable, Probe
from har_model.errors import HarbenchError

#: What the parent asks, and what the answer must be. The trial's methods fail in the trial, whose log tells all.
_ANSWERS: Dict[str, Tuple[type, ...]] = {
    "probe": (Probe,),
    "default_loss_scale": (str,),
    "check": (object,),
    "variables": (dict,),
    "telemetry": (list,),
    "judge": (Proof,),
    "explain": (str, type(None)),
    "examine": (list,),
}


def _place(error: BaseException) -> str:
    """File and line in which it was raised."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return "%s line %s" % (os.path.basename(last.filename), last.lineno)


def _asked(name: str, method: Callable[..., Any], where: str) -> Callable[..., Any]:
    @functools.wraps(method)
    def ask(*arguments: Any, **named: Any) -> Any:
        try:
            answer = method(*arguments, **named)
        except HarbenchError:
            raise
        except Exception as error:  # whatever a stranger's method does
            said = " ".join(str(error).split()).rstrip(".") or "without a word"
            raise BackendUnavailable(
                "%s fails in its %s (%s, %s: %s): mend or remove it."
                % (where, name, _place(error), type(error).__name__, said)
            ) from error
        if not isinstance(answer, _ANSWERS[name]):
            wanted = " or ".join(kind.__name__ for kind in _ANSWERS[name])
            raise BackendUnavailable(
                "%s answers to %s with a %s, not a %s: mend or remove it."
                % (where, name, type(answer).__name__, wanted)
            )
        return answer

    return ask


def guarded(backend: Backend, where: str) -> Backend:
    """The same backend, whose answers to the parent are of the right kind or a `BackendUnavailable`.

    Args:
        backend: of another package.
        where: which backend of which package, as a sentence begins.
    """
    for name in _ANSWERS:
        setattr(backend, name, _asked(name, getattr(backend, name), where))
    return backend
