import numpy as np
import pytest

_OPS = "from npu_bridge.npu_init import *\n"


def test_the_python_float_1_returns_the_input_itself(adapter):
    program = "x = tf.zeros([3]); print(npu_ops.dropout(x, 1.0) is x, npu_ops.dropout(x, 1) is x)"
    assert adapter.run(_OPS + program).stdout == "True False\n"


@pytest.mark.parametrize("keep_prob", ["0.85", "keep", "tf.cond(tf.constant(True), lambda: keep, lambda: 1.0)"])
def test_what_is_kept_is_divided_by_the_probability_of_keeping(adapter, keep_prob):
    program = """
import json
keep = tf.constant(0.85)
y = npu_ops.dropout(tf.ones([200, 100]), %s)
with tf1.Session(config=device_config()) as session:
    print(json.dumps(session.run(y).ravel().tolist()))
"""
    found = np.array(adapter.run(_OPS + program % keep_prob).answer())
    kept = found > 0
    assert np.allclose(found[kept], 1 / 0.85, rtol=1e-6)
    assert abs(kept.mean() - 0.85) < 5 * np.sqrt(0.85 * 0.15 / kept.size)


def test_the_gradient_has_the_mask_of_the_output(adapter):
    program = """
x = tf.ones([1000])
y = npu_ops.dropout(x, 0.5)
with tf1.Session(config=device_config()) as session:
    out, gradient = session.run([y, tf1.gradients(y, x)[0]])
print((out == gradient).all(), set(out.tolist()) == {0.0, 2.0})
"""
    assert adapter.run(_OPS + program).stdout == "True True\n"


@pytest.mark.parametrize("keep_prob", ["0.0", "1.5", "-0.1"])
def test_a_probability_outside_0_to_1_is_refused_in_the_adapters_words(old, new, keep_prob):
    program = _OPS + "npu_ops.dropout(tf.zeros([2]), %s)" % keep_prob
    end = " in the range (0, 1], got %g" % float(keep_prob)
    assert old.run(program).error == "ValueError: keep_prob must be a scalar tensor or a float" + end
    assert new.run(program).error == "ValueError: keep_prob must be a float value or a scalar tensor" + end


def test_integers_are_refused_in_the_adapters_words(old, new):
    program = _OPS + "npu_ops.dropout(tf.zeros([2], tf.int32), 0.5)"
    end = " Got a <dtype: 'int32'> tensor instead."
    text = "ValueError: x has to be a floating point tensor since it's going to be scaled."
    assert old.run(program).error == text + end
    assert new.run(program).error == "ValueError: x must be a floating point tensor." + end


def test_a_seed_repeats_the_mask(adapter):
    program = """
masks = []
for _ in range(2):
    with tf.Graph().as_default(), tf1.Session(config=device_config()) as session:
        masks.append(session.run(npu_ops.dropout(tf.ones([50]), 0.5, seed=3)).tolist())
print(masks[0] == masks[1])
"""
    assert adapter.run(_OPS + program).stdout == "True\n"
