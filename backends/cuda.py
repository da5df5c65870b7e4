"""An NVIDIA GPU, through TensorFlow. So far it only says what is missing: it does not measure yet."""

import ctypes
import glob
from typing import Any

from backends.engines.tensorflow.backend import TensorFlowBackend
from backends.protocol import KERNEL_FUSED, KERNEL_UNROLLED, BackendUnavailable, Probe, Settings
from har_model.config import Workload

_NOT_YET = "the gpu backend of this version cannot measure yet: use --backend cpu, or records made elsewhere"


def _has_driver() -> bool:
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    return True


class CudaBackend(TensorFlowBackend):
    """A probe that says in one sentence what this host lacks."""

    name = "gpu"
    kernels = (KERNEL_FUSED, KERNEL_UNROLLED)
    precisions = ("fp32",)

    def probe(self) -> Probe:
        """Device node and driver library, looked for without touching the device."""
        if not glob.glob("/dev/nvidia[0-9]*") and not glob.glob("/dev/dxg"):
            return Probe(
                False,
                "This host shows no NVIDIA GPU (no /dev/nvidia0): run on a CUDA host, or give the container its GPU "
                "with `--gpus all`.",
            )
        if not _has_driver():
            return Probe(
                False,
                "The NVIDIA driver's library libcuda.so.1 cannot be loaded: install the driver that fits the GPU.",
            )
        return Probe(False, "An NVIDIA GPU is there, but " + _NOT_YET + ".")

    def place(self, workload: Workload, settings: Settings) -> Any:
        """Refused: nothing pretends to measure."""
        raise BackendUnavailable(self.probe().sentence)
