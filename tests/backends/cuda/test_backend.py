"""The backend itself; its GPU is pretended and its graph runs on this machine's CPU, which must be found out."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from backends import registry
from backends.proof import ON_HOST, PROVEN, Evidence
from backends.protocol import BackendUnavailable, Settings
from har_model.config import NetworkConfig, TrainingConfig, Workload
from har_model.errors import UsageError
from tests.backends.cuda.engine import backend
from tests.parity.engine import open_model

_SMALL = NetworkConfig(n_hidden=4, n_stacked_layers=2, window_length=6, n_channels=3, n_classes=3)
_WORKLOAD = Workload("custom", _SMALL, TrainingConfig(batch_size=8, keep_prob=1.0), 3)
_HAS_GPU = os.path.exists("/dev/nvidia0")

needs_no_gpu = pytest.mark.skipif(_HAS_GPU, reason="this machine has a GPU")


def _settings(kernel="unrolled", precision="fp32", **changes):
    return Settings(kernel, precision, 2, **changes)


def _batch():
    draw = np.random.RandomState(0)
    return draw.normal(size=(8, 6, 3)).astype(np.float32), draw.randint(0, 3, 8).astype(np.int32)


@pytest.fixture
def made(monkeypatch):
    """The backend as in a trial whose TensorFlow has a GPU; the work still lies on this machine's CPU."""
    return _pretending(monkeypatch, "7.5")


def _pretending(monkeypatch, capability):
    made = backend()
    from backends.engines.tensorflow import gpus

    described = "device: 0, name: Some, pci bus id: 0, compute capability: " + capability
    monkeypatch.setattr(gpus, "listed", lambda config: [gpus.Gpu("/device:GPU:0", described)])
    return made


@needs_no_gpu
@pytest.mark.parametrize("loss_scale", ["none", "dynamic", "64"])
def test_a_session_that_fell_back_to_the_cpu_is_found_out_by_where_its_step_lay(made, loss_scale):
    model = made.open(_WORKLOAD, _settings(loss_scale=loss_scale))
    model.step(*_batch())
    proof = model.prove()
    model.close()
    assert proof.state == ON_HOST and proof.device == "Some"
    assert "CPU:0" in proof.evidence and "MatMul" in proof.evidence
    assert made.judge(proof, Evidence("", None)) == proof


@needs_no_gpu
@pytest.mark.parametrize("loss_scale, scale", [("none", None), ("dynamic", 2.0**15), ("64", 64.0)])
def test_the_network_trains_as_on_the_cpu_backend_whatever_the_loss_scale(made, loss_scale, scale):
    model = made.open(_WORKLOAD, _settings(loss_scale=loss_scale))
    reference = open_model(_SMALL, "unrolled", seed=3)
    windows, labels = _batch()
    found = [model.step(windows, labels) for _ in range(4)]
    expected = [reference.step(windows, labels) for _ in range(4)]
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert (model.updates().applied, model.updates().loss_scale) == (4, scale)
    model.close()
    reference.close()


@needs_no_gpu
def test_the_record_says_what_took_effect(made):
    model = made.open(_WORKLOAD, _settings(options={"xla": "off"}))
    description = model.describe()
    model.close()
    effective = description.effective
    assert description.device == "Some" and effective["compute_capability"] == "7.5"
    assert "TF32 off" in effective["arithmetic"] and effective["tf32"].startswith("off")
    assert effective["xla_jit"] == "off" and effective["loss_scale"] == "none" and effective["batch_size"] == 8
    assert effective["soft_placement"] is False and effective["memory"] == "grows as needed"
    assert set(description.stack) == {"driver", "cuda", "cudnn"}
    json.dumps([effective, description.stack], allow_nan=False)


def test_the_session_grows_its_memory_sees_one_gpu_and_moves_nothing_in_silence(made):
    config = made.place(_WORKLOAD, _settings()).session_config
    assert config.gpu_options.allow_growth and config.gpu_options.visible_device_list == "0"
    assert not config.allow_soft_placement and not config.log_device_placement
    assert config.graph_options.optimizer_options.global_jit_level == 0
    assert config.graph_options.rewrite_options.auto_mixed_precision == 0


