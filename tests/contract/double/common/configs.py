"""The configuration classes of the Estimator: their signatures, and what their constructors refuse."""

from . import absent, loops

_OLD = """iterations_per_loop=1, profiling_config=None, model_dir=None, tf_random_seed=None, save_summary_steps=0,
    save_checkpoints_steps=None, save_checkpoints_secs=None, session_config=None, keep_checkpoint_max=5,
    keep_checkpoint_every_n_hours=10000, log_step_count_steps=100, distribute=None, enable_data_pre_proc=True,
    precision_mode=None, enable_reduce_precision=False, variable_format_optimize=True, mix_compile_mode=False,
    hcom_parallel=False, graph_memory_max_size=None, variable_memory_max_size=None, auto_tune_mode=None,
    dump_config=None, stream_max_parallel_num=None, is_tailing_optimization=False, horovod_mode=False,
    graph_run_mode=1, op_debug_level=0, enable_scope_fusion_passes=None, enable_exception_dump=0,
    op_select_implmode=None, optypelist_for_implmode=None, dynamic_input_config=None, mstune_mode=None,
    work_path=None, buffer_optimize="l2_optimize", enable_small_channel=0, fusion_switch_file=None,
    enable_compress_weight=False, compress_weight_conf=None, op_compiler_cache_mode=None,
    op_compiler_cache_dir=None, debug_dir=None, hcom_multi_mode=False, dynamic_input=False,
    dynamic_graph_execute_mode="dynamic_execute", dynamic_inputs_shape_range=None, train_distribute=None,
    eval_distribute=None, local_rank_id=None, local_device_list=None, session_device_id=None"""
_NEW = """iterations_per_loop=1, profiling_config=None, model_dir=None, tf_random_seed=None, save_summary_steps=0,
    save_checkpoints_steps=None, save_checkpoints_secs=None, session_config=None, keep_checkpoint_max=5,
    keep_checkpoint_every_n_hours=10000, log_step_count_steps=100, distribute=None, enable_data_pre_proc=True,
    precision_mode=None, enable_reduce_precision=False, variable_format_optimize=None, mix_compile_mode=False,
    hcom_parallel=True, graph_memory_max_size=None, variable_memory_max_size=None, dump_config=None,
    stream_max_parallel_num=None, is_tailing_optimization=False, horovod_mode=False, graph_run_mode=1,
    op_debug_level=None, enable_scope_fusion_passes=None, enable_exception_dump=2, op_select_implmode=None,
    optypelist_for_implmode=None, dynamic_input_config=None, aoe_mode=None, work_path=None,
    buffer_optimize="l2_optimize", enable_small_channel=0, fusion_switch_file=None, enable_compress_weight=False,
    compress_weight_conf=None, op_compiler_cache_mode=None, op_compiler_cache_dir=None, debug_dir=None,
    hcom_multi_mode=False, dynamic_input=None, dynamic_graph_execute_mode="dynamic_execute",
    dynamic_inputs_shape_range=None, train_distribute=None, eval_distribute=None, local_rank_id=None,
    local_device_list=None, session_device_id=None, distribute_config=None, modify_mixlist=None,
    op_precision_mode=None, device_type="default_device_type", soc_config=None, hccl_timeout=None,
    op_wait_timeout=None, op_execute_timeout=None, HCCL_algorithm=None, customize_dtypes=None, op_debug_config=None,
    memory_config=None, experimental_config=None, topo_sorting_mode=None, aoe_config_file=None, insert_op_file=None,
    stream_sync_timeout=-1, event_sync_timeout=-1, external_weight=False, deterministic=0, frozen_variable=False,
    variable_placement="Device", jit_compile="auto", precision_mode_v2=None, ac_parallel_enable=None,
    quant_dumpable=None, input_fusion_size=131072, compile_dynamic_mode=None, graph_max_parallel_model_num=1,
    export_compile_stat=1, aicore_num=None, oo_constant_folding=True, input_batch_cpy=False,
    shape_generalization_mode="STRICT", all_tensor_not_empty=False, auto_multistream_parallel_mode=None,
    oo_level="O3", optimization_switch=None"""


def run_config(arguments: str) -> type:
    """NPURunConfig of an adapter: keeps what it is given, after the checks of its constructor."""
    base = absent.a_record("NPURunConfig", arguments)
    keep = base.__init__  # type: ignore[misc]

    def init(*args, **kwargs):  # type: ignore[no-untyped-def]
        keep(*args, **kwargs)
        self = args[0]
        loops.check_positive_integer(self._iterations_per_loop, "iterations_per_loop")
        if self._mix_compile_mode and self._iterations_per_loop != 1:
            raise ValueError('"iterations_per_loop" must be 1 with "mix_compile_mode" is True')
        if self._save_checkpoints_secs is None and self._save_checkpoints_steps is None:
            self._save_checkpoints_steps = 100

    init.__signature__ = keep.__signature__
    return type("NPURunConfig", (base,), {"__init__": init})


OldRunConfig = run_config(_OLD)
NewRunConfig = run_config(_NEW)

ProfilingConfig = absent.a_record("ProfilingConfig", "enable_profiling=False, profiling_options=None")
_DUMP = """enable_dump=False, dump_path=None, dump_step=None, dump_mode="output", enable_dump_debug=False,
    dump_debug_mode="all" """
OldDumpConfig = absent.a_record("DumpConfig", _DUMP)
NewDumpConfig = absent.a_record("DumpConfig", _DUMP + ', dump_data="tensor", dump_layer=None')
_DYNAMIC = "input_shape, dynamic_dims, dynamic_node_type"
OldDynamicInputConfig = absent.a_record("DynamicInputConfig", _DYNAMIC)
NewDynamicInputConfig = absent.a_record("DynamicInputConfig", _DYNAMIC + ", compile_hybrid_mode")
MemoryConfig = absent.a_record(
    "MemoryConfig",
    """atomic_clean_policy=0, static_memory_policy=0, memory_optimization_policy=None,
    variable_use_1g_huge_page=0""",
)
GraphMemoryOptimizeConfig = absent.a_record("GraphMemoryOptimizeConfig", "recompute=None, graph_slice=None")
ExperimentalConfig = absent.a_record(
    "ExperimentalConfig",
    """logical_device_cluster_deploy_mode="LB", logical_device_id=None, model_deploy_mode=None,
    model_deploy_devicelist=None, graph_memory_optimize_config=None, enable_graph_parallel=None,
    graph_parallel_option_path=None, graph_compiler_cache_dir=None, resource_config_path=None,
    accelerate_train_mode=None""",
)
