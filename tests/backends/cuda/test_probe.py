from dataclasses import replace

import pytest

from backends.cuda import probe
from backends.cuda.build import Build
from backends.cuda.driver import Driver, Nodes
from backends.cuda.probe import Facts

_NODES = Nodes(("/dev/nvidia0",), (), True)
_BUILD = Build("tensorflow", "2.21.0", True, "12.5.1", "9")
_OLD = Build("tensorflow_gpu", "1.15.5", True, "10.0", "7")
#: A host on which there is nothing to say.
GOOD = Facts(_NODES, Driver(None, (12, 4), 0, 1), _BUILD, {})


def test_a_host_that_has_all_is_ready():
    found = probe.judge(GOOD)
    assert found.is_available and "1 GPU is visible; " in found.sentence
    assert found.sentence.endswith("was built for CUDA 12.5.1, the driver serves CUDA up to 12.4, which suffices.")


@pytest.mark.parametrize("changes", [{"driver": Driver(None, None, 0, 1)}, {"build": replace(_BUILD, cuda=None)}])
def test_a_driver_or_a_build_that_does_not_tell_its_cuda_is_not_judged(changes):
    found = probe.judge(replace(GOOD, **changes))
    assert found.is_available and "cannot be told" in found.sentence


def _cpu(distribution, version):
    return {"build": Build(distribution, version, False)}


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"nodes": Nodes((), (), False), "driver": None}, ["/dev/nvidia0", "--gpus all"]),
        ({"nodes": replace(_NODES, forbidden=("/dev/nvidiactl",)), "driver": None}, ["/dev/nvidiactl", "group"]),
        ({"driver": Driver("cannot open")}, ["libcuda.so.1", "cannot open", "install the driver"]),
        ({"build": None}, ["TensorFlow", "make bench-gpu"]),
        (_cpu("tensorflow_cpu", "2.21.0"), ["tensorflow-cpu", "without CUDA", "tensorflow[and-cuda]==2.21.0"]),
        (_cpu("tensorflow", "1.15.5"), ["without CUDA", "`tensorflow-gpu==1.15.5`"]),
        (_cpu("tensorflow_cpu", "2.11.0"), ["`tensorflow==2.11.0`"]),
        (_cpu(None, None), ["This TensorFlow", "without CUDA"]),
        ({"variables": {"CUDA_VISIBLE_DEVICES": ""}}, ["CUDA_VISIBLE_DEVICES=''", "unset"]),
        ({"variables": {"CUDA_VISIBLE_DEVICES": "-1"}}, ["CUDA_VISIBLE_DEVICES='-1'", "unset"]),
        ({"variables": {"CUDA_VISIBLE_DEVICES": "7"}, "driver": Driver(None, (12, 4), 100)}, ["'7'", "nvidia-smi -L"]),
        ({"variables": {"CUDA_VISIBLE_DEVICES": "7"}, "driver": Driver(None, (12, 4), 0, 0)}, ["'7'", "nvidia-smi -L"]),
        ({"driver": Driver(None, (12, 4), 803)}, ["803", "different versions"]),
        ({"driver": Driver(None, (12, 4), 999), "nodes": replace(_NODES, has_memory_node=False)}, ["/dev/nvidia-uvm"]),
        ({"driver": Driver(None, (12, 4), 0, 0)}, ["sees no GPU"]),
        ({"driver": Driver(None, (12, 4), 0, None)}, ["does not tell how many GPUs", "nvidia-smi"]),
        ({"driver": Driver("it has no function cuInit")}, ["no function cuInit", "install the driver"]),
        ({"driver": Driver(None, (11, 8), 0, 1)}, ["up to 11.8", "needs 12.5.1", "525.60.13"]),
        ({"driver": Driver(None, (9, 2), 0, 1), "build": _OLD}, ["up to 9.2", "needs 10.0", "410.48"]),
        ({"missing": {"libcudnn.so.9": "no such file"}}, ["libcudnn.so.9", "no such file", "12.5.1", "and-cuda"]),
        ({"missing": {"libcublas.so.10.0": "x", "libcudnn.so.7": "x"}, "build": _OLD},
         ["libcublas.so.10.0, libcudnn.so.7", "CUDA 10.0 with cuDNN 7"]),
    ],
)  # fmt: skip
def test_each_fault_is_one_sentence_with_its_remedy(changes, words):
    found = probe.judge(replace(GOOD, **changes))
    assert not found.is_available
    assert found.sentence.endswith(".") and "\n" not in found.sentence
    for word in words:
        assert word in found.sentence


@pytest.mark.parametrize(
    "cuda, build, is_too_old",
    [
        ((12, 0), _BUILD, False),  # an older minor version of the same major one serves
        ((13, 0), _BUILD, False),
        ((11, 8), _BUILD, True),
        ((10, 0), _OLD, False),
        ((10, 0), Build("tensorflow", "2.3.0", True, "10.1", "7"), True),  # before 11 it does not
        ((12, 4), _OLD, False),
        (None, _BUILD, False),  # unknown is not too old
        ((9, 0), Build("nvidia_tensorflow", "1.15.5+nv22.12", True), False),
    ],
)
def test_a_driver_serves_its_own_cuda_and_older_ones(cuda, build, is_too_old):
    assert probe.is_too_old(Driver(None, cuda, 0, 1), build) == is_too_old


def test_a_pretended_host_is_looked_at_in_its_place(tmp_path, monkeypatch):
    (tmp_path / "dev").mkdir()
    monkeypatch.setenv("HARBENCH_CUDA_ROOT", str(tmp_path))
    assert not probe.look({}).nodes.gpus and probe.look({}).driver is None
    (tmp_path / "dev" / "nvidia0").write_bytes(b"")
    (tmp_path / "dev" / "nvidia-uvm").write_bytes(b"")
    facts = probe.look({})
    assert facts.nodes.gpus and facts.driver is not None  # it is asked, whatever it answers here
