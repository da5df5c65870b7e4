"""Scopes that mark operations."""

from npu_bridge.common import scopes
from npu_bridge.common.scopes import keep_dtype_scope, without_npu_compile_scope  # noqa: F401
from npu_bridge.estimator.npu.npu_config import NpuExecutePlacement


def npu_variable_scope(placement=NpuExecutePlacement.ALL):
    """The variables inside are placed there."""
    if placement not in NpuExecutePlacement:
        raise ValueError("placement must be one of NpuExecutePlacement")
    return scopes.attribute("_variable_placement", s=placement.value.encode())


def npu_stage_scope(stage):
    """The operations inside form a stage of a pipeline."""
    return scopes.attribute("_stage_level", i=stage)
