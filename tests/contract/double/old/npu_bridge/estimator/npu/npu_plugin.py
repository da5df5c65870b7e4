"""The graph engine without a graph."""

import os

from npu_bridge.common import device, plugin


def npu_resource_init(
    graph_run_mode=1,
    op_debug_level=0,
    enable_profiling=False,
    profiling_options=None,
    auto_tune_mode=None,
    precision_mode=None,
    enable_scope_fusion_passes=None,
    enable_exception_dump=0,
    mstune_mode=None,
    work_path=None,
    op_compiler_cache_mode=None,
    op_compiler_cache_dir=None,
    debug_dir=None,
    hcom_multi_mode=False,
):
    """Start the graph engine."""
    int(os.getenv("RANK_SIZE"))  # the adapter's own TypeError, where the variable is not set
    plugin.resource_init(graph_run_mode, enable_profiling, profiling_options, precision_mode=precision_mode)


def npu_resource_shutdown():
    """Stop the graph engine."""
    device.stop()
