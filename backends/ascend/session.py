"""The session of a graph on an NPU: every option that decides what is measured is set and recorded."""

import json
import os
from typing import Any, Dict, Mapping, Tuple

from backends.ascend import parameters, precision
from backends.ascend.adapter import Adapter
from backends.ascend.parameters import Value
from backends.protocol import Settings
from har_model.errors import UsageError

OPTIMIZER = "NpuOptimizer"
#: An option of the session beside the adapter's: some networks end in a core dump where it is off (the adapter's FAQ),
#: for which the remedy is to leave it as it is.
MEMORY_OPTIMIZATION = "memory_optimization"
_MEMORY_OPTIMIZATION = ("off", "default")

#: What a timed run sets, each given option going before. `hcom_parallel` is off in one adapter and on in the other, and
#: `enable_exception_dump` 0 in one and 2 in the other.
_DEFAULTS: Dict[str, Value] = {
    "use_off_line": True,
    "enable_data_pre_proc": False,
    "enable_exception_dump": 0,
    "mix_compile_mode": False,
    "graph_run_mode": 1,
    "iterations_per_loop": 1,
    "profiling_mode": False,
    "enable_dump": False,
    "enable_dump_debug": False,
    "hcom_parallel": False,
    "op_compiler_cache_mode": "enable",
}
#: What only the newer adapter knows, as it is there without being set.
_DEFAULTS_OF_NEW: Dict[str, Value] = {"deterministic": 0, "jit_compile": "auto"}


def cache_folder(options: Mapping[str, str], variables: Mapping[str, str]) -> str:
    """Where compiled operators outlive a process: as asked for, else where the runtime keeps them, or in the home."""
    home = os.path.join(variables.get("HOME") or os.path.expanduser("~"), "atc_data")
    return os.path.abspath(options.get("op_compiler_cache_dir") or variables.get("ASCEND_CACHE_PATH") or home)


def _folders(
    options: Mapping[str, str], variables: Mapping[str, str], modes_without: Tuple[str, ...]
) -> Tuple[str, ...]:
    mode = options.get("op_compiler_cache_mode", _DEFAULTS["op_compiler_cache_mode"])
    operators = () if mode in modes_without else (cache_folder(options, variables),)
    graphs = (options["graph_compiler_cache_dir"],) if "graph_compiler_cache_dir" in options else ()
    return operators + graphs


def cache_folders(options: Mapping[str, str], variables: Mapping[str, str]) -> Tuple[str, ...]:
    """Every folder in which what was compiled outlives a process: operators, and graphs where that is asked for."""
    return _folders(options, variables, ("disable",))


def warm_folders(options: Mapping[str, str], variables: Mapping[str, str]) -> Tuple[str, ...]:
    """Those of them in which something may lie compiled already: "force" deletes operators, compiles anew, then keeps
    them (CANN's atc reference)."""
    return _folders(options, variables, ("disable", "force"))


def _make(folder: str) -> None:
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise UsageError(
            "The folder %r for what is compiled cannot be made (%s): give another one with --option "
            "op_compiler_cache_dir=..., or --option op_compiler_cache_mode=disable." % (folder, error.strerror)
        ) from error


def given_options(settings: Settings) -> Dict[str, Value]:
    """The given options of the adapter in their types.

    Raises:
        UsageError: one is unknown, refused or wrong.
    """
    own = settings.options.get(MEMORY_OPTIMIZATION, _MEMORY_OPTIMIZATION[0])
    if own not in _MEMORY_OPTIMIZATION:
        raise UsageError("The npu option memory_optimization is off or default, not %r." % own)
    given = {name: text for name, text in settings.options.items() if name != MEMORY_OPTIMIZATION}
    return parameters.parse_all(given, settings.precision)


def profiling_options(folder: str) -> str:
    """What the profiler is told: everything that a trace of training needs, into an existing folder."""
    return json.dumps(
        {
            "output": os.path.abspath(folder),
            "training_trace": "on",
            "task_trace": "on",
            "aicpu": "on",
            "fp_point": "",
            "bp_point": "",
            "aic_metrics": "PipeUtilization",
        }
    )


def parameters_of(settings: Settings, variables: Mapping[str, str], is_old: bool) -> Dict[str, Value]:
    """Every entry of the parameter map of the old or the newer adapter, by name."""
    values: Dict[str, Value] = dict(_DEFAULTS, **({} if is_old else _DEFAULTS_OF_NEW))
    values.update(op_compiler_cache_dir=cache_folder(settings.options, variables))
    values[precision.key_of(settings.precision)] = settings.precision
    values.update(given_options(settings))
    if settings.profile_folder is not None:
        values.update(profiling_mode=True, profiling_options=profiling_options(settings.profile_folder))
    return values


def config(settings: Settings, adapter: Adapter, variables: Mapping[str, str]) -> Tuple[Any, Dict[str, Any]]:
    """The `ConfigProto`, and the settings as they take effect.

    Raises:
        UsageError: an option is wrong, or unknown to the adapter at hand, or a cache's folder cannot be made.
    """
    from backends.engines.tensorflow.compat import RewriterConfig, tf1

    values = parameters_of(settings, variables, adapter.is_old)
    parameters.check_known(values, adapter.is_old, precision.key_of(settings.precision))
    for folder in cache_folders(settings.options, variables):
        _make(folder)
    proto = tf1.ConfigProto(allow_soft_placement=True, log_device_placement=False)
    rewriting = proto.graph_options.rewrite_options
    rewriting.remapping = RewriterConfig.OFF
    proto.graph_options.optimizer_options.global_jit_level = tf1.OptimizerOptions.OFF  # as the new adapter does
    memory_optimization = settings.options.get(MEMORY_OPTIMIZATION, _MEMORY_OPTIMIZATION[0])
    if memory_optimization == "off":
        rewriting.memory_optimization = RewriterConfig.OFF
    entry = rewriting.custom_optimizers.add()
    entry.name = OPTIMIZER
    for name, value in values.items():
        _set(entry.parameter_map[name], value)
    return proto, dict(
        values, remapping="off", memory_optimization=memory_optimization, global_jit_level="off",
        allow_soft_placement=True, log_device_placement=False,
    )  # fmt: skip


def _set(attribute: Any, value: Value) -> None:
    if isinstance(value, bool):  # before int, which it is too
        attribute.b = value
    elif isinstance(value, int):
        attribute.i = value
    else:
        attribute.s = value.encode("utf-8")
