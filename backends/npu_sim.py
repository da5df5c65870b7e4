"""An Ascend NPU's arithmetic, emulated on the host's cores: what a precision mode would cost in accuracy."""

from typing import Any

from backends.engines.tensorflow.backend import TensorFlowBackend, is_installed
from backends.precision_modes import MODES
from backends.proof import SIMULATED, Proof
from backends.protocol import (
    KERNEL_UNROLLED,
    LOSS_SCALE_DYNAMIC,
    LOSS_SCALE_FIXED,
    LOSS_SCALE_NONE,
    Probe,
    Settings,
)
from har_model.config import Workload
from har_model.errors import UsageError

#: What the device is called in records and tables.
DEVICE = "npu-sim (simulated on the CPU)"
_OVERFLOW = "overflow"
_SATURATE = "saturate"
#: What becomes of a number that is too large: Ascend 910A saturates, A2 and later have infinities.
_OVERFLOWS = (_SATURATE, "infnan")


def _prove(model: Any) -> Proof:
    return Proof(SIMULATED, DEVICE, "computed on the CPU with an NPU's rounding emulated, for its accuracy alone")


class NpuSimBackend(TensorFlowBackend):
    """Rounds as the chip would; never a performance figure."""

    name = "npu-sim"
    kernels = (KERNEL_UNROLLED,)
    precisions = tuple(MODES)
    has_speed = False
    loss_scales = (LOSS_SCALE_NONE, LOSS_SCALE_FIXED, LOSS_SCALE_DYNAMIC)

    def probe(self) -> Probe:
        """Available wherever TensorFlow is installed."""
        if is_installed():
            return Probe(True, "The npu-sim backend is ready: accuracy on the CPU, never a performance figure.")
        return Probe(
            False, "The npu-sim backend needs TensorFlow, which this Python does not have; `make bench-cpu` sets it up."
        )

    def check_options(self, settings: Settings) -> None:
        """One option, `overflow`."""
        for option, value in settings.options.items():
            if option != _OVERFLOW or value not in _OVERFLOWS:
                raise UsageError(
                    "The npu-sim backend has no option %s=%s; its one option is %s=%s."
                    % (option, value, _OVERFLOW, "|".join(_OVERFLOWS))
                )
        if settings.device is not None:
            raise UsageError("The npu-sim backend has no numbered devices; leave --device out.")

    def place(self, workload: Workload, settings: Settings) -> Any:
        """Only the CPU is visible; one thread an operation, as on the cpu backend."""
        # The engine may be imported only once TensorFlow is, in the trial.
        from backends.engines.tensorflow import loss_scaling
        from backends.engines.tensorflow.compat import tf1
        from backends.engines.tensorflow.model import Placement
        from backends.engines.tensorflow.reduced import ops_with
        from backends.engines.tensorflow.rounding import Rounding

        arithmetic, overflow = MODES[settings.precision], settings.options.get(_OVERFLOW, _SATURATE)
        # Without loss scaling nothing asks for an overflow, on the chip neither.
        rounding = Rounding(overflow == _SATURATE, settings.loss_scale_kind != LOSS_SCALE_NONE)
        config = tf1.ConfigProto(
            device_count={"GPU": 0}, intra_op_parallelism_threads=1, inter_op_parallelism_threads=settings.threads
        )
        # The graph as it is written: what rewrites it might move a rounding, and takes a minute for so many of them.
        config.graph_options.rewrite_options.disable_meta_optimizer = True
        effective = {
            "kernel": settings.kernel,
            "precision": settings.precision,
            "rounding": arithmetic.to_dict(),
            "overflow": overflow,
            "loss_scale": settings.loss_scale,
        }

        def has_overflowed(gradients: Any) -> Any:  # the second where nothing is rounded, and so nothing is looked at
            return tf1.logical_or(rounding.has_overflowed(), loss_scaling.not_finite(gradients))

        scaling = loss_scaling.asked(settings, loss_scaling.ASCEND, has_overflowed)
        return Placement(ops_with(arithmetic, rounding), config, DEVICE, effective, _prove, scaling)
