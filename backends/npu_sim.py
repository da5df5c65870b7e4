"""An Ascend NPU's arithmetic, emulated on the host's cores: what a precision mode would cost in accuracy."""

from typing import Any

from backends.engines.tensorflow.backend import TensorFlowBackend, is_installed
from backends.protocol import KERNEL_UNROLLED, BackendUnavailable, Probe, Settings
from har_model.config import Workload


class NpuSimBackend(TensorFlowBackend):
    """Rounds as the chip would; never a performance figure."""

    name = "npu-sim"
    kernels = (KERNEL_UNROLLED,)
    precisions = ("allow_mix_precision",)

    def probe(self) -> Probe:
        """Available wherever TensorFlow is installed."""
        return Probe(is_installed(), "The npu-sim backend computes on the CPU and never yields a performance figure.")

    def place(self, workload: Workload, settings: Settings) -> Any:
        """Not written yet."""
        raise BackendUnavailable("The npu-sim backend cannot compute yet.")
