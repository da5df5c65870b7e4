"""The session's options: what is set, in which field, and what an option changes."""

import json
import os

import pytest

from backends.ascend import parameters, session
from backends.ascend.adapter import NEW, OLD, Adapter
from backends.engines.tensorflow.backend import is_installed
from backends.protocol import Settings
from har_model.errors import UsageError

needs_tensorflow = pytest.mark.skipif(not is_installed(), reason="needs TensorFlow")
_FIELDS = {bool: "b", int: "i", str: "s"}


def _settings(precision="allow_mix_precision", profile_folder=None, **options):
    return Settings("fused", precision, 1, options=options, profile_folder=profile_folder)


def _adapter(kind=NEW):
    return Adapter(kind, None, False)


@pytest.mark.parametrize("is_old, others", [(True, {}), (False, {"deterministic": 0, "jit_compile": "auto"})])
def test_every_option_that_decides_what_is_measured_is_set(tmp_path, is_old, others):
    expected = {
        "use_off_line": True,
        "mix_compile_mode": False,
        "graph_run_mode": 1,
        "iterations_per_loop": 1,
        "precision_mode": "allow_mix_precision",
        "profiling_mode": False,
        "enable_dump": False,
        "enable_dump_debug": False,
        "hcom_parallel": False,
        "op_compiler_cache_mode": "enable",
        "op_compiler_cache_dir": str(tmp_path / "atc_data"),
        "enable_data_pre_proc": False,
        "enable_exception_dump": 0,
    }
    assert session.parameters_of(_settings(), {"HOME": str(tmp_path)}, is_old) == dict(expected, **others)


@pytest.mark.parametrize(
    "precision, key", [("must_keep_origin_dtype", "precision_mode"), ("mixed_float16", "precision_mode_v2")]
)
def test_a_precision_is_set_by_one_option_alone(precision, key):
    values = session.parameters_of(_settings(precision), {}, is_old=False)
    assert values[key] == precision and ("precision_mode" in values) != ("precision_mode_v2" in values)


def test_an_option_goes_before_what_is_set_otherwise():
    given = _settings(mix_compile_mode="true", hcom_parallel="true", deterministic="1")
    values = session.parameters_of(given, {}, is_old=False)
    assert (values["mix_compile_mode"], values["hcom_parallel"], values["deterministic"]) == (True, True, 1)


@pytest.mark.parametrize(
    "name", ["use_off_line", "precision_mode", "profiling_mode", "enable_dump", "autotune_tune_mode", "dump_path"]
)
def test_an_option_that_is_refused_never_reaches_the_session(name):
    with pytest.raises(UsageError, match=name):
        session.parameters_of(_settings(**{name: "false"}), {}, is_old=False)


def test_a_profiled_run_turns_the_profiler_on_with_everything_a_trace_needs(tmp_path):
    values = session.parameters_of(_settings(profile_folder=str(tmp_path)), {}, is_old=False)
    assert values["profiling_mode"] is True
    assert json.loads(values["profiling_options"]) == {
        "output": str(tmp_path),
        "training_trace": "on",
        "task_trace": "on",
        "aicpu": "on",
        "fp_point": "",
        "bp_point": "",
        "aic_metrics": "PipeUtilization",
    }


@pytest.mark.parametrize(
    "options, variables, folders",
    [
        ({}, {"HOME": "/home/me"}, ("/home/me/atc_data",)),
        ({}, {"HOME": "/home/me", "ASCEND_CACHE_PATH": "/cache"}, ("/cache",)),
        ({"op_compiler_cache_dir": "/mine"}, {"ASCEND_CACHE_PATH": "/cache"}, ("/mine",)),
        ({"op_compiler_cache_mode": "disable"}, {"HOME": "/home/me"}, ()),
        ({"op_compiler_cache_mode": "force"}, {"HOME": "/home/me"}, ("/home/me/atc_data",)),
        ({"graph_compiler_cache_dir": "/g"}, {"HOME": "/home/me"}, ("/home/me/atc_data", "/g")),
    ],
)
def test_a_first_step_may_find_what_was_compiled_in_these_folders(options, variables, folders):
    assert session.cache_folders(options, variables) == folders


