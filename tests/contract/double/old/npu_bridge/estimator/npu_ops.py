"""Operations of the device."""

from npu_bridge.common import absent
from npu_bridge.common.operations import dropout, npu_init, npu_shutdown  # noqa: F401


def NPUInit(name=None):
    """The operation that starts the graph engine."""
    return npu_init(name)


def NPUShutdown(name=None):
    """The operation that stops the graph engine."""
    return npu_shutdown(name)


def initialize_system(name=None):
    """The operation that starts the graph engine."""
    return npu_init(name)


def shutdown_system(name=None):
    """The operation that stops the graph engine."""
    return npu_shutdown(name)


LARS = absent.function("LARS", "inputs_w, inputs_g, weight_decay, hyperpara=0.001, epsilon=0.00001, name=None")
LARSV2 = absent.function(
    "LARSV2",
    """input_weight, input_grad, weight_decay, learning_rate, hyperpara=0.001, epsilon=0.00001, use_clip=False,
    name=None""",
)
basic_lstm_cell = absent.function(
    "basic_lstm_cell", "x, h, c, w, b, keep_prob, forget_bias, state_is_tuple, activation, name=None"
)
