"""The options of a session, from NpuOptimizer's parameter_map, judged as the adapter would or more strictly."""

import json
import os
from typing import Any, Callable, Dict, Mapping, NamedTuple, Optional, Tuple

from . import log, values
from .contract import ContractViolation, Fatal, Refusal
from .keys import DOCUMENTED_VALUES, FIELDS, FILES, FILES_OF_JSON, KEYS, PRECISION_MODES, PRECISION_MODES_V2
from .variant import Variant

_IMPLMODES = {
    "old": ("high_precision", "high_performance"),
    "new": ("high_precision", "high_performance", "high_precision_for_all", "high_performance_for_all"),
}
#: Read as a string or not at all: the adapter says so itself. Every other wrong field is read as an empty value.
_CHECKED_STRINGS = ("jit_compile", "shape_generalization_mode")
_DEPRECATED = ("variable_format_optimize", "enable_data_pre_proc", "dynamic_input")
_REPLACED = {
    "op_debug_level": "op_debug_config",
    "op_select_implmode": "op_precision_mode",
    "optypelist_for_implmode": "op_precision_mode",
}
_SHAPE_KEYS = ("input_shape", "dynamic_dims", "dynamic_node_type")
_MIXED = ("allow_mix_precision", "allow_mix_precision_fp16", "allow_mix_precision_bf16")
_MIXED_V2 = ("mixed_float16", "mixed_bfloat16", "mixed_hif8")


class Options(NamedTuple):
    """What a session does by its options."""

    on_device: bool = True
    mix_compile_mode: bool = False
    iterations_per_loop: int = 1
    enable_data_pre_proc: bool = False
    takes_dynamic_shapes: bool = False
    profiling_mode: bool = False
    device_id: Optional[int] = None
    profile_folder: Optional[str] = None


def read_field(key: str, value: Any, variant: Variant) -> Any:
    """The value of an AttrValue, by the field that the adapter reads.

    Raises:
        ContractViolation: unknown key, or another field is set.
        Refusal: likewise, where the adapter looks.
    """
    if key not in KEYS[variant.adapter]:
        raise ContractViolation("parameter_map has no key %r: the adapter would ignore it" % key)
    wanted, found = KEYS[variant.adapter][key], value.WhichOneof("value")
    if found != wanted:
        if key in _CHECKED_STRINGS:
            raise Refusal("InvalidArgument", "The data type of %s is invalid. Expected string type." % key)
        raise ContractViolation("%s is read as a %s (.%s), not .%s" % (key, FIELDS[wanted], wanted, found))
    if wanted == "s":
        return value.s.decode("utf-8")
    return value.b if wanted == "b" else int(value.i)


def _fatal(problem: Optional[str]) -> None:
    if problem:
        raise Fatal(problem)


def _internal(problem: Optional[str]) -> None:
    if problem:
        raise Refusal("Internal", problem)


def _refuse(variant: Variant) -> Callable[[Optional[str]], None]:
    """What OLD dies of and NEW returns as a status."""
    return _fatal if variant.adapter == "old" else _internal


def _allowed(given: Mapping[str, Any], key: str, allowed: Tuple[Any, ...]) -> None:
    if key in given and given[key] not in allowed:
        listed = ", ".join(str(value) for value in allowed)
        text = "option %s value '%s' is invalid, it should be one of the list:[%s]" % (key, given[key], listed)
        raise Refusal("InvalidArgument", text)


def _check_dump(given: Mapping[str, Any], variant: Variant) -> None:
    is_on, is_debug = given.get("enable_dump", False), given.get("enable_dump_debug", False)
    if is_on or is_debug:
        if "dump_path" not in given:
            _refuse(variant)("if use dump function, dump_path must be set.")
        _refuse(variant)(values.folder(given["dump_path"]))
    if is_on and "dump_step" in given:
        _fatal(values.dump_step(given["dump_step"]))
    if is_on and "dump_mode" in given:
        _fatal(values.listed(given["dump_mode"], ("input", "output", "all"), "dump mode"))
    if is_debug and "dump_debug_mode" in given:
        modes = ("aicore_overflow", "atomic_overflow", "all")
        _fatal(values.listed(given["dump_debug_mode"], modes, "dump debug mode"))
    if is_on and is_debug:
        raise ContractViolation("enable_dump and enable_dump_debug exclude each other")


def _check_profiling(given: Mapping[str, Any], variant: Variant) -> None:
    if given.get("profiling_mode") and variant.adapter == "old" and "profiling_options" not in given:
        raise Fatal("profiling_options must be set when use profiling")
    if given.get("profiling_mode") and given.get("profiling_options"):
        for problem in values.profiling_options(given["profiling_options"]):
            raise ContractViolation(problem)


