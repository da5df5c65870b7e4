import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

_MANAGER = """
    import json
    from npu_bridge.npu_init import *
    cases = json.loads(%r)
    found = []
    for arguments, steps in cases:
        with tf.Graph().as_default(), tf1.Session(config=device_config()) as session:
            manager = ExponentialUpdateLossScaleManager(*arguments)
            finite = tf1.placeholder(tf.bool, [])
            update = manager.update_loss_scale(finite)
            session.run(tf1.global_variables_initializer())
            scales = []
            for step in steps:
                session.run(update, {finite: step})
                scales.append(float(session.run(manager.get_loss_scale())))
            found.append(scales)
    print(json.dumps(found))
"""


def scales(arguments, steps):
    """The rules of the exponential manager, in float32 as the device keeps the scale."""
    scale, increase_every, decrease_every, increase, decrease = arguments
    scale, good, bad = np.float32(scale), 0, 0
    for is_finite in steps:
        if is_finite:
            good += 1
            if good >= increase_every:
                scale = np.float32(scale * np.float32(increase)) if scale < np.float32(3.4e38 / increase) else scale
                good = bad = 0
        else:
            bad, good = bad + 1, 0
            if bad >= decrease_every:
                scale = np.float32(max(1.0, scale * np.float32(decrease)))
                good = bad = 0
        yield float(scale)


_ARGUMENTS = st.tuples(
    st.sampled_from([1.0, 2.0, 1024.0, 2.0**32, 3e38]),
    st.integers(1, 4),
    st.integers(1, 3),
    st.sampled_from([2.0, 4.0, 1.5]),
    st.sampled_from([0.5, 0.8, 0.1]),
)
_CASES = st.lists(st.tuples(_ARGUMENTS, st.lists(st.booleans(), min_size=1, max_size=12)), min_size=3, max_size=6)


@settings(max_examples=6)
@given(cases=_CASES)
def test_the_exponential_manager_follows_its_rules(old, cases):
    found = old.run(_MANAGER % json.dumps(cases)).answer()
    for (arguments, steps), seen in zip(cases, found):
        assert np.allclose(seen, list(scales(arguments, steps)), rtol=1e-6)


def test_both_adapters_have_the_same_exponential_manager(new):
    cases = [((1024.0, 2, 2, 2.0, 0.5), [True, True, False, True, False, False, True])]
    assert new.run(_MANAGER % json.dumps(cases)).answer() == [list(scales(*cases[0]))]


def test_the_scale_starts_as_given_and_never_falls_below_1(adapter):
    cases = [((1.5, 1000, 1, 2.0, 0.5), [False, False])]
    assert adapter.run(_MANAGER % json.dumps(cases)).answer() == [[1.0, 1.0]]


@pytest.mark.parametrize("scale", ["0.5", "0", "-1"])
def test_a_fixed_scale_below_1_is_refused(adapter, scale):
    program = "from npu_bridge.npu_init import *; FixedLossScaleManager(%s)" % scale
    assert adapter.run(program).error == "ValueError: loss scale must be at least 1."


def test_the_variables_of_the_manager_have_the_adapters_names(adapter):
    program = """
        from npu_bridge.npu_init import *
        ExponentialUpdateLossScaleManager(8, 2)
        print(sorted(v.name for v in tf1.global_variables()), tf1.trainable_variables())
    """
    assert adapter.run(program).stdout == "['bad_steps:0', 'good_steps:0', 'loss_scale:0'] []\n"


_TRAINING = """
    import json
    from npu_bridge.npu_init import *
    weight = tf1.get_variable("weight", initializer=tf.constant(8.0))
    factor = tf1.placeholder(tf.float32, [])
    manager = %s
    optimizer = NPULossScaleOptimizer(tf1.train.GradientDescentOptimizer(0.5), manager)
    step = tf1.train.get_or_create_global_step()
    train = optimizer.minimize(weight * factor, global_step=step)
    found = []
    with tf1.Session(config=device_config()) as session:
        session.run(tf1.global_variables_initializer())
        for value in %s:
            session.run(train, {factor: value})
            found.append([float(part) for part in session.run([weight, step, manager.get_loss_scale()])])
    print(json.dumps(found))
"""
_EXPONENTIAL = "ExponentialUpdateLossScaleManager(1024, 3, decr_every_n_nan_or_inf=1, decr_ratio=0.5)"


