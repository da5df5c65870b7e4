"""The adapter's session options: every name is taken or refused with a reason, and no value passes in a wrong type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.ascend import parameters
from har_model.errors import UsageError
from tests.contract.double.common.keys import DOCUMENTED_VALUES, KEYS

_ALL = dict(parameters.OLD, **parameters.NEW)
_TYPES = {"b": bool, "i": int, "s": str}
#: Written by migrated scripts, and ignored by the adapter without a word.
_MISSPELT = ("autotune_tune_mode", "sump_mode", "sfusion_switch_file")


def _example(name, tmp_path):
    """A value that the adapter takes."""
    if name in parameters.CHOICES:
        return str(parameters.CHOICES[name][0])
    if name in ("fusion_switch_file", "modify_mixlist", "customize_dtypes", "op_precision_mode", "insert_op_file",
                "compress_weight_conf"):  # fmt: skip
        path = tmp_path / "given.json"
        path.write_text("{}")
        return str(path)
    if name in parameters.FORMS:
        return parameters.FORMS[name][1]
    return {"b": "true", "i": "7", "s": str(tmp_path)}[_ALL[name]]


def test_names_and_types_are_those_that_each_adapter_looks_up():
    assert KEYS["old"] == parameters.OLD and KEYS["new"] == parameters.NEW
    # As counted in the sources: 48 and input_shape, 106.
    assert (len(parameters.OLD), len(parameters.NEW)) == (49, 106)


def test_nothing_is_refused_that_does_not_exist():
    assert set(parameters.REFUSED) <= set(_ALL) and set(parameters.CHOICES) <= set(_ALL)


@pytest.mark.parametrize("name", sorted(_ALL))
def test_every_name_is_taken_in_its_type_or_refused_with_a_reason(name, tmp_path):
    text = _example(name, tmp_path)
    if name in parameters.REFUSED:
        with pytest.raises(UsageError, match="^The npu option %s is not taken: .{8,}[.]$" % name):
            parameters.parse(name, text)
    else:
        value = parameters.parse(name, text)
        assert type(value) is _TYPES[_ALL[name]] and str(value).lower() == text.lower()


@pytest.mark.parametrize("name", _MISSPELT + ("Precision_mode", "precision mode", "", "use_off_line "))
def test_a_misspelt_name_is_refused_because_the_adapter_would_ignore_it(name):
    with pytest.raises(UsageError, match="has no option .* ignore it"):
        parameters.parse(name, "true")


@given(st.sampled_from(sorted(_ALL) + list(_MISSPELT)) | st.text(), st.text() | st.integers().map(str) | st.booleans())
def test_any_value_has_the_type_of_its_field_or_is_a_usage_error(name, value):
    try:
        parsed = parameters.parse(name, str(value))
    except UsageError as error:
        assert "\n" not in str(error)
        return
    assert name in _ALL and name not in parameters.REFUSED
    assert type(parsed) is _TYPES[_ALL[name]]
    if isinstance(parsed, str):
        assert parsed.encode("utf-8")  # what AttrValue's field of bytes takes
    else:
        assert -(2**63) <= parsed < 2**63  # what its integer holds


@pytest.mark.parametrize(
    "name, text",
    [
        ("mix_compile_mode", "1"),
        ("mix_compile_mode", "yes"),
        ("mix_compile_mode", ""),
        ("deterministic", "true"),
        ("deterministic", "2"),
        ("deterministic", "1_0"),
        ("deterministic", " 1"),
        ("graph_exec_timeout", "9" * 30),
        ("graph_exec_timeout", "1.5"),
        ("jit_compile", "True"),
        ("jit_compile", "1"),
        ("oo_level", "O4"),
        ("op_compiler_cache_mode", "on"),
        ("shape_generalization_mode", "strict"),
        ("static_memory_policy", "1"),
        ("input_fusion_size", "33554433"),
        ("input_fusion_size", "-1"),
        ("buffer_optimize", "l1_optimize"),
        ("op_select_implmode", "high"),
        ("HCCL_algorithm", ""),
        ("HCCL_algorithm", " "),
        ("HCCL_algorithm", "level0\nlevel1"),
        ("HCCL_algorithm", "\udcff"),
        ("op_compiler_cache_dir", "cache"),
        ("graph_compiler_cache_dir", "./cache"),
        ("modify_mixlist", "mixlist.json"),
        ("modify_mixlist", "/"),
        ("fusion_switch_file", "/no/such/file.json"),
        ("atomic_clean_policy", "2"),
        ("topo_sorting_mode", "4"),
        ("hccl_timeout", "-5"),
        ("hccl_timeout", "2147483648"),
        ("op_wait_timeout", "-1"),
        ("op_execute_timeout", "-1"),
        ("graph_exec_timeout", "-9"),
        ("stream_sync_timeout", "-2"),
        ("event_sync_timeout", "-2"),
        ("graph_max_parallel_model_num", "0"),
        ("stream_max_parallel_num", "banana"),
        ("stream_max_parallel_num", "AIcoreEngine"),
        ("stream_max_parallel_num", "AIcoreEngine:0"),
        ("stream_max_parallel_num", "AIcoreEngine:-1"),
        ("stream_max_parallel_num", "AIcoreEngine:1,"),
        ("stream_max_parallel_num", "AIcoreEngine:1;DNN_VM_AICPU:10"),
        ("stream_max_parallel_num", "AIcoreEngine:1\n"),
        ("optypelist_for_implmode", "Pooling;SoftmaxV2"),
        ("optypelist_for_implmode", ","),
    ],
)
def test_a_value_that_the_adapter_would_die_of_or_take_for_another_is_refused(name, text):
    with pytest.raises(UsageError, match=name):
        parameters.parse(name, text)


@pytest.mark.parametrize(
    "name, text, words",
    [
        ("hccl_timeout", "-5", "The npu option hccl_timeout is 0 to 2147483647, not '-5'."),
        ("op_wait_timeout", "-1", "The npu option op_wait_timeout is 0 or more, not '-1'."),
        ("stream_sync_timeout", "-2", "The npu option stream_sync_timeout is -1 or more, not '-2'."),
        (
            "stream_max_parallel_num",
            "banana",
            "The npu option stream_max_parallel_num is of a form such as DNN_VM_AICPU:10,AIcoreEngine:1, not 'banana'.",
        ),
        (
            "graph_compiler_cache_dir",
            "./c",
            "The npu option graph_compiler_cache_dir is the whole path of a folder, not './c'.",
        ),
    ],
)
def test_a_refused_value_is_told_what_it_should_have_been(name, text, words):
    with pytest.raises(UsageError) as caught:
        parameters.parse(name, text)
    assert str(caught.value) == words


@pytest.mark.parametrize(
    "name, text",
    [
        ("hccl_timeout", "0"),
        ("hccl_timeout", "1836"),
        ("op_wait_timeout", "120"),
        ("op_execute_timeout", "90"),
        ("graph_exec_timeout", "600000"),
        ("stream_sync_timeout", "-1"),
        ("event_sync_timeout", "-1"),
        ("event_sync_timeout", "60000"),
        ("input_fusion_size", "0"),
        ("input_fusion_size", "33554432"),
        ("graph_max_parallel_model_num", "1"),
        ("topo_sorting_mode", "3"),
    ],
)
def test_the_defaults_and_the_bounds_of_the_documents_are_taken(name, text):
    assert parameters.parse(name, text) == int(text)


@given(
    st.lists(st.tuples(st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,9}", fullmatch=True), st.integers(1, 99)), min_size=1)
)
def test_any_list_of_engines_with_their_streams_is_taken(engines):
    text = ",".join("%s:%d" % engine for engine in engines)
    assert parameters.parse("stream_max_parallel_num", text) == text


@pytest.mark.parametrize("name", ["graph_memory_max_size", "variable_memory_max_size"])
def test_an_option_without_effect_is_not_recorded_as_effective(name):
    with pytest.raises(UsageError, match="%s is not taken: it has no effect in the current version" % name):
        parameters.parse(name, "1024")


@pytest.mark.parametrize("adapter", ["old", "new"])
def test_every_value_that_the_documents_list_is_taken(adapter):
    for name, values in DOCUMENTED_VALUES[adapter].items():
        for value in values:
            if name not in parameters.REFUSED:
                assert parameters.parse(name, str(value)) == value


@pytest.mark.parametrize(
    "options, precision, word",
    [
        ({"modify_mixlist": "FILE"}, "must_keep_origin_dtype", "mixed precision"),
        ({"optypelist_for_implmode": "Pooling"}, "allow_mix_precision", "op_select_implmode"),
        ({"enable_compress_weight": "true", "compress_weight_conf": "FILE"}, "force_fp32", "exclude"),
        ({"op_precision_mode": "FILE", "op_select_implmode": "high_precision"}, "force_fp32", "exclude"),
        ({"variable_placement": "Host"}, "force_fp32", "mix_compile_mode=true"),
        ({"variable_placement": "Host", "mix_compile_mode": "false"}, "force_fp32", "mix_compile_mode=true"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options, precision, word, tmp_path):
    path = tmp_path / "file"
    path.write_text("{}")
    given_options = {name: str(path) if text == "FILE" else text for name, text in options.items()}
    with pytest.raises(UsageError, match=word):
        parameters.parse_all(given_options, precision)


def test_variables_on_the_host_go_with_operations_on_the_host():
    options = {"variable_placement": "Host", "mix_compile_mode": "true"}
    assert parameters.parse_all(options, "force_fp32") == {"variable_placement": "Host", "mix_compile_mode": True}


@pytest.mark.parametrize("precision", ["allow_mix_precision", "allow_mix_precision_bf16", "mixed_float16"])
def test_a_list_of_mixed_operators_goes_with_a_mixed_precision(precision, tmp_path):
    path = tmp_path / "mixlist.json"
    path.write_text("{}")
    assert parameters.parse_all({"modify_mixlist": str(path)}, precision) == {"modify_mixlist": str(path)}


@pytest.mark.parametrize(
    "values, is_old, key, word",
    [
        ({"deterministic": 1}, True, "precision_mode", "the old one, does not know deterministic"),
        ({}, True, "precision_mode_v2", "the old one, does not know precision_mode_v2"),
        ({"mstune_mode": "1"}, False, "precision_mode", "the new one, does not know mstune_mode"),
        ({"op_select_implmode": "high_precision_for_all"}, True, "precision_mode", "high_precision or high_perf"),
    ],
)
def test_what_the_adapter_at_hand_does_not_know_is_refused(values, is_old, key, word):
    with pytest.raises(UsageError, match=word):
        parameters.check_known(values, is_old, key)


def test_what_both_adapters_know_is_for_both():
    for is_old in (True, False):
        parameters.check_known({"op_select_implmode": "high_precision"}, is_old, "precision_mode")
