"""What an Ascend NPU's precision modes do to the arithmetic, as data: what is documented, and what is our reading.

Documented (CANN, TensorFlow adapter, `precision_mode` and `precision_mode_v2`): `allow_fp32_to_fp16` and its bfloat16
twin reduce matrix operations and leave vector operations in float32; `cube_fp16in_fp32out` (`force_fp32`) gives matrix
operations float16 inputs and float32 outputs, vector operations float32; `must_keep_origin_dtype` (`origin`) keeps the
graph's types; `force_fp16` (`fp16`) takes float16 wherever both are supported, and is meant for inference;
`allow_mix_precision` (`mixed_float16`) and its bfloat16 twin go by a built-in white, grey and black list.

Our reading, which a device may contradict:

- a matrix operation accumulates in float32 inside, whatever its output is rounded to;
- the lists of `allow_mix_precision`, which differ from chip to chip: matrix operations are white; elementwise
  operations follow them (grey); reductions, the moments of a norm, cross entropy and L2 are black;
- `force_fp16` takes those in float16 too; optimiser and variables stay float32 here, in every mode;
- each operation of the graph rounds its own output, as if nothing were fused;
- where the graph has float32 and the device computes it, float32 is IEEE's.
"""

from dataclasses import dataclass
from typing import Dict

FLOAT32 = "float32"
FLOAT16 = "float16"
BFLOAT16 = "bfloat16"


@dataclass(frozen=True)
class Arithmetic:
    """The format to which each kind of operation is rounded; forward and backward alike.

    Args:
        matrix_inputs: what a matrix multiplication reads.
        matrix_outputs: what it writes.
        vectors: what elementwise operations write: adding a bias, sums, products, sigmoid, tanh, dropout, the norm.
        reductions: what reductions write: mean and variance of the norm, cross entropy, L2, gradients of biases.
    """

    matrix_inputs: str
    matrix_outputs: str
    vectors: str
    reductions: str

    def to_dict(self) -> Dict[str, str]:
        """The formats by what is rounded to them, for the record."""
        return {
            "matrix_inputs": self.matrix_inputs,
            "matrix_accumulation": FLOAT32,
            "matrix_outputs": self.matrix_outputs,
            "vectors": self.vectors,
            "reductions": self.reductions,
            "optimiser_and_variables": FLOAT32,
        }


_MIXED = Arithmetic(FLOAT16, FLOAT16, FLOAT16, FLOAT32)
_MIXED_BFLOAT16 = Arithmetic(BFLOAT16, BFLOAT16, BFLOAT16, FLOAT32)
_ALL_FLOAT16 = Arithmetic(FLOAT16, FLOAT16, FLOAT16, FLOAT16)
_CUBE = Arithmetic(FLOAT16, FLOAT32, FLOAT32, FLOAT32)
_ORIGIN = Arithmetic(FLOAT32, FLOAT32, FLOAT32, FLOAT32)

#: The modes by the names of `precision_mode`, then by those of `precision_mode_v2`.
MODES: Dict[str, Arithmetic] = {
    "allow_mix_precision": _MIXED,
    "allow_fp32_to_fp16": Arithmetic(FLOAT16, FLOAT16, FLOAT32, FLOAT32),
    "force_fp16": _ALL_FLOAT16,
    "force_fp32": _CUBE,
    "cube_fp16in_fp32out": _CUBE,
    "must_keep_origin_dtype": _ORIGIN,
    "allow_mix_precision_bf16": _MIXED_BFLOAT16,
    "allow_fp32_to_bf16": Arithmetic(BFLOAT16, BFLOAT16, FLOAT32, FLOAT32),
    "allow_mix_precision_fp16": _MIXED,
    "mixed_float16": _MIXED,
    "mixed_bfloat16": _MIXED_BFLOAT16,
    "fp16": _ALL_FLOAT16,
    "origin": _ORIGIN,
}
