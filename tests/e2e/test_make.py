"""The bench targets in a fresh copy of the checkout: each sets everything up from the package index first."""

import os
import sys

import pytest

from backends.engines.tensorflow.backend import is_installed
from tests import fresh_copy

pytestmark = pytest.mark.slow


def test_make_bench_works_in_a_fresh_copy_as_the_readme_says(tmp_path):
    """Runs the first command of the README, with fewer steps."""
    checkout = fresh_copy.copy_checkout(tmp_path)
    python = os.path.join(sys.base_prefix, "bin", "python%d.%d" % sys.version_info[:2])
    variables = {"PYTHON": python if os.path.exists(python) else sys.executable}
    for _ in range(2):  # the second time nothing is set up anew
        answer = fresh_copy.make(checkout, variables, "bench", "ARGS=--steps 40 --trials 1")
        assert answer.code == 0, answer.out + answer.err
        assert "|ACC|0.9400|0.9019|0.9023|" in answer.out and "|FPS|-|898.13|767.22|" in answer.out
    assert (checkout / "reports" / "out" / "report.md").is_file()
    assert len(list((checkout / "results").glob("*.json"))) == 2


@pytest.mark.skipif(not is_installed(), reason="needs TensorFlow")
@pytest.mark.skipif(os.path.exists("/dev/nvidia0") or os.path.exists("/dev/davinci0"), reason="has a device")
def test_without_a_device_each_target_says_in_one_sentence_what_is_missing_and_measures_nothing(tmp_path):
    checkout = fresh_copy.copy_checkout(tmp_path)
    for target, words in (
        ("bench-gpu", "This host shows no NVIDIA GPU"),
        ("bench-npu", "This host shows no Ascend NPU"),
    ):
        answer = fresh_copy.make(checkout, {"PYTHON": sys.executable}, target)
        said = [line for line in answer.err.splitlines() if line.startswith("harbench: ")]
        assert answer.code == 2 and len(said) == 1, answer.out + answer.err
        assert words in said[0]
        assert "Error 4" in answer.err and not (checkout / "results").exists()
