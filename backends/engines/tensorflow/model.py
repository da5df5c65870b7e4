"""A workload opened as a TensorFlow graph and session; what a device adds comes in as a `Placement`."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from backends.engines.tensorflow import checkpoint, compat, update
from backends.engines.tensorflow.compat import tf1
from backends.engines.tensorflow.update import LossScaling, unscaled
from backends.proof import Proof
from backends.protocol import Description, Model, Updates
from har_model import network, weights
from har_model.config import Workload
from har_model.errors import DataError

Tensor = Any

#: From the keep probability (scalar tensor, or 1.0 where nothing is dropped) and the workload's seed to the primitives.
MakeOps = Callable[[Any, int], network.Ops]


@dataclass(frozen=True)
class Placement:
    """What a device decides about the graph.

    Args:
        make_ops: the network's primitives on this device.
        session_config: a `ConfigProto`.
        device: what the record calls the device.
        effective: the settings as they took effect, for the record.
        prove: from the model, where its steps were computed.
        scaling: the loss scaling of its update.
        evaluation_windows: where the device wants shapes that are known before: how many windows are evaluated as one
            batch. Training and evaluation then are two towers over the same variables.
        stack: versions of what lies between framework and device.
    """

    make_ops: MakeOps
    session_config: Any
    device: str
    effective: Dict[str, Any]
    prove: Callable[["GraphModel"], Proof]
    scaling: LossScaling = unscaled
    evaluation_windows: Optional[int] = None
    stack: Dict[str, Any] = field(default_factory=dict)


class PlacedNode(NamedTuple):
    """An operation that a session ran: its name, its type, and the device that ran it."""

    name: str
    op: str
    device: str


class GraphModel(Model):
    """The shared network, its loss and its update in one graph, with a session to run them.

    Args:
        workload: what to build; its seed gives the initial weights and the dropout.
        placement: what the device decides.
    """

    def __init__(self, workload: Workload, placement: Placement) -> None:
        self._workload = workload
        self._placement = placement
        self._last_feed: Dict[Any, Any] = {}
        self._graph = tf1.Graph()
        with self._graph.as_default():
            tf1.set_random_seed(workload.seed)
            self._build()
            self._saver = tf1.train.Saver(list(self._variables.values()) + self._update.variables, max_to_keep=1)
            initialise = tf1.global_variables_initializer()
        self.session = tf1.Session(graph=self._graph, config=placement.session_config)
        self.session.run(initialise)
        self.set_weights(weights.initial_weights(workload.network, workload.seed))

    def _placeholder(self, windows: Optional[int], name: str) -> Tensor:
        config = self._workload.network
        return tf1.placeholder(tf1.float32, [windows, config.window_length, config.n_channels], name)

    def _build(self) -> None:
        config, training = self._workload.network, self._workload.training
        is_static = self._placement.evaluation_windows is not None
        batch = training.batch_size if is_static else None
        self._windows = self._placeholder(batch, "X")
        self._labels = tf1.placeholder(tf1.int32, [batch], "y")
        self._keep_prob = tf1.placeholder_with_default(np.float32(1.0), [], "keep_prob")
        # Plain reference variables: Ascend keeps resource variables on the host.
        self._variables = OrderedDict(
            (name, tf1.get_variable(name, shape, initializer=tf1.zeros_initializer(), use_resource=False))
            for name, shape in weights.variable_shapes(config).items()
        )
        ops = self._placement.make_ops(self._keep_prob, self._workload.seed)
        self._probes = network.forward(self._windows, self._variables, ops, config)
        terms = network.objective(self._probes["logits"], self._labels, self._variables, ops, training.l2_coefficient)
        self._loss = terms["loss"]
        self._update = update.build(self._loss, self._variables, training, self._placement.scaling)
        self._probes.update(terms)
        self._probes.update(("gradient/" + name, gradient) for name, gradient in self._update.gradients.items())
        self._evaluated, self._logits = self._windows, self._probes["logits"]
        if is_static:
            self._evaluated, self._logits = self._evaluation_tower()

    def _evaluation_tower(self) -> Tuple[Tensor, Tensor]:
        """Windows and logits of a second tower, whose batch is the whole test set and which drops nothing."""
        windows = self._placeholder(self._placement.evaluation_windows, "X_evaluated")
        with tf1.name_scope("evaluation"):
            ops = self._placement.make_ops(1.0, self._workload.seed)
            probes = network.forward(windows, self._variables, ops, self._workload.network)
        return windows, probes["logits"]

    def describe(self) -> Description:
        """TensorFlow's version, the device and the settings as they took effect."""
        effective = dict(self._placement.effective, tensorflow_build=compat.build(), fetches=["loss"])
        return Description("tensorflow", compat.version(), self._placement.device, effective, self._placement.stack)

    def updates(self) -> Updates:
        """From the step counter, which a skipped update leaves as it is."""
        applied = int(self.session.run(self._update.global_step))
        scale = self._update.loss_scale
        return Updates(applied, None if scale is None else float(self.session.run(scale)))

    def prove(self) -> Proof:
        """Where the steps were computed."""
        return self._placement.prove(self)

    def placed_nodes(self) -> List[PlacedNode]:
        """Every operation of one more step with the last batch, as the session placed and ran it."""
        options = tf1.RunOptions(output_partition_graphs=True)
        metadata = tf1.RunMetadata()
        self.session.run([self._update.operation, self._loss], self._last_feed, options, metadata)
        return [
            PlacedNode(node.name, node.op, node.device) for graph in metadata.partition_graphs for node in graph.node
        ]

    def step(self, windows: np.ndarray, labels: np.ndarray) -> float:
        """One update with the workload's dropout; the fetched loss waits for the device."""
        feed = {self._windows: windows, self._labels: labels, self._keep_prob: self._workload.training.keep_prob}
        _, loss = self.session.run([self._update.operation, self._loss], feed)
        self._last_feed = feed
        return float(loss)

    def evaluate(self, windows: np.ndarray) -> np.ndarray:
        """Logits `[B, C]` without dropout, all windows in one batch."""
        return self.session.run(self._logits, {self._evaluated: windows})

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
