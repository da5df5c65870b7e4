import pytest

_CONFIGS = "NPURunConfig ProfilingConfig DumpConfig DynamicInputConfig NPUEstimator NPUEstimatorSpec"
_OPTIMIZERS = "NPUOptimizer NPUDistributedOptimizer NPULossScaleOptimizer"
_MANAGERS = "FixedLossScaleManager ExponentialUpdateLossScaleManager"
_HOOKS = "NPUCheckpointSaverHook NPUOutputTensorHook"
_MODULES = "npu_ops npu_unary_ops npu_rnn npu_scope hccl_ops util keras_to_npu npu_strategy"
_RANKS = "get_rank_size get_local_rank_size get_rank_id get_local_rank_id"
_WORLD = "get_world_rank_from_group_rank get_group_rank_from_world_rank"
_GROUPS = "create_group destroy_group set_split_strategy_by_idx set_split_strategy_by_size"
_PROTOBUF = "rewriter_config_pb2 RewriterConfig"
OLD = " ".join([_CONFIGS, _OPTIMIZERS, _MANAGERS, _HOOKS, _MODULES, _RANKS, _WORLD, _GROUPS, _PROTOBUF])
ADDED = """MemoryConfig experimental_options KerasDistributeOptimizer npu_distributed_optimizer_wrapper npu_allreduce
    NPUBroadcastGlobalVariablesHook SetIterationsVarHook TellMeStepOrLossHook NPUBroadcastGlobalVariablesCallback
    NpuEmptyHook npu_plugin npu_cpu_ops profiler scoped_graph_manager config_pb2 session backend tf os
    npu_config_proto npu_graph_options npu_optimizer_options npu_run_config_init set_keras_session_npu_config
    init_resource shutdown_resource close_session get_npu_rank_id get_npu_local_rank_id get_npu_rank_size
    get_npu_local_rank_size npu_hooks_append npu_callbacks_append npu_keras_optimizer npu_tf_optimizer
    npu_clear_session session_run_hook decorator_tf_session"""

_STAR = """
    import json
    found = {}
    exec("from npu_bridge.npu_init import *", found)
    print(json.dumps(sorted(name for name in found if not name.startswith("_"))))
"""


def test_the_star_import_of_old_gives_exactly_these_names(old):
    assert set(old.run(_STAR).answer()) == set(OLD.split())


def test_the_star_import_of_new_gives_exactly_these_names(new):
    assert set(new.run(_STAR).answer()) == set((OLD + " " + ADDED).split())


def test_a_double_says_that_it_is_one(adapter):
    program = "import npu_bridge; assert npu_bridge.IS_CONTRACT_DOUBLE is True; print(npu_bridge.__version__)"
    assert adapter.run(program).stdout == "v1.15.0\n"


def test_the_double_for_tensorflow_2_says_that_it_is_one(tf2):
    assert tf2.run("import npu_device; print(npu_device.IS_CONTRACT_DOUBLE)").stdout == "True\n"


