import numpy as np
import pytest

from har_model import network
from har_model.oracle import OracleOps
from tests.contract.adapters import Adapter

TIME, BATCH, WIDTH, HIDDEN = 7, 3, 5, 4
_LAYER = "from npu_bridge.estimator.npu.npu_dynamic_rnn import DynamicRNN\n"
_DRAW = """
    draw = np.random.RandomState(%d)
    inputs = draw.normal(size=(7, 3, 5)).astype(np.float32)
    kernel = draw.normal(scale=0.5, size=(9, 16)).astype(np.float32)
    bias = draw.normal(size=16).astype(np.float32)
"""
_BUILD = """
    import json
    from npu_bridge.estimator.npu.npu_dynamic_rnn import DynamicRNN
    x = tf1.placeholder(tf.float32, [7, 3, 5])
    layer = DynamicRNN(4, tf.float32, forget_bias=%r)
    outputs = layer(x)
    w, b = [next(v for v in tf1.global_variables() if v.name.endswith(end)) for end in ("nn/w:0", "nn/b:0")]
    session = tf1.Session(config=device_config())
    session.run(tf1.global_variables_initializer())
    w.load(kernel, session), b.load(bias, session)
"""


def drawn(seed):
    found = {"np": np}
    exec("\n".join(line.strip() for line in (_DRAW % seed).splitlines()), found)
    return [found[name].astype(np.float64) for name in ("inputs", "kernel", "bias")]


@pytest.mark.parametrize("seed", [0, 1])
def test_the_output_is_that_of_the_oracle_with_its_forget_bias(adapter, seed):
    program = (
        _DRAW % seed
        + _BUILD % network.FORGET_BIAS
        + """
    print(json.dumps(session.run(outputs[0], {x: inputs}).tolist()))
"""
    )
    expected = OracleOps().lstm(*drawn(seed))
    assert np.abs(np.array(adapter.run(program).answer()) - expected).max() < 1e-5


def steps(inputs, kernel, bias, forget_bias):
    """Every output of the documented equations, written out."""

    def sigmoid(a):
        return 1.0 / (1.0 + np.exp(-a))

    h, c = np.zeros((BATCH, HIDDEN)), np.zeros((BATCH, HIDDEN))
    found = []
    for at in range(TIME):
        gates = np.hstack([inputs[at], h]) @ kernel + bias
        i, j = sigmoid(gates[:, 0:4]), np.tanh(gates[:, 4:8])
        f, o = sigmoid(gates[:, 8:12] + forget_bias), sigmoid(gates[:, 12:16])
        c = f * c + i * j
        h = o * np.tanh(c)
        found.append([h, h, c, i, j, f, o, np.tanh(c)])
    return np.array(found).transpose(1, 0, 2, 3)


@pytest.mark.parametrize("forget_bias", [0.0, 1.0, 0.999])
def test_the_eight_outputs_are_y_h_c_i_j_f_o_and_tanhc(adapter, forget_bias):
    program = (
        _DRAW % 2
        + _BUILD % forget_bias
        + """
    print(json.dumps([out.tolist() for out in session.run(outputs, {x: inputs})]))
"""
    )
    found = np.array(adapter.run(program).answer())
    assert found.shape == (8, TIME, BATCH, HIDDEN)
    assert np.abs(found - steps(*drawn(2), forget_bias)).max() < 1e-5


def test_the_forget_bias_is_0_unless_given(adapter):
    program = _LAYER + "print(DynamicRNN(4, tf.float32).forget_bias)"
    assert adapter.run(program).stdout == "0.0\n"


def test_gradients_are_those_of_finite_differences_of_the_last_output(adapter):
    program = (
        _DRAW % 3
        + _BUILD % 1.0
        + """
    loss = tf.reduce_sum(outputs[0][-1] ** 2)
    print(json.dumps([g.tolist() for g in session.run(tf1.gradients(loss, [w, b, x]), {x: inputs})]))
"""
    )
    found = [np.array(part) for part in adapter.run(program).answer()]
    given = drawn(3)

    def loss(inputs, kernel, bias):
        return float((steps(inputs, kernel, bias, 1.0)[0, -1] ** 2).sum())

    for position, gradient in zip((1, 2, 0), found):
        for at in [tuple(np.random.RandomState(n).randint(0, size) for size in gradient.shape) for n in range(6)]:
            moved = [[part.copy() for part in given] for _ in range(2)]
            moved[0][position][at] += 1e-5
            moved[1][position][at] -= 1e-5
            slope = (loss(*moved[0]) - loss(*moved[1])) / 2e-5
            assert abs(gradient[at] - slope) < 1e-4 * max(1.0, abs(slope))


