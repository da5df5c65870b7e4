"""The adapter's session options: names, types, values. It ignores a name it does not know, so they are known here.

Names and types as they are looked up in tf_adapter/util/npu_attrs.cc of the adapter of February 2021 (old) and of July
2026 (new); values as in the session configuration's reference.
"""

import difflib
import os
import re
from typing import Dict, Mapping, Optional, Tuple, Union

from backends.ascend import option_files
from har_model.errors import UsageError

Value = Union[bool, int, str]

#: AttrValue's field of each name that both adapters know,
_BOTH = {
    "b": "dynamic_input enable_compress_weight enable_data_pre_proc enable_dump enable_dump_debug hcom_multi_mode "
    "hcom_parallel is_tailing_optimization lower_functional_ops mix_compile_mode profiling_mode use_off_line "
    "variable_format_optimize",
    "i": "dynamic_node_type enable_exception_dump enable_small_channel graph_run_mode iterations_per_loop "
    "local_rank_id op_debug_level session_device_id task_index",
    "s": "auto_tune_mode buffer_optimize compress_weight_conf debug_dir dump_debug_mode dump_mode dump_path dump_step "
    "dynamic_dims dynamic_graph_execute_mode dynamic_inputs_shape_range enable_scope_fusion_passes fusion_switch_file "
    "graph_memory_max_size input_shape job local_device_list op_compiler_cache_dir op_compiler_cache_mode "
    "op_select_implmode optypelist_for_implmode precision_mode profiling_options stream_max_parallel_num "
    "variable_memory_max_size work_path",
}
#: the old one alone,
_OLD = {"s": "mstune_mode"}
#: the new one alone.
_NEW = {
    "b": "all_tensor_not_empty compile_dynamic_mode enable_graph_parallel external_weight frozen_variable "
    "in_out_pair_flag input_batch_cpy oo_constant_folding",
    "i": "atomic_clean_policy compile_hybrid_mode deterministic event_sync_timeout export_compile_stat "
    "graph_exec_timeout graph_max_parallel_model_num hccl_timeout input_fusion_size op_execute_timeout op_wait_timeout "
    "static_memory_policy stream_sync_timeout topo_sorting_mode variable_use_1g_huge_page",
    "s": "HCCL_algorithm ac_parallel_enable aicore_num aoe_config_file aoe_mode auto_multistream_parallel_mode "
    "const_input customize_dtypes device_type distribute_config dump_data dump_layer "
    "experimental_accelerate_train_mode experimental_logical_device_cluster_deploy_mode experimental_logical_device_id "
    "experimental_model_deploy_devicelist experimental_model_deploy_mode graph_compiler_cache_dir "
    "graph_parallel_option_path graph_slice in_out_pair insert_op_file jit_compile memory_optimization_policy "
    "modify_mixlist oo_level op_debug_config op_precision_mode optimization_switch precision_mode_v2 quant_dumpable "
    "resource_config_path shape_generalization_mode soc_config variable_placement",
}


def _by_name(*tables: Mapping[str, str]) -> Dict[str, str]:
    return {name: field for table in tables for field, names in table.items() for name in names.split()}


OLD = _by_name(_BOTH, _OLD)
NEW = _by_name(_BOTH, _NEW)
_ALL = dict(OLD, **NEW)

