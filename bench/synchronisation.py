"""Whether a step comes back before its work is done: a device that runs ahead would be timed too fast.

A loss that is fetched to the host waits for the step it belongs to; a backend that answers with something else, or with
an earlier loss, does not wait. Then work is still under way after the last step, and whatever must wait for it (the
weights, fetched to the host) takes longer than the same thing does a moment later.
"""

from dataclasses import dataclass
from typing import Callable, Sequence

import numpy as np

from backends.protocol import Model

#: Share of a step that may be left over; a device that runs one step ahead leaves about 1.
_LEAST_SHARE = 0.5


@dataclass(frozen=True)
class Drain:
    """Seconds of two fetches of the weights, one after the other, right after the last step."""

    first_seconds: float
    second_seconds: float


def prepare(model: Model) -> None:
    """Fetch the weights once before anything is timed, so that `measure` meets nothing that is built at first use."""
    model.get_weights()


def measure(model: Model, now_ns: Callable[[], int]) -> Drain:
    """Fetch the weights twice; to be called with nothing between the last step and this."""
    start = now_ns()
    model.get_weights()
    middle = now_ns()
    model.get_weights()
    return Drain((middle - start) / 1e9, (now_ns() - middle) / 1e9)


def is_behind(drain: Drain, step_seconds: Sequence[float]) -> bool:
    """Whether more than half a step's work was left when the last step came back."""
    return drain.first_seconds - drain.second_seconds > _LEAST_SHARE * float(np.median(step_seconds))
