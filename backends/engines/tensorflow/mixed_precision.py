"""TensorFlow's own rewrite of a graph to float16 where that is safe, switched on for one session.

`train.experimental.enable_mixed_precision_graph_rewrite`, which 1.15 and 2.x have, sets the same option, but for every
later session of the process, and brings a loss scaling that applies overflows (see `loss_scaling`).
"""

from typing import Any

from tensorflow.core.protobuf import rewriter_config_pb2


def rewrite(session_config: Any) -> None:
    """Ask for the rewrite (tensorflow/core/grappler/optimizers/auto_mixed_precision)."""
    session_config.graph_options.rewrite_options.auto_mixed_precision = rewriter_config_pb2.RewriterConfig.ON
