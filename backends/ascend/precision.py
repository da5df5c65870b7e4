"""Precision modes of the adapter: which there are, by which option they are set, and on which chips."""

from typing import Tuple

#: Values of `precision_mode`. The first is what the published script used.
MODES = (
    "allow_mix_precision", "allow_fp32_to_fp16", "force_fp16", "force_fp32", "must_keep_origin_dtype",
    "cube_fp16in_fp32out", "allow_mix_precision_fp16", "allow_mix_precision_bf16", "allow_fp32_to_bf16",
)  # fmt: skip
#: Of these only the first five are known to the adapter of 2021.
OLD_MODES = MODES[:5]
#: Values of `precision_mode_v2`, as far as the other option does not have them, and without the two that the reference
#: calls not supported.
MODES_V2 = ("fp16", "origin", "mixed_float16", "mixed_bfloat16")
ALL = MODES + MODES_V2
#: Atlas A2, A3 and 950 only; the family of chips that lacks them, as `backends.telemetry.npu_smi.chips` calls it.
WITHOUT_BFLOAT16 = "910"
BFLOAT16_MODES = ("allow_mix_precision_bf16", "allow_fp32_to_bf16", "mixed_bfloat16")


def key_of(precision: str) -> str:
    """The session option that a precision is set by; setting both is an error of the adapter."""
    return "precision_mode_v2" if precision in MODES_V2 else "precision_mode"


def modes_of(is_old: bool) -> Tuple[str, ...]:
    """The precisions that an adapter knows."""
    return OLD_MODES if is_old else ALL
