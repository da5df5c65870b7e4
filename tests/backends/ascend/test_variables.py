"""The environment of a trial on an NPU: which device, one rank, and what must not be set."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.ascend import variables
from har_model.errors import UsageError


@pytest.mark.parametrize(
    "device, inherited, number",
    [
        (None, {}, 0),
        (None, {"ASCEND_DEVICE_ID": "3"}, 3),
        (None, {"ASCEND_DEVICE_ID": ""}, 0),
        (2, {"ASCEND_DEVICE_ID": "3"}, 2),
        (None, {"ASCEND_DEVICE_ID": "1", "DEVICE_ID": "7"}, 1),
        (5, {"DEVICE_ID": "7"}, 5),
        (0, {"ASCEND_RT_VISIBLE_DEVICES": "0"}, 0),
        (1, {"ASCEND_RT_VISIBLE_DEVICES": "0, 1,2"}, 1),
    ],
)
def test_the_option_goes_before_the_variable_and_the_variable_before_the_first_device(device, inherited, number):
    assert variables.device_of(device, inherited) == number


@pytest.mark.parametrize(
    "device, inherited, word",
    [
        (None, {"DEVICE_ID": "7"}, "DEVICE_ID names a physical device"),
        (None, {"ASCEND_DEVICE_ID": "zero"}, "not 'zero'"),
        (None, {"ASCEND_DEVICE_ID": "-1"}, "not '-1'"),
        (None, {"ASCEND_DEVICE_ID": "\u0663"}, "logical number"),
        (None, {"ASCEND_RT_VISIBLE_DEVICES": "3"}, "unset that variable"),
        (3, {"ASCEND_RT_VISIBLE_DEVICES": "3"}, "unset that variable"),
        (0, {"ASCEND_RT_VISIBLE_DEVICES": ""}, "unset that variable"),
        (None, {"ASCEND_RT_VISIBLE_DEVICES": "1,0", "ASCEND_DEVICE_ID": "0"}, "unset that variable"),
    ],
)
def test_a_device_that_could_be_another_one_is_refused(device, inherited, word):
    with pytest.raises(UsageError, match=word):
        variables.device_of(device, inherited)


@given(
    st.none() | st.integers(0, 1023),
    st.dictionaries(
        st.sampled_from(["ASCEND_DEVICE_ID", "DEVICE_ID", "ASCEND_RT_VISIBLE_DEVICES"]),
        st.text() | st.integers(-2, 9).map(str),
    ),
)
def test_whatever_is_set_a_device_is_a_number_or_a_usage_error(device, inherited):
    try:
        number = variables.device_of(device, inherited)
    except UsageError:
        return
    assert number >= 0 and device in (None, number)
    assert variables.of_trial(device, inherited)["ASCEND_DEVICE_ID"] == str(number)


def test_a_trial_has_one_rank_and_the_adapters_own_words_in_its_log():
    inherited = {"RANK_ID": "3", "RANK_SIZE": "8", "TF_CPP_MIN_LOG_LEVEL": "3", "JOB_ID": "4711"}
    assert variables.of_trial(1, inherited) == {
        "ASCEND_DEVICE_ID": "1", "JOB_ID": "4711", "RANK_ID": "0", "RANK_SIZE": "1", "TF_CPP_MIN_LOG_LEVEL": "0",
    }  # fmt: skip
    assert variables.of_trial(None, {})["JOB_ID"] == "10087"


@pytest.mark.parametrize(
    "name, value",
    [
        ("PROFILING_MODE", "true"),
        ("PROFILING_MODE", "dynamic"),
        ("DUMP_GE_GRAPH", "2"),
        ("PRINT_MODEL", "1"),
        ("NPU_COLLECT_PATH", "/tmp/collected"),
        ("NPU_DUMP_GRAPH", "true"),
        ("NPU_DEBUG", "1"),
        ("NPU_LOOP_SIZE", "10"),
        ("AOE_MODE", "1"),
        ("AOE_MODE", "0"),  # no word for off: the adapter refuses it
        ("RANK_TABLE_FILE", "/etc/hccl.json"),
        ("CM_CHIEF_IP", "192.168.1.1"),
        ("CM_CHIEF_PORT", "6000"),
        ("CM_CHIEF_DEVICE", "0"),
        ("CM_WORKER_IP", "192.168.1.2"),
        ("CM_WORKER_SIZE", "1"),  # beside RANK_SIZE the adapter refuses it
        ("ASCEND_SLOG_PRINT_TO_STDOUT", "1"),
    ],
)
def test_what_profiles_dumps_tunes_or_waits_for_others_is_refused_by_name(name, value):
    with pytest.raises(UsageError, match="^%s=%s is set: .*unset it" % (name, value)):
        variables.check({name: value}, is_profiled=False)


@pytest.mark.parametrize(
    "found", [{}, {"PROFILING_MODE": "false"}, {"PROFILING_MODE": ""}, {"DUMP_GE_GRAPH": "0"}, {"NPU_LOOP_SIZE": "1"},
              {"RANK_TABLE_FILE": ""}, {"RANK_SIZE": "8"}, {"ASCEND_GLOBAL_LOG_LEVEL": "1"}]
)  # fmt: skip
def test_what_is_off_or_does_no_harm_is_not(found):
    variables.check(found, is_profiled=False)


def test_a_run_with_the_profiler_may_have_its_variable_and_nothing_else():
    variables.check({"PROFILING_MODE": "true"}, is_profiled=True)
    with pytest.raises(UsageError, match="DUMP_GE_GRAPH"):
        variables.check({"PROFILING_MODE": "true", "DUMP_GE_GRAPH": "1"}, is_profiled=True)
