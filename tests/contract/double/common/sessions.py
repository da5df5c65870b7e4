"""The patched session: reads NpuOptimizer's options and does what a session on the device would do, but on the CPU.

A graph is "compiled" once for each set of fetches and feeds and each shape of the feeds. Its id is 1, 11, 21, ... in
the session, as in logs of real runs. (By its source NEW keeps the id where only a shape changes; a line is printed each
time in any case.)
"""

import inspect
import os
import time
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf.rewriter_config_pb2 import RewriterConfig
from tensorflow.python.client import session as session_module

from . import device, failures, graphs, log, options, rewrites, script, variant
from .contract import ContractViolation, Fatal, Refusal

_STATE = "_npu_double_state"
_IDS_APART = 10
_SENTINEL = "The model has been compiled on the Ascend AI processor, current graph id is:%s%d"


def npu_optimizer(config: Any) -> Optional[Any]:
    """The entry called NpuOptimizer of a ConfigProto, or None."""
    entries = config.graph_options.rewrite_options.custom_optimizers
    return next((entry for entry in entries if entry.name == "NpuOptimizer"), None)


def set_defaults(config: Any) -> Any:
    """What NEW does to every configuration: the entry added if absent, and the options that it must have."""
    rewrite = config.graph_options.rewrite_options
    if npu_optimizer(config) is None:
        rewrite.custom_optimizers.add().name = "NpuOptimizer"
        rewrite.memory_optimization = RewriterConfig.OFF
    config.allow_soft_placement = True
    config.log_device_placement = False
    rewrite.remapping = RewriterConfig.OFF
    config.graph_options.optimizer_options.global_jit_level = -1
    return config


def _leave_traces(folder: str) -> None:
    place = os.path.join(folder, "PROF_000001_20260101000000000_DOUBLE", "device_0")
    os.makedirs(place, exist_ok=True)
    with open(os.path.join(place, "info.json.0"), "w") as file:
        file.write("{}")


class DeviceSession:
    """What the adapter knows of one session with NpuOptimizer."""

    def __init__(self, config: Any, entry: Any) -> None:
        self.options = options.read(entry.parameter_map, variant.current())
        rewrites.check(config.graph_options)
        self._compiled: Dict[Tuple[Any, ...], int] = {}
        if self.options.profile_folder and script.read().get("traces", True):
            _leave_traces(self.options.profile_folder)

    def before_run(self, asked: Sequence[Any], shapes: Mapping[Any, Tuple[int, ...]]) -> None:
        """Start, compile and execute, as far as a log or an error shows it.

        Args:
            asked: the operations to execute.
            shapes: fed tensor to the shape of its value.
        """
        is_system = {operation.name for operation in asked} <= _names_in(asked, graphs.SYSTEM)
        device.start(is_session=not is_system)
        if is_system:
            return
        key = (tuple(sorted(op.name for op in asked)), tuple(sorted((t.name, shape) for t, shape in shapes.items())))
        if key not in self._compiled:
            self._check_placeholders(shapes)
            self._compiled[key] = 1 + _IDS_APART * len(self._compiled)
            self._compile(graphs.ancestors(asked, shapes), self._compiled[key])
        failure, run = failures.scripted(failures.EXECUTE), device.count_run()
        if failure and run >= script.read().get("fail_at_run", 1):
            failures.fail_execute(failure, _kernel(self._compiled[key]))

    def _check_placeholders(self, shapes: Mapping[Any, Tuple[int, ...]]) -> None:
        for tensor in shapes:
            if not self.options.takes_dynamic_shapes and not tensor.shape.is_fully_defined():
                text = "%s has the dynamic shape %s: the device takes static shapes, unless dynamic_input is set"
                raise ContractViolation(text % (tensor.name, tensor.shape))

    def _compile(self, operations: Sequence[Any], graph_id: int) -> None:
        kernel = _kernel(graph_id)
        failure = failures.scripted(failures.COMPILE)
        if failure:
            detail = failures.FAILURES[failure].detail
            failures.fail_compile(detail, kernel, graph_id, failure == "add-graph")
        lacking = None if self.options.mix_compile_mode else graphs.first_lacking(operations)
        if lacking:
            failures.fail_compile(failures.no_kernel(*lacking), kernel, graph_id)
        time.sleep(script.read().get("compile_seconds", 0))
        if self.options.iterations_per_loop > 1:
            log.line("I", "tf_adapter/optimizers/om_partition_subgraphs_pass.cc:1846", "Insert op success")
        wanted = script.read().get("sentinel", True)
        if variant.current().prints_sentinel and wanted:
            source = script.read().get("source", "tf_adapter/kernels/geop_npu.cc:1178")
            log.line("I", source, _SENTINEL % ("" if wanted == "no-space" else " ", graph_id))

    def extra_loops(self, asked: Sequence[Any], has_feeds: bool) -> int:
        """How often more than once the asked operations are executed in one run: iterations_per_loop, sunk."""
        if not {operation.name for operation in asked} & _names_in(asked, graphs.LOOPS):
            return 0
        if self.options.iterations_per_loop == 1:
            raise ContractViolation(
                "set_iteration_per_loop needs the same iterations_per_loop in the session's options"
            )
        if has_feeds:
            raise ContractViolation("iterations_per_loop above 1 cannot be fed: the data come from a dataset")
        return self.options.iterations_per_loop - 1


