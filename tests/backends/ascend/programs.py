"""Programs with a model on the NPU backend, each in a process with a contract double, and the reference on the CPU.

The double patches every session of its process: that is why the tests compute their reference outside of it.
"""

import json

import numpy as np
import pytest

from har_model import weights
from har_model.config import PRESETS, NetworkConfig
from tests.parity.engine import open_model

BATCH, EVALUATED = 7, 5
#: What both adapters do alike is tried with both among the slow tests.
either = pytest.mark.parametrize("adapter", ["new", pytest.param("old", marks=pytest.mark.slow)], indirect=True)
_PREAMBLE = """
import json, sys
from tests.backends.ascend.npu_model import open_model
values = dict(np.load(%r))
windows, labels, evaluated = values.pop("windows"), values.pop("labels"), values.pop("evaluated")
model = open_model(%r)
if values:
    model.set_weights(values)
"""


def reduced(preset, **changes):
    """A preset with short windows and a narrow state."""
    return NetworkConfig(**dict(vars(PRESETS[preset]), window_length=6, n_hidden=4, **changes))


SMALL = reduced("deep-lstm", n_stacked_layers=1)
#: A block of two branches, each in two directions.
WIDE = reduced("deep-res-bidir-lstm", n_stacked_layers=1, n_layers_in_highway=2)


def _inputs(config, seed=0):
    draw = np.random.RandomState(seed)
    shape = (config.window_length, config.n_channels)
    values = {
        name: draw.normal(0.1, 0.4, size).astype(np.float32) for name, size in weights.variable_shapes(config).items()
    }
    windows = draw.normal(size=(BATCH,) + shape).astype(np.float32)
    evaluated = draw.normal(size=(EVALUATED,) + shape).astype(np.float32)
    return windows, draw.randint(0, config.n_classes, BATCH).astype(np.int32), evaluated, values


def variables_of(tmp_path):
    """Of a trial on a host without npu-smi."""
    return {
        "HOME": str(tmp_path),
        "PATH": "/usr/bin:/bin",
        "HARBENCH_ASCEND_ROOT": str(tmp_path),
        "RANK_ID": "0",
        "RANK_SIZE": "1",
    }


def run_program(adapter, tmp_path, config, program, script=None, has_weights=True, **settings):
    """Run a program with an adapter's double. It finds `model`, `values`, `windows`, `labels` and `evaluated`.

    Args:
        has_weights: whether the model has those of `values`, as that of `reference`.
        settings: fields of Settings.
    """
    windows, labels, evaluated, values = _inputs(config)
    np.savez(
        str(tmp_path / "in.npz"), windows=windows, labels=labels, evaluated=evaluated, **(values if has_weights else {})
    )
    asked = dict(
        settings,
        network=vars(config),
        training={"batch_size": BATCH, "keep_prob": 1.0},
        evaluation_windows=EVALUATED,
    )
    text = _PREAMBLE % (str(tmp_path / "in.npz"), json.dumps(asked))
    outcome = adapter.run(text + program, script, variables_of(tmp_path))
    assert outcome.status == 0, outcome.stderr
    return outcome


def reference(config):
    """The CPU backend's unrolled kernel with the same weights; its model is closed by the caller."""
    windows, labels, evaluated, values = _inputs(config)
    model = open_model(config, "unrolled")
    model.set_weights(values)
    return model, windows, labels, evaluated
