import pytest

_RUN = "print(run_once(%s))"


def test_old_runs_a_session_without_npu_optimizer_on_the_host(old):
    outcome = old.run(_RUN % "None", script={"fail": "device-error"})
    assert (outcome.status, outcome.stdout) == (0, "[2. 4.]\n")


def test_old_prints_no_sentinel(old):
    outcome = old.run(_RUN % 'device_config(precision_mode="allow_mix_precision")')
    assert (outcome.status, outcome.graph_ids) == (0, [])


def test_new_compiles_for_the_device_when_npu_optimizer_is_there(new):
    outcome = new.run(_RUN % "device_config()")
    assert (outcome.stdout, outcome.graph_ids) == ("[2. 4.]\n", [1])


def test_importing_npu_init_of_new_puts_every_session_on_the_device(new):
    assert new.run(_RUN % "None").graph_ids == []
    assert new.run("from npu_bridge.npu_init import *\n" + _RUN % "None").graph_ids == [1]


def test_importing_npu_init_of_old_changes_no_session(old):
    assert old.run("from npu_bridge.npu_init import *\n" + _RUN % "None", {"fail": "device-error"}).status == 0


def test_new_sets_the_options_of_every_configuration_in_place(new):
    program = """
        from npu_bridge.npu_init import *
        given = tf1.ConfigProto(allow_soft_placement=False, log_device_placement=True)
        tf1.Session(config=given)
        rewrite = given.graph_options.rewrite_options
        print([entry.name for entry in rewrite.custom_optimizers], rewrite.remapping, rewrite.memory_optimization)
        print(given.allow_soft_placement, given.log_device_placement)
        print(given.graph_options.optimizer_options.global_jit_level)
    """
    assert new.run(program).stdout == "['NpuOptimizer'] 2 2\nTrue False\n-1\n"


def test_npu_config_proto_leaves_memory_optimization_to_who_added_the_entry(new):
    program = """
        from npu_bridge.npu_init import *
        given = tf1.ConfigProto()
        given.graph_options.rewrite_options.custom_optimizers.add().name = "NpuOptimizer"
        found = npu_config_proto(given)
        rewrite = found.graph_options.rewrite_options
        print(found is given, rewrite.memory_optimization, rewrite.remapping, len(rewrite.custom_optimizers))
        print(npu_config_proto().graph_options.rewrite_options.memory_optimization)
    """
    assert new.run(program).stdout == "True 0 2 1\n2\n"


@pytest.mark.parametrize("level, count", [(None, 1), ("0", 1), ("1", 0), ("3", 0)])
def test_the_sentinel_is_a_line_of_level_info(new, level, count):
    outcome = new.run(_RUN % "device_config()", variables={"TF_CPP_MIN_LOG_LEVEL": level})
    assert len(outcome.graph_ids) == count


def test_the_sentinel_can_be_held_back_or_written_as_older_builds_do(new):
    assert new.run(_RUN % "device_config()", {"sentinel": False}).graph_ids == []
    outcome = new.run(_RUN % "device_config()", {"sentinel": "no-space", "source": "compiler_depend.ts:805"})
    line = next(line for line in outcome.stderr.splitlines() if "has been compiled" in line)
    text = " I compiler_depend.ts:805] The model has been compiled on the Ascend AI processor, current graph id is:1"
    assert line.endswith(text)


def test_each_set_of_fetches_and_shapes_is_compiled_once(new):
    program = """
        x = tf1.placeholder(tf.float32, [None], name="x")
        y, z = x * 2, x * 3
        with tf1.Session(config=device_config(dynamic_input=True)) as session:
            for fetches, size in [(y, 2), (y, 2), (z, 2), (y, 3), ([y, z], 2), (y, 2), ([z, y], 2)]:
                session.run(fetches, {x: [1.0] * size})
    """
    assert new.run(program).graph_ids == [1, 11, 21, 31]


def test_each_session_counts_its_graphs_from_1(new):
    program = "run_once(device_config()); tf1.reset_default_graph(); run_once(device_config())"
    assert new.run(program).graph_ids == [1, 1]


def test_a_callable_of_a_session_is_compiled_too(new):
    program = """
        x = tf1.placeholder(tf.float32, [2])
        with tf1.Session(config=device_config()) as session:
            call = session.make_callable(x * 2, [x])
            print(call([1, 2]), call([3, 4]))
    """
    outcome = new.run(program)
    assert (outcome.stdout, outcome.graph_ids) == ("[2. 4.] [6. 8.]\n", [1])


@pytest.mark.parametrize("parameters", ["use_off_line=False", 'use_off_line=False, precision_mode="force_fp16"'])
def test_use_off_line_false_runs_on_the_host(new, parameters):
    outcome = new.run(_RUN % ("device_config(%s)" % parameters), {"fail": "device-error"})
    assert (outcome.status, outcome.graph_ids) == (0, [])


def test_a_placeholder_without_a_static_shape_is_a_violation(adapter):
    program = """
        x = tf1.placeholder(tf.float32, [None, 3], name="windows")
        with tf1.Session(config=device_config()) as session:
            session.run(x * 2, {x: [[1, 2, 3]]})
    """
    outcome = adapter.run(program)
    assert outcome.error.startswith("npu_bridge.common.contract.ContractViolation: windows:0 has the dynamic shape")


_PARTIAL = """
    x = tf1.placeholder(tf.float32, [2])
    y = x * 2
    with tf1.Session(config=%s) as session:
        handle = session.partial_run_setup([y], [x])
        print(session.partial_run(handle, y, {x: [1, 2]}))
"""