SIGNATURES = [
    ("estimator.npu_ops", "dropout", "(x, keep_prob, noise_shape=None, seed=None, name=None)"),
    ("estimator.npu_ops", "initialize_system", "(name=None)"),
    ("estimator.npu_ops", "shutdown_system", "(name=None)"),
    ("estimator.npu_ops", "LARS", "(inputs_w, inputs_g, weight_decay, hyperpara=0.001, epsilon=1e-05, name=None)"),
    (
        "estimator.npu_ops",
        "basic_lstm_cell",
        "(x, h, c, w, b, keep_prob, forget_bias, state_is_tuple, activation, name=None)",
    ),
    (
        "estimator.npu.npu_rnn",
        "npu_dynamic_rnn",
        "(cell, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None)",
    ),
    (
        "estimator.npu.npu_dynamic_rnn",
        "DynamicRNN",
        "(hidden_size, dtype, cell_type='LSTM', direction='UNIDIRECTIONAL', cell_depth=1, use_peephole=False, "
        "keep_prob=1.0, cell_clip=-1.0, num_proj=0, time_major=True, activation='tanh', forget_bias=0.0, "
        "is_training=True)",
    ),
    (
        "estimator.npu.npu_loss_scale_manager",
        "ExponentialUpdateLossScaleManager",
        "(init_loss_scale, incr_every_n_steps, decr_every_n_nan_or_inf=2, incr_ratio=2, decr_ratio=0.8)",
    ),
    (
        "estimator.npu.npu_loss_scale_optimizer",
        "NPULossScaleOptimizer",
        "(opt, loss_scale_manager, is_distributed=False)",
    ),
    (
        "estimator.npu.npu_optimizer",
        "NPUOptimizer",
        "(opt, loss_scale_manager=None, is_distributed=False, is_loss_scale=False, is_tailing_optimization=False, "
        "name=None)",
    ),
    (
        "estimator.npu.npu_optimizer",
        "NPUDistributedOptimizer",
        "(optimizer, is_weight_update_sharding=False, name=None)",
    ),
    ("estimator.npu.util", "set_iteration_per_loop", "(sess, train_op, iterations_per_loop=1)"),
    ("estimator.npu.npu_config", "ProfilingConfig", "(enable_profiling=False, profiling_options=None)"),
    ("hccl.hccl_ops", "allreduce", "(tensor, reduction, fusion=1, fusion_id=-1, group='hccl_world_group')"),
    ("hccl.hccl_ops", "broadcast", "(tensor, root_rank, fusion=2, fusion_id=0, group='hccl_world_group')"),
]
_OF_OLD = [
    ("estimator.npu.npu_loss_scale_manager", "FixedLossScaleManager", "(loss_scale)"),
    ("hccl.hccl_ops", "allgather", "(tensor, rank_size, group='hccl_world_group')"),
    (
        "estimator.npu.npu_config",
        "DumpConfig",
        "(enable_dump=False, dump_path=None, dump_step=None, dump_mode='output', enable_dump_debug=False, "
        "dump_debug_mode='all')",
    ),
    ("estimator.npu.npu_config", "DynamicInputConfig", "(input_shape, dynamic_dims, dynamic_node_type)"),
]
_OF_NEW = [
    ("estimator.npu.npu_loss_scale_manager", "FixedLossScaleManager", "(loss_scale, enable_overflow_check=True)"),
    ("hccl.hccl_ops", "allgather", "(tensor, rank_size, group='hccl_world_group', fusion=0, fusion_id=-1)"),
    (
        "estimator.npu.npu_config",
        "DumpConfig",
        "(enable_dump=False, dump_path=None, dump_step=None, dump_mode='output', enable_dump_debug=False, "
        "dump_debug_mode='all', dump_data='tensor', dump_layer=None)",
    ),
    (
        "estimator.npu.npu_config",
        "MemoryConfig",
        "(atomic_clean_policy=0, static_memory_policy=0, memory_optimization_policy=None, variable_use_1g_huge_page=0)",
    ),
    (
        "estimator.npu.npu_config",
        "DynamicInputConfig",
        "(input_shape, dynamic_dims, dynamic_node_type, compile_hybrid_mode)",
    ),
    ("npu_init", "npu_config_proto", "(config_proto=None)"),
    ("npu_init", "init_resource", "(config=None)"),
    (
        "npu_init",
        "npu_allreduce",
        "(values, reduction='mean', fusion=1, fusion_id=-1, group='hccl_world_group')",
    ),
    ("estimator.npu.npu_plugin", "set_device_sat_mode", "(mode)"),
]
_SIGNATURES_PROGRAM = """
    import importlib, inspect, json
    def bare(member):
        found = inspect.signature(member)
        plain = [p.replace(annotation=p.empty) for p in found.parameters.values()]
        return str(found.replace(parameters=plain, return_annotation=found.empty))
    wanted = %r
    print(json.dumps([bare(getattr(importlib.import_module("npu_bridge." + m), n)) for m, n in wanted]))
"""


@pytest.mark.parametrize("variant, own", [("old", _OF_OLD), ("new", _OF_NEW)])
def test_signatures_and_defaults_are_the_adapters(request, variant, own):
    expected = SIGNATURES + own
    program = _SIGNATURES_PROGRAM % ([row[:2] for row in expected],)
    found = request.getfixturevalue(variant).run(program).answer()
    assert found == [row[2] for row in expected]


DIFFERENT_DEFAULTS = {
    "hcom_parallel": (False, True),
    "variable_format_optimize": (True, None),
    "enable_exception_dump": (0, 2),
}


@pytest.mark.parametrize("position, variant", [(0, "old"), (1, "new")])
def test_the_run_configuration_has_the_defaults_of_its_time(request, position, variant):
    program = """
        import inspect, json
        from npu_bridge.npu_init import NPURunConfig
        print(json.dumps({k: p.default for k, p in inspect.signature(NPURunConfig).parameters.items()}))
    """
    found = request.getfixturevalue(variant).run(program).answer()
    assert {name: found[name] for name in DIFFERENT_DEFAULTS} == {
        name: pair[position] for name, pair in DIFFERENT_DEFAULTS.items()
    }
    assert ("mstune_mode" in found, "aoe_mode" in found) == ((True, False), (False, True))[position]


def test_the_run_configuration_saves_every_100_steps_if_nothing_is_said(adapter):
    program = """
        from npu_bridge.npu_init import NPURunConfig
        print(NPURunConfig()._save_checkpoints_steps, NPURunConfig(save_checkpoints_secs=5)._save_checkpoints_steps)
        NPURunConfig(iterations_per_loop=2, mix_compile_mode=True)
    """
    outcome = adapter.run(program)
    assert outcome.stdout == "100 None\n"
    assert outcome.error == 'ValueError: "iterations_per_loop" must be 1 with "mix_compile_mode" is True'


def test_what_the_double_lacks_says_so_in_one_sentence(adapter):
    program = "from npu_bridge.npu_init import NPUEstimator; NPUEstimator()"
    assert adapter.run(program).error == "NotImplementedError: the contract double has no NPUEstimator"


def test_what_the_double_lacks_still_has_its_signature(adapter):
    program = "from npu_bridge.npu_init import npu_ops; npu_ops.LARS()"
    assert adapter.run(program).error == "TypeError: missing a required argument: 'inputs_w'"
