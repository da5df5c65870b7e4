"""An NPU's arithmetic emulated, from the command to the tables: an accuracy, and no speed anywhere."""

import os
import re

import pytest

from backends.engines.tensorflow.backend import is_installed
from bench import record
from tests.e2e.test_cpu import _harbench

_RATE = re.compile(r"[0-9.]+ windows/s")


@pytest.mark.slow
@pytest.mark.skipif(not is_installed(), reason="needs TensorFlow")
def test_an_emulated_training_is_simulated_has_an_accuracy_and_stands_in_no_table_of_speeds(tmp_path):
    folder = str(tmp_path)
    out, _ = _harbench(
        folder, "run", "--data-path", "synthetic", "--steps", "30", "--trials", "1", "--kernel", "unrolled",
        "--cell", "--backend cpu", "--cell", "--backend npu-sim --precision force_fp32",
    )  # fmt: skip
    emulated_lines = [line for line in out.splitlines() if "npu-sim" in line or "no speed" in line]
    assert len(emulated_lines) >= 3 and not _RATE.search("\n".join(emulated_lines))
    sentence = next(line for line in out.splitlines() if "not comparable in speed" in line)
    assert "speed (no figure against timed)" in sentence and "accuracy after" in sentence and "difference" in sentence

    documents, faults = record.read_all([os.path.join(folder, "results")])
    (document,) = [one for one in documents if one["job"]["backend"] == "npu-sim"]
    assert not faults and document["proof"]["state"] == "simulated" and document["has_speed"] is False
    assert document["status"] == "complete" and document["updates"]["applied"] == 30
    assert [one["has_speed"] for one in documents if one["job"]["backend"] == "cpu"] == [True]

    text, _ = _harbench(folder, "report")
    rows = [line for line in text.splitlines() if "NPU-SIM" in line and line.startswith("|")]
    assert rows and all("simulated" in row for row in rows if "FPS" not in row)
    fps = "%.2f" % (100 * 20 / sum(document["steps"]["seconds"][10:]))
    assert fps not in text
    assert next(line for line in text.splitlines() if line.startswith("|FPS, steady")).endswith("|-|")

    out, _ = _harbench(folder, "compare", "npu-sim", "cpu")
    assert "difference" in out.splitlines()[-1] and "(simulated, synthetic data)" in out.splitlines()[-1]
