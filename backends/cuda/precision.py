"""The arithmetic that is asked for, what it needs, and what in the environment would change it unasked."""

from typing import Dict, Mapping, Optional, Tuple

from backends.protocol import Settings
from har_model.errors import UsageError

FP32, TF32, MIXED = "fp32", "tf32", "mixed"
ALL = (FP32, TF32, MIXED)

#: NVIDIA's libraries read it: 0 forbids TF32 whatever a program asks for.
TF32_OVERRIDE = "NVIDIA_TF32_OVERRIDE"
#: Ampere is the first generation with TF32.
_FIRST_WITH_TF32 = (8, 0)
#: auto_mixed_precision passes over every GPU below (kMinGPUArch in tensorflow/core/grappler/optimizers).
_FIRST_WITH_MIXED = (7, 0)

#: They rewrite the graph, or scale the loss, beside what is asked here (NVIDIA's builds).
_REWRITING = (
    "TF_ENABLE_AUTO_MIXED_PRECISION",
    "TF_ENABLE_AUTO_MIXED_PRECISION_GRAPH_REWRITE",
    "TF_ENABLE_AUTO_MIXED_PRECISION_LOSS_SCALING",
)
#: They let float32 be computed from float16 inputs on tensor cores.
_ROUNDING = (
    "TF_ENABLE_CUBLAS_TENSOR_OP_MATH_FP32",
    "TF_ENABLE_CUDNN_TENSOR_OP_MATH_FP32",
    "TF_ENABLE_CUDNN_RNN_TENSOR_OP_MATH_FP32",
)
_OFF = ("", "0", "false", "False")


def variables(precision: str) -> Dict[str, str]:
    """What the trial's environment must say: TF32 is off but where it is asked for, in mixed precision too."""
    return {} if precision == TF32 else {TF32_OVERRIDE: "0"}


def check_environment(settings: Settings, environment: Mapping[str, str]) -> None:
    """Refuse an environment that would change the arithmetic.

    Raises:
        UsageError: a variable does.
    """
    for name in _REWRITING + _ROUNDING:
        if environment.get(name, "0") not in _OFF:
            raise UsageError(
                "%s=%s would change the arithmetic beside what --precision asks for: unset it."
                % (name, environment[name])
            )
    if settings.precision == TF32 and environment.get(TF32_OVERRIDE) == "0":
        raise UsageError("%s=0 forbids TF32: unset it, or take --precision fp32." % TF32_OVERRIDE)


def check_tensorflow(precision: str, version: str, knows_tf32: bool) -> None:
    """Refuse TF32 where TensorFlow does not know it.

    Args:
        precision: what is asked.
        version: of TensorFlow.
        knows_tf32: whether it has a switch for it, or is a build of NVIDIA's, where it is on unless it is forbidden.

    Raises:
        UsageError: it is not known.
    """
    if precision == TF32 and not knows_tf32:
        raise UsageError(
            "TensorFlow %s does not know TF32: take --precision fp32, or TensorFlow 2.4 or newer, or NVIDIA's own 1.15."
            % version
        )


def check_gpu(precision: str, name: str, capability: Optional[Tuple[int, int]]) -> None:
    """Refuse what the GPU's generation would silently compute otherwise.

    Args:
        precision: what is asked.
        name: the GPU's.
        capability: its compute capability; None where it is not known.

    Raises:
        UsageError: it takes a newer GPU.
    """
    least = {TF32: _FIRST_WITH_TF32, MIXED: _FIRST_WITH_MIXED}.get(precision)
    if least is not None and capability is not None and capability < least:
        raise UsageError(
            "--precision %s takes a GPU of compute capability %d.%d, and the %s has %d.%d: take --precision fp32."
            % ((precision,) + least + (name,) + capability)
        )