def test_xla_and_the_rewrite_are_on_where_they_are_asked_for(made):
    assert made.place(_WORKLOAD, _settings(options={"xla": "on"})).effective["xla_jit"] == "on"
    config = made.place(_WORKLOAD, _settings(options={"xla": "on"})).session_config
    assert config.graph_options.optimizer_options.global_jit_level == 1
    mixed = made.place(_WORKLOAD, _settings(precision="mixed", loss_scale="dynamic"))
    assert mixed.session_config.graph_options.rewrite_options.auto_mixed_precision == 1
    assert "float16" in mixed.effective["arithmetic"] and "TF32 off" in mixed.effective["arithmetic"]


def test_tf32_is_switched_and_stated_or_refused(monkeypatch):
    made = _pretending(monkeypatch, "8.0")
    from backends.engines.tensorflow import gpus

    if not gpus.has_tensor_float_32():
        with pytest.raises(UsageError, match="does not know TF32"):
            made.place(_WORKLOAD, _settings(precision="tf32"))
        return
    from backends.engines.tensorflow.compat import tensorflow_root

    is_on = tensorflow_root.config.experimental.tensor_float_32_execution_enabled
    assert made.place(_WORKLOAD, _settings(precision="tf32")).effective["tf32"] == "on" and is_on()
    assert made.place(_WORKLOAD, _settings()).effective["tf32"] == "off" and not is_on()


@needs_no_gpu
@pytest.mark.parametrize("kernel", ["fused", "unrolled"])
def test_without_a_gpu_opening_fails_at_once_in_one_sentence(kernel):
    with pytest.raises(BackendUnavailable) as caught:
        backend().open(_WORKLOAD, _settings(kernel))
    assert "\n" not in str(caught.value) and str(caught.value).endswith(".")


def test_an_unknown_kernel_never_reaches_the_graph(made):
    with pytest.raises(UsageError, match="kernel"):
        made.place(_WORKLOAD, _settings("quantum"))


def test_a_gpu_as_tensorflow_describes_it_has_name_and_capability():
    backend()
    from backends.engines.tensorflow.gpus import Gpu

    gpu = Gpu(
        "/device:GPU:0", "device: 0, name: NVIDIA A100-SXM4-40GB, pci bus id: 0000:07:00.0, compute capability: 8.0"
    )
    assert gpu.name == "NVIDIA A100-SXM4-40GB" and gpu.compute_capability == (8, 0)
    assert Gpu("/device:GPU:0", "").compute_capability is None


# ---- in the parent ---------------------------------------------------------------------------------------------------


def test_the_first_of_each_is_the_default_and_mixed_precision_scales_its_loss():
    made = registry.create("gpu")
    assert made.kernels == ("fused", "unrolled") and made.precisions == ("fp32", "tf32", "mixed")
    assert [made.default_loss_scale(name) for name in made.precisions] == ["none", "none", "dynamic"]


def test_the_trials_environment_shows_one_gpu_and_keeps_float32():
    made = registry.create("gpu")
    needed = made.variables(_settings(device=1), {"CUDA_VISIBLE_DEVICES": "3,GPU-12ab"})
    assert needed == {
        "CUDA_DEVICE_ORDER": "PCI_BUS_ID",
        "CUDA_VISIBLE_DEVICES": "GPU-12ab",
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
        "NVIDIA_TF32_OVERRIDE": "0",
    }
    assert "NVIDIA_TF32_OVERRIDE" not in made.variables(_settings(precision="tf32"), {})
    assert made.variables(_settings(), {"CUDA_VISIBLE_DEVICES": ""}).get("CUDA_VISIBLE_DEVICES") is None  # stays hidden