def test_gradients_are_unscaled(adapter):
    found = adapter.run(_TRAINING % ("FixedLossScaleManager(1024)", "[1, 2]")).answer()
    assert found == [[7.5, 1, 1024], [6.5, 2, 1024]]


def test_an_overflow_that_the_device_reports_skips_the_update_and_the_step(adapter):
    script = {"overflow_at_steps": [2, 3]}
    found = adapter.run(_TRAINING % (_EXPONENTIAL, "[1, 1, 1, 1]"), script).answer()
    assert found == [[7.5, 1, 1024], [7.5, 1, 512], [7.5, 1, 256], [7.0, 2, 256]]


def test_a_gradient_that_is_infinite_skips_the_update_and_the_step(adapter):
    found = adapter.run(_TRAINING % (_EXPONENTIAL, "[1, 1e38, 1]")).answer()
    assert found == [[7.5, 1, 1024], [7.5, 1, 512], [7.0, 2, 512]]


def test_a_fixed_scale_skips_too(adapter):
    found = adapter.run(_TRAINING % ("FixedLossScaleManager(2)", "[1, 1]"), {"overflow_at_steps": [1]}).answer()
    assert found == [[8.0, 0, 2], [7.5, 1, 2]]


def test_new_may_switch_the_check_off_where_the_device_saturates(new):
    program = _TRAINING % ("FixedLossScaleManager(2, enable_overflow_check=False)", "[1, 1]")
    script = {"overflow_at_steps": [1], "saturates": True}
    assert new.run(program, script).answer() == [[7.5, 1, 2], [7.0, 2, 2]]
    assert new.run(program, {"overflow_at_steps": [1], "saturates": False}).answer() == [[8.0, 0, 2], [7.5, 1, 2]]


def test_a_manager_made_under_control_dependencies_is_a_violation(adapter):
    program = """
        from npu_bridge.npu_init import *
        with tf.control_dependencies([tf.no_op()]):
            ExponentialUpdateLossScaleManager(8, 2)
    """
    assert "must not be made inside tf.control_dependencies" in adapter.run(program).error


def test_the_optimizer_wraps_adam_and_its_slots(adapter):
    program = """
        from npu_bridge.npu_init import *
        weight = tf1.get_variable("weight", initializer=tf.constant(8.0))
        optimizer = NPULossScaleOptimizer(tf1.train.AdamOptimizer(0.5), FixedLossScaleManager(16))
        train = optimizer.minimize(weight * 3)
        with tf1.Session(config=device_config()) as session:
            session.run(tf1.global_variables_initializer())
            session.run(train)
            print(round(float(session.run(weight)), 4))
    """
    assert adapter.run(program).stdout == "7.5\n"


def test_the_combined_optimizer_scales_if_asked(adapter):
    program = _TRAINING.replace("NPULossScaleOptimizer(", "NPUOptimizer(").replace(
        "manager)\n", "manager, is_loss_scale=True)\n"
    )
    found = adapter.run(program % (_EXPONENTIAL, "[1, 1]"), {"overflow_at_steps": [1]}).answer()
    assert found == [[8.0, 0, 512], [7.5, 1, 512]]


def test_several_ranks_are_beyond_the_double(adapter):
    program = """
        from npu_bridge.npu_init import *
        NPUDistributedOptimizer(tf1.train.GradientDescentOptimizer(0.5))
    """
    assert adapter.run(program).status == 0
    outcome = adapter.run(program, variables={"RANK_SIZE": "8"})
    assert outcome.error == "NotImplementedError: the contract double has no distributed training"
