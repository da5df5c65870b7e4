from collections import namedtuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.cuda import proof
from backends.logs import reading
from backends.proof import ON_HOST, PROVEN, UNPROVEN, Evidence, Proof
from tests.shared_inputs import path

Node = namedtuple("Node", "name op device")
_GPU, _CPU = "/job:localhost/replica:0/task:0/device:GPU:0", "/job:localhost/replica:0/task:0/device:CPU:0"
_DESCRIPTION = "device: 0, name: Tesla V100-SXM2-16GB, pci bus id: 0000:00:04.0, compute capability: 7.0"


def _nodes(*placed):
    return [Node("n%d" % number, op, device) for number, (op, device) in enumerate(placed)]


def _proof(*placed):
    return proof.of_nodes(_nodes(*placed), "Tesla V100-SXM2-16GB", _DESCRIPTION)


def test_a_step_whose_work_lies_on_the_gpu_is_proven_with_counts_and_the_gpus_description():
    found = _proof(("CudnnRNNV3", _GPU), ("CudnnRNNBackpropV3", _GPU), ("MatMul", _GPU), ("MatMul", _GPU))
    assert found.state == PROVEN and found.device == "Tesla V100-SXM2-16GB"
    assert "all 4" in found.evidence and "MatMul x 2" in found.evidence and "compute capability: 7.0" in found.evidence


def test_what_is_no_matrix_work_may_lie_on_the_host():
    assert _proof(("MatMul", _GPU), ("_Arg", _CPU), ("Const", _CPU), ("RandomUniform", _CPU)).state == PROVEN


def test_a_step_on_the_host_has_failed_and_says_what_lay_where():
    found = _proof(("MatMul", _CPU), ("_FusedMatMul", _CPU), ("Relu", _CPU))
    assert found.state == ON_HOST
    assert "all 2" in found.evidence and "CPU:0" in found.evidence and "n0, n1" in found.evidence


def test_a_step_of_which_a_part_lies_on_the_host_has_failed_and_names_that_part():
    found = _proof(("CudnnRNNV3", _GPU), ("MatMul", _GPU), ("MatMul", _CPU), ("BatchMatMulV2", _CPU))
    assert found.state == ON_HOST
    assert "2 of 4" in found.evidence and "BatchMatMulV2 x 1, MatMul x 1" in found.evidence
    assert "n2, n3" in found.evidence and "n1" not in found.evidence


def test_another_gpu_than_the_one_that_is_visible_is_elsewhere():
    assert _proof(("MatMul", _GPU.replace("GPU:0", "GPU:1"))).state == ON_HOST
    assert _proof(("MatMul", _GPU.replace("GPU:0", "XLA_GPU:0"))).state == ON_HOST
    assert _proof(("MatMul", "")).state == ON_HOST


@pytest.mark.parametrize("placed", [[], [("Relu", _GPU), ("Add", _GPU)]])
def test_a_step_without_work_proves_nothing(placed):
    assert _proof(*placed).state == UNPROVEN


_HEAVY = (
    "MatMul", "BatchMatMulV2", "_MklFusedMatMul", "Einsum", "CudnnRNNV3", "CudnnRNNBackpropV3", "BlockLSTMGrad",
    "LSTMBlockCell", "_XlaRun", "XlaLaunch", "Conv2D", "DepthwiseConv2dNative", "FusedBatchNormV3",
)  # fmt: skip


@pytest.mark.parametrize("operation", _HEAVY)
def test_work_is_known_in_every_guise_to_the_proof_and_to_the_reader_of_logs(operation):
    assert _proof(("MatMul", _GPU), (operation, _CPU)).state == ON_HOST
    placed = "x: (%s): /job:localhost/replica:0/task:0/device:%s:0\n"
    read = reading.read(_CREATED + placed % ("MatMul", "GPU") + placed % (operation, "CPU"))
    assert read.is_used == reading.PARTLY


@given(st.lists(st.tuples(st.sampled_from(["MatMul", "CudnnRNNV3", "Relu"]), st.sampled_from([_GPU, _CPU, ""]))))
def test_only_a_step_with_work_and_none_of_it_elsewhere_is_proven(placed):
    work = [device for op, device in placed if op != "Relu"]
    assert (_proof(*placed).state == PROVEN) == (bool(work) and set(work) == {_GPU})