def _kernel(graph_id: int) -> str:
    return "GeOp%d_0" % graph_id


def _names_in(operations: Sequence[Any], collection: str) -> set:
    if not operations:
        return set()
    return {item.name for item in operations[0].graph.get_collection(collection)}


def _state(session: Any) -> Optional[DeviceSession]:
    """What the adapter knows of a session; None for one that stays on the host."""
    if not hasattr(session, _STATE):
        entry = npu_optimizer(session._config) if session._config is not None else None
        try:
            state = DeviceSession(session._config, entry) if entry is not None else None
        except Fatal as fatal:
            log.die(fatal.source, fatal.message)
        except Refusal as refusal:
            log.line("E", "tf_adapter/util/npu_attrs.cc:950", refusal.message)
            raise getattr(tf.errors, refusal.code + "Error")(None, None, refusal.message) from None
        setattr(session, _STATE, state if state is not None and state.options.on_device else None)
    return getattr(session, _STATE)


def _asked(session: Any, fetches: Any, fed: Sequence[Any]) -> List[Any]:
    handler = session_module._FetchHandler(session.graph, fetches, {tensor: None for tensor in fed})
    return list({tensor.op for tensor in handler.fetches()} | set(handler.targets()))


def _prepare(session: Any, fetches: Any, feeds: Mapping[Any, Any]) -> Optional[Tuple[List[Any], int]]:
    """Everything but the computation; the asked operations and how often to execute them beforehand."""
    state = _state(session)
    if state is None:
        return None
    fed = {session.graph.as_graph_element(key): np.shape(value) for key, value in feeds.items()}
    asked = _asked(session, fetches, list(fed))
    if not asked:
        return None
    try:
        state.before_run(asked, fed)
    except Fatal as fatal:
        log.die(fatal.source, fatal.message)
    return asked, state.extra_loops(asked, bool(fed))


def _patched_run(run: Callable[..., Any]) -> Callable[..., Any]:
    def device_run(
        self: Any, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None
    ) -> Any:
        prepared = _prepare(self, fetches, feed_dict or {})
        if prepared is None:
            return run(self, fetches, feed_dict, options, run_metadata)
        for _ in range(prepared[1]):
            run(self, prepared[0])
        return tf.nest.map_structure(device.clamp, run(self, fetches, feed_dict, options, run_metadata))

    return device_run


def _patched_make_callable(make_callable: Callable[..., Any]) -> Callable[..., Any]:
    def device_callable(self: Any, fetches: Any, feed_list: Any = None, accept_options: bool = False) -> Any:
        run = make_callable(self, fetches, feed_list, accept_options)

        def call(*values: Any, **keywords: Any) -> Any:
            prepared = _prepare(self, fetches, dict(zip(feed_list or (), values)))
            found = run(*values, **keywords)
            return found if prepared is None else tf.nest.map_structure(device.clamp, found)

        return call

    return device_callable


def _patched_partial(partial: Callable[..., Any]) -> Callable[..., Any]:
    """No part of a graph is a graph that the adapter compiles: it would run on the host, unnoticed."""

    def device_partial(self: Any, *args: Any, **kwargs: Any) -> Any:
        if _state(self) is not None:
            raise ContractViolation("%s computes on the host: use run" % partial.__name__)
        return partial(self, *args, **kwargs)

    return device_partial


def decorator_tf_session(init: Callable[..., None]) -> Callable[..., None]:
    """A session's `__init__` that gives its configuration what NEW gives it, in place."""
    names = list(inspect.signature(init).parameters)

    def device_init(self: Any, *args: Any, **kwargs: Any) -> None:
        given = dict(zip(names[1:], args), **kwargs)
        given["config"] = set_defaults(given.get("config") or tf.compat.v1.ConfigProto())
        init(self, **given)

    return device_init


def patch_runs() -> None:
    """Make every session ask this module; for NEW and OLD, when the adapter's library is loaded."""
    base = session_module.BaseSession
    if not hasattr(base, "_npu_double_is_patched"):
        base._npu_double_is_patched = True
        base.run = _patched_run(base.run)
        base.make_callable = _patched_make_callable(base.make_callable)
        for name in ("partial_run_setup", "partial_run"):
            setattr(base, name, _patched_partial(getattr(base, name)))