#: What a value must be one of, where the reference or the adapter says so; a wrong one ends the process or is ignored.
CHOICES: Dict[str, Tuple[Value, ...]] = {
    "ac_parallel_enable": ("0", "1"),
    "atomic_clean_policy": (0, 1),
    "buffer_optimize": ("l2_optimize", "off_optimize"),
    "deterministic": (0, 1),
    "enable_exception_dump": (0, 1, 2),
    "enable_small_channel": (0, 1),
    "export_compile_stat": (0, 1, 2),
    "graph_slice": ("auto", "manual"),
    "jit_compile": ("true", "false", "auto"),
    "oo_level": ("O0", "O1", "O2", "O3"),
    "op_compiler_cache_mode": ("enable", "force", "disable"),
    "op_select_implmode": (
        "high_precision", "high_performance", "high_precision_for_all", "high_performance_for_all",
    ),
    "shape_generalization_mode": ("STRICT", "FULL", "ADAPTIVE"),
    "static_memory_policy": (0, 2, 3, 4),
    "topo_sorting_mode": (0, 1, 2, 3),  # as CANN's atc reference has it
    "variable_placement": ("Device", "Host"),
    "variable_use_1g_huge_page": (0, 1, 2),
}  # fmt: skip
#: Values that the old adapter lacks, where it knows the name: it ends the process.
_OLD_CHOICES: Dict[str, Tuple[Value, ...]] = {"op_select_implmode": ("high_precision", "high_performance")}
#: The least and the most that a number can be, None where the reference knows no most; bytes, models, s or ms. It gives
#: -1 to the waiting for streams and events alone, as no limit; a time that is less than nothing is otherwise none.
RANGES: Dict[str, Tuple[int, Optional[int]]] = {
    "event_sync_timeout": (-1, None),
    "graph_exec_timeout": (0, None),
    "graph_max_parallel_model_num": (1, 2**31 - 1),
    "hccl_timeout": (0, 2**31 - 1),
    "input_fusion_size": (0, 32 * 2**20),
    "op_execute_timeout": (0, None),
    "op_wait_timeout": (0, None),
    "stream_sync_timeout": (-1, None),
}
#: The form of a text, with the reference's example.
FORMS: Dict[str, Tuple[str, str]] = {
    "optypelist_for_implmode": (r"[A-Za-z_]\w*(,[A-Za-z_]\w*)*", "Pooling,SoftmaxV2"),
    "stream_max_parallel_num": (
        r"[A-Za-z_]\w*:[1-9][0-9]*(,[A-Za-z_]\w*:[1-9][0-9]*)*", "DNN_VM_AICPU:10,AIcoreEngine:1",
    ),
}  # fmt: skip
#: Names whose value is a folder.
_FOLDERS = ("graph_compiler_cache_dir", "op_compiler_cache_dir")
#: What AttrValue's integer field holds, and a bit less.
_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")

_OWN = "harbench sets it itself"
_SHAPES = "windows have one shape, and a dynamic shape compiles anew"
_ONE_DEVICE = "a trial runs on one device"
_NO_TUNING = "tuning takes place inside the steps; tune in a run of its own and give its result"
_NO_DUMP = "a dump slows every step; dump outside of a timed run"
_NO_DEBUGGING = "debug code slows the operations"
_NO_EFFECT = "it has no effect in the current version of the adapter, by its reference"
#: Why a name is not taken as an option.
REFUSED: Dict[str, str] = {
    "use_off_line": _OWN + " (off, the graph runs on the host)",
    "precision_mode": "use --precision",
    "precision_mode_v2": "use --precision",
    "profiling_mode": "use --profile",
    "profiling_options": "use --profile",
    "session_device_id": "use --device",
    "graph_run_mode": _OWN + " (1, training)",
    "iterations_per_loop": "each step is fed and timed by itself",
    "enable_data_pre_proc": "each step is fed, there is no data pipeline",
    "op_debug_level": _NO_DEBUGGING,
    "op_debug_config": _NO_DEBUGGING,
    "debug_dir": _NO_DEBUGGING,
    "graph_memory_max_size": _NO_EFFECT,
    "variable_memory_max_size": _NO_EFFECT,
    "frozen_variable": "training changes the variables",
    "quant_dumpable": _NO_DUMP,
}
REFUSED.update(dict.fromkeys(
    ("enable_dump", "enable_dump_debug", "dump_path", "dump_step", "dump_mode", "dump_debug_mode", "dump_data",
     "dump_layer"), _NO_DUMP,
))  # fmt: skip
REFUSED.update(dict.fromkeys(("auto_tune_mode", "mstune_mode", "aoe_mode", "aoe_config_file", "work_path"), _NO_TUNING))
REFUSED.update(dict.fromkeys(
    ("dynamic_input", "dynamic_node_type", "dynamic_dims", "dynamic_graph_execute_mode", "dynamic_inputs_shape_range",
     "input_shape", "compile_dynamic_mode", "compile_hybrid_mode"), _SHAPES,
))  # fmt: skip
REFUSED.update(dict.fromkeys(
    ("local_rank_id", "local_device_list", "job", "task_index", "distribute_config", "enable_graph_parallel",
     "graph_parallel_option_path", "resource_config_path", "experimental_logical_device_cluster_deploy_mode",
     "experimental_logical_device_id", "experimental_model_deploy_devicelist", "experimental_model_deploy_mode"),
    _ONE_DEVICE,
))  # fmt: skip