#: As TensorFlow 1.15 and 2.x write it.
_CREATED = (
    "I gpu_device.cc:1304] Created TensorFlow device (/job:localhost/replica:0/task:0/device:GPU:0 with 14000 MB "
    "memory) -> physical GPU (device: 0, name: Some, pci bus id: 0000:00:04.0, compute capability: 7.0)\n"
)
_CREATED_2 = (
    "I0000 00:00:1742485702.762730   82189 gpu_device.cc:2019] Created device "
    "/job:localhost/replica:0/task:0/device:GPU:0 with 38000 MB memory:  -> "
    "device: 0, name: Some\n"
)
_CREATED_OLD = "I gpu_device.cc:977] Creating TensorFlow device (/gpu:0) -> (device: 0, name: Some, pci bus id: 0)\n"
_MISSING = (
    "W dso_loader.cc:60] Could not load dynamic library 'libcudart.so.11.0'; dlerror: libcudart.so.11.0: cannot open "
    "shared object file: No such file or directory\n"
)
_CLAIM = Proof(PROVEN, "Some", "all 4 operations of a step lay on GPU:0")
_SEEN = {
    "tool": "nvml", "id": "gpu 0", "is_process_seen": True, "memory_bytes_before": 10 * 2**20,
    "memory_bytes_most": 310 * 2**20, "utilisation_percent_before": 0, "utilisation_percent_most": 63,
}  # fmt: skip


def _judged(log=_CREATED, claim=_CLAIM, **seen):
    return proof.judge(claim, Evidence(log, dict(_SEEN, **seen)))


@pytest.mark.parametrize("log", [_CREATED, _CREATED_2, "noise\n" + _CREATED + _MISSING.replace("cudart", "nvinfer")])
def test_a_claim_that_log_and_nvml_agree_with_is_proven_by_all_of_them(log):
    found = _judged(log)
    assert found.state == PROVEN and _CLAIM.evidence in found.evidence
    told = "NVML saw the trial's process on gpu 0, 300 MiB more memory in use, cores up to 63 % busy"
    assert found.evidence.endswith(told)
    assert "no line" not in found.evidence


_SMALL = 11 * 2**20
_OTHERS_LOAD = {"is_process_seen": False, "is_another_seen": True}


@pytest.mark.parametrize(
    "seen, words",
    [
        (
            {"is_process_seen": False, "memory_bytes_most": _SMALL, "utilisation_percent_most": 0},
            "NVML lists no process",
        ),
        (dict(_OTHERS_LOAD, tool="nvidia-smi"), "nvidia-smi lists no process of the trial"),
        (dict(_OTHERS_LOAD, memory_bytes_most=_SMALL, utilisation_percent_before=99), "NVML lists no process"),
        (dict(_OTHERS_LOAD, memory_bytes_before=None), "NVML lists no process"),
        ({"is_process_seen": False, "memory_bytes_most": _SMALL, "utilisation_percent_before": 60}, "lists no process"),
        ({"is_process_seen": None, "memory_bytes_most": _SMALL, "utilisation_percent_most": 0}, "neither more memory"),
    ],
)
def test_a_tool_that_saw_nothing_that_can_only_be_the_trials_contradicts_the_claim(seen, words):
    found = _judged(**seen)
    assert found.state == UNPROVEN and words in found.evidence


@pytest.mark.parametrize(
    "seen",
    [
        {"is_process_seen": False, "utilisation_percent_most": 0},  # memory grew: pids are others in a container
        {"is_process_seen": False, "memory_bytes_most": 10 * 2**20},
        {"is_process_seen": None, "is_another_seen": True},
        {"is_process_seen": None, "memory_bytes_most": 10 * 2**20, "utilisation_percent_most": None},
        dict(_OTHERS_LOAD, is_process_new=True, memory_bytes_most=10 * 2**20, utilisation_percent_most=0),
    ],
)
def test_nvml_that_cannot_tell_whose_processes_there_are_contradicts_nothing(seen):
    assert _judged(**seen).state == PROVEN


def test_where_nvml_told_nothing_placement_alone_proves_and_that_is_said():
    found = _judged(is_process_seen=None, memory_bytes_before=None, utilisation_percent_most=None)
    assert found.state == PROVEN and "by placement alone" in found.evidence


