"""A graph model for parity tests, opened through the CPU backend as a trial would open it."""

import pytest

from backends.cpu import CpuBackend
from backends.protocol import Settings
from har_model.config import NetworkConfig, TrainingConfig, Workload


def open_model(network: NetworkConfig, kernel: str, keep_prob: float = 1.0, threads: int = 2, seed: int = 0):
    """The network on TensorFlow; skips where there is none."""
    backend = CpuBackend()
    if not backend.probe().is_available:
        pytest.skip("needs TensorFlow")
    backend.prepare()
    return backend.open(
        Workload("custom", network, TrainingConfig(keep_prob=keep_prob), seed), Settings(kernel, "fp32", threads)
    )


def observed_step(model, names, windows, labels):
    """One update that answers the named probes too: a graph that takes minutes to compile is compiled only once."""
    fetches = dict({name: model._probes[name] for name in names}, update=model._update.operation)
    return model.session.run(fetches, {model._windows: windows, model._labels: labels})
