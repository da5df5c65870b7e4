"""The engine's modules for tests of graphs that need no GPU to be built; skips where there is no TensorFlow."""

import contextlib

import pytest

from backends.cuda.backend import CudaBackend
from backends.engines.tensorflow.backend import is_installed


def backend():
    if not is_installed():
        pytest.skip("needs TensorFlow")
    made = CudaBackend()
    made.prepare()
    return made


@contextlib.contextmanager
def graph(seed=0):
    """An empty graph, TensorFlow 1 names and a session on the host."""
    backend()
    from backends.engines.tensorflow.compat import tf1

    # What is not run need not have a kernel here.
    options = tf1.GraphOptions(place_pruned_graph=True)
    config = tf1.ConfigProto(device_count={"GPU": 0}, graph_options=options)
    with tf1.Graph().as_default() as opened, tf1.Session(graph=opened, config=config) as session:
        tf1.set_random_seed(seed)
        yield tf1, session
