"""What is not there: the package, or the library that it loads. Each import needs a process of its own."""

import importlib.util
import os
import subprocess
import sys

import pytest

from tests.contract.host import DOUBLE

needs_tensorflow = pytest.mark.skipif(importlib.util.find_spec("tensorflow") is None, reason="needs TensorFlow")


def import_with(variant, package, script):
    environment = dict(os.environ, PYTHONPATH=str(DOUBLE / variant), HARBENCH_DOUBLE=script, PYTHONWARNINGS="ignore")
    command = [sys.executable, "-c", "import " + package]
    pipe = subprocess.PIPE
    found = subprocess.run(command, stdout=pipe, stderr=pipe, encoding="utf-8", env=environment)
    return found.returncode, found.stdout, found.stderr.strip().splitlines()[-1:]


@pytest.mark.parametrize("variant, package", [("old", "npu_bridge"), ("new", "npu_bridge"), ("tf2", "npu_device")])
def test_a_missing_package_is_a_module_not_found(variant, package):
    status, _, last = import_with(variant, package, '{"missing": "package"}')
    assert (status, last) == (1, ["ModuleNotFoundError: No module named '%s'" % package])


@needs_tensorflow
@pytest.mark.parametrize("variant", ["old", "new"])
def test_a_missing_library_prints_its_name_and_then_the_handle_cannot_be_imported(variant):
    status, stdout, last = import_with(variant, "npu_bridge", '{"missing": "library"}')
    path = DOUBLE / variant / "npu_bridge" / "_tf_adapter.so"
    assert status == 1
    assert stdout == "%s: cannot open shared object file: No such file or directory\n" % path
    assert last[0].startswith("ImportError: cannot import name 'npu_bridge_handle' from 'npu_bridge.helper.helper'")
