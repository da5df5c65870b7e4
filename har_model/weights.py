"""The canonical weights: the reference's names and layouts, their initial values, and back from names to a network."""

import re
from collections import OrderedDict
from dataclasses import dataclass
from typing import Dict, Iterator, Mapping, Optional, Tuple

import numpy as np

from har_model.config import NetworkConfig
from har_model.errors import DataError

Shape = Tuple[int, ...]

NETWORK_SCOPE = "LSTM_network/"
DENSE_KERNEL = "relu_fc_weights"
DENSE_BIAS = "relu_fc_biases_noreg"
LSTM_KERNEL = "lstm_cell/rnn/basic_lstm_cell/kernel"
LSTM_BIAS = "lstm_cell/rnn/basic_lstm_cell/bias"
NORM_SCALE = "batch_norm/a_noreg"
NORM_SHIFT = "batch_norm/b_noreg"


@dataclass(frozen=True)
class Branch:
    """One dense layer and LSTM of a block.

    Args:
        scope: name prefix of its variables, ending in a slash.
        n_inputs: width of what the block reads.
        width: width of the dense layer and of the LSTM.
        is_reversed: whether it reads the window backwards.
    """

    scope: str
    n_inputs: int
    width: int
    is_reversed: bool


def block_scope(layer: int) -> str:
    """Name prefix of block `layer`, counted from 1."""
    return "%slayer_%d/" % (NETWORK_SCOPE, layer)


def block_branches(config: NetworkConfig, layer: int) -> Tuple[Tuple[Branch, ...], ...]:
    """The branches of block `layer` (from 1), main branch first; each is one pass or a forward and a backward one."""
    n_inputs = config.n_channels if layer == 1 else config.n_hidden
    scopes = [block_scope(layer)]
    scopes += ["%sLSTM_residual_%d/" % (block_scope(layer), i) for i in range(config.n_branches - 1)]
    if not config.bidirectional:
        return tuple((Branch(scope, n_inputs, config.n_hidden, False),) for scope in scopes)
    half = config.n_hidden // 2
    return tuple(
        (Branch(scope + "pass_forward/", n_inputs, half, False), Branch(scope + "pass_backward/", n_inputs, half, True))
        for scope in scopes
    )


def _variables(config: NetworkConfig) -> Iterator[Tuple[str, Shape]]:
    for layer in range(1, config.n_stacked_layers + 1):
        for passes in block_branches(config, layer):
            for branch in passes:
                width = branch.width
                yield branch.scope + DENSE_KERNEL, (branch.n_inputs, width)
                yield branch.scope + DENSE_BIAS, (width,)
                yield branch.scope + LSTM_KERNEL, (2 * width, 4 * width)
                yield branch.scope + LSTM_BIAS, (4 * width,)
        if config.has_batch_norm:
            yield block_scope(layer) + NORM_SCALE, (1,)
            yield block_scope(layer) + NORM_SHIFT, (1,)
    yield NETWORK_SCOPE + DENSE_KERNEL, (config.n_hidden, config.n_classes)
    yield NETWORK_SCOPE + DENSE_BIAS, (config.n_classes,)


def variable_shapes(config: NetworkConfig) -> "OrderedDict[str, Shape]":
    """Name and shape of every trainable variable, in the order in which the reference creates them."""
    return OrderedDict(_variables(config))


def count_parameters(config: NetworkConfig) -> int:
    """Trainable parameters of the network."""
    return sum(int(np.prod(shape)) for shape in variable_shapes(config).values())


def is_regularised(name: str) -> bool:
    """Whether the L2 term of the loss covers a variable.

    The rule is the reference's: its name holds neither "noreg" nor "Bias". TensorFlow 1.15 names an LSTM's bias
    "bias", so LSTM biases are covered, which the original of TensorFlow 0.11 did not intend.
    """
    return "noreg" not in name and "Bias" not in name


def _initial_value(name: str, shape: Shape, draw: np.random.RandomState) -> np.ndarray:
    if name.endswith(DENSE_KERNEL):
        return draw.normal(0.0, 0.2, shape)
    if name.endswith(DENSE_BIAS):
        return draw.normal(0.3, 0.2, shape)
    if name.endswith(LSTM_KERNEL):
        limit = np.sqrt(6.0 / sum(shape))  # Glorot and Bengio 2010, equation 16
        return draw.uniform(-limit, limit, shape)
    if name.endswith(NORM_SCALE):
        return np.full(shape, 0.5)
    return np.zeros(shape)


def initial_weights(config: NetworkConfig, seed: int) -> "OrderedDict[str, np.ndarray]":
    """Initial values (float32) of every variable; drawn by NumPy, so that each engine starts from the same ones."""
    draw = np.random.RandomState(seed)
    return OrderedDict(
        (name, _initial_value(name, shape, draw).astype(np.float32)) for name, shape in variable_shapes(config).items()
    )


def _infer(shapes: Mapping[str, Shape], window_length: int) -> NetworkConfig:
    layers = {
        int(match.group(1)) for match in (re.match(NETWORK_SCOPE + r"layer_(\d+)/", name) for name in shapes) if match
    }
    residuals = {match.group(1) for match in (re.search(r"/LSTM_residual_(\d+)/", name) for name in shapes) if match}
    bidirectional = any("/pass_backward/" in name for name in shapes)
    first = block_scope(1) + ("pass_forward/" if bidirectional else "") + DENSE_KERNEL
    n_hidden, n_classes = shapes[NETWORK_SCOPE + DENSE_KERNEL]
    has_norm = block_scope(1) + NORM_SCALE in shapes
    return NetworkConfig(
        n_hidden=n_hidden,
        n_layers_in_highway=len(residuals) + 1 if has_norm else 0,
        n_stacked_layers=max(layers),
        bidirectional=bidirectional,
        window_length=window_length,
        n_channels=shapes[first][0],
        n_classes=n_classes,
    )


def infer_network(shapes: Mapping[str, Shape], window_length: int = 128) -> NetworkConfig:
    """The network whose weights have these names and shapes (names that are not the network's are passed over).

    Args:
        shapes: variable name to shape, as a checkpoint lists them.
        window_length: time steps of a window, which weights do not tell.

    Raises:
        DataError: no network of this family has such weights.
    """
    ours: Dict[str, Shape] = {
        name: tuple(shape) for name, shape in shapes.items() if name.startswith(NETWORK_SCOPE) and "/Adam" not in name
    }
    try:
        config: Optional[NetworkConfig] = _infer(ours, window_length)
    except (KeyError, ValueError, IndexError):
        config = None
    if config is None or dict(variable_shapes(config)) != ours:
        raise DataError(
            "These are not the weights of a stacked residual LSTM: expected variables named like %r with "
            "matching shapes, "
            "found %d variables below %r; use a checkpoint that harbench or the ModelZoo port has saved."
            % (block_scope(1) + DENSE_KERNEL, len(ours), NETWORK_SCOPE)
        )
    return config
