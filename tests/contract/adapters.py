"""Variants of the double as tests use them: programs run against one, each in a process of its own."""

import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import Any, Dict, List, Mapping, NamedTuple, Optional

import pytest

from tests.contract.host import DOUBLE, HERE

SENTINEL = re.compile(r"The model has been compiled on the Ascend AI processor, current graph id is: ?(\d+)")
#: As a batch script would set it, so that no warning of a missing variable is in the way.
VARIABLES = {"JOB_ID": "10087", "ASCEND_DEVICE_ID": "0", "TF_CPP_MIN_LOG_LEVEL": "0"}
# What takes long to import; not npu_init, which changes every session.
_OF_NPU_BRIDGE = ["npu_bridge", "npu_bridge.estimator.npu.npu_dynamic_rnn", "npu_bridge.estimator.npu.npu_optimizer"]
_MODULES = {"old": _OF_NPU_BRIDGE, "new": _OF_NPU_BRIDGE, "tf2": ["npu_device"]}
_PREAMBLE = """
def device_config(**parameters):
    config = tf1.ConfigProto()
    entry = config.graph_options.rewrite_options.custom_optimizers.add()
    entry.name = "NpuOptimizer"
    for key, value in parameters.items():
        field = "b" if isinstance(value, bool) else "i" if isinstance(value, int) else "s"
        setattr(entry.parameter_map[key], field, value.encode() if field == "s" else value)
    config.graph_options.rewrite_options.remapping = 2  # RewriterConfig.OFF
    config.graph_options.rewrite_options.memory_optimization = 2  # RewriterConfig.OFF
    return config

def run_once(config):
    x = tf1.placeholder(tf.float32, [2], name="x")
    with tf1.Session(config=config) as session:
        return session.run(x * 2, {x: [1, 2]})

"""


class Outcome(NamedTuple):
    """How a program ended.

    Args:
        status: its exit code; minus the number of the signal that ended it.
        stdout, stderr: what it wrote.
    """

    status: int
    stdout: str
    stderr: str

    @property
    def is_aborted(self) -> bool:
        """Whether SIGABRT ended it."""
        return self.status == -signal.SIGABRT

    @property
    def error(self) -> str:
        """The last line of a traceback that is not indented."""
        lines = [line for line in self.stderr.splitlines() if re.match(r"^[\w.]+(Error|Violation|Exception)\b", line)]
        return lines[-1] if lines else ""

    @property
    def graph_ids(self) -> List[int]:
        """The ids in the sentinel lines."""
        return [int(found) for found in SENTINEL.findall(self.stderr)]

    def answer(self) -> Any:
        """The JSON that the program printed last."""
        assert self.status == 0, self.stderr
        return json.loads(self.stdout.strip().splitlines()[-1])


class Adapter:
    """One variant, imported once."""

    def __init__(self, variant: str) -> None:
        self.variant = variant
        path = os.pathsep.join([str(DOUBLE / variant), str(HERE.parent.parent)])
        environment = dict(os.environ, PYTHONPATH=path, PYTHONWARNINGS="ignore", TF_CPP_MIN_LOG_LEVEL="0")
        environment.pop("HARBENCH_DOUBLE", None)
        command = [sys.executable, str(HERE / "adapter_server.py")] + _MODULES[variant]
        pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
        self._server = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=nothing, env=environment, encoding="utf-8", bufsize=1
        )

    def run(
        self,
        program: str,
        script: Optional[Mapping[str, Any]] = None,
        variables: Optional[Mapping[str, Optional[str]]] = None,
    ) -> Outcome:
        """Run a program that finds `tf`, `tf1`, `np`, `device_config` and `run_once`.

        Args:
            program: its text, indented at will.
            script: for HARBENCH_DOUBLE.
            variables: to set beside VARIABLES; None removes one.
        """
        wanted: Dict[str, Optional[str]] = dict(VARIABLES, **(variables or {}))
        wanted["HARBENCH_DOUBLE"] = None if script is None else json.dumps(dict(script))
        with tempfile.TemporaryDirectory() as folder:
            paths = {name: str(Path(folder) / name) for name in ("stdout", "stderr")}
            text = _PREAMBLE + textwrap.dedent(program)
            assert self._server.stdin and self._server.stdout
            self._server.stdin.write(json.dumps(dict(paths, program=text, variables=wanted)) + "\n")
            status = int(self._server.stdout.readline())
            texts = {name: Path(path).read_text(encoding="utf-8", errors="replace") for name, path in paths.items()}
        ended = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        return Outcome(ended, texts["stdout"], texts["stderr"])

    def close(self) -> None:
        """End the server, which holds nothing that is worth an orderly end."""
        self._server.kill()
        self._server.communicate()


def open_adapter(variant: str) -> Adapter:
    """A variant; skips where there is no TensorFlow."""
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("needs TensorFlow")
    return Adapter(variant)
