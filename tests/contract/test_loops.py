import pytest

_LOOP = """
    from npu_bridge.npu_init import *
    counter = tf1.get_variable("counter", initializer=0, use_resource=True)
    train = tf.group(counter.assign_add(1))
    config = device_config(iterations_per_loop=%d, enable_data_pre_proc=True)
    with tf1.Session(config=config) as session:
        session.run(tf1.global_variables_initializer())
        looped = util.set_iteration_per_loop(session, train, %d)
        print(looped.name, looped is train)
        session.run(looped)
        session.run(looped)
        print(session.run(counter))
"""


def test_sunk_iterations_run_in_one_call(new):
    outcome = new.run(_LOOP % (5, 5))
    assert outcome.stdout == "IterationOp False\n10\n"
    assert "Insert op success" in outcome.stderr


def test_one_iteration_is_the_operation_itself(adapter):
    lines = adapter.run(_LOOP % (1, 1)).stdout.splitlines()
    assert lines[0].endswith(" True") and lines[1] == "2"


def test_the_session_must_be_told_as_much(adapter):
    outcome = adapter.run(_LOOP % (1, 5))
    assert "set_iteration_per_loop needs the same iterations_per_loop in the session's options" in outcome.error


def test_counters_lie_in_the_adapters_scope(adapter):
    program = """
        from npu_bridge.npu_init import *
        with tf1.Session() as session:
            util.set_iteration_per_loop(session, tf.group(tf.no_op()), 5)
            found = tf1.local_variables()
            print([v.name for v in found], [int(session.run(v)) for v in found])
    """
    names = ["npu_runconfig/%s:0" % name for name in ("iterations_per_loop", "loop_cond", "zero", "one")]
    assert adapter.run(program).stdout == "%s [4, 0, 0, 1]\n" % names


_TYPE = "ValueError: The incoming 'train_op' type is 'float32', and the need type is 'Operation'"
WRONG = [
    ("tf.constant(1.0), 2", _TYPE),
    ("tf.no_op(), 0", "ValueError: iterations_per_loop must be positive, got 0"),
    ("tf.no_op(), 2.0", "TypeError: iterations_per_loop must be int, got <class 'float'>"),
]


@pytest.mark.parametrize("arguments, error", WRONG)
def test_wrong_arguments_are_refused_in_the_adapters_words(adapter, arguments, error):
    program = "from npu_bridge.npu_init import *; util.set_iteration_per_loop(None, %s)"
    assert adapter.run(program % arguments).error == error


def test_a_loop_for_a_finished_graph_is_made_in_two_steps(new):
    program = """
        from npu_bridge.npu_init import *
        counter = tf1.get_variable("counter", initializer=0, use_resource=True)
        loop = util.IterationPerLoop()
        looped = loop.create_iteration_per_loop_var(tf.group(counter.assign_add(1)))
        config = device_config(iterations_per_loop=3, enable_data_pre_proc=True)
        with tf1.Session(config=config) as session:
            session.run([tf1.global_variables_initializer(), tf1.local_variables_initializer()])
            loop.load_iteration_per_loop_var(session, 3)
            session.run(looped)
            print(session.run(counter))
    """
    assert new.run(program).stdout == "3\n"


def test_a_fed_loop_is_a_violation(new):
    program = """
        from npu_bridge.npu_init import *
        x = tf1.placeholder(tf.float32, [])
        with tf1.Session(config=device_config(iterations_per_loop=2, enable_data_pre_proc=True)) as session:
            session.run(util.set_iteration_per_loop(session, tf.group(x + 1), 2), {x: 1})
    """
    assert "cannot be fed" in new.run(program).error
