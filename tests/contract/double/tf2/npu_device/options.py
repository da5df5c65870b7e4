"""The options of `npu.global_options()`: only those that exist, only values that are allowed, only before opening."""

from typing import Any, Dict, Optional, Sequence, Tuple

from npu_device.common.contract import ContractViolation
from npu_device.common.keys import PRECISION_MODES, PRECISION_MODES_V2

_BOOL = (True, False)
#: Option to its default and its values (None: any).
OPTIONS: Dict[str, Tuple[Any, Optional[Sequence[Any]]]] = {
    "graph_run_mode": (1, (0, 1)),
    "graph_memory_max_size": (None, None),
    "variable_memory_max_size": (None, None),
    "variable_format_optimize": (None, _BOOL),
    "enable_scope_fusion_passes": (None, None),
    "fusion_switch_file": (None, None),
    "precision_mode": (None, PRECISION_MODES["new"]),
    "precision_mode_v2": (None, PRECISION_MODES_V2),
    "op_select_implmode": (None, ("high_performance", "high_precision")),
    "optypelist_for_implmode": (None, None),
    "op_compiler_cache_mode": ("enable", ("enable", "disable", "force")),
    "op_compiler_cache_dir": (None, None),
    "stream_max_parallel_num": (None, None),
    "ac_parallel_enable": (None, ("0", "1")),
    "quant_dumpable": (None, ("0", "1")),
    "hcom_parallel": (True, _BOOL),
    "hcom_multi_mode": (None, None),
    "is_tailing_optimization": (False, _BOOL),
    "op_debug_level": (None, (0, 1, 2, 3, 4)),
    "op_debug_config": (None, None),
    "debug_dir": (None, None),
    "modify_mixlist": (None, None),
    "enable_exception_dump": (2, (0, 1, 2)),
    "enable_small_channel": (False, _BOOL),
    "deterministic": (0, (0, 1)),
    "op_precision_mode": (None, None),
    "graph_exec_timeout": (None, None),
    "topo_sorting_mode": (None, (0, 1, None)),
    "customize_dtypes": (None, None),
    "overflow_flag": (1, (0, 1)),
    "stream_sync_timeout": (-1, None),
    "event_sync_timeout": (-1, None),
    "execute_times": (-1, None),
    "external_weight": (False, _BOOL),
    "jit_compile": ("auto", ("true", "false", "auto")),
    "graph_compiler_cache_dir": (None, None),
    "input_fusion_size": (131072, None),
    "compile_dynamic_mode": (False, _BOOL),
    "export_compile_stat": (1, (0, 1, 2)),
    "aicore_num": (None, None),
    "oo_constant_folding": (True, _BOOL),
    "input_batch_cpy": (False, _BOOL),
    "shape_generalization_mode": ("STRICT", ("STRICT", "FULL", "ADAPTIVE")),
    "all_tensor_not_empty": (False, _BOOL),
    "auto_multistream_parallel_mode": (None, None),
    "oo_level": ("O3", ("O0", "O1", "O2", "O3")),
    "optimization_switch": (None, None),
}
_DUMP = {
    "enable_dump": (False, _BOOL),
    "dump_path": (None, None),
    "dump_step": (None, None),
    "dump_mode": ("output", ("input", "output", "all")),
    "enable_dump_debug": (False, _BOOL),
    "dump_debug_mode": ("all", ("aicore_overflow", "atomic_overflow", "all")),
    "dump_data": ("tensor", ("tensor", "stats")),
    "dump_layer": (None, None),
}
_PROFILING = {"enable_profiling": (False, _BOOL), "profiling_options": (None, None)}


class NpuConfig:
    """Options as attributes."""

    def __init__(self, name: str, table: Dict[str, Tuple[Any, Any]], **parts: "NpuConfig") -> None:
        self.__dict__.update(_name=name, _table=table, _is_open=False, **parts)
        self.__dict__.update({key: default for key, (default, _) in table.items()})

    def close_for_changes(self) -> None:
        """The device has read them."""
        self.__dict__["_is_open"] = True

    def __setattr__(self, key: str, value: Any) -> None:
        if key not in self._table:
            raise ValueError("%s has no option %s, all options %s" % (self._name, key, sorted(self._table)))
        if self._is_open:
            raise ContractViolation("option %s is set after npu.open(), which has read the options" % key)
        default, allowed = self._table[key]
        if allowed is not None and value not in allowed:
            if default is not None and not isinstance(value, type(default)):
                raise TypeError("Expected %s, got %s" % (type(default).__name__, type(value).__name__))
            raise ValueError("'%s' not in optional list %s" % (value, list(allowed)))
        self.__dict__[key] = value


def new_config() -> NpuConfig:
    """All options, at their defaults."""
    dump, profiling = NpuConfig("NpuDumpConfig", _DUMP), NpuConfig("NpuProfilingConfig", _PROFILING)
    return NpuConfig("NpuConfig", OPTIONS, dump_config=dump, profiling_config=profiling)
