"""The network frozen into one graph of constants, as Ascend's offline compiler (atc) reads it, and that graph run."""

from typing import Mapping

import numpy as np

from backends.atc import INPUT, OUTPUT
from backends.engines.tensorflow import kernels
from backends.engines.tensorflow.compat import tf1
from backends.engines.tensorflow.ops import ops_with
from har_model import network
from har_model.config import NetworkConfig


def freeze(config: NetworkConfig, weights: Mapping[str, np.ndarray]) -> bytes:
    """A serialised GraphDef: input `X` float32 `[N, T, I]`, output `output` int32 `[N]`, kernel unrolled, no dropout.

    Args:
        config: the network.
        weights: its variables by canonical name; they become constants of the same names.
    """
    graph = tf1.Graph()
    with graph.as_default():
        windows = tf1.placeholder(tf1.float32, [None, config.window_length, config.n_channels], INPUT)
        constants = {name: tf1.constant(value, tf1.float32, name=name) for name, value in weights.items()}
        probes = network.forward(windows, constants, ops_with(kernels.unrolled)(1.0, 0), config)
        tf1.argmax(probes["logits"], axis=1, output_type=tf1.int32, name=OUTPUT)
        # Without the attributes that have their default: an older reader refuses those that it does not know.
        definition = tf1.train.export_meta_graph(graph=graph, strip_default_attrs=True).graph_def
    for node in definition.node:
        node.attr.pop("_output_shapes", None)  # a hint of each shape, which more than doubles the file
    content: bytes = definition.SerializeToString(deterministic=True)
    return content


def run(content: bytes, windows: np.ndarray, batch: int) -> np.ndarray:
    """Classes `[N]` that a frozen graph gives to windows `[N, T, I]`, on the host's cores.

    Args:
        content: the serialised GraphDef.
        windows: float32.
        batch: windows at a time; the last batch is filled up with the first windows, as a fixed shape asks for.
    """
    graph, n = tf1.Graph(), len(windows)
    definition = tf1.GraphDef.FromString(content)
    with graph.as_default():
        tf1.import_graph_def(definition, name="")
    config = tf1.ConfigProto(device_count={"GPU": 0})
    indices = np.arange(-(-n // batch) * batch).reshape(-1, batch) % n
    with tf1.Session(graph=graph, config=config) as session:
        answers = [session.run(OUTPUT + ":0", {INPUT + ":0": windows[rows]}) for rows in indices]
    return np.concatenate(answers)[:n]
