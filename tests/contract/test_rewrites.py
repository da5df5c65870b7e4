"""What the double takes of a configuration beside the options: two rewrites off, the others and XLA as they are."""

import pytest


@pytest.mark.parametrize("name", ["remapping", "memory_optimization"])
def test_rewrites_that_the_documents_switch_off_must_be_off(adapter, name):
    program = """
        config = device_config()
        config.graph_options.rewrite_options.%s = 0
        run_once(config)
    """
    assert "rewrite_options.%s must be set to OFF" % name in adapter.run(program % name).error


@pytest.mark.parametrize(
    "name, value",
    [
        ("layout_optimizer", 2),
        ("constant_folding", 2),
        ("function_optimization", 2),
        ("shape_optimization", 2),
        ("arithmetic_optimization", 2),
        ("loop_optimization", 2),
        ("dependency_optimization", 2),
        ("disable_model_pruning", True),
        ("disable_meta_optimizer", True),
    ],
)
def test_every_other_rewrite_stays_at_its_default(adapter, name, value):
    program = """
        config = device_config()
        config.graph_options.rewrite_options.%s = %r
        run_once(config)
    """
    error = adapter.run(program % (name, value)).error
    assert error.endswith("ContractViolation: with NpuOptimizer, rewrite_options.%s must stay at its default" % name)


def test_a_list_of_rewrites_is_no_default_either(adapter):
    program = """
        config = device_config()
        config.graph_options.rewrite_options.optimizers.append("constfold")
        run_once(config)
    """
    assert "rewrite_options.optimizers must stay at its default" in adapter.run(program).error


@pytest.mark.parametrize("level, is_right", [(0, True), (-1, True), (1, False), (2, False)])
def test_xla_stays_off(old, level, is_right):
    program = """
        config = device_config()
        config.graph_options.optimizer_options.global_jit_level = %d
        run_once(config)
    """
    outcome = old.run(program % level)
    assert (outcome.status == 0) == is_right
    assert is_right or "global_jit_level must be OFF, not %d" % level in outcome.error


@pytest.mark.parametrize("is_first", [True, False])
def test_a_second_entry_is_a_violation_whichever_leaves_the_graph_to_the_host(adapter, is_first):
    program = """
        config = device_config(use_off_line=%r)
        entry = config.graph_options.rewrite_options.custom_optimizers.add()
        entry.name = "NpuOptimizer"
        entry.parameter_map["use_off_line"].b = %r
        run_once(config)
    """
    assert "custom_optimizers has 2 entries NpuOptimizer" in adapter.run(program % (is_first, not is_first)).error


def test_an_entry_of_another_name_is_no_second_one(adapter):
    program = """
        config = device_config()
        config.graph_options.rewrite_options.custom_optimizers.add().name = "GradFusionOptimizer"
        import npu_bridge.common.rewrites as rewrites
        rewrites.check(config.graph_options)
    """
    assert adapter.run(program).status == 0
