"""The cuDNN kernel as far as it can be held without a GPU: its buffer, its gradient, its graph, its rewrite."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings

from backends.logs.cuda import is_heavy
from har_model import layouts, network, weights
from har_model.config import NetworkConfig, TrainingConfig
from tests.backends.cuda.engine import graph
from tests.har_model import cudnn_buffer
from tests.har_model.strategies import canonical_lstms

_NETWORK = NetworkConfig(
    n_hidden=4,
    n_layers_in_highway=2,
    n_stacked_layers=2,
    bidirectional=True,
    window_length=5,
    n_channels=3,
    n_classes=3,
)
#: Two branches of two directions in two blocks.
_LSTMS = 8


def _lstm(n_inputs, n, seed=0):
    draw = np.random.RandomState(seed)
    return draw.normal(size=(n_inputs + n, 4 * n)).astype(np.float32), draw.normal(size=4 * n).astype(np.float32)


@given(canonical_lstms(kinds=(np.float32,)))
@settings(max_examples=20, deadline=None)
def test_what_the_graph_gives_to_cudnn_comes_back_to_the_bit(lstm):
    kernel, bias, n_inputs = lstm
    n = bias.shape[0] // 4
    with graph() as (tf1, session):
        from backends.engines.tensorflow import cudnn

        params = session.run(cudnn.parameters(tf1.constant(kernel), tf1.constant(bias), n_inputs))
    back = cudnn_buffer.canonical(params, n_inputs, n)
    assert back[0].tobytes() == kernel.tobytes() and back[1].tobytes() == bias.tobytes()
    assert params[-4 * n :].tolist() == layouts.cudnn_constant_bias(n).astype(np.float32).tolist()


def test_gradients_of_the_buffer_go_back_to_the_weights_they_came_from():
    n_inputs, n = 3, 5
    kernel, bias = _lstm(n_inputs, n)
    arriving = np.random.RandomState(1).normal(size=4 * n * (n_inputs + n) + 8 * n).astype(np.float32)
    with graph() as (tf1, session):
        from backends.engines.tensorflow import cudnn

        variables = [tf1.constant(kernel), tf1.constant(bias)]
        params = cudnn.parameters(variables[0], variables[1], n_inputs)
        found = session.run(tf1.gradients(params, variables, tf1.constant(arriving)))
    # The conversion only moves numbers, so a gradient comes back by the inverse; the constant second bias takes none.
    expected = cudnn_buffer.canonical(arriving, n_inputs, n)
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(found[1], expected[1])


def _build(tf1, keep_prob):
    from backends.engines.tensorflow import cudnn, update

    windows = tf1.placeholder(tf1.float32, [None, _NETWORK.window_length, _NETWORK.n_channels])
    labels = tf1.placeholder(tf1.int32, [None])
    variables = {
        name: tf1.get_variable(name, shape, use_resource=False)
        for name, shape in weights.variable_shapes(_NETWORK).items()
    }
    ops = cudnn.ops()(keep_prob, 0)
    logits = network.forward(windows, variables, ops, _NETWORK)["logits"]
    if keep_prob == 1.0:
        return None
    loss = network.objective(logits, labels, variables, ops, 0.005)["loss"]
    return update.build(loss, variables, TrainingConfig())


def _operations(tf1):
    return [node for node in tf1.get_default_graph().get_operations() if "Cudnn" in node.type]


def test_the_whole_update_builds_without_a_gpu_and_every_lstm_has_its_backward_pass():
    with graph() as (tf1, _):
        built = _build(tf1, tf1.placeholder_with_default(np.float32(1.0), []))
        found = _operations(tf1)
        assert Counter(node.type for node in found) == {"CudnnRNNV3": _LSTMS, "CudnnRNNBackpropV3": _LSTMS}
        assert all(node.get_attr("is_training") for node in found if node.type == "CudnnRNNV3")
        for name, gradient in built.gradients.items():
            assert gradient.shape.as_list() == list(weights.variable_shapes(_NETWORK)[name]), name


def test_the_operation_is_asked_for_the_canonical_lstm():
    with graph() as (tf1, _):
        _build(tf1, 1.0)
        for node in _operations(tf1):
            asked = {name: node.get_attr(name) for name in ("rnn_mode", "input_mode", "direction", "dropout")}
            assert asked == {
                "rnn_mode": b"lstm", "input_mode": b"linear_input", "direction": b"unidirectional", "dropout": 0.0,
            }  # fmt: skip
            assert node.get_attr("time_major") and node.get_attr("num_proj") == 0
            assert node.outputs[0].shape.as_list()[0] == _NETWORK.window_length


def test_every_window_is_said_to_be_of_full_length():
    with graph() as (tf1, session):
        from backends.engines.tensorflow import cudnn

        inputs = tf1.placeholder(tf1.float32, [5, None, 3])
        kernel, bias = _lstm(3, 2)
        cudnn.lstm(False)(inputs, tf1.constant(kernel), tf1.constant(bias))
        (node,) = _operations(tf1)
        lengths = session.run(node.inputs[4], {inputs: np.zeros((5, 7, 3))})
        assert lengths.dtype == np.int32 and lengths.tolist() == [5] * 7
        assert [list(session.run(node.inputs[k], {inputs: np.zeros((5, 7, 3))}).shape) for k in (1, 2)] == [
            [1, 7, 2]
        ] * 2


def test_evaluation_by_itself_keeps_nothing_for_a_gradient():
    with graph() as (tf1, _):
        _build(tf1, 1.0)
        found = _operations(tf1)
        assert len(found) == _LSTMS and not any(node.get_attr("is_training") for node in found)


def _virtual_gpu():
    from tensorflow.core.protobuf import device_properties_pb2

    gpu = device_properties_pb2.NamedDevice(name="/job:localhost/replica:0/task:0/device:GPU:0")
    gpu.properties.type = "GPU"
    gpu.properties.environment.update({"architecture": "7.0", "cuda": "12050", "cudnn": "9000"})
    return gpu


def _rewritten(tf1, fetched):
    """The graph as TensorFlow's rewrite would leave it for a GPU of compute capability 7.0."""
    from tensorflow.python.grappler import cluster, tf_optimizer

    from backends.engines.tensorflow import mixed_precision

    gpu, config = _virtual_gpu(), tf1.ConfigProto()
    for tensor in fetched:
        tf1.add_to_collection("train_op", tensor)
    exported = tf1.train.export_meta_graph()
    for node in exported.graph_def.node:
        node.device = gpu.name
    mixed_precision.rewrite(config)
    config.graph_options.rewrite_options.min_graph_nodes = -1
    config.graph_options.rewrite_options.optimizers.append("auto_mixed_precision")
    return tf_optimizer.OptimizeGraph(config, exported, cluster=cluster.Cluster(devices=[gpu]))


