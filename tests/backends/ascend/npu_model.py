"""A model on the NPU backend, opened as a trial would open it: for programs that run with a contract double."""

import json
from typing import Any, Dict

import tensorflow as tf

from backends.ascend.backend import AscendBackend
from backends.protocol import Settings
from har_model.config import NetworkConfig, TrainingConfig, Workload

#: As the adapter for TensorFlow 2 switches it off: its conditions take no variables of TensorFlow 1.
tf.compat.v1.disable_control_flow_v2()


def open_model(given: str) -> Any:
    """The model that a JSON object describes: network, training, seed, and the fields of Settings."""
    asked: Dict[str, Any] = json.loads(given)
    network = NetworkConfig(**asked.pop("network"))
    training = TrainingConfig(**asked.pop("training"))
    backend = AscendBackend()
    backend.prepare()
    settings = Settings(**dict({"kernel": "fused", "precision": "allow_mix_precision", "threads": 1}, **asked))
    return backend.open(Workload("custom", network, training, 3), settings)
