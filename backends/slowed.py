"""A model that is slowed down on purpose: the planted difference with which harbench's own verdicts are tested."""

import os
import time
from dataclasses import replace
from typing import Dict, Mapping, Optional

import numpy as np

from backends.proof import Proof
from backends.protocol import Description, Model, Updates
from har_model.errors import UsageError

#: Factor by which each step takes longer; set for one cell with `--env`. The record and every table name it.
VARIABLE = "HARBENCH_SLOW_DOWN"


def factor() -> Optional[float]:
    """The factor that the environment asks for; None where it asks for none.

    Raises:
        UsageError: it is no number from 1 to 100.
    """
    text = os.environ.get(VARIABLE)
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 1 <= value <= 100:
        raise UsageError("%s is a factor from 1 to 100, not %r." % (VARIABLE, text))
    return value


class SlowedModel(Model):
    """Another model, each of whose steps takes `factor` times as long; the computation stays the same."""

    def __init__(self, model: Model, factor: float) -> None:
        self._model = model
        self._factor = factor

    def describe(self) -> Description:
        """The model's description, with the factor among what took effect."""
        inner = self._model.describe()
        return replace(inner, effective=dict(inner.effective, slowed_down=self._factor))

    def step(self, windows: np.ndarray, labels: np.ndarray) -> float:
        """The model's step, then the rest of the time."""
        start = time.perf_counter()
        loss = self._model.step(windows, labels)
        end = start + (time.perf_counter() - start) * self._factor
        while time.perf_counter() < end:  # spun: a sleep would oversleep by more than what is planted
            pass
        return loss

    def evaluate(self, windows: np.ndarray) -> np.ndarray:
        """As the model does."""
        return self._model.evaluate(windows)

    def get_weights(self) -> Dict[str, np.ndarray]:
        """As the model does."""
        return self._model.get_weights()

    def set_weights(self, weights: Mapping[str, np.ndarray]) -> None:
        """As the model does."""
        self._model.set_weights(weights)

    def save_checkpoint(self, path: str) -> None:
        """As the model does."""
        self._model.save_checkpoint(path)

    def updates(self) -> Optional[Updates]:
        """As the model does."""
        return self._model.updates()

    def prove(self) -> Proof:
        """As the model does."""
        return self._model.prove()

    def close(self) -> None:
        """As the model does."""
        self._model.close()
