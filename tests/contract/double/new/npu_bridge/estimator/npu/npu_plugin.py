"""The graph engine without a graph."""

from npu_bridge.common import device, plugin


def npu_resource_init(
    graph_run_mode=1,
    op_debug_level=0,
    enable_profiling=False,
    profiling_options=None,
    precision_mode=None,
    enable_scope_fusion_passes=None,
    enable_exception_dump=2,
    aoe_mode=None,
    work_path=None,
    op_compiler_cache_mode=None,
    op_compiler_cache_dir=None,
    debug_dir=None,
    hcom_multi_mode=False,
    distribute_config=None,
    aoe_config_file=None,
    precision_mode_v2=None,
    export_compile_stat=1,
    aicore_num=None,
    oo_constant_folding=True,
    input_batch_cpy=False,
    oo_level="O3",
    optimization_switch=None,
):
    """Start the graph engine."""
    plugin.resource_init(
        graph_run_mode,
        enable_profiling,
        profiling_options,
        precision_mode=precision_mode,
        precision_mode_v2=precision_mode_v2,
    )


def npu_resource_shutdown():
    """Stop the graph engine."""
    device.stop()


def npu_close():
    """The end of the process."""
    device.stop()


def set_device_sat_mode(mode):
    """0: saturate; 1: produce Inf and NaN."""
    device.set_saturation_mode(mode)


def is_inf_nan_enabled():
    """Whether the device produces Inf and NaN."""
    return not device.saturates()