@pytest.mark.parametrize(
    "settings, variables, word",
    [
        (_settings(options={"turbo": "on"}), {}, "turbo"),
        (_settings(options={"xla": "maybe"}), {}, "xla=maybe"),
        (_settings(precision="bf16"), {}, "--precision bf16"),
        (_settings(profile_folder="p"), {}, "profiler"),
        (_settings(), {"TF_ENABLE_AUTO_MIXED_PRECISION": "1"}, "TF_ENABLE_AUTO_MIXED_PRECISION"),
        (_settings(), {"CUDA_LAUNCH_BLOCKING": "1"}, "CUDA_LAUNCH_BLOCKING"),
        (_settings(), {"TF_CPP_MAX_VLOG_LEVEL": "2"}, "TF_CPP_MAX_VLOG_LEVEL=2 has TensorFlow write"),
        (_settings(), {"TF_CPP_VMODULE": "executor=1"}, "TF_CPP_VMODULE"),
    ],
)
def test_what_the_gpu_has_not_is_refused_before_a_trial(settings, variables, word):
    with pytest.raises(UsageError, match=word):
        registry.create("gpu").check(settings, variables)


@pytest.mark.parametrize("loss_scale", ["none", "dynamic", "128"])
def test_every_loss_scale_goes_with_every_precision(loss_scale):
    for precision in registry.create("gpu").precisions:
        registry.create("gpu").check(_settings(precision=precision, loss_scale=loss_scale, device=2), {})


def test_the_backend_is_imported_without_a_framework_or_a_library_of_the_driver():
    code = (
        "import sys; from backends import registry; b = registry.create('gpu'); b.probe(); "
        "print([m for m in ('tensorflow', 'pynvml', 'psutil') if m in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=True)
    assert answer.stdout.strip() == b"[]"


@needs_no_gpu
def test_harbench_run_says_one_sentence_and_exits_4(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "bench.cli", "run", "--backend", "gpu", "--steps", "20", "--out", str(tmp_path)],
        capture_output=True,
    )
    said = done.stderr.decode()
    assert done.returncode == 4 and "no NVIDIA GPU" in said and "Traceback" not in said


def test_the_chosen_gpu_is_watched_as_the_trial_sees_it():
    backend, settings = registry.create("gpu"), _settings(device=1)
    of_trial = dict(backend.variables(settings, {"CUDA_VISIBLE_DEVICES": "2,5"}))
    (source,) = backend.telemetry(settings, of_trial, lambda: {1})
    assert source.observation()["id"] == "gpu 5"
    assert backend.telemetry(_settings(), {"CUDA_VISIBLE_DEVICES": ""}, lambda: {1}) == []


def test_a_log_is_explained():
    log = "E cuda_driver.cc:265] failed call to cuInit: CUDA_ERROR_OUT_OF_MEMORY: out of memory\n"
    assert registry.create("gpu").explain("nothing of note\n") is None
    meaning = registry.create("gpu").explain(log)
    assert meaning is None or meaning.endswith(".")


def test_what_the_driver_compiled_may_lie_ready(monkeypatch):
    made = registry.create("gpu")
    monkeypatch.setenv("CUDA_CACHE_PATH", "/somewhere")
    assert made.compile_caches(_settings()) == ("/somewhere",)
    monkeypatch.setenv("CUDA_CACHE_DISABLE", "1")
    assert made.compile_caches(_settings()) == ()


@needs_no_gpu
def test_mixed_precision_that_took_no_effect_is_refused(made):
    model = made.open(_WORKLOAD, _settings(precision="mixed", loss_scale="dynamic"))
    model.step(*_batch())
    with pytest.raises(BackendUnavailable, match="left the graph in float32"):
        model.prove()
    model.close()


@pytest.mark.parametrize(
    "precision, capability, words", [("mixed", "6.1", "7.0, and the Some has 6.1"), ("tf32", "7.5", "Some has 7.5")]
)
def test_a_gpu_that_is_too_old_for_the_precision_is_refused_before_anything_is_built(
    monkeypatch, precision, capability, words
):
    made = _pretending(monkeypatch, capability)
    for begin in (made.place, made.open):
        with pytest.raises(UsageError, match=words):
            begin(_WORKLOAD, _settings(precision=precision, loss_scale="dynamic"))


def test_proven_is_the_word_of_the_judge_alone():
    from backends.proof import Proof

    claim = Proof(PROVEN, "Some", "all lay on GPU:0")
    assert registry.create("gpu").judge(claim, Evidence("", None)).state == PROVEN
