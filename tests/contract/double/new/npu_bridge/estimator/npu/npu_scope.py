"""Scopes that mark operations."""

from npu_bridge.common import absent, scopes
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


def npu_mem_type_scope():
    """The outputs inside lie in memory of another kind."""
    return scopes.attribute("_output_memory_type", i=1)


npu_weight_prefetch_scope = absent.function("npu_weight_prefetch_scope", "buffer_pool_id=0, buffer_pool_size=536870912")
op_specified_engine_scope = absent.function("op_specified_engine_scope", "engine_name, kernel_lib_name")
npu_qos_label_scope = absent.function("npu_qos_label_scope", "label")
subgraph_multi_dims_scope = absent.function("subgraph_multi_dims_scope", "index")
npu_optimizer_scope = absent.function("npu_optimizer_scope", "")
npu_recompute_scope = absent.function("npu_recompute_scope", "")
npu_graph_slice_scope = absent.function("npu_graph_slice_scope", "slice_num=None")
disable_autofuse = absent.function("disable_autofuse", "")
limit_core_num_scope = absent.function("limit_core_num_scope", 'op_aicore_num="0", op_vectorore_num="0"')
