import pytest

from tests.contract.double.common import contract, script

_RUN = "run_once(device_config(%s))"

ABORTS = [
    ("old", "profiling_mode=True", "profiling_options must be set when use profiling"),
    ("old", "enable_dump=True", "if use dump function, dump_path must be set."),
    ("old", "buffer_optimize='x'", "buffer_optimize is valid, should be one of [l2_optimize, off_optimize]"),
    ("new", "buffer_optimize='x'", "buffer_optimize is valid, should be one of [l2_optimize, off_optimize]"),
    ("new", "graph_run_mode=2", "graph_run_mode value must be 0 or 1"),
]


@pytest.mark.parametrize("variant, parameters, message", ABORTS)
def test_a_fatal_option_aborts_the_process_and_no_python_exception_shows(request, variant, parameters, message):
    outcome = request.getfixturevalue(variant).run(_RUN % parameters)
    assert outcome.is_aborted
    line = next(line for line in outcome.stderr.splitlines() if ": F tf_adapter/util/npu_attrs.cc:" in line)
    assert line.endswith("] " + message)
    assert "Traceback" not in outcome.stderr


REFUSALS = [
    ("InternalError", "enable_dump=True", "if use dump function, dump_path must be set."),
    ("InvalidArgumentError", "jit_compile=True", "The data type of jit_compile is invalid. Expected string type."),
    (
        "InternalError",
        "precision_mode='allow_mix_precision', precision_mode_v2='mixed_float16'",
        "'precision_mode' and 'precision_mode_v2' can not be assigned at the same time.",
    ),
]


@pytest.mark.parametrize("kind, parameters, message", REFUSALS)
def test_what_new_refuses_is_an_error_of_tensorflow_after_a_line_of_level_error(new, kind, parameters, message):
    outcome = new.run(_RUN % parameters)
    assert outcome.status == 1
    assert outcome.error.endswith(".%s: %s" % (kind, message))
    assert any(": E tf_adapter/" in line and line.endswith(message) for line in outcome.stderr.splitlines())


@pytest.mark.parametrize(
    "name, message",
    [
        ("tdt", "[GePlugin] Tdt host init failed, tdt error code : "),
        ("ge-init", "[GePlugin] Initialize ge failed, ret : "),
        ("parser-init", "[GePlugin] Initialize parser failed, ret : "),
    ],
)
def test_a_device_that_does_not_start_aborts_the_process(adapter, name, message):
    outcome = adapter.run(_RUN % "", {"fail": name})
    assert outcome.is_aborted
    assert "F tf_adapter/util/ge_plugin.cc:" in outcome.stderr and message in outcome.stderr
    assert outcome.graph_ids == []


@pytest.mark.parametrize("start", ["npu_plugin.npu_resource_init()", "tf1.Session().run(npu_ops.initialize_system())"])
def test_an_explicit_start_aborts_too(new, start):
    program = "from npu_bridge.npu_init import *\n" + start
    assert new.run(program).status == 0
    for name in ("ge-init", "ge-init-late"):
        outcome = new.run(program, {"fail": name})
        assert outcome.is_aborted and "[GePlugin] Initialize ge failed, ret : " in outcome.stderr


def test_an_explicit_start_of_old_needs_the_variable_rank_size(old):
    program = "from npu_bridge.estimator.npu import npu_plugin; npu_plugin.npu_resource_init()"
    assert old.run(program, variables={"RANK_SIZE": "1"}).status == 0
    assert old.run(program, variables={"RANK_SIZE": None}).error.startswith("TypeError: int() argument must be ")


def test_a_late_start_of_new_is_an_error_of_tensorflow(new, old):
    outcome = new.run(_RUN % "", {"fail": "ge-init-late"})
    assert (outcome.status, outcome.graph_ids) == (1, [])
    assert "InternalError: [GePlugin] Initialize ge failed, ret : " in outcome.error
    assert old.run(_RUN % "", {"fail": "ge-init-late"}).is_aborted


COMPILATION = [
    ("EZ3003", "EZ3003: No supported Ops kernel and engine are found for [scripted], optype [Scripted]."),
    ("EZ3002", "EZ3002: Optype [Scripted] of Ops kernel [AIcoreEngine] is unsupported."),
    ("E40021", "E40021: Failed to compile Op"),
    ("EZ9999", "EZ9999: "),
    ("EH9999", "EH9999: "),
    ("v1-control", "is v1 control operator, which is not supported, please convert to v2 control operator"),
    ("hccl", "Call hcom_bind_model failed"),
    ("rdev", "ra rdev init failed, ret [-17]"),
    ("graph-compile", ""),
]


