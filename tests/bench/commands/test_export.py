"""`harbench export` as a user calls it."""

import os
import shlex
import shutil

import numpy as np
import pytest

from backends.cpu import CpuBackend
from backends.engines.tensorflow.backend import is_installed
from backends.protocol import Settings
from bench import exporting
from bench.exporting import Exported
from har_model import weights
from har_model.config import NetworkConfig, Workload
from har_model.errors import DataError, UsageError
from tests import shared_inputs, small_dataset

needs_tensorflow = pytest.mark.skipif(not is_installed(), reason="needs TensorFlow")


def _exported(**changes):
    facts = dict(
        path="m.pb", size_bytes=753465, network=NetworkConfig(), batch=1, hits=840, hits_at_once=840, alike=950,
        windows=950, is_finite=True, data_kind="real",
    )  # fmt: skip
    return Exported(**dict(facts, **changes))


@pytest.fixture
def checkpoint(tmp_path):
    """Prefix of the port's checkpoint, below an odd path."""
    shutil.copytree(shared_inputs.path("reference", "modelzoo_ckpt"), str(tmp_path / "a [b] 数据"))
    return str(tmp_path / "a [b] 数据" / "mode.ckpt")


@needs_tensorflow
def test_the_ports_checkpoint_becomes_a_graph_that_answers_all_950_windows_alike(harbench, tmp_path, checkpoint):
    (tmp_path / "my model.pb").write_text("an older one")
    arguments = ["--ckpt", checkpoint, "--data-path", shared_inputs.subset_path(), "--out", "my model.pb"]
    out, _ = harbench("export", *arguments, "--batch", "50", "--chip", "ascend310p3")
    assert "accuracy 0.8842105 (840 of 950)" in out and "for 950 of 950" in out and "doubt" not in out
    words = shlex.split(out.strip().splitlines()[-1].partition("CANN: ")[2])
    assert words[:3] == ["atc", "--model=my model.pb", "--framework=3"] and "--soc_version=Ascend310P3" in words
    assert "--input_shape=X:50,128,9" in words and "--out_nodes=output:0" in words

    from backends.engines.tensorflow import checkpoint as reader
    from backends.engines.tensorflow import export

    test = shared_inputs.subset().test
    content = (tmp_path / "my model.pb").read_bytes()
    answers = export.run(content, test.windows, 475)
    assert int(np.sum(answers == test.labels)) == 840
    backend = CpuBackend()
    backend.prepare()
    model = backend.open(Workload("deep-lstm", NetworkConfig()), Settings("fused", "fp32", 1))
    prefix = os.path.join(shared_inputs.path("reference", "modelzoo_ckpt"), "mode.ckpt")
    model.set_weights(reader.read(prefix, list(weights.variable_shapes(NetworkConfig()))))
    assert int(np.sum(answers == np.argmax(model.evaluate(test.windows), axis=1))) == 950
    model.close()


@needs_tensorflow
@pytest.mark.slow
def test_a_checkpoint_of_ours_with_batch_statistics_is_exported_with_a_doubt(harbench, tmp_path):
    config = NetworkConfig(n_hidden=4, n_layers_in_highway=2, n_stacked_layers=1)
    backend = CpuBackend()
    backend.prepare()
    model = backend.open(Workload("custom", config), Settings("fused", "fp32", 1))
    folder = str(tmp_path / "ours")
    prefix = os.path.join(folder, "mode.ckpt")
    model.save_checkpoint(prefix)
    model.close()
    data = ["--data-path", small_dataset.write(str(tmp_path / "data" / "UCI HAR Dataset"))]
    out, _ = harbench("export", "--ckpt", prefix, *data, "--out", os.path.join("new", "m.pb"), "--batch", "4")
    assert "depend on which windows come together" in out and os.path.isfile(str(tmp_path / "new" / "m.pb"))
    assert "--output=%s " % os.path.join("new", "m") in out
    harbench("export", "--ckpt", prefix, *data, "--out", folder, expect=2)


@pytest.mark.parametrize(
    "arguments, code, word",
    [
        (["--ckpt", "nowhere"], 3, "nowhere"),
        (["--ckpt", "nowhere", "--chip", "V100"], 2, "npu-smi info"),
        (["--ckpt", "nowhere", "--batch", "0"], 2, "batch"),
        (["--ckpt", "nowhere", "--out", "x.om"], 2, "name the graph 'x.pb'"),
        ([], 2, "ckpt"),
    ],
)
def test_every_fault_has_its_code_and_its_sentence_and_leaves_no_file(harbench, tmp_path, arguments, code, word):
    if code == 3 and not is_installed():
        pytest.skip("needs TensorFlow")
    _, err = harbench("export", "--data-path", "synthetic", *arguments, expect=code)
    assert word in err and not (tmp_path / "model.pb").exists()


def test_a_place_that_cannot_be_written_is_refused_before_anything_is_spent(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot be made"):
        exporting.check_path(str(tmp_path / "file" / "m.pb"))
    for path in (str(tmp_path), str(tmp_path / "new") + os.sep):
        with pytest.raises(UsageError, match="is a folder"):
            exporting.check_path(path)


def test_what_depends_on_the_batch_and_what_is_no_number_are_doubts():
    assert not any("doubt" in line for line in exporting.lines(_exported()))
    normed = NetworkConfig(n_layers_in_highway=3)
    (doubt,) = [line for line in exporting.lines(_exported(network=normed, hits=300)) if "doubt" in line]
    assert "all at once" in doubt and "recognises 840" in doubt
    assert not any("doubt" in line for line in exporting.lines(_exported(network=normed, batch=950)))
    assert any("not finite" in line for line in exporting.lines(_exported(is_finite=False)))


def test_a_graph_that_answers_otherwise_is_not_written(tmp_path, monkeypatch):
    def run_on(job, checkpoint, folder):
        with open(os.path.join(folder, "frozen.pb"), "wb") as file:
            file.write(b"graph")
        answers = {"labels": [0, 1], "evaluated": [0, 1], "whole": [1, 1], "batched": [1, 1], "is_finite": True}
        return {"frozen": dict(answers, unlike=1), "network": {}}

    monkeypatch.setattr(exporting.evaluation, "run_on", run_on)
    path = tmp_path / "m.pb"
    path.write_bytes(b"older")
    with pytest.raises(exporting.TrialFailed, match="1 of 2 test windows"):
        exporting.export(None, "c", str(path))
    assert path.read_bytes() == b"older" and os.listdir(str(tmp_path)) == ["m.pb"]