@pytest.mark.parametrize("value", ["on", "OFF", ""])
def test_the_memory_optimisation_is_off_or_left_alone(value):
    with pytest.raises(UsageError, match="memory_optimization is off or default"):
        session.given_options(_settings(memory_optimization=value))


@needs_tensorflow
@pytest.mark.parametrize("kind", [OLD, NEW])
def test_the_configuration_has_each_option_in_the_field_that_the_adapter_reads(tmp_path, kind):
    from backends.engines.tensorflow.compat import RewriterConfig

    variables = {"HOME": str(tmp_path)}
    settings = _settings()
    proto, effective = session.config(settings, _adapter(kind), variables)
    rewriting = proto.graph_options.rewrite_options
    (entry,) = rewriting.custom_optimizers
    values = session.parameters_of(settings, variables, kind == OLD)
    assert entry.name == "NpuOptimizer" and set(entry.parameter_map) == set(values)
    for name, value in values.items():
        field = _FIELDS[type(value)]
        assert entry.parameter_map[name].WhichOneof("value") == field == parameters.NEW[name]
        found = getattr(entry.parameter_map[name], field)
        assert (found.decode() if field == "s" else found) == value
    assert (rewriting.remapping, rewriting.memory_optimization) == (RewriterConfig.OFF, RewriterConfig.OFF)
    assert proto.allow_soft_placement and not proto.log_device_placement
    assert proto.graph_options.optimizer_options.global_jit_level == -1
    assert effective == dict(
        values, remapping="off", memory_optimization="off", global_jit_level="off", allow_soft_placement=True,
        log_device_placement=False,
    )  # fmt: skip
    assert os.path.isdir(str(tmp_path / "atc_data"))


@needs_tensorflow
def test_the_memory_optimisation_can_be_left_as_it_is_where_its_absence_ends_in_a_core_dump(tmp_path):
    variables = {"HOME": str(tmp_path)}
    proto, effective = session.config(_settings(memory_optimization="default"), _adapter(), variables)
    assert proto.graph_options.rewrite_options.memory_optimization == 0  # DEFAULT_MEM_OPT
    assert effective["memory_optimization"] == "default"
    (entry,) = proto.graph_options.rewrite_options.custom_optimizers
    assert "memory_optimization" not in entry.parameter_map


@needs_tensorflow
def test_every_option_that_is_taken_fits_into_the_configuration(tmp_path):
    path = tmp_path / "file.json"
    path.write_text("{}")
    for name, field in parameters.NEW.items():
        if name in parameters.REFUSED or name == "modify_mixlist":
            continue
        text = str(parameters.CHOICES.get(name, ({"b": "true", "i": "1", "s": str(path)}[field],))[0])
        text = parameters.FORMS[name][1] if name in parameters.FORMS else text
        text = str(tmp_path) if name.endswith("_cache_dir") else text
        options = dict({name: text}, **({"op_select_implmode": "high_precision"} if "implmode" in name else {}))
        proto, _ = session.config(_settings(**options), _adapter(), {"HOME": str(tmp_path)})
        (entry,) = proto.graph_options.rewrite_options.custom_optimizers
        assert entry.parameter_map[name].WhichOneof("value") == field


@needs_tensorflow
def test_a_cache_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "atc_data").write_text("a file")
    with pytest.raises(UsageError, match="cannot be made .* op_compiler_cache_mode=disable"):
        session.config(_settings(), _adapter(), {"HOME": str(tmp_path)})
    session.config(_settings(op_compiler_cache_mode="disable"), _adapter(), {"HOME": str(tmp_path)})


@needs_tensorflow
def test_an_option_of_the_other_adapter_is_refused(tmp_path):
    with pytest.raises(UsageError, match="the old one, does not know deterministic"):
        session.config(_settings(deterministic="1"), _adapter(OLD), {"HOME": str(tmp_path)})