def test_a_partial_run_of_the_device_is_a_violation(adapter):
    outcome = adapter.run(_PARTIAL % "device_config()")
    assert outcome.error.endswith("ContractViolation: partial_run_setup computes on the host: use run")
    assert outcome.stdout == ""


def test_a_partial_run_on_the_host_is_let_alone(adapter):
    program = _PARTIAL % "device_config(use_off_line=False)"
    assert adapter.run(program).stdout == "[2. 4.]\n"


def test_a_violation_is_an_assertion_error_that_names_the_key(adapter):
    outcome = adapter.run('run_once(device_config(presicion_mode="allow_mix_precision"))')
    assert outcome.status == 1
    assert "ContractViolation: parameter_map has no key 'presicion_mode'" in outcome.error
    program = """
        try:
            run_once(device_config(presicion_mode="x"))
        except AssertionError as error:
            print(type(error).__name__)
    """
    assert adapter.run(program).stdout == "ContractViolation\n"


def test_operations_that_the_device_lacks_do_not_compile_unless_the_host_may_help(new):
    outcome = new.run(_RUN % "device_config()", {"host_ops": ["Mul"]})
    assert outcome.status == 1
    assert "EZ3003: No supported Ops kernel and engine are found for [mul], optype [Mul]." in outcome.stderr
    mixed = new.run(_RUN % "device_config(mix_compile_mode=True)", {"host_ops": ["Mul"]})
    assert (mixed.status, mixed.graph_ids) == (0, [1])


def test_what_is_left_to_the_host_by_a_scope_compiles(new):
    program = """
        from npu_bridge.npu_init import npu_scope
        with npu_scope.without_npu_compile_scope():
            y = tf.constant(1.0) * 2
        with tf1.Session(config=device_config()) as session:
            print(session.run(y))
    """
    assert new.run(program, {"host_ops": ["Mul"]}).stdout == "2.0\n"


@pytest.mark.parametrize("what", ["tf.constant(1.0, tf.float64) * 2", "tf.numpy_function(lambda: 1.0, [], tf.float64)"])
def test_float64_and_python_functions_have_no_kernel(new, what):
    program = """
        with tf1.Session(config=device_config()) as session:
            session.run(%s)
    """
    assert "EZ3003" in new.run(program % what).stderr


def test_a_device_that_saturates_returns_the_largest_number_and_no_nan(adapter):
    program = """
        x = tf1.placeholder(tf.float32, [3])
        with tf1.Session(config=device_config()) as session:
            print(session.run(x * 1, {x: [float("inf"), float("-inf"), float("nan")]}).tolist())
    """
    largest = "3.4028234663852886e+38"
    assert adapter.run(program, {"saturates": True}).stdout == "[%s, -%s, 0.0]\n" % (largest, largest)
    assert adapter.run(program, {"saturates": False}).stdout == "[inf, -inf, nan]\n"


def test_old_devices_saturate_by_default_and_new_ones_do_not(old, new):
    program = "from npu_bridge.common import device; print(device.saturates())"
    assert (old.run(program).stdout, new.run(program).stdout) == ("True\n", "False\n")


def test_npu_plugin_switches_saturation(new):
    program = """
        from npu_bridge.npu_init import npu_plugin
        found = [npu_plugin.is_inf_nan_enabled()]
        for mode in (0, 1):
            npu_plugin.set_device_sat_mode(mode)
            found.append(npu_plugin.is_inf_nan_enabled())
        print(found)
    """
    assert new.run(program).stdout == "[True, False, True]\n"
    assert new.run(program, {"saturates": True}).stdout == "[False, False, True]\n"


def test_missing_variables_are_warned_of(adapter):
    variables = {"JOB_ID": None, "ASCEND_DEVICE_ID": None}
    outcome = adapter.run(_RUN % "device_config()", variables=variables)
    assert outcome.status == 0
    assert "[GePlugin] can not find Environment variable : JOB_ID" in outcome.stderr
    assert "[GePlugin] DEVICE_ID and ASCEND_DEVICE_ID is none, use default device id : 0" in outcome.stderr


def test_deprecated_options_are_warned_of_by_new(new, old):
    config = _RUN % "device_config(enable_data_pre_proc=False)"
    text = "[warning][tf_adapter] Option 'enable_data_pre_proc' is deprecated and will be removed in future version."
    assert text in new.run(config).stderr
    assert "[warning]" not in old.run(config).stderr


def test_initialising_alone_starts_the_device_and_compiles_nothing(new):
    program = """
        from npu_bridge.npu_init import *
        sess, npu_shutdown = init_resource()
        print(get_rank_id(), get_npu_rank_size())
        shutdown_resource(sess, npu_shutdown)
        close_session(sess)
    """
    outcome = new.run(program)
    assert (outcome.stdout, outcome.graph_ids) == ("0 1\n", [])


def test_a_rank_before_the_device_runs_is_an_error(adapter):
    assert adapter.run("from npu_bridge.npu_init import *; get_rank_id()").error == "RuntimeError: get rank id error"


def test_a_checkpoint_is_written_and_read_in_a_session_of_the_device(adapter, tmp_path):
    program = """
        weight = tf1.get_variable("weight", initializer=tf.constant([1.0, 2.0]))
        saver = tf1.train.Saver()
        with tf1.Session(config=device_config()) as session:
            session.run(tf1.global_variables_initializer())
            path = saver.save(session, %r)
            weight.load([3.0, 4.0], session)
            print(session.run(weight).tolist())
            saver.restore(session, path)
            print(session.run(weight).tolist())
    """
    assert adapter.run(program % str(tmp_path / "model")).stdout == "[3.0, 4.0]\n[1.0, 2.0]\n"
