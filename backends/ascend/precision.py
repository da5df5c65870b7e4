"""Precision modes of the adapter: which there are, by which option they are set, and on which chips."""

from typing import Optional, Tuple

from har_model.errors import UsageError

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
#: Families of chips that compute no bfloat16, as `backends.telemetry.npu_smi.chips` calls them: A2, A3 and 950 do.
WITHOUT_BFLOAT16 = ("910", "310", "310P")
BFLOAT16_MODES = ("allow_mix_precision_bf16", "allow_fp32_to_bf16", "mixed_bfloat16")

#: Everything in float16 that can be: the adapter's documents give it for inference only.
INFERENCE_MODES = ("force_fp16", "fp16")
#: The graph's own types, float32 here, whether the chip has kernels for them or not.
ORIGIN_MODES = ("must_keep_origin_dtype", "origin")
#: The family whose hardware trains in mixed precision alone (migration/accuracy_debugging/pre-tuning_check.md).
MIXED_ONLY = "910"


def key_of(precision: str) -> str:
    """The session option that a precision is set by; setting both is an error of the adapter."""
    return "precision_mode_v2" if precision in MODES_V2 else "precision_mode"


def modes_of(is_old: bool) -> Tuple[str, ...]:
    """The precisions that an adapter knows."""
    return OLD_MODES if is_old else ALL


def limit(precision: str, family: Optional[str]) -> Optional[str]:
    """What the adapter's documents hold against training in a precision, for the record; None: nothing that is known.

    Args:
        precision: one of `ALL`.
        family: of the chip; None where npu-smi does not tell.
    """
    if precision in INFERENCE_MODES:
        return "the adapter's documents give it for inference only"
    if precision in ORIGIN_MODES and family == MIXED_ONLY:
        return "this chip trains in mixed precision only, what has no float32 kernel runs on its AI CPU or fails"
    return None


def check(precision: str, is_old: bool, has_v2: bool, family: Optional[str], chip: str) -> None:
    """Refuse a precision that would be ignored, or that the chip does not compute.

    Args:
        precision: one of `ALL`.
        is_old: whether the adapter is that of 2021.
        has_v2: whether it looks for `precision_mode_v2`; one between the old and the new does not.
        family: of the chip; None where npu-smi does not tell.
        chip: what it is called.

    Raises:
        UsageError: it does not go together.
    """
    known = modes_of(is_old) if has_v2 else tuple(mode for mode in modes_of(is_old) if mode in MODES)
    if precision not in known:
        raise UsageError(
            "The adapter at hand%s does not know the precision %s and would ignore it; choose %s."
            % (", the old one," if is_old else "", precision, " or ".join(known))
        )
    if precision in BFLOAT16_MODES and family in WITHOUT_BFLOAT16:
        raise UsageError("%s computes no bfloat16; --precision %s is for later chips." % (chip, precision))
