"""Loading the adapter's shared object."""

import os
from typing import Any

import tensorflow as tf

from . import script, sessions, variant


class Library:
    """Stands for what `tf.load_op_library` returns: the operations that the adapter's shared object registers."""

    def __init__(self) -> None:
        from . import operations, rnn

        self.dynamic_rnn = rnn.dynamic_rnn
        self.npu_init = operations.npu_init
        self.npu_shutdown = operations.npu_shutdown
        self.gelu = operations.gelu


def load_library(package_file: str, which: variant.Variant) -> Any:
    """The shared object beside a package's `__init__.py`.

    Raises:
        OSError: the script says that it cannot be loaded.
    """
    if script.missing() == "library":
        path = os.path.join(os.path.dirname(package_file), "_tf_adapter.so")
        raise OSError("%s: cannot open shared object file: No such file or directory" % path)
    variant.load(which)
    sessions.patch_runs()
    _allow_late_gradients()
    return Library()


def _allow_late_gradients() -> None:
    """DynamicRNN's gradient can be added after a session has run; a loop of TensorFlow 2 must be told beforehand."""
    if not tf.__version__.startswith("1."):
        tf.compat.v1.experimental.output_all_intermediates(True)
