"""A workload opened as a TensorFlow graph and session; what a device adds comes in as a `Placement`."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Mapping, Sequence

import numpy as np

from backends.engines.tensorflow import checkpoint, compat, update
from backends.engines.tensorflow.compat import tf1
from backends.engines.tensorflow.kernels import LstmKernel
from backends.engines.tensorflow.ops import GraphOps
from backends.protocol import Description, Model, Proof
from har_model import network, weights
from har_model.config import Workload
from har_model.errors import DataError


@dataclass(frozen=True)
class Placement:
    """What a device decides about the graph.

    Args:
        lstm_kernel: how the recurrent layer is computed.
        session_config: a `ConfigProto`.
        device: what the record calls the device.
        effective: the settings as they took effect, for the record.
        prove: from the session, where the steps were computed.
    """

    lstm_kernel: LstmKernel
    session_config: Any
    device: str
    effective: Dict[str, Any]
    prove: Callable[[Any], Proof]


class GraphModel(Model):
    """The shared network, its loss and its update in one graph, with a session to run them.

    Args:
        workload: what to build; its seed gives the initial weights and the dropout.
        placement: what the device decides.
    """

    def __init__(self, workload: Workload, placement: Placement) -> None:
        self._workload = workload
        self._placement = placement
        self._graph = tf1.Graph()
        with self._graph.as_default():
            tf1.set_random_seed(workload.seed)
            self._build(placement.lstm_kernel)
            self._saver = tf1.train.Saver(tf1.global_variables(), max_to_keep=1)
            initialise = tf1.global_variables_initializer()
        self.session = tf1.Session(graph=self._graph, config=placement.session_config)
        self.session.run(initialise)
        self.set_weights(weights.initial_weights(workload.network, workload.seed))

    def _build(self, lstm_kernel: LstmKernel) -> None:
        config, training = self._workload.network, self._workload.training
        self._windows = tf1.placeholder(tf1.float32, [None, config.window_length, config.n_channels], "X")
        self._labels = tf1.placeholder(tf1.int32, [None], "y")
        self._keep_prob = tf1.placeholder_with_default(np.float32(1.0), [], "keep_prob")
        # Plain reference variables: Ascend keeps resource variables on the host.
        self._variables = OrderedDict(
            (name, tf1.get_variable(name, shape, initializer=tf1.zeros_initializer(), use_resource=False))
            for name, shape in weights.variable_shapes(config).items()
        )
        ops = GraphOps(lstm_kernel, self._keep_prob, self._workload.seed)
        self._probes = network.forward(self._windows, self._variables, ops, config)
        self._logits = self._probes["logits"]
        terms = network.objective(self._logits, self._labels, self._variables, ops, training.l2_coefficient)
        self._loss = terms["loss"]
        self._update, gradients = update.build(self._loss, self._variables, training)
        self._probes.update(terms)
        self._probes.update(("gradient/" + name, gradient) for name, gradient in gradients.items())

    def describe(self) -> Description:
        """TensorFlow's version, the device and the settings as they took effect."""
        effective = dict(self._placement.effective, tensorflow_build=compat.build(), fetches=["loss"])
        return Description("tensorflow", compat.version(), self._placement.device, effective)

    def prove(self) -> Proof:
        """Where the steps were computed, as far as the session tells."""
        return self._placement.prove(self.session)

    def step(self, windows: np.ndarray, labels: np.ndarray) -> float:
        """One update with the workload's dropout; the fetched loss waits for the device."""
        feed = {self._windows: windows, self._labels: labels, self._keep_prob: self._workload.training.keep_prob}
        _, loss = self.session.run([self._update, self._loss], feed)
        return float(loss)

    def evaluate(self, windows: np.ndarray) -> np.ndarray:
        """Logits `[B, C]` without dropout, all windows in one batch."""
        return self.session.run(self._logits, {self._windows: windows})

    def probe(self, names: Sequence[str], windows: np.ndarray, labels: np.ndarray) -> Dict[str, np.ndarray]:
        """Values of the named tensors of the shared definition, without dropout (`logits`, `loss`, `gradient/...`)."""
        wanted: List[Any] = [self._probes[name] for name in names]
        return dict(zip(names, self.session.run(wanted, {self._windows: windows, self._labels: labels})))

    def probe_names(self) -> List[str]:
        """The names that `probe` knows."""
        return list(self._probes)

    def get_weights(self) -> Dict[str, np.ndarray]:
        """Trained variables by canonical name."""
        return self.session.run(dict(self._variables))

    def set_weights(self, values: Mapping[str, np.ndarray]) -> None:
        """Replace trained variables by name.

        Raises:
            DataError: a variable is missing or has another shape.
        """
        feeds, initialisers = {}, []
        for name, variable in self._variables.items():
            if name not in values or tuple(values[name].shape) != tuple(variable.shape.as_list()):
                raise DataError("The weights lack %r in the shape %s." % (name, tuple(variable.shape.as_list())))
            feeds[variable.initializer.inputs[1]] = values[name]
            initialisers.append(variable.initializer)
        self.session.run(initialisers, feeds)

    def save_checkpoint(self, path: str) -> None:
        """Leave a checkpoint with the port's variable names at prefix `path`."""
        with self._graph.as_default():  # outside of a graph TensorFlow 2 would save eagerly
            checkpoint.save(self._saver, self.session, path)

    def close(self) -> None:
        """Close the session, which frees the device."""
        self.session.close()
