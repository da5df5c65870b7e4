"""The configuration of a session."""

import tensorflow as tf
from tensorflow.core.protobuf.rewriter_config_pb2 import RewriterConfig


class SessionConfigBuilder:
    """A configuration with NpuOptimizer, whose parameter_map is there to be filled."""

    def __init__(self, config=None):
        is_given = isinstance(config, tf.compat.v1.ConfigProto)
        self._config = config if is_given else tf.compat.v1.ConfigProto(allow_soft_placement=True)
        self._config.graph_options.rewrite_options.remapping = RewriterConfig.OFF
        self._entry = self._config.graph_options.rewrite_options.custom_optimizers.add()
        self._entry.name = "NpuOptimizer"

    @property
    def parameter_map(self):
        """The options of the session."""
        return self._entry.parameter_map

    @property
    def session_config(self):
        """The configuration."""
        return self._config