#: Of each two the adapter takes one: it dies of the first, and heeds the second's op_precision_mode alone.
_EXCLUSIVE = (
    ("enable_compress_weight", "compress_weight_conf"),
    ("op_precision_mode", "op_select_implmode"),
)
_WORDS = {"true": True, "false": False}


def parse(name: str, text: str) -> Value:
    """An option's value in the type that the adapter reads it in.

    Raises:
        UsageError: there is no such option, it is not for a timed run, or the value is none that the adapter takes.
    """
    if name in REFUSED:
        raise UsageError("The npu option %s is not taken: %s." % (name, REFUSED[name]))
    if name not in _ALL:
        near = difflib.get_close_matches(name, sorted(set(_ALL) - set(REFUSED)), n=3)
        raise UsageError(
            "The npu backend has no option %r, and the adapter would ignore it without a word; look at its spelling%s."
            % (name, " (%s?)" % ", ".join(near) if near else "")
        )
    value = _typed(name, text)
    if name in option_files.NAMES:
        option_files.check(name, text)
    wanted = _wanted(name, value)
    if wanted is not None:
        raise UsageError("The npu option %s is %s, not %r." % (name, wanted, text))
    return value


def _wanted(name: str, value: Value) -> Optional[str]:
    """What a value should have been, in words; None where it may be as it is."""
    if name in CHOICES and value not in CHOICES[name]:
        return " or ".join(map(str, CHOICES[name]))
    if name in RANGES:
        least, most = RANGES[name]
        if int(value) < least or (most is not None and int(value) > most):
            return "%d or more" % least if most is None else "%d to %d" % (least, most)
    if name in FORMS and not re.fullmatch(FORMS[name][0], str(value), re.ASCII):
        return "of a form such as %s" % FORMS[name][1]
    if name in _FOLDERS and not os.path.isabs(str(value)):  # a trial has a working folder of its own
        return "the whole path of a folder"
    return None


def _typed(name: str, text: str) -> Value:
    field = _ALL[name]
    if field == "b":
        if text.lower() not in _WORDS:
            raise UsageError("The npu option %s is true or false, not %r." % (name, text))
        return _WORDS[text.lower()]
    if field == "i":
        if not _WHOLE_NUMBER.fullmatch(text):
            raise UsageError("The npu option %s is a whole number, not %r." % (name, text))
        return int(text)
    if not text.strip() or not text.isprintable():
        raise UsageError("The npu option %s is a text that can be printed, not %r." % (name, text))
    return text


def parse_all(options: Mapping[str, str], precision: str) -> Dict[str, Value]:
    """All options, in their types.

    Args:
        options: as they were given.
        precision: what --precision says.

    Raises:
        UsageError: one is wrong, or two exclude one another.
    """
    values = {name: parse(name, text) for name, text in options.items()}
    if "modify_mixlist" in values and "mix" not in precision:
        raise UsageError("The npu option modify_mixlist goes with a mixed precision, not with %s." % precision)
    if "optypelist_for_implmode" in values and "op_select_implmode" not in values:
        raise UsageError("The npu option optypelist_for_implmode goes with op_select_implmode; give that too.")
    if values.get("variable_placement") == "Host" and values.get("mix_compile_mode") is not True:
        raise UsageError("The npu option variable_placement=Host goes with mix_compile_mode=true; give that too.")
    for one, other in _EXCLUSIVE:
        if one in values and other in values:
            raise UsageError("The npu options %s and %s exclude one another." % (one, other))
    return values


def check_known(values: Mapping[str, Value], is_old: bool, precision_key: str) -> None:
    """Refuse what the adapter at hand does not know: it would ignore it, or die of it.

    Args:
        values: by name, in their types.
        is_old: which adapter it is.
        precision_key: the name by which the precision is set.

    Raises:
        UsageError: a name or a value is of the other adapter.
    """
    known = OLD if is_old else NEW
    for name in list(values) + [precision_key]:
        if name not in known:
            raise UsageError(
                "The adapter at hand, the %s one, does not know %s and would ignore it: leave it out, or use the "
                "other adapter." % ("old" if is_old else "new", name)
            )
        if is_old and name in _OLD_CHOICES and values[name] not in _OLD_CHOICES[name]:
            raise UsageError(
                "The old adapter takes %s as %s, and dies of %s."
                % (name, " or ".join(map(str, _OLD_CHOICES[name])), values[name])
            )
