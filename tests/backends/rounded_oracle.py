"""The primitives in an NPU's arithmetic, in NumPy: written from docs/npu-sim.md, not from the backend."""

from typing import Any, Callable, Dict, NamedTuple

import numpy as np

from har_model.oracle import OracleOps

Round = Callable[[Any], np.ndarray]


def to_float16(values):
    """Nearest float16, ties to even, held at the largest."""
    largest = np.float32(65504)
    with np.errstate(over="ignore"):
        return np.clip(np.asarray(values, np.float32).astype(np.float16).astype(np.float32), -largest, largest)


def to_bfloat16(values):
    """Nearest bfloat16, ties to even, held at the largest: by the bits, since NumPy has no such type."""
    bits = np.array(values, np.float32, ndmin=1).view(np.uint32).astype(np.uint64)
    bits = (bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000
    largest = np.array([0x7F7F0000], np.uint32).view(np.float32)[0]
    return np.clip(bits.astype(np.uint32).view(np.float32), -largest, largest).reshape(np.shape(values))


def unrounded(values):
    """float32."""
    return np.asarray(values, np.float32)


class Mode(NamedTuple):
    """What is rounded how: a matrix product's inputs and its output, elementwise results, reductions."""

    read: Round
    write: Round
    vector: Round
    reduce: Round


MODES: Dict[str, Mode] = {
    "allow_mix_precision": Mode(to_float16, to_float16, to_float16, unrounded),
    "allow_mix_precision_fp16": Mode(to_float16, to_float16, to_float16, unrounded),
    "mixed_float16": Mode(to_float16, to_float16, to_float16, unrounded),
    "allow_fp32_to_fp16": Mode(to_float16, to_float16, unrounded, unrounded),
    "force_fp16": Mode(to_float16, to_float16, to_float16, to_float16),
    "fp16": Mode(to_float16, to_float16, to_float16, to_float16),
    "force_fp32": Mode(to_float16, unrounded, unrounded, unrounded),
    "cube_fp16in_fp32out": Mode(to_float16, unrounded, unrounded, unrounded),
    "must_keep_origin_dtype": Mode(unrounded, unrounded, unrounded, unrounded),
    "origin": Mode(unrounded, unrounded, unrounded, unrounded),
    "allow_mix_precision_bf16": Mode(to_bfloat16, to_bfloat16, to_bfloat16, unrounded),
    "mixed_bfloat16": Mode(to_bfloat16, to_bfloat16, to_bfloat16, unrounded),
    "allow_fp32_to_bf16": Mode(to_bfloat16, to_bfloat16, unrounded, unrounded),
}


def _sigmoid(x):
    return 1 / (1 + np.exp(-x.astype(np.float64)))


def _tanh(x):
    return np.tanh(x.astype(np.float64))


class RoundedOracleOps(OracleOps):
    """`network.Ops` on float32 arrays, without dropout, each result rounded."""

    def __init__(self, mode: Mode) -> None:
        super().__init__()
        self._mode = mode

    def _product(self, left, right):
        return self._mode.write(self._mode.read(left).astype(np.float64) @ self._mode.read(right).astype(np.float64))

    def dense_relu(self, inputs, kernel, bias):
        return np.maximum(self._mode.vector(self._product(inputs, kernel) + self._mode.vector(bias)), 0)

    def lstm(self, inputs, kernel, bias):
        vector, width = self._mode.vector, kernel.shape[1] // 4
        hidden = cell = np.zeros((inputs.shape[1], width), np.float32)
        outputs = []
        for step_inputs in inputs:  # (batch, n_in)
            gates = vector(self._product(np.concatenate([step_inputs, hidden], axis=1), kernel) + vector(bias))
            i, j, f, o = np.split(gates, 4, axis=1)
            kept = vector(cell * vector(_sigmoid(vector(f + np.float32(0.999)))))
            cell = vector(kept + vector(vector(_sigmoid(i)) * vector(_tanh(j))))
            hidden = vector(vector(_tanh(cell)) * vector(_sigmoid(o)))
            outputs.append(hidden)
        return np.stack(outputs)

    def add(self, left, right):
        return self._mode.vector(left + right)

    def moments_norm(self, inputs, scale, shift):
        vector, reduce = self._mode.vector, self._mode.reduce
        mean = reduce(inputs.astype(np.float64).mean(axis=(1, 2), keepdims=True))
        variance = reduce(inputs.astype(np.float64).var(axis=(1, 2), keepdims=True))
        scaled = vector(vector(scale) * vector(inputs - mean))
        return vector(vector(scaled * vector(1 / np.sqrt(variance + 0.001))) + vector(shift))

    def dropout(self, inputs, site):
        return self._mode.vector(inputs)
