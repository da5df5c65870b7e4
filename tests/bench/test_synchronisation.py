"""A model that comes back before its work is done is found out, unless it waits; and a real backend waits."""

import queue
import threading
import time

import numpy as np
import pytest

from backends import registry
from backends.null import NullModel
from backends.protocol import Settings
from bench import clock, synchronisation
from har_model.config import NetworkConfig, TrainingConfig, Workload

_WORK_SECONDS = 0.02
_SMALL = Workload("custom", NetworkConfig(window_length=8, n_hidden=4), TrainingConfig(batch_size=5))
_SETTINGS = Settings("fused", "fp32", 1)


class AsynchronousModel(NullModel):
    """Hands its work to another thread, as a device's queue would, and comes back at once; `waits` makes it right."""

    def __init__(self, waits, ahead):
        super().__init__(_SMALL, _SETTINGS)
        self.virtual_clock_ns = None
        self._waits = waits
        self._work = queue.Queue(ahead)
        threading.Thread(target=self._device, daemon=True).start()

    def _device(self):
        while True:
            self._work.get()
            time.sleep(_WORK_SECONDS)
            self._work.task_done()

    def step(self, windows, labels):
        self._work.put(None)
        if self._waits:
            self._work.join()
        return 1.0

    def get_weights(self):
        self._work.join()
        return super().get_weights()


def _drain_after(model, steps):
    windows, labels = np.zeros((5, 8, 9), np.float32), np.zeros(5, np.int32)
    synchronisation.prepare(model)
    seconds = []
    for _ in range(steps):
        start = clock.now_ns()
        model.step(windows, labels)
        seconds.append(clock.seconds_since(start))
    return synchronisation.measure(model, clock.now_ns), seconds


@pytest.mark.parametrize("ahead", [0, 1])  # as far ahead as it likes, or one step
def test_a_model_that_does_not_wait_is_found_out(ahead):
    assert synchronisation.is_behind(*_drain_after(AsynchronousModel(False, ahead), 20))


def test_the_same_model_passes_once_it_waits():
    assert not synchronisation.is_behind(*_drain_after(AsynchronousModel(True, 0), 20))


@pytest.mark.parametrize("kernel", ["fused", pytest.param("unrolled", marks=pytest.mark.slow)])
def test_the_cpu_backend_waits_in_each_step(kernel):
    backend = registry.create("cpu")
    backend.prepare()
    # Large enough for a step to outlast a fetch of the weights.
    workload = Workload("custom", NetworkConfig(window_length=32, n_hidden=64), TrainingConfig(batch_size=200))
    model = backend.open(workload, Settings(kernel, "fp32", 1))
    windows, labels = np.zeros((200, 32, 9), np.float32), np.zeros(200, np.int32)
    synchronisation.prepare(model)
    seconds = []
    for _ in range(10):
        start = clock.now_ns()
        model.step(windows, labels)
        seconds.append(clock.seconds_since(start))
    assert not synchronisation.is_behind(synchronisation.measure(model, clock.now_ns), seconds)
    model.close()
