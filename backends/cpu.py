"""The host's processor, through TensorFlow."""

import math
import os
from typing import Any

from backends import slowed
from backends.engines.tensorflow import xla
from backends.engines.tensorflow.backend import TensorFlowBackend, is_installed
from backends.proof import PROVEN, UNPROVEN, Proof
from backends.protocol import KERNEL_FUSED, KERNEL_UNROLLED, Model, Probe, Settings
from har_model.config import Workload
from har_model.errors import UsageError


def batch_slices(independent_lstms: int, threads: int) -> int:
    """Slices of the batch with which a block's independent LSTMs fill the threads: BlockLSTM uses one thread each."""
    return max(1, math.ceil(threads / independent_lstms))


def _prove(model: Any) -> Proof:
    kinds = sorted({device.device_type for device in model.session.list_devices()} - {"XLA_CPU"})
    state = PROVEN if kinds == ["CPU"] else UNPROVEN
    return Proof(state, "cpu", "the session lists devices of type %s" % ", ".join(kinds))


class CpuBackend(TensorFlowBackend):
    """Runs the graph on the host's cores: one thread an operation, as many operations side by side as cores."""

    name = "cpu"
    kernels = (KERNEL_FUSED, KERNEL_UNROLLED)
    precisions = ("fp32",)

    def probe(self) -> Probe:
        """Available wherever TensorFlow is installed."""
        if is_installed():
            return Probe(True, "The CPU backend is ready.")
        return Probe(
            False, "The CPU backend needs TensorFlow, which this Python does not have; `make bench-cpu` sets it up."
        )

    def open(self, workload: Workload, settings: Settings) -> Model:
        """Build graph and session; slowed down where a test of harbench's verdicts asks for it."""
        model, factor = super().open(workload, settings), slowed.factor()
        return model if factor is None else slowed.SlowedModel(model, factor)

    def place(self, workload: Workload, settings: Settings) -> Any:
        """Only the CPU is visible; the fused kernel cuts the batch until the cores are filled."""
        # The engine may be imported only once TensorFlow is, in the trial.
        from backends.engines.tensorflow import kernels
        from backends.engines.tensorflow.compat import tf1
        from backends.engines.tensorflow.model import Placement
        from backends.engines.tensorflow.ops import ops_with

        slices = batch_slices(workload.network.independent_lstms, settings.threads)
        config = tf1.ConfigProto(
            device_count={"GPU": 0},
            intra_op_parallelism_threads=1,
            inter_op_parallelism_threads=settings.threads,
        )
        effective = {
            "kernel": settings.kernel,
            "precision": settings.precision,
            "intra_op_threads": config.intra_op_parallelism_threads,
            "inter_op_threads": config.inter_op_parallelism_threads,
            "xla_jit": xla.asked_by(os.environ, is_cpu=True) or "off",
        }
        if settings.kernel == KERNEL_UNROLLED:
            return Placement(ops_with(kernels.unrolled), config, "cpu", effective, _prove)
        if settings.kernel == KERNEL_FUSED:
            return Placement(
                ops_with(kernels.fused(slices)), config, "cpu", dict(effective, batch_slices=slices), _prove
            )
        raise UsageError("The cpu backend has no kernel %r; choose %s." % (settings.kernel, " or ".join(self.kernels)))
