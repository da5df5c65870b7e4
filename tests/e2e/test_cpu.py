"""The main job on the CPU with a real framework: what `make bench` runs, from the command to the tables."""

import os
import shutil
import subprocess
import sys

import pytest

from backends.cpu import CpuBackend
from backends.engines.tensorflow.backend import is_installed
from backends.protocol import Settings
from bench import environment, record
from har_model.config import PRESETS, Workload
from tests import shared_inputs

needs_tensorflow = pytest.mark.skipif(not is_installed(), reason="needs TensorFlow")


def _variables(folder):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HARBENCH_")}
    return dict(kept, HARBENCH_CACHE=os.path.join(folder, "cache"), PYTHONIOENCODING="utf-8")


def _harbench(folder, *arguments):
    variables = dict(_variables(folder), PYTHONPATH=environment.packages_root())
    answer = subprocess.run(
        [sys.executable, "-m", "bench.cli"] + list(arguments), cwd=folder, env=variables, capture_output=True
    )
    out, err = answer.stdout.decode("utf-8"), answer.stderr.decode("utf-8")
    assert answer.returncode == 0, out + err
    return out, err


@needs_tensorflow
def test_the_main_job_trains_records_and_reports(tmp_path):
    folder = str(tmp_path)
    out, err = _harbench(folder, "run", "--trials", "2", "--steps", "80")
    # TensorFlow's own words go to the trial's log, never into the command's output.
    assert "synthetic" in out and "tensorflow" not in (out + err).lower() and "Warning" not in out + err
    documents, faults = record.read_all([os.path.join(folder, "results")])
    assert not faults and [document["status"] for document in documents] == ["complete"] * 2
    for document in documents:
        assert document["proof"]["state"] == "proven" and document["description"]["framework"] == "tensorflow"
        assert len(document["steps"]["seconds"]) == 80 and min(document["steps"]["seconds"]) > 0
        assert document["steps"]["losses"][0] > document["steps"]["losses"][-1]
        assert document["phases"]["import"] > 0 and document["clock"]["resolution_ns"] > 0
    assert documents[0]["steps"]["losses"] != documents[1]["steps"]["losses"]  # another seed
    out, _ = _harbench(folder, "report")
    assert "|FPS|-|898.13|767.22|" in out and "(measured, synthetic data)" in out


@needs_tensorflow
@pytest.mark.slow
def test_a_full_run_leaves_a_checkpoint_that_evaluates_to_its_own_accuracy(tmp_path):
    folder = str(tmp_path)
    data = shared_inputs.subset_path()
    _harbench(folder, "run", "--mode", "full", "--epochs", "2", "--trials", "1", "--data-path", data)
    ((document,), _) = record.read_all([os.path.join(folder, "results")])
    checkpoint = os.path.join(folder, "results", document["artifacts"]["checkpoint"])
    assert checkpoint.endswith("output/mode.ckpt")
    out, _ = _harbench(folder, "evaluate", "--ckpt", checkpoint, "--data-path", data)
    assert "accuracy %.7f" % document["evaluations"][-1]["accuracy"] in out


@needs_tensorflow
@pytest.mark.parametrize("folder_name", ["plain", "a [b] 数据"])
def test_the_ports_checkpoint_evaluates_to_840_of_950(tmp_path, folder_name):
    checkpoint = shared_inputs.path("reference", "modelzoo_ckpt")
    data = shared_inputs.subset_path()
    shutil.copytree(checkpoint, str(tmp_path / folder_name))
    prefix = str(tmp_path / folder_name / "mode.ckpt")
    out, _ = _harbench(str(tmp_path), "evaluate", "--ckpt", prefix, "--data-path", data)
    assert "accuracy 0.8842105 (840 of 950)" in out
    assert "confusion matrix" in out and "LAYING" in out


@needs_tensorflow
@pytest.mark.slow
def test_the_synthetic_data_can_be_learnt_in_five_epochs(tmp_path):
    _harbench(str(tmp_path), "run", "--trials", "1")
    ((document,), _) = record.read_all([str(tmp_path / "results")])
    assert document["evaluations"][-1]["accuracy"] > 0.75


@needs_tensorflow
def test_a_longer_name_beside_the_checkpoint_is_not_taken_for_it(tmp_path):
    checkpoint, data = shared_inputs.path("reference", "modelzoo_ckpt"), shared_inputs.subset_path()
    for ending in ("index", "data-00000-of-00001"):
        shutil.copyfile("%s/mode.ckpt.%s" % (checkpoint, ending), str(tmp_path / ("mode.ckpt." + ending)))
        (tmp_path / ("mode.ckpt.best." + ending)).write_bytes(b"another one")
    out, _ = _harbench(str(tmp_path), "evaluate", "--ckpt", "mode.ckpt", "--data-path", data)
    assert "840 of 950" in out


@needs_tensorflow
def test_a_checkpoint_of_ours_has_the_variables_that_the_port_restores(tmp_path):
    """The port's Saver restores every variable of its graph: names, shapes and types must be there, and no others."""
    theirs = shared_inputs.path("reference", "modelzoo_ckpt") + "/mode.ckpt"
    backend = CpuBackend()
    backend.prepare()
    model = backend.open(Workload("deep-lstm", PRESETS["deep-lstm"]), Settings("fused", "fp32", 1))
    ours = str(tmp_path / "mode.ckpt")
    model.save_checkpoint(ours)
    model.close()
    assert dict(backend.checkpoint_shapes(ours)) == dict(backend.checkpoint_shapes(theirs))
    names = list(backend.checkpoint_shapes(ours))
    one, other = backend.checkpoint_weights(ours, names), backend.checkpoint_weights(theirs, names)
    assert {name: value.dtype for name, value in one.items()} == {name: value.dtype for name, value in other.items()}
