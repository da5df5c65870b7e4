"""THE shared model definition: the stacked residual bidirectional LSTM, written once against a few primitives.

An engine supplies the primitives (`Ops`); a backend may replace those that its device does better. All inner tensors
are time-major.
"""

from abc import ABC, abstractmethod
from collections import OrderedDict
from typing import Any, Dict, List, Mapping

from har_model import weights as names
from har_model.config import NetworkConfig

Tensor = Any

#: Added to the forget gate before its sigmoid, by every kernel.
FORGET_BIAS = 0.999
#: Added to the variance of the batch norm.
NORM_EPSILON = 0.001


class Ops(ABC):
    """The primitives from which the network is made. Shapes: T time steps, B windows, F features."""

    @abstractmethod
    def time_major(self, windows: Tensor) -> Tensor:
        """`[B, T, F]` to `[T, B, F]`."""

    @abstractmethod
    def dense_relu(self, inputs: Tensor, kernel: Tensor, bias: Tensor) -> Tensor:
        """`relu(inputs @ kernel + bias)` on the last axis."""

    @abstractmethod
    def lstm(self, inputs: Tensor, kernel: Tensor, bias: Tensor) -> Tensor:
        """BasicLSTMCell over time, zero initial state; `[T, B, n_in]` to `[T, B, n]`.

        kernel `[n_in + n, 4 n]` and bias `[4 n]` in gate order i, j, f, o; `FORGET_BIAS` added to f.
        """

    @abstractmethod
    def reverse(self, inputs: Tensor) -> Tensor:
        """`[T, B, F]` with its time steps in the opposite order."""

    @abstractmethod
    def concat(self, parts: List[Tensor]) -> Tensor:
        """Parts joined on the feature axis."""

    @abstractmethod
    def add(self, left: Tensor, right: Tensor) -> Tensor:
        """Sum of two tensors of the same shape."""

    @abstractmethod
    def moments_norm(self, inputs: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
        """Each time step by itself: `scale * (x - mean) / sqrt(var + NORM_EPSILON) + shift`.

        Mean and population variance run over batch and features, in evaluation as well; scale and shift are `[1]`.
        """

    @abstractmethod
    def dropout(self, inputs: Tensor, site: str) -> Tensor:
        """Dropout with the step's keep probability; `site` names the place, so that each has its own random stream."""

    @abstractmethod
    def take_last(self, inputs: Tensor) -> Tensor:
        """`[T, B, F]` to the last time step `[B, F]`."""

    @abstractmethod
    def cross_entropy(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Batch mean of the softmax cross-entropy; labels are class indices `[B]`."""

    @abstractmethod
    def l2(self, variables: List[Tensor]) -> Tensor:
        """Sum over variables of `sum(v ** 2) / 2`."""


def _direction(
    inputs: Tensor, branch: names.Branch, weights: Mapping[str, Tensor], ops: Ops, probes: Dict[str, Tensor]
) -> Tensor:
    scope = branch.scope
    dense = ops.dense_relu(inputs, weights[scope + names.DENSE_KERNEL], weights[scope + names.DENSE_BIAS])
    sequence = ops.reverse(dense) if branch.is_reversed else dense
    hidden = ops.lstm(sequence, weights[scope + names.LSTM_KERNEL], weights[scope + names.LSTM_BIAS])
    hidden = ops.reverse(hidden) if branch.is_reversed else hidden
    probes[scope + "dense"] = dense
    probes[scope + "lstm"] = hidden
    return hidden


def _block(
    inputs: Tensor,
    layer: int,
    weights: Mapping[str, Tensor],
    ops: Ops,
    config: NetworkConfig,
    probes: Dict[str, Tensor],
) -> Tensor:
    total = None
    for passes in names.block_branches(config, layer):
        outputs = [_direction(inputs, branch, weights, ops, probes) for branch in passes]
        output = ops.concat(outputs) if len(outputs) > 1 else outputs[0]
        # Every branch reads the block's input: the "residual" branches are parallel, not stacked.
        total = output if total is None else ops.add(total, output)
    scope = names.block_scope(layer)
    if config.has_batch_norm:
        total = ops.moments_norm(total, weights[scope + names.NORM_SCALE], weights[scope + names.NORM_SHIFT])
    probes[scope + "output"] = total
    return total


def forward(
    windows: Tensor, weights: Mapping[str, Tensor], ops: Ops, config: NetworkConfig
) -> "OrderedDict[str, Tensor]":
    """Run the network.

    Args:
        windows: `[B, T, I]`.
        weights: canonical name to variable, see `har_model.weights`.
        ops: the engine's primitives.
        config: shape of the network.

    Returns:
        Every tensor that matters by its probe name, `logits` `[B, C]` last. Inner tensors are time-major.
    """
    probes: OrderedDict[str, Tensor] = OrderedDict()
    hidden = ops.dropout(ops.time_major(windows), "input")
    for layer in range(1, config.n_stacked_layers + 1):
        if layer > 1 and config.dropout_between_layers:
            hidden = ops.dropout(hidden, "layer_%d" % layer)
        hidden = _block(hidden, layer, weights, ops, config, probes)
    last = ops.dropout(ops.take_last(hidden), "last")
    scope = names.NETWORK_SCOPE
    # The logits pass a ReLU, as in the reference.
    probes["logits"] = ops.dense_relu(last, weights[scope + names.DENSE_KERNEL], weights[scope + names.DENSE_BIAS])
    return probes


def objective(
    logits: Tensor, labels: Tensor, weights: Mapping[str, Tensor], ops: Ops, l2_coefficient: float
) -> Dict[str, Tensor]:
    """The loss that is minimised and its parts: `cross_entropy`, `l2` (unweighted) and `loss`."""
    cross_entropy = ops.cross_entropy(logits, labels)
    l2 = ops.l2([value for name, value in weights.items() if names.is_regularised(name)])
    return {"cross_entropy": cross_entropy, "l2": l2, "loss": ops.add(cross_entropy, l2_coefficient * l2)}