@pytest.mark.parametrize("name, detail", COMPILATION)
def test_a_graph_that_does_not_compile_is_an_internal_error_of_new_before_any_sentinel(new, name, detail):
    outcome = new.run(_RUN % "", {"fail": name})
    assert (outcome.status, outcome.graph_ids) == (1, [])
    assert "InternalError: [GEOP] GE session build graph failed, domi_ret : " in outcome.error
    assert "Error Message is : \n" + detail in outcome.stderr or detail in outcome.stderr
    assert "[[{{node GeOp1_0}}]]" in outcome.stderr


def test_a_graph_that_cannot_be_added_is_an_internal_error_of_new(new):
    error = new.run(_RUN % "", {"fail": "add-graph"}).error
    assert "InternalError: [GEOP] call ge session add graph failed, kernel: GeOp1_0" in error


def test_a_graph_that_does_not_compile_ends_old(old):
    outcome = old.run(_RUN % "", {"fail": "EZ3003"})
    assert outcome.is_aborted
    assert "[GEOP] call ge session add graph failed, kernel: GeOp1_0" in outcome.stderr


EXECUTION = [
    ("E30008", "E30008: "),
    ("device-error", "model execute error, retCode=0x91"),
    ("table", "Table not initialized"),
    ("resource-variable", "Error while reading resource variable"),
]


@pytest.mark.parametrize("name, detail", EXECUTION)
def test_a_failure_on_the_device_comes_after_the_sentinel(new, name, detail):
    outcome = new.run(_RUN % "", {"fail": name})
    assert (outcome.status, outcome.graph_ids) == (1, [1])
    assert "InternalError: GeOp1_0GEOP::::DoRunAsync Failed" in outcome.error
    assert "Error Message is : \n" + detail in outcome.stderr


def test_a_failure_on_the_device_ends_old(old):
    outcome = old.run(_RUN % "", {"fail": "device-error"})
    assert outcome.is_aborted and "GeOp1_0GEOP::::DoRunAsync Failed" in outcome.stderr


def test_a_failure_can_wait_for_a_later_run(new):
    program = """
        x = tf1.placeholder(tf.float32, [1])
        with tf1.Session(config=device_config()) as session:
            for step in range(1, 5):
                session.run(x + 1, {x: [step]})
                print(step)
    """
    outcome = new.run(program, {"fail": "device-error", "fail_at_run": 3})
    assert (outcome.status, outcome.stdout) == (1, "1\n2\n")


def test_the_end_of_the_data_is_out_of_range(adapter):
    outcome = adapter.run(_RUN % "", {"fail": "end-of-sequence"})
    assert "OutOfRangeError: End of sequence" in outcome.error
    assert "[GEOP] Out of range: End of sequence." in outcome.stderr


@pytest.mark.parametrize("value, message", [("x", "should be int"), ("-1", "ASCEND_DEVICE_ID should be >= 0.")])
def test_a_wrong_device_id_aborts_the_process(new, value, message):
    outcome = new.run(_RUN % "", variables={"ASCEND_DEVICE_ID": value})
    assert outcome.is_aborted and message in outcome.stderr


def test_a_rank_table_and_a_chief_exclude_each_other(adapter):
    outcome = adapter.run(_RUN % "", variables={"CM_CHIEF_IP": "127.0.0.1", "RANK_TABLE_FILE": "a.json"})
    text = "[GePlugin] CM_CHIEF_IP and RANK_TABLE_FILE cannot be configured at the same time."
    assert outcome.status == 1 and text in outcome.error


@pytest.mark.parametrize("text", ["[]", "{", '{"sentinle": false}'])
def test_a_misspelt_script_is_refused(monkeypatch, text):
    monkeypatch.setenv(script.VARIABLE, text)
    with pytest.raises(contract.ContractViolation, match=script.VARIABLE):
        script.read()


def test_an_unknown_failure_is_refused(new):
    assert "no failure is called 'E1'" in new.run(_RUN % "", {"fail": "E1"}).error
