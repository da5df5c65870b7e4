"""The keys of NpuOptimizer's parameter_map, with the AttrValue field that each is read from.

Every key that `SetNpuOptimizerAttr` and `GetPassOptions` look up in tf_adapter/util/npu_attrs.cc; whatever else a
script sets there is ignored by the adapter, which is why the double refuses it.
"""

from typing import Any, Dict, Mapping, Tuple

#: AttrValue's fields by their letter.
FIELDS = {"s": "string", "b": "bool", "i": "integer"}

# In both adapters.
_COMMON = {
    "b": """dynamic_input enable_compress_weight enable_data_pre_proc enable_dump enable_dump_debug hcom_multi_mode
        hcom_parallel is_tailing_optimization lower_functional_ops mix_compile_mode profiling_mode use_off_line
        variable_format_optimize""",
    "i": """dynamic_node_type enable_exception_dump enable_small_channel graph_run_mode iterations_per_loop
        local_rank_id op_debug_level session_device_id task_index""",
    "s": """auto_tune_mode buffer_optimize compress_weight_conf debug_dir dump_debug_mode dump_mode dump_path dump_step
        dynamic_dims dynamic_graph_execute_mode dynamic_inputs_shape_range enable_scope_fusion_passes fusion_switch_file
        graph_memory_max_size input_shape job local_device_list op_compiler_cache_dir op_compiler_cache_mode
        op_select_implmode optypelist_for_implmode precision_mode profiling_options stream_max_parallel_num
        variable_memory_max_size work_path""",
}
_OLD_ONLY = {"s": "mstune_mode"}
_NEW_ONLY = {
    "b": """all_tensor_not_empty compile_dynamic_mode enable_graph_parallel external_weight frozen_variable
        in_out_pair_flag input_batch_cpy oo_constant_folding""",
    "i": """atomic_clean_policy compile_hybrid_mode deterministic event_sync_timeout export_compile_stat
        graph_exec_timeout graph_max_parallel_model_num hccl_timeout input_fusion_size op_execute_timeout
        op_wait_timeout static_memory_policy stream_sync_timeout topo_sorting_mode variable_use_1g_huge_page""",
    "s": """HCCL_algorithm ac_parallel_enable aicore_num aoe_config_file aoe_mode auto_multistream_parallel_mode
        const_input customize_dtypes device_type distribute_config dump_data dump_layer
        experimental_accelerate_train_mode experimental_logical_device_cluster_deploy_mode
        experimental_logical_device_id experimental_model_deploy_devicelist experimental_model_deploy_mode
        graph_compiler_cache_dir graph_parallel_option_path graph_slice in_out_pair insert_op_file jit_compile
        memory_optimization_policy modify_mixlist oo_level op_debug_config op_precision_mode optimization_switch
        precision_mode_v2 quant_dumpable resource_config_path shape_generalization_mode soc_config
        variable_placement""",
}


def _by_key(*tables: Mapping[str, str]) -> Dict[str, str]:
    return {key: field for table in tables for field, names in table.items() for key in names.split()}


#: Key to field, of each adapter.
KEYS = {"old": _by_key(_COMMON, _OLD_ONLY), "new": _by_key(_COMMON, _NEW_ONLY)}

PRECISION_MODES = {
    "old": ("allow_fp32_to_fp16", "force_fp16", "force_fp32", "must_keep_origin_dtype", "allow_mix_precision"),
    "new": (
        "force_fp32",
        "allow_fp32_to_fp16",
        "force_fp16",
        "must_keep_origin_dtype",
        "allow_mix_precision",
        "cube_fp16in_fp32out",
        "allow_mix_precision_fp16",
        "allow_mix_precision_bf16",
        "allow_fp32_to_bf16",
    ),
}
PRECISION_MODES_V2 = (
    "fp16",
    "origin",
    "cube_fp16in_fp32out",
    "mixed_float16",
    "mixed_bfloat16",
    "cube_hif8",
    "mixed_hif8",
)

#: Keys whose value is the path of a file; the adapter passes it on unread.
FILES = (
    "compress_weight_conf",
    "customize_dtypes",
    "fusion_switch_file",
    "insert_op_file",
    "modify_mixlist",
    "op_precision_mode",
)
#: Those whose file is a JSON object, by the documents.
FILES_OF_JSON = ("fusion_switch_file", "modify_mixlist")

#: Values that the documents allow and the adapter does not check, or not at this place: the double refuses others.
DOCUMENTED_VALUES: Dict[str, Dict[str, Tuple[Any, ...]]] = {
    "old": {
        "precision_mode": PRECISION_MODES["old"],
        "op_debug_level": (0, 1, 2, 3, 4),
        "enable_exception_dump": (0, 1, 2),
        "enable_small_channel": (0, 1),
        "auto_tune_mode": ("", "RL", "GA", "RL,GA", "GA,RL"),
        "op_compiler_cache_mode": ("enable", "force", "disable"),
        "graph_run_mode": (0, 1),
        "dynamic_graph_execute_mode": ("lazy_recompile", "dynamic_execute"),
        "mstune_mode": ("1", "2", "3", "4"),
    },
    "new": {
        "op_debug_level": (0, 1, 2, 3, 4),
        "enable_small_channel": (0, 1),
        "auto_tune_mode": ("", "RL", "GA", "RL,GA", "GA,RL"),
        "op_compiler_cache_mode": ("enable", "force", "disable"),
        "graph_run_mode": (0, 1),
        "dynamic_graph_execute_mode": ("lazy_recompile", "dynamic_execute"),
        "deterministic": (0, 1),
        "static_memory_policy": (0, 2, 3, 4),
        "variable_placement": ("Device", "Host"),
        "ac_parallel_enable": ("0", "1"),
        "quant_dumpable": ("0", "1"),
        "oo_level": ("O0", "O1", "O2", "O3"),
    },
}