_GRADIENTS = (
    _DRAW % 4
    + _BUILD % 1.0
    + """
    gradients = [tf1.gradients(tf.reduce_sum(part), [w])[0] for part in %s]
    found = [None if g is None else float(np.abs(g).sum()) for g in
             [None if g is None else session.run(g, {x: inputs}) for g in gradients]]
    print(json.dumps(found))
"""
)


def test_h_and_c_pass_a_gradient_at_the_last_step_alone_as_the_adapter_has_it(adapter):
    parts = "(outputs[1][:-1], outputs[2][:-1], outputs[1][-1], outputs[2][-1], outputs[0][:-1])"
    found = adapter.run(_GRADIENTS % parts).answer()
    assert found[:2] == [0.0, 0.0]
    assert min(found[2:]) > 0.1


def test_the_gates_pass_no_gradient(adapter):
    assert adapter.run(_GRADIENTS % "outputs[3:]").answer() == [None] * 5


def test_variables_have_the_adapters_names_shapes_and_values(adapter):
    program = (
        _DRAW % 0
        + _BUILD % 1.0
        + """
    again = DynamicRNN(4, tf.float32)(x)
    session.run(tf1.global_variables_initializer())
    trained = [v.name for v in tf1.trainable_variables()]
    found = {v.name: session.run(v) for v in tf1.global_variables()}
    weights = np.abs(found["dynamic_rnn/dynamicrnn/w:0"])
    lengths = found["dynamic_rnn/dynamicbase/seq_length:0"].tolist()
    print(json.dumps([trained, {n: list(v.shape) for n, v in found.items()}, float(weights.max()), lengths,
                      float(np.abs(found["dynamic_rnn/dynamicrnn/b:0"]).max())]))
"""
    )
    trained, shapes, largest, lengths, bias = adapter.run(program).answer()
    assert trained == [
        "dynamic_rnn/dynamicrnn/w:0",
        "dynamic_rnn/dynamicrnn/b:0",
        "dynamic_rnn_1/dynamicrnn/w:0",
        "dynamic_rnn_1/dynamicrnn/b:0",
    ]
    assert shapes["dynamic_rnn/dynamicrnn/w:0"] == [WIDTH + HIDDEN, 4 * HIDDEN]
    assert shapes["dynamic_rnn/dynamicrnn/b:0"] == [4 * HIDDEN]
    limit = np.sqrt(6 / (WIDTH + HIDDEN + 4 * HIDDEN))  # glorot uniform
    assert 0.9 * limit < largest <= limit
    assert lengths == [TIME] * BATCH
    assert bias == 0.0


def test_the_plain_layer_names_its_variables_as_tensorflow_1_does(new: Adapter):
    if new.run("assert tf.__version__.startswith('1.')").status:
        pytest.skip("needs TensorFlow 1.15, which has tf.layers.Layer to compare with")
    program = """
        import json
        from npu_bridge.common import layers
        def kind(base):
            def call(self, inputs):
                return inputs
            def build(self, shape):
                self.add_variable("inner/w", [2], tf.float32, tf1.zeros_initializer())
                base.build(self, shape)
            return type("DynamicRNN", (base,), {"call": call, "build": build})
        found = []
        for base in (layers.Layer, layers._PlainLayer):
            with tf.Graph().as_default():
                x = tf1.placeholder(tf.float32, [2])
                first = kind(base)()
                first(x), first(x), kind(base)()(x)
                with tf1.variable_scope("outer"):
                    kind(base)()(x)
                found.append([v.name for v in tf1.global_variables()])
        print(json.dumps(found))
    """
    of_tensorflow, plain = new.run(program).answer()
    assert plain == of_tensorflow and len(plain) == 3


UNSUPPORTED = [
    ("cell_type='GRU'", "cell_type"),
    ("direction='BIDIRECTIONAL'", "direction"),
    ("cell_depth=2", "cell_depth"),
    ("use_peephole=True", "use_peephole"),
    ("keep_prob=0.5", "keep_prob"),
    ("cell_clip=1.0", "cell_clip"),
    ("num_proj=2", "num_proj"),
    ("time_major=False", "time_major"),
    ("activation='relu'", "activation"),
]


