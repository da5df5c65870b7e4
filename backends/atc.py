"""Ascend's offline compiler `atc`: its chips, the names in a frozen graph, and the command line for it.

Nothing here starts it: it is on a host with CANN, which need not be this one.
"""

import os
import shlex

from har_model.config import NetworkConfig
from har_model.errors import UsageError

#: Names of the port's offline model: its input, and its output, the class of each window as int32.
INPUT = "X"
OUTPUT = "output"

DEFAULT_CHIP = "Ascend310"
#: What `--soc_version` takes: "Ascend" and the chip's name as `npu-smi info` shows it; for the third generation
#: "Ascend910_" and the NPU name of `npu-smi info -t board`. 910B without a digit is of the first generation, 910B1 to
#: 910B4 of the second, 910_93xx of the third. Sources: CANN's page on the parameter, and Ascend's own table of names
#: (Ascend/RecSDK, cust_op/ascendc_op/config/transform.json).
CHIPS = (
    "Ascend310", "Ascend310B1", "Ascend310B2", "Ascend310B3", "Ascend310B4",
    "Ascend310P1", "Ascend310P3", "Ascend310P5", "Ascend310P7",
    "Ascend910A", "Ascend910B", "Ascend910ProA", "Ascend910ProB", "Ascend910PremiumA",
    "Ascend910B1", "Ascend910B2", "Ascend910B2C", "Ascend910B3", "Ascend910B4", "Ascend910B4-1",
    "Ascend910_9362", "Ascend910_9372", "Ascend910_9381", "Ascend910_9382", "Ascend910_9391", "Ascend910_9392",
)  # fmt: skip
_PREFIX = "ascend"
#: What atc's result ends in, beside the graph's name.
COMPILED_ENDING = ".om"
#: atc's number for TensorFlow.
_FRAMEWORK = 3


def chip_of(name: str) -> str:
    """The chip's name as atc writes it, from a name in any case, with or without "Ascend".

    Raises:
        UsageError: there is no such chip in the list.
    """
    lower = name.strip().lower()
    wanted = lower if lower.startswith(_PREFIX) else _PREFIX + lower
    known = {chip.lower(): chip for chip in CHIPS}
    if wanted not in known:
        raise UsageError(
            "--chip %r is none that atc is known to take: run `npu-smi info` on the device's host and write Ascend "
            "before the chip's name there; known are %s." % (name, ", ".join(CHIPS))
        )
    return known[wanted]


def check_model_path(path: str) -> None:
    """Refuse a name for the graph that the compiled model would take.

    Raises:
        UsageError: it ends in `.om`.
    """
    stem, ending = os.path.splitext(path)
    if ending.lower() == COMPILED_ENDING:
        raise UsageError(
            "--out %r: atc gives its result that ending, and would write it over the graph; name the graph %r."
            % (path, stem + ".pb")
        )


def command(model: str, chip: str, network: NetworkConfig, batch: int) -> str:
    """The shell command that compiles a frozen graph; it writes the model beside it, ending in `.om`.

    Args:
        model: path of the graph.
        chip: of `CHIPS`.
        network: gives the shape of a window.
        batch: windows at a time, a fixed number for atc.
    """
    shape = "%s:%d,%d,%d" % (INPUT, batch, network.window_length, network.n_channels)
    output = os.path.splitext(model)[0]
    return (
        'atc --model=%s --framework=%d --output=%s --soc_version=%s --input_shape="%s" --log=info --out_nodes="%s:0"'
        % (shlex.quote(model), _FRAMEWORK, shlex.quote(output), chip, shape, OUTPUT)
    )
