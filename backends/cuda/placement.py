"""How the graph lies on the GPU: session, kernel, arithmetic and loss scale, with what of it took effect."""

import ctypes
import os
from typing import Any, Callable, Dict, Optional

from backends.cuda import build as builds
from backends.cuda import driver as drivers
from backends.cuda import precision as precisions
from backends.cuda import proof, variables
from backends.engines.tensorflow import xla
from backends.proof import Proof
from backends.protocol import KERNEL_FUSED, KERNEL_UNROLLED, BackendUnavailable, Settings
from har_model.config import Workload
from har_model.errors import UsageError

#: The device's own options and what each may be; the first is its default.
OPTIONS = {"xla": ("off", "on")}
#: Only a library that lies in the process already is asked (dlopen(3)).
_LOADED_ALONE = getattr(os, "RTLD_NOLOAD", 0) | getattr(os, "RTLD_LAZY", 0)


def session_config(settings: Settings) -> Any:
    """The session's configuration.

    `allow_soft_placement` stays off. Nothing in the graph is pinned to a device, so nothing needs to be moved: each
    operation goes to the GPU where it has a kernel for it. Whatever would pin one to the GPU then fails without a GPU
    and is not moved to the host in silence. What lies on the host all the same is found by `proof`.
    """
    from backends.engines.tensorflow.compat import tf1

    config = tf1.ConfigProto(
        allow_soft_placement=False,
        log_device_placement=False,
        intra_op_parallelism_threads=settings.threads,
        inter_op_parallelism_threads=settings.threads,
        gpu_options=tf1.GPUOptions(allow_growth=True, visible_device_list="0"),
    )
    if settings.options.get("xla") == "on":
        config.graph_options.optimizer_options.global_jit_level = tf1.OptimizerOptions.ON_1
    if settings.precision == precisions.MIXED:
        from backends.engines.tensorflow import mixed_precision

        mixed_precision.rewrite(config)
    return config


def cudnn_version(build: Optional[builds.Build]) -> Optional[str]:
    """The version of the cuDNN that this process has loaded, as "8.9.7"; None where none is, or it cannot be told."""
    major = builds.version_of(build.cudnn) if build else None
    if major is None or not _LOADED_ALONE:
        return None
    try:
        number = int(ctypes.CDLL("libcudnn.so.%d" % major[0], mode=_LOADED_ALONE).cudnnGetVersion())
    except (OSError, AttributeError):
        return None
    # From version 9 on a major version counts ten thousands: https://docs.nvidia.com/deeplearning/cudnn
    unit = 10000 if number >= 90000 else 1000
    return "%d.%d.%d" % (number // unit, number % unit // 100, number % 100)


def stack(build: Optional[builds.Build]) -> Dict[str, Optional[str]]:
    """Versions of what lies between TensorFlow and the GPU; None where one is not known."""
    return {
        "driver": drivers.kernel_version(drivers.root()),
        "cuda": build.cuda if build else None,
        "cudnn": cudnn_version(build) or (build.cudnn if build else None),
    }


def _make_ops(kernel: str) -> Any:
    from backends.engines.tensorflow import cudnn, kernels
    from backends.engines.tensorflow.ops import ops_with

    if kernel == KERNEL_FUSED:
        return cudnn.ops()
    if kernel == KERNEL_UNROLLED:
        return ops_with(kernels.unrolled)
    raise UsageError("The gpu backend has no kernel %r; choose fused or unrolled." % kernel)


def _tf32(precision: str, build: Optional[builds.Build]) -> str:
    """Switch TF32 as asked, and say in words what holds then."""
    from backends.engines.tensorflow import compat, gpus

    is_nvidias = bool(build and build.is_nvidias) or builds.is_nvidias_version(compat.version())
    precisions.check_tensorflow(precision, compat.version(), gpus.has_tensor_float_32() or is_nvidias)
    is_on = gpus.set_tensor_float_32(precision == precisions.TF32)
    if is_on is None and not is_nvidias:
        return "off (this TensorFlow has none)"
    if is_on is None:
        is_forbidden = os.environ.get(precisions.TF32_OVERRIDE) == "0"
        return "off (%s=0)" % precisions.TF32_OVERRIDE if is_forbidden else "on, as NVIDIA's builds have it"
    return "on" if is_on else "off"


def _effective(workload: Workload, settings: Settings, gpu: Any, build: Optional[builds.Build]) -> Dict[str, Any]:
    """The settings as they took effect."""
    tf32 = _tf32(settings.precision, build)
    words = {precisions.MIXED: "float16 where TensorFlow's rewrite puts it, else float32, TF32 %s"}
    capability = gpu.compute_capability
    return {
        "kernel": settings.kernel,
        "precision": settings.precision,
        "arithmetic": words.get(settings.precision, "float32, TF32 %s") % tf32,
        "tf32": tf32,
        "loss_scale": settings.loss_scale,
        "batch_size": workload.training.batch_size,
        "memory": "grows as needed",
        "xla_jit": xla.asked_by(os.environ) or settings.options.get("xla", "off"),
        "soft_placement": False,
        "deterministic": {name: os.environ.get(name) for name in ("TF_DETERMINISTIC_OPS", "TF_CUDNN_DETERMINISTIC")},
        "visible_device": os.environ.get(variables.VARIABLE),
        "compute_capability": "%d.%d" % capability if capability else None,
        "cudnn": cudnn_version(build),
        "intra_op_threads": settings.threads,
        "inter_op_threads": settings.threads,
    }


def _prover(precision: str, gpu: Any) -> Callable[[Any], Proof]:
    def prove(model: Any) -> Proof:
        nodes = model.placed_nodes()
        # Not asked before the first step: what it costs to start up would then be missing from that step.
        if precision == precisions.MIXED and not proof.is_rewritten(nodes):
            raise BackendUnavailable(
                "TensorFlow left the graph in float32 where mixed precision was asked for: take --precision fp32, and "
                "look for auto_mixed_precision in the trial's log."
            )
        return proof.of_nodes(nodes, gpu.name, gpu.description)

    return prove


def place(workload: Workload, settings: Settings, gpu: Any) -> Any:
    """The placement.

    Args:
        workload: what is trained.
        settings: how it is asked for.
        gpu: TensorFlow's GPU, an `engines.tensorflow.gpus.Gpu`.

    Raises:
        UsageError: TensorFlow or the GPU has not what is asked for.
    """
    from backends.engines.tensorflow import loss_scaling
    from backends.engines.tensorflow.model import Placement

    build = builds.find()
    return Placement(
        make_ops=_make_ops(settings.kernel),
        session_config=session_config(settings),
        device=gpu.name,
        effective=_effective(workload, settings, gpu, build),
        prove=_prover(settings.precision, gpu),
        scaling=loss_scaling.asked(settings),
        stack=stack(build),
    )
