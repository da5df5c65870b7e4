"""One TensorFlow 1 graph interface on both versions, and what has to be known about the version."""

import tensorflow as tensorflow_root
from tensorflow.core.protobuf.rewriter_config_pb2 import RewriterConfig

__all__ = ["RewriterConfig", "build", "raw_ops", "tf1", "version"]

#: The TensorFlow 1 names, which 1.15 and 2.x share.
tf1 = tensorflow_root.compat.v1
raw_ops = tensorflow_root.raw_ops


def version() -> str:
    """TensorFlow's version."""
    return str(tensorflow_root.__version__)


def build() -> "dict[str, str]":
    """Revision and compiler of this TensorFlow build, which decide what its figures mean."""
    return {
        "git_version": str(tensorflow_root.version.GIT_VERSION),
        "compiler": str(tensorflow_root.version.COMPILER_VERSION),
    }