def test_where_nobody_watched_placement_alone_proves_and_that_is_said():
    found = proof.judge(_CLAIM, Evidence(_CREATED, None))
    assert found.state == PROVEN and "by placement alone" in found.evidence


def test_a_log_without_the_line_of_the_device_is_mentioned():
    found = _judged("")
    assert found.state == PROVEN and "TF_CPP_MIN_LOG_LEVEL" in found.evidence


@pytest.mark.parametrize("log", [_MISSING, "W Cannot dlopen some GPU libraries. Skipping registering GPU devices...\n"])
@pytest.mark.parametrize("state", [PROVEN, UNPROVEN])
def test_a_log_of_missing_libraries_wins_over_the_claim(log, state):
    found = _judged(log, Proof(state, "Some", "?"))
    assert found.state == ON_HOST and "host's cores" in found.evidence


@pytest.mark.parametrize(
    "line, is_created",
    [
        (_CREATED, True),
        (_CREATED_2, True),
        (_CREATED_OLD, True),
        (_CREATED[_CREATED.index("Created") :], False),
        ("# " + _CREATED, False),
        ("+ grep -c '%s' train.log\n" % _CREATED.strip(), False),
        (_CREATED.replace("device:GPU:0", "device:XLA_GPU:0"), False),
        (_CREATED.replace("physical GPU", "physical PluggableDevice"), False),
    ],
)
def test_a_created_device_is_the_same_to_the_proof_and_to_the_reader_of_logs(line, is_created):
    log = _MISSING + line
    assert proof.is_device_created(log) == is_created
    assert _judged(log).state == (PROVEN if is_created else ON_HOST)
    assert (reading.read(log).is_used == reading.YES) == is_created


def test_another_gpu_than_the_one_that_is_visible_is_not_the_trials():
    assert not proof.is_device_created(_CREATED.replace("GPU:0", "GPU:1"))


@pytest.mark.parametrize(
    "said, library",
    [
        ("Could not load dynamic library 'libcudart.so.11.0'; dlerror: none", "libcudart.so.11.0"),
        ("Could not dlopen library 'libcudart.so.10.0'; dlerror: none", "libcudart.so.10.0"),
        ("Could not load dynamic library 'libcudnn_ops_infer.so.8'; dlerror: none", "libcudnn_ops_infer.so.8"),
        ("Could not load dynamic library libcublas.so.11", "libcublas.so.11"),
        ("Could not load dynamic library 'libcuda.so.1'; dlerror: none", "libcuda.so.1"),
        ("Could not load dynamic library 'libnvinfer.so.7'; dlerror: none", None),
    ],
)
def test_a_missing_library_is_the_same_to_the_proof_and_to_the_reader_of_logs(said, library):
    log = "W dso_loader.cc:60] %s\n" % said
    judged, read = _judged(log), reading.read(log)
    assert judged.state == (PROVEN if library is None else ON_HOST)
    assert read.is_used == (reading.UNPROVEN if library is None else reading.NO)
    assert library is None or library in judged.evidence and library in " ".join(read.facts)


@pytest.mark.parametrize("state", [ON_HOST, UNPROVEN])
def test_a_claim_that_is_no_proof_stays_as_it_is(state):
    claim = Proof(state, "Some", "why")
    assert _judged(claim=claim) == claim
    assert state != ON_HOST or _judged(_MISSING, claim) == claim


def test_a_real_log_of_a_gpu_that_was_found_and_not_used_is_told_from_one_that_was():
    def log(name):
        with open(path("cases", "logs", name), encoding="utf-8") as file:
            return file.read()

    fallen_back, used = log("C013-gpu-asked-cpu-used-v100.log"), log("C011-gpu-ok-v100-tf115.log")
    assert _judged(fallen_back).state == ON_HOST
    assert "could not load libcudart.so.11.0 and" in _judged(fallen_back).evidence
    assert _judged(used).state == PROVEN


@given(st.text(), st.sampled_from([PROVEN, UNPROVEN, ON_HOST]))
def test_no_log_breaks_the_judge(log, state):
    assert proof.judge(Proof(state, "d", "e"), Evidence(log, None)).device == "d"


def test_the_marks_of_the_rewrite_are_seen_in_names():
    cast = Node("w/read-0-CastToFp16-AutoMixedPrecision", "Cast", _GPU)
    assert proof.is_rewritten([cast]) and not proof.is_rewritten(_nodes(("Cast", _GPU)))