def _check_run_mode(given: Mapping[str, Any], variant: Variant) -> None:
    if given.get("graph_run_mode", 1) > 1:
        raise Fatal("graph_run_mode value must be 0 or 1")


def _check_tuning(given: Mapping[str, Any], variant: Variant) -> None:
    if variant.adapter == "old" and "mstune_mode" in given and int(os.environ.get("RANK_SIZE", "1")) > 1:
        if given["mstune_mode"] not in ("1", "2", "3", "4"):
            raise Fatal("mstune mode should be one of the list:['1', '2', '3', '4']")
        if "work_path" not in given:
            raise Fatal("work_path must be set when use mstune_mode.")
        _fatal(values.folder(given["work_path"]))
    mode = given.get("aoe_mode") or os.environ.get("AOE_MODE", "")
    if variant.adapter == "new" and mode:
        if mode not in ("1", "2", "4"):
            text = "aoe mode:%s is invalid, aoe mode should be one of the list:['1', '2', '4']" % mode
            raise Refusal("Internal", text)
        _fatal(values.folder(given.get("work_path", "./")))


def _check_precision(given: Mapping[str, Any], variant: Variant) -> None:
    if variant.adapter == "new":
        _allowed(given, "precision_mode", PRECISION_MODES["new"])
        _allowed(given, "precision_mode_v2", PRECISION_MODES_V2)


def _check_dynamic_input(given: Mapping[str, Any], variant: Variant) -> None:
    mode = given.get("dynamic_graph_execute_mode", "dynamic_execute")
    if given.get("dynamic_input") and mode not in ("lazy_recompile", "dynamic_execute"):
        _refuse(variant)("dynamic_graph_execute_mode should be lazy_recompile or dynamic_execute.")


def _check_device_lists(given: Mapping[str, Any], variant: Variant) -> None:
    if "graph_max_parallel_model_num" in given and given["graph_max_parallel_model_num"] < 1:
        raise Refusal("Internal", "graph_max_parallel_model_num should not be less than 1")
    if "local_rank_id" in given:
        _refuse(variant)(values.local_rank_id(given["local_rank_id"]))
    if "local_device_list" in given:
        _refuse(variant)(values.local_device_list(given["local_device_list"]))
    if variant.adapter == "new" and given.get("enable_exception_dump", 2) not in (0, 1, 2):
        raise Refusal("Internal", "enable_exception_dump should be one of 0, 1 and 2.")


def _check_implmode(given: Mapping[str, Any], variant: Variant) -> None:
    if "op_select_implmode" in given:
        modes = _IMPLMODES[variant.adapter]
        _fatal(values.listed(given["op_select_implmode"], modes, "op select impl mode"))
    elif "optypelist_for_implmode" in given:
        raise Fatal("when use optypelist_for_implmode, op_select_implmode must be set.")


def _check_input_shapes(given: Mapping[str, Any], variant: Variant) -> None:
    count = sum(key in given for key in _SHAPE_KEYS)
    if count not in (0, len(_SHAPE_KEYS)):
        raise Fatal("input_shape, dynamic_dims and dynamic_node_type should use together.")
    if count:
        _fatal(values.input_shape(given["input_shape"], r"\w+" if variant.adapter == "old" else r"[\s\S]+"))
        _fatal(values.dynamic_dims(given["dynamic_dims"]))
        _fatal(None if given["dynamic_node_type"] in (0, 1) else "dynamic_node_type should be 0 or 1.")
    hybrid = given.get("compile_hybrid_mode", 0)
    if count and hybrid not in (0, 1):
        raise Refusal("Internal", "compile_hybrid_mode should be 0 or 1")
    if count and hybrid == 1 and given["dynamic_node_type"] != 1:
        raise Refusal("Internal", "When compile_hybrid_mode set, dynamic_node_type should be 1.")
    if not count and hybrid == 1:
        text = "input_shape, dynamic_dims and dynamic_node_type should be set when compile_hybrid_mode is 1"
        raise Refusal("Internal", text)


def _check_memory(given: Mapping[str, Any], variant: Variant) -> None:
    if given.get("buffer_optimize", "l2_optimize") not in ("l2_optimize", "off_optimize"):
        raise Fatal("buffer_optimize is valid, should be one of [l2_optimize, off_optimize]")
    if "enable_compress_weight" in given and "compress_weight_conf" in given:
        raise Fatal("enable_compress_weight can not use with compress_weight_conf.")
    if given.get("session_device_id", 0) < 0:
        raise Fatal("session_device_id must be nonnegative integer.")


