import pytest

_NPU = "import npu_device as npu\n"


def test_the_device_of_the_environment_is_opened_once(tf2):
    program = "a = npu.open().as_default(); print(a.name(), npu.open() is a, a.workers_num, a.is_cluster_worker())"
    assert tf2.run(_NPU + program).stdout == "/job:localhost/replica:0/task:0/device:NPU:0 True 1 False\n"
    assert "device:NPU:3" in tf2.run(_NPU + program, variables={"ASCEND_DEVICE_ID": "3"}).stdout


def test_a_second_device_is_refused(tf2):
    error = tf2.run(_NPU + "npu.open(0); npu.open(1)").error
    assert error == "RuntimeError: Failed create npu instance on device 1 as existed instance on [0]"


def test_a_device_that_does_not_open_says_which(tf2):
    error = tf2.run(_NPU + "npu.open(2)", {"fail": "ge-init"}).error
    assert error.startswith("RuntimeError: Failed open npu device 2 : ")


def test_several_ranks_need_a_table_or_a_chief(tf2):
    error = tf2.run(_NPU + "npu.open()", variables={"RANK_SIZE": "2"}).error
    assert error == "RuntimeError: CM_CHIEF_IP and RANK_TABLE_FILE are all not be configured."


def test_options_are_those_that_exist_with_values_that_are_allowed(tf2):
    program = _NPU + "npu.global_options().%s; npu.open()"
    assert tf2.run(program % "precision_mode = 'allow_mix_precision'").status == 0
    assert "ValueError: NpuConfig has no option presicion" in tf2.run(program % "presicion = 'x'").error
    assert "ValueError: 'fp32' not in optional list" in tf2.run(program % "precision_mode = 'fp32'").error
    assert "TypeError: Expected str, got int" in tf2.run(program % "jit_compile = 1").error
    assert tf2.run(program % "dump_config.enable_dump = False").status == 0


def test_an_option_after_opening_is_a_violation(tf2):
    error = tf2.run(_NPU + "npu.open(); npu.global_options().deterministic = 1").error
    assert "ContractViolation: option deterministic is set after npu.open()" in error


_V1 = """
    import npu_device as npu
    npu.compat.enable_v1()
    builder = npu.compat.v1.SessionConfigBuilder()
    builder.parameter_map["%s"].%s = %r
    print(run_once(builder.session_config))
"""


def test_sessions_of_tensorflow_1_go_to_the_device_where_configured(tf2):
    outcome = tf2.run(_V1 % ("precision_mode", "s", b"allow_mix_precision"))
    assert (outcome.stdout, outcome.graph_ids) == ("[2. 4.]\n", [1])
    assert tf2.run(_NPU + "npu.compat.enable_v1(); run_once(None)").graph_ids == []


def test_options_of_sessions_are_judged_as_those_of_new(tf2):
    assert "no key 'mstune_mode'" in tf2.run(_V1 % ("mstune_mode", "s", b"1")).error
    assert "The data type of jit_compile is invalid" in tf2.run(_V1 % ("jit_compile", "b", True)).error


def test_saturation_is_switched(tf2):
    program = "print(npu.is_inf_nan_enabled()); npu.set_device_sat_mode(0); print(npu.is_inf_nan_enabled())"
    assert tf2.run(_NPU + program).stdout == "True\nFalse\n"


@pytest.mark.parametrize("size", ["0", "'2'"])
def test_a_wrong_loop_size_is_a_violation(tf2, size):
    assert "ContractViolation: the loop size" in tf2.run(_NPU + "npu.set_npu_loop_size(%s)" % size).error


def test_one_rank_keeps_what_it_has(tf2):
    program = """
        import npu_device as npu
        print(npu.distribute.all_reduce(3), npu.distribute.shard_and_rebatch_dataset("data", 8))
        print(npu.distribute.npu_distributed_keras_optimizer_wrapper("adam"))
    """
    assert tf2.run(program).stdout == "3 ('data', 8)\nadam\n"


def test_what_the_double_lacks_says_so(tf2):
    error = tf2.run(_NPU + "npu.train.optimizer.NpuLossScaleOptimizer(None)").error
    assert error == "NotImplementedError: the contract double has no NpuLossScaleOptimizer"
