"""The judgement of options, without TensorFlow: an AttrValue is only asked which of its fields is set."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contract.attr_values import Value, read, refused
from tests.contract.double.common import options, values
from tests.contract.double.common.contract import ContractViolation, Fatal, Refusal
from tests.contract.double.common.keys import KEYS
from tests.contract.double.common.variant import NEW, OLD

BOTH = [OLD, NEW]

#: Written down from the adapter's documents: field, then keys that are in both adapters.
DOCUMENTED = {
    "b": "use_off_line mix_compile_mode enable_data_pre_proc profiling_mode enable_dump hcom_parallel dynamic_input",
    "i": "iterations_per_loop graph_run_mode enable_exception_dump op_debug_level session_device_id local_rank_id",
    "s": "precision_mode op_select_implmode profiling_options dump_path auto_tune_mode fusion_switch_file input_shape",
}
DOCUMENTED_NEW = {
    "b": "external_weight input_batch_cpy compile_dynamic_mode all_tensor_not_empty frozen_variable",
    "i": "deterministic hccl_timeout op_wait_timeout stream_sync_timeout graph_exec_timeout topo_sorting_mode",
    "s": "precision_mode_v2 modify_mixlist customize_dtypes jit_compile aoe_mode HCCL_algorithm ac_parallel_enable",
}


def test_the_adapters_look_up_49_and_106_keys():
    assert (len(KEYS["old"]), len(KEYS["new"])) == (49, 106)


@pytest.mark.parametrize("variant", BOTH)
@pytest.mark.parametrize("field", ["b", "i", "s"])
def test_the_documented_keys_have_the_documented_field(variant, field):
    names = DOCUMENTED[field].split() + (DOCUMENTED_NEW[field].split() if variant is NEW else [])
    assert {KEYS[variant.adapter][name] for name in names} == {field}


def test_only_old_has_mstune_mode_and_nothing_else_was_dropped():
    assert set(KEYS["old"]) - set(KEYS["new"]) == {"mstune_mode"}


@pytest.mark.parametrize("variant", BOTH)
@pytest.mark.parametrize("key", ["autotune_tune_mode", "sump_mode", "sfusion_switch_file", "presicion_mode"])
def test_a_misspelt_key_is_a_violation(variant, key):
    text = "parameter_map has no key %r: the adapter would ignore it" % key
    assert refused(ContractViolation, variant, **{key: "x"}) == text


@pytest.mark.parametrize("key", sorted(set(KEYS["new"]) - set(KEYS["old"])))
def test_a_key_of_new_is_a_violation_for_old(key):
    assert "no key %r" % key in refused(ContractViolation, OLD, **{key: "x"})


_EMPTY = {"s": "", "b": False, "i": 0}


@pytest.mark.parametrize("variant, key", [(variant, key) for variant in BOTH for key in sorted(KEYS[variant.adapter])])
def test_every_key_refuses_every_field_but_its_own(variant, key):
    for field in set("bis") - {KEYS[variant.adapter][key]}:
        with pytest.raises((ContractViolation, Refusal)) as caught:
            options.read({key: Value(field, _EMPTY[field])}, variant)
        assert key in str(caught.value)


def test_a_field_that_is_none_of_the_three_is_refused():
    class Shape:
        def WhichOneof(self, name):
            return "shape"

    with pytest.raises(ContractViolation, match="precision_mode is read as a string"):
        options.read({"precision_mode": Shape()}, OLD)


@pytest.mark.parametrize("key", ["jit_compile", "shape_generalization_mode"])
def test_new_itself_refuses_two_keys_of_another_type(key):
    text = refused(Refusal, NEW, **{key: True})
    assert text == "The data type of %s is invalid. Expected string type." % key


def test_no_parameters_give_the_adapters_defaults():
    for variant in BOTH:
        assert read(variant) == options.Options(True, False, 1, False, False, False, None)


def test_options_are_read():
    found = read(NEW, use_off_line=False, mix_compile_mode=True, profiling_mode=True, session_device_id=3)
    assert (found.on_device, found.mix_compile_mode, found.profiling_mode, found.device_id) == (False, True, True, 3)
    assert read(OLD, dynamic_input=True).takes_dynamic_shapes


DIES = [
    (OLD, "profiling_options must be set when use profiling", {"profiling_mode": True}),
    (OLD, "if use dump function, dump_path must be set.", {"enable_dump": True}),
    (OLD, "if use dump function, dump_path must be set.", {"enable_dump_debug": True}),
    (OLD, "the path /nowhere/at/all is not directory.", {"enable_dump": True, "dump_path": "/nowhere/at/all"}),
    (OLD, "graph_run_mode value must be 0 or 1", {"graph_run_mode": 2}),
    (NEW, "graph_run_mode value must be 0 or 1", {"graph_run_mode": 2}),
    (OLD, "local rank id should be in [0,7]", {"local_rank_id": 8}),
    (OLD, "local_device_list style is invalid, example:'1,2,3'", {"local_device_list": "1;2"}),
    (
        OLD,
        "dynamic_graph_execute_mode should be lazy_recompile or dynamic_execute.",
        {"dynamic_input": True, "dynamic_graph_execute_mode": "x"},
    ),
    (
        OLD,
        "op select impl mode should be one of the list:[high_precision, high_performance]",
        {"op_select_implmode": "high_precision_for_all"},
    ),
    (
        NEW,
        "when use optypelist_for_implmode, op_select_implmode must be set.",
        {"optypelist_for_implmode": "Pooling"},
    ),
    (
        OLD,
        "input_shape, dynamic_dims and dynamic_node_type should use together.",
        {"input_shape": "data:1,-1"},
    ),
    (
        NEW,
        "buffer_optimize is valid, should be one of [l2_optimize, off_optimize]",
        {"buffer_optimize": "l1_optimize"},
    ),
    (
        NEW,
        "enable_compress_weight can not use with compress_weight_conf.",
        {"enable_compress_weight": True, "compress_weight_conf": "a"},
    ),
    (OLD, "session_device_id must be nonnegative integer.", {"session_device_id": -1}),
]


@pytest.mark.parametrize("variant, message, parameters", DIES)
def test_what_the_adapter_dies_of(variant, message, parameters):
    assert refused(Fatal, variant, **parameters) == message


BOTH_PRECISIONS = {"precision_mode": "allow_mix_precision", "precision_mode_v2": "mixed_float16"}
RETURNS = [
    ("Internal", "if use dump function, dump_path must be set.", {"enable_dump": True}),
    (
        "Internal",
        "'precision_mode' and 'precision_mode_v2' can not be assigned at the same time.",
        BOTH_PRECISIONS,
    ),
    ("Internal", "enable_exception_dump should be one of 0, 1 and 2.", {"enable_exception_dump": 3}),
    ("Internal", "dump_data should be 'tensor' or 'stats'.", {"dump_data": "all"}),
    ("Internal", "graph_slice must be in ['auto', 'manual']", {"graph_slice": "on"}),
    ("Internal", "local rank id should be in [0,7]", {"local_rank_id": -1}),
    (
        "Internal",
        "aoe mode:3 is invalid, aoe mode should be one of the list:['1', '2', '4']",
        {"aoe_mode": "3"},
    ),
    (
        "InvalidArgument",
        "option jit_compile value 'yes' is invalid, it should be one of the list:[true, false, auto]",
        {"jit_compile": "yes"},
    ),
    (
        "InvalidArgument",
        "option shape_generalization_mode value 'x' is invalid, it should be one of the list:[STRICT, FULL, ADAPTIVE]",
        {"shape_generalization_mode": "x"},
    ),
]


@pytest.mark.parametrize("code, message, parameters", RETURNS)
def test_what_new_returns_as_a_status(code, message, parameters):
    with pytest.raises(Refusal) as caught:
        read(NEW, **parameters)
    assert (caught.value.code, caught.value.message) == (code, message)


def test_new_names_the_precision_modes_and_an_empty_one_is_none():
    text = refused(Refusal, NEW, precision_mode="")
    assert text.startswith("option precision_mode value '' is invalid, it should be one of the list:[force_fp32, ")


@pytest.mark.parametrize("mode", ["allow_fp32_to_fp16", "force_fp16", "force_fp32", "allow_mix_precision"])
def test_precision_modes_of_both_times_are_taken(mode):
    assert read(OLD, precision_mode=mode) == read(NEW, precision_mode=mode)


@pytest.mark.parametrize("mode", ["allow_mix_precision_bf16", "mixed_float16", "fp32"])
def test_old_checks_no_precision_mode_so_the_double_does(mode):
    assert "precision_mode is %r" % mode in refused(ContractViolation, OLD, precision_mode=mode)


@pytest.mark.parametrize(
    "parameters",
    [
        {"deterministic": 2},
        {"op_debug_level": 5},
        {"op_compiler_cache_mode": "on"},
        {"oo_level": "O4"},
        {"static_memory_policy": 1},
        {"variable_placement": "host"},
        {"input_fusion_size": 32 * 1024 * 1024 + 1},
        {"iterations_per_loop": 0},
    ],
)
def test_a_value_that_only_the_documents_forbid_is_a_violation(parameters):
    assert next(iter(parameters)) in refused(ContractViolation, NEW, **parameters)


def test_sunk_iterations_need_data_on_the_device_and_no_host_operations():
    assert "enable_data_pre_proc" in refused(ContractViolation, NEW, iterations_per_loop=4)
    parameters = {"iterations_per_loop": 4, "enable_data_pre_proc": True}
    assert read(NEW, **parameters).iterations_per_loop == 4
    assert "mix_compile_mode" in refused(ContractViolation, NEW, mix_compile_mode=True, **parameters)


def test_dumps_of_both_kinds_exclude_each_other(tmp_path):
    both = {"enable_dump": True, "enable_dump_debug": True, "dump_path": str(tmp_path)}
    assert "exclude each other" in refused(ContractViolation, NEW, **both)


@pytest.mark.parametrize("text", ["on", "[]", '{"output": "/nowhere/at/all"}', '{"task_trace": "on"}'])
def test_wrong_profiling_options_are_a_violation(text):
    assert "profiling_options" in refused(ContractViolation, OLD, profiling_mode=True, profiling_options=text)


def test_profiling_options_as_the_documents_have_them_are_taken(tmp_path):
    text = '{"output":"%s","training_trace":"on","task_trace":"on","aicpu":"on","fp_point":"","bp_point":""}' % tmp_path
    assert read(OLD, profiling_mode=True, profiling_options=text).profiling_mode
    text = '{"output":"%s","training_trace":"on"}' % tmp_path
    assert "fp_point" in refused(ContractViolation, OLD, profiling_mode=True, profiling_options=text)


_STEPS = st.one_of(
    st.integers(0, 999).map(str),
    st.tuples(st.integers(0, 500), st.integers(1, 99)).map(lambda pair: "%d-%d" % (pair[0], sum(pair))),
)


@given(st.lists(_STEPS, min_size=1, max_size=100))
def test_up_to_100_steps_and_rising_ranges_are_dumped(steps):
    assert values.dump_step("|".join(steps)) is None


@settings(max_examples=10)
@given(st.lists(_STEPS, min_size=101, max_size=110))
def test_more_than_100_sets_of_steps_are_refused(steps):
    assert values.dump_step("|".join(steps)) == "dump_step only support dump <= 100 sets of data"


@given(st.integers(0, 999), st.integers(0, 99))
def test_a_falling_range_of_steps_is_refused(last, more):
    assert "the first step is >=" in values.dump_step("%d-%d" % (last + more, last))


@given(st.text(alphabet="0|-x ,", max_size=6))
def test_the_style_of_steps_is_judged_without_an_exception(text):
    parts = text.split("|")
    is_right = all(part.isdigit() for part in parts)
    assert (values.dump_step(text) is None) >= is_right


@given(st.lists(st.integers(0, 7), min_size=1, max_size=8))
def test_a_list_of_devices_is_taken(devices):
    assert values.local_device_list(",".join(map(str, devices))) is None