@pytest.mark.parametrize("argument, name", UNSUPPORTED)
def test_what_the_documents_do_not_support_is_a_violation(adapter, argument, name):
    outcome = adapter.run(_LAYER + "DynamicRNN(4, tf.float32, %s)" % argument)
    assert "ContractViolation: DynamicRNN supports only %s=" % name in outcome.error


def test_an_unknown_direction_is_the_adapters_own_error_when_called(adapter):
    program = "DynamicRNN(4, tf.float32, direction='LEFT')(tf.zeros([2, 3, 4]))"
    text = "ValueError: Invalid direction: LEFT, expecting UNIDIRECTIONAL or BIDIRECTIONAL"
    assert text in adapter.run(_LAYER + program).stderr


@pytest.mark.parametrize("arguments", ["4, tf.float64", "4, tf.bfloat16", "0, tf.float32", "2.0, tf.float32"])
def test_other_types_and_widths_are_a_violation(adapter, arguments):
    assert "ContractViolation" in adapter.run(_LAYER + "DynamicRNN(%s)" % arguments).error


@pytest.mark.parametrize("shape", ["[None, 3, 5]", "[7, None, 5]"])
def test_old_needs_static_time_and_batch_and_new_does_not(old, new, shape):
    program = _LAYER + "DynamicRNN(4, tf.float32)(tf1.placeholder(tf.float32, %s))" % shape
    text = "ValueError: Expected input_shape[0] to be known, saw shape: batch_size."
    assert text in old.run(program).stderr
    assert new.run(program).status == 0


def test_both_need_a_static_width(adapter):
    program = _LAYER + "DynamicRNN(4, tf.float32)(tf1.placeholder(tf.float32, [7, 3, None]))"
    text = "ValueError: Expected input_shape[2] to be known, saw shape: input_size."
    assert text in adapter.run(program).stderr


@pytest.mark.parametrize("shape", ["[3, 4]", "[1, 3, 5]", "[2, 3, 4]"])
def test_a_first_state_of_another_shape_is_a_violation(adapter, shape):
    program = _LAYER + "DynamicRNN(4, tf.float32)(tf.zeros([7, 3, 5]), init_h=tf.zeros(%s))" % shape
    assert "ContractViolation: init_h has the shape [1, batch, hidden_size]" in adapter.run(program).stderr


def test_a_first_state_is_used(adapter):
    program = (
        _DRAW % 5
        + _BUILD % 1.0
        + """
    first, c = outputs[1][2:3], outputs[2][2:3]
    later = DynamicRNN(4, tf.float32, forget_bias=1.0)
    rest = later(x[3:], init_h=first, init_c=c)
    w2, b2 = [next(v for v in tf1.trainable_variables() if v.name == "dynamic_rnn_1/dynamicrnn/%s:0" % n) for n in "wb"]
    w2.load(kernel, session), b2.load(bias, session)
    print(json.dumps([part.tolist() for part in session.run([outputs[0][3:], rest[0]], {x: inputs})]))
"""
    )
    whole, rest = (np.array(part) for part in adapter.run(program).answer())
    assert np.abs(whole - rest).max() < 1e-6


def test_weights_can_be_given_to_new_alone(old, new):
    program = _LAYER + "DynamicRNN(4, tf.float32)(tf.zeros([7, 3, 5]), weight=tf.zeros([9, 16]), bias=tf.zeros([16]))"
    assert new.run(program).status == 0
    assert "unexpected keyword argument 'weight'" in old.run(program).stderr


def test_half_precision_is_computed(adapter):
    program = (
        _LAYER
        + """
x = tf1.placeholder(tf.float16, [7, 3, 5])
y = DynamicRNN(4, tf.float16)(x)[0]
with tf1.Session(config=device_config()) as session:
    session.run(tf1.global_variables_initializer())
    print(session.run(y, {x: np.ones([7, 3, 5])}).dtype)
"""
    )
    assert adapter.run(program).stdout == "float16\n"


def test_the_unrolled_recurrence_takes_time_first(adapter):
    if adapter.run("tf1.nn.rnn_cell.BasicLSTMCell").status:
        pytest.skip("needs TensorFlow 1.15 for tf.nn.rnn_cell")
    program = """
        from npu_bridge.npu_init import npu_rnn
        y, state = npu_rnn.npu_dynamic_rnn(tf1.nn.rnn_cell.BasicLSTMCell(4), tf.zeros([7, 3, 5]), dtype=tf.float32)
        print(y.shape.as_list(), state.h.shape.as_list())
    """
    assert adapter.run(program).stdout == "[7, 3, 4] [3, 4]\n"
