"""The primitives in NumPy float64: the judge of every engine."""

from typing import Any, List, Mapping, Optional

import numpy as np

from har_model import network
from har_model.config import NetworkConfig


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 0.5 * (np.tanh(0.5 * x) + 1.0)  # never overflows, unlike 1 / (1 + exp(-x))


class OracleOps(network.Ops):
    """`network.Ops` on float64 arrays.

    Args:
        dropout_masks: site to a mask that multiplies its input (already divided by the keep probability);
            a site without one keeps everything, which is evaluation.
    """

    def __init__(self, dropout_masks: Optional[Mapping[str, np.ndarray]] = None) -> None:
        self._masks = dropout_masks or {}

    def time_major(self, windows: np.ndarray) -> np.ndarray:
        return np.transpose(np.asarray(windows, np.float64), (1, 0, 2))

    def dense_relu(self, inputs: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
        return np.maximum(inputs @ np.asarray(kernel, np.float64) + np.asarray(bias, np.float64), 0.0)

    def lstm(self, inputs: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
        kernel, bias = np.asarray(kernel, np.float64), np.asarray(bias, np.float64)
        width = kernel.shape[1] // 4
        hidden = cell = np.zeros((inputs.shape[1], width))
        outputs = []
        for step_inputs in inputs:  # (batch, n_in)
            gates = np.concatenate([step_inputs, hidden], axis=1) @ kernel + bias
            i, j, f, o = np.split(gates, 4, axis=1)
            cell = cell * _sigmoid(f + network.FORGET_BIAS) + _sigmoid(i) * np.tanh(j)
            hidden = np.tanh(cell) * _sigmoid(o)
            outputs.append(hidden)
        return np.stack(outputs)

    def reverse(self, inputs: np.ndarray) -> np.ndarray:
        return inputs[::-1]

    def concat(self, parts: List[np.ndarray]) -> np.ndarray:
        return np.concatenate(parts, axis=-1)

    def add(self, left: Any, right: Any) -> Any:
        return left + right

    def moments_norm(self, inputs: np.ndarray, scale: np.ndarray, shift: np.ndarray) -> np.ndarray:
        mean = inputs.mean(axis=(1, 2), keepdims=True)
        variance = inputs.var(axis=(1, 2), keepdims=True)
        return float(scale[0]) * (inputs - mean) / np.sqrt(variance + network.NORM_EPSILON) + float(shift[0])

    def dropout(self, inputs: np.ndarray, site: str) -> np.ndarray:
        return inputs * self._masks[site] if site in self._masks else inputs

    def take_last(self, inputs: np.ndarray) -> np.ndarray:
        return inputs[-1]

    def cross_entropy(self, logits: np.ndarray, labels: np.ndarray) -> float:
        shifted = logits - logits.max(axis=1, keepdims=True)
        log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        return float(-log_probabilities[np.arange(len(labels)), labels].mean())

    def l2(self, variables: List[np.ndarray]) -> float:
        return float(sum(np.sum(np.square(v, dtype=np.float64)) / 2 for v in variables))


def logits(windows: np.ndarray, weights: Mapping[str, np.ndarray], config: NetworkConfig) -> np.ndarray:
    """What the network must answer in evaluation: `[B, T, I]` to float64 `[B, C]`."""
    return network.forward(windows, weights, OracleOps(), config)["logits"]


def loss(
    windows: np.ndarray,
    labels: np.ndarray,
    weights: Mapping[str, np.ndarray],
    config: NetworkConfig,
    l2_coefficient: float,
) -> float:
    """What the loss must be without dropout."""
    answer = logits(windows, weights, config)
    return float(network.objective(answer, labels, weights, OracleOps(), l2_coefficient)["loss"])
