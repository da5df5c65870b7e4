"""No device: answers with the times it is given, so that everything above the backends is tested without a framework.

What it does is written in the environment variable `HARBENCH_NULL`, a JSON object:

    step_seconds        list of step times, repeated from its start when it ends (default [0.001])
    loss                loss of every step, or a list that repeats likewise (default 1.0)
    fail_at_step        raise an error of ours at this step (from 0)
    kill_at_step        end the process by SIGKILL at this step
    hang_at_step        never come back from this step
    noise               {"trial": a, "step": b, "seed": n}: step times are multiplied by log-normal draws with these
                        standard deviations, one of the trial and one of each step; without a seed they differ from
                        trial to trial as real ones do
    sleep_seconds       real time that each step takes besides, so that there is time to kill it
    leave_behind        start a process that would outlive the trial; "session": one in a session of its own
    proof               where it says that the work was done: unproven, on host (default simulated); no device proves it
"""

import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any, Dict, Iterator, List, Mapping, Sequence

import numpy as np

from backends.proof import ON_HOST, SIMULATED, UNPROVEN, Proof
from backends.protocol import ENGINE_NONE, KERNEL_FUSED, KERNEL_UNROLLED, Backend, Description, Model, Probe, Settings
from har_model import weights
from har_model.config import Workload
from har_model.errors import DataError, UsageError

_LONGEST_STEP = 1e6
_FAULTS = ("fail_at_step", "kill_at_step", "hang_at_step")
_KEYS = _FAULTS + ("step_seconds", "loss", "noise", "sleep_seconds", "leave_behind", "proof")
_PROOFS = (SIMULATED, UNPROVEN, ON_HOST)


def _script() -> Dict[str, Any]:
    text = os.environ.get("HARBENCH_NULL", "{}")
    try:
        script = json.loads(text)
        if not isinstance(script, dict) or set(script) - set(_KEYS):
            raise ValueError("its keys are " + ", ".join(_KEYS))
        if script.get("proof", SIMULATED) not in _PROOFS:
            raise ValueError("a proof is one of " + ", ".join(_PROOFS))
    except ValueError as error:
        raise UsageError("HARBENCH_NULL must hold a JSON object, not %r (%s)." % (text, error)) from error
    for seconds in _as_list(script.get("step_seconds", 0.001)):
        if not isinstance(seconds, (int, float)) or not 0 <= seconds <= _LONGEST_STEP:
            raise UsageError("Step times in HARBENCH_NULL are numbers from 0 to %g, not %r." % (_LONGEST_STEP, seconds))
    return script


def _as_list(value: Any) -> List[float]:
    return value if isinstance(value, list) else [value]


def _noise(script: Dict[str, float], seed: int) -> Iterator[float]:
    """Factors on the step times, the same for the same seeds."""
    draw = np.random.RandomState([int(script["seed"]), seed] if "seed" in script else None)
    trial = draw.normal(0, script.get("trial", 0))
    while True:
        yield math.exp(trial + draw.normal(0, script.get("step", 0)))


class NullModel(Model):
    """A model that computes nothing and whose clock advances by the given step times."""

    def __init__(self, workload: Workload, settings: Settings) -> None:
        script = _script()
        self._workload = workload
        self._settings = settings
        self._step_seconds = _as_list(script.get("step_seconds", 0.001))
        self._losses = _as_list(script.get("loss", 1.0))
        self._proof = script.get("proof", SIMULATED)
        self._faults = {key: script[key] for key in _FAULTS if key in script}
        self._noise = _noise(script.get("noise", {}), workload.seed)
        self._sleep_seconds = float(script.get("sleep_seconds", 0))
        self._steps = 0
        self._now_ns = 0
        self._weights = dict(weights.initial_weights(workload.network, workload.seed))
        self.virtual_clock_ns = lambda: self._now_ns
        if script.get("leave_behind"):
            is_apart = script["leave_behind"] == "session"
            subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(3600)"], start_new_session=is_apart)

    def describe(self) -> Description:
        """Says that nothing is real."""
        effective = {"kernel": self._settings.kernel, "precision": self._settings.precision}
        return Description("none", "0", "null", effective)

    def step(self, windows: np.ndarray, labels: np.ndarray) -> float:
        """Let the next given time pass."""
        step, self._steps = self._steps, self._steps + 1
        self._suffer(step)
        time.sleep(self._sleep_seconds)
        self._now_ns += round(self._step_seconds[step % len(self._step_seconds)] * next(self._noise) * 1e9)
        return float(self._losses[step % len(self._losses)])

    def _suffer(self, step: int) -> None:
        if self._faults.get("fail_at_step") == step:
            raise RuntimeError("the null backend was told to fail at step %d" % step)
        if self._faults.get("kill_at_step") == step:
            os.kill(os.getpid(), signal.SIGKILL)
        if self._faults.get("hang_at_step") == step:
            threading.Event().wait()

    def evaluate(self, windows: np.ndarray) -> np.ndarray:
        """The first class for every window."""
        logits = np.zeros((len(windows), self._workload.network.n_classes))
        logits[:, 0] = 1.0
        return logits

    def get_weights(self) -> Dict[str, np.ndarray]:
        """The weights as they were given."""
        return dict(self._weights)

    def set_weights(self, values: Mapping[str, np.ndarray]) -> None:
        """Keep the weights, unused."""
        self._weights = dict(values)

    def save_checkpoint(self, path: str) -> None:
        """There is nothing to save."""

    def prove(self) -> Proof:
        """Nothing did any work, unless the script says otherwise."""
        return Proof(self._proof, "null", "no device: the times were given")

    def close(self) -> None:
        """There is nothing to release."""


class NullBackend(Backend):
    """Stands for a device in tests; its figures are always called simulated."""

    name = "null"
    engine = ENGINE_NONE
    kernels = (KERNEL_FUSED, KERNEL_UNROLLED)
    precisions = ("fp32",)

    def probe(self) -> Probe:
        """Always there."""
        return Probe(True, "The null backend is ready; it measures nothing.")

    def prepare(self) -> None:
        """There is nothing to import."""

    def open(self, workload: Workload, settings: Settings) -> Model:
        """A model that answers from `HARBENCH_NULL`."""
        return NullModel(workload, settings)

    def checkpoint_shapes(self, path: str) -> Mapping[str, Sequence[int]]:
        """It reads no checkpoints."""
        raise DataError("The null backend reads no checkpoints; use the cpu backend.")

    def checkpoint_weights(self, path: str, names: Sequence[str]) -> Dict[str, np.ndarray]:
        """It reads no checkpoints."""
        raise DataError("The null backend reads no checkpoints; use the cpu backend.")