def test_mixed_precision_turns_cudnn_and_matrix_products_to_half_and_leaves_its_mark(monkeypatch):
    monkeypatch.setenv("TF_AUTO_MIXED_PRECISION_GRAPH_REWRITE_SIMULATE_GPU", "1")
    with graph() as (tf1, _):
        from backends.cuda import proof
        from backends.engines.tensorflow import cudnn

        kernel = tf1.get_variable("kernel", [7, 16], use_resource=False)
        bias = tf1.get_variable("bias", [16], use_resource=False)
        hidden = cudnn.lstm(True)(tf1.placeholder(tf1.float32, [6, 5, 3]), kernel, bias)
        loss = tf1.reduce_sum(tf1.matmul(tf1.reshape(hidden, [-1, 4]), tf1.get_variable("w", [4, 4])))
        before = tf1.get_default_graph().as_graph_def().node
        after = _rewritten(tf1, [loss] + tf1.gradients(loss, [kernel, bias])).node
        half = {node.op for node in after if node.attr["T"].type == tf1.float16.as_datatype_enum}
    assert {"CudnnRNNV3", "CudnnRNNBackpropV3", "MatMul"} <= half
    assert proof.is_rewritten(after) and not proof.is_rewritten(before)


@pytest.mark.parametrize("name", ["CudnnRNNV3", "CudnnRNNBackpropV3"])
def test_the_proof_knows_the_operation_as_work(name):
    assert is_heavy(name)