def _check_mixlist(given: Mapping[str, Any], variant: Variant) -> None:
    modes = "'allow_mix_precision' or 'allow_mix_precision_fp16' or 'allow_mix_precision_bf16'(if available)"
    if "modify_mixlist" in given and given.get("precision_mode") not in _MIXED:
        if "precision_mode" in given:
            text = "modify_mixlist is assigned, please ensure that precision_mode is assigned to %s." % modes
            raise Refusal("Internal", text)
        if "precision_mode_v2" not in given:
            text = "modify_mixlist is assigned, please ensure precision_mode only can be assigned to %s," % modes
            text += "precision_mode_v2 only can be assigned to 'mixed_float16', 'mixed_hif8' or "
            raise Refusal("Internal", text + "'mixed_bfloat16'(if available).")
        if given["precision_mode_v2"] not in _MIXED_V2:
            text = "modify_mixlist is assigned, please ensure that precision_mode_v2 is assigned to "
            raise Refusal("Internal", text + "'mixed_float16', 'mixed_hif8' or 'mixed_bfloat16'(if available).")
    if "precision_mode" in given and "precision_mode_v2" in given:
        text = "'precision_mode' and 'precision_mode_v2' can not be assigned at the same time."
        raise Refusal("Internal", text)


def _check_last(given: Mapping[str, Any], variant: Variant) -> None:
    _allowed(given, "variable_use_1g_huge_page", (0, 1, 2))
    if given.get("dump_data", "tensor") not in ("tensor", "stats"):
        raise Refusal("Internal", "dump_data should be 'tensor' or 'stats'.")
    _allowed(given, "export_compile_stat", (0, 1, 2))
    _allowed(given, "jit_compile", ("true", "false", "auto"))
    _allowed(given, "shape_generalization_mode", ("STRICT", "FULL", "ADAPTIVE"))
    if given.get("graph_slice", "auto") not in ("auto", "manual"):
        raise Refusal("Internal", "graph_slice must be in ['auto', 'manual']")


# In the order of tf_adapter/util/npu_attrs.cc.
_CHECKS = (
    _check_dump,
    _check_profiling,
    _check_run_mode,
    _check_tuning,
    _check_precision,
    _check_dynamic_input,
    _check_device_lists,
    _check_implmode,
    _check_input_shapes,
    _check_memory,
    _check_mixlist,
    _check_last,
)


def _check_files(given: Mapping[str, Any]) -> None:
    for key in FILES:
        problem = values.file(given[key], key in FILES_OF_JSON) if key in given else None
        if problem:
            raise ContractViolation("%s %s" % (key, problem))


def _check_documents(given: Mapping[str, Any], variant: Variant) -> None:
    _check_files(given)
    for key, allowed in DOCUMENTED_VALUES[variant.adapter].items():
        if key in given and given[key] not in allowed:
            raise ContractViolation("%s is %r: the documents allow only %s" % (key, given[key], list(allowed)))
    if given.get("input_fusion_size", 0) not in range(32 * 1024 * 1024 + 1):
        raise ContractViolation("input_fusion_size is 0 to 33554432 bytes, not %d" % given["input_fusion_size"])
    if given.get("iterations_per_loop", 1) < 1:
        raise ContractViolation("iterations_per_loop is at least 1")
    if given.get("iterations_per_loop", 1) > 1:
        if given.get("mix_compile_mode"):
            raise ContractViolation("iterations_per_loop above 1 excludes mix_compile_mode")
        if not given.get("enable_data_pre_proc"):
            raise ContractViolation("iterations_per_loop above 1 needs enable_data_pre_proc")


def _warn_of_the_old(given: Mapping[str, Any]) -> None:
    source = "tf_adapter/util/npu_attrs.cc:2036"
    start = "[warning][tf_adapter] Option '%s' is deprecated and will be removed in future version. "
    for key in given:
        if key in _DEPRECATED:
            log.line("W", source, start % key + "Please do not configure this option in the future.")
        elif key in _REPLACED:
            log.line("W", source, start % key + "Please use '%s' instead." % _REPLACED[key])


def read(parameter_map: Mapping[str, Any], variant: Variant) -> Options:
    """The options of a session.

    Raises:
        ContractViolation: the adapter would not notice.
        Refusal, Fatal: it would, by a status or by its death.
    """
    given: Dict[str, Any] = {key: read_field(key, parameter_map[key], variant) for key in sorted(parameter_map)}
    for check in _CHECKS:
        check(given, variant)
    _check_documents(given, variant)
    if variant.adapter == "new":
        _warn_of_the_old(given)
    return Options(
        given.get("use_off_line", True),
        given.get("mix_compile_mode", False),
        given.get("iterations_per_loop", 1),
        given.get("enable_data_pre_proc", False),
        bool(given.get("dynamic_input") or given.get("compile_dynamic_mode") or "input_shape" in given),
        given.get("profiling_mode", False),
        given.get("session_device_id"),
        json.loads(given.get("profiling_options") or "{}").get("output") if given.get("profiling_mode") else None,
    )
