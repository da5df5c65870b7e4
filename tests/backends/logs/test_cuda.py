import pytest

from backends.logs import cuda, reading

TF1 = (
    "I tensorflow/core/common_runtime/gpu/gpu_device.cc:1304] Created TensorFlow device "
    "(/job:localhost/replica:0/task:0/"
    "device:GPU:%d with 30458 MB memory) -> physical GPU (device: 0, name: Tesla V100-SXM2-32GB, pci bus id: "
    "0000:8d:00.0, "
    "compute capability: 7.0)\n"
)
TF2 = (
    "I0000 00:00:1742485702.762730   82189 gpu_device.cc:2019] Created device "
    "/job:localhost/replica:0/task:0/device:GPU:%d "
    "with 14784 MB memory:  -> device: 0, name: Tesla V100-SXM2-32GB, pci bus id: 0001:00:00.0, compute capability: "
    "7.0\n"
)
OLDEST = "I gpu_device.cc:977] Creating TensorFlow device (/gpu:%d) -> (device: 0, name: Tesla V100-SXM2-32GB, p)\n"
FOUND = (
    "I gpu_device.cc:1618] Found device 0 with properties: \nname: Tesla T4 major: 7 minor: 5 memoryClockRate(GHz): "
    "1.59\n"
    "I gpu_device.cc:1746] Adding visible gpu devices: 0\n"
)


@pytest.mark.parametrize("line", [TF1, TF2, OLDEST])
@pytest.mark.parametrize("number", [0, 3])
def test_a_created_device_is_proof_in_the_words_of_every_tensorflow(line, number):
    read = reading.read("step 1" + line % number)
    (device,) = cuda.created_devices(line % number)
    assert (device.number, device.name) == (number, "Tesla V100-SXM2-32GB")
    assert (read.device, read.is_used, read.diagnosis) == ("gpu", "yes", None)
    assert read.facts == ("GPU: Tesla V100-SXM2-32GB",)


def test_a_found_device_is_no_proof():
    read = reading.read(FOUND)
    assert (read.device, read.is_used) == ("gpu", "not proven") and "nvidia-smi" in read.diagnosis
    assert read.facts == ("GPU found: Tesla T4 (found is not used)",)


def test_the_newer_wording_of_a_found_device_has_its_name_on_the_next_line_too():
    text = (
        "Found device 0 with properties:\npciBusID: 0000:00:04.0 name: Tesla P4 computeCapability: 6.1\ncoreClock: 1\n"
    )
    assert cuda.found_names(text) == ("Tesla P4",)


@pytest.mark.parametrize(
    "line",
    [
        "I gpu_device.cc:1] Created TensorFlow device "
        "(/job:localhost/replica:0/task:0/device:GPU:0 with 0 MB memory) -> physical "
        "PluggableDevice "
        "(device: 0, name: METAL, pci bus id: <undefined>)\n",
        "I gpu_device.cc:1] Created TensorFlow device "
        "(/device:XLA_GPU:0 with 1 MB memory) -> physical GPU (device: 0, name: Tesla T4, "
        "pci)\n",
        "I gpu_device.cc:1] Created TensorFlow device "
        "(/device:CPU:0 with 1 MB memory) -> physical GPU (device: 0, name: Tesla T4, pci)\n",
        "Ignoring visible gpu device (device: 0, name: Tesla T4, pci bus id: 0) with AMDGPU version : gfx1100.\n",
        "grep 'Created TensorFlow device' log\n",
        TF1[TF1.index("Created") :] % 0,
        "# " + TF1 % 0,
        "I looked for " + TF2[TF2.index("gpu_device") :] % 0,
        "+ grep -c '%s' train.log\n" % (TF2 % 0).strip(),
    ],
)
def test_what_only_resembles_a_created_cuda_device_proves_nothing(line):
    assert cuda.created_devices(line) == () and reading.read(line).is_used != "yes"


def test_each_missing_library_is_named_once_and_those_not_needed_for_training_are_not():
    line = "W dso_loader.cc:60] Could not load dynamic library '%s'; dlerror: %s: cannot open shared object file\n"
    names = ("libnvinfer.so.7", "libcudart.so.11.0", "libcudnn.so.8", "libcupti.so.11.2", "libcudart.so.11.0")
    text = "".join(line % (name, name) for name in names)
    assert cuda.missing_libraries(text) == ("libcudart.so.11.0", "libcudnn.so.8")
    read = reading.read(text + FOUND)
    assert (read.device, read.is_used, read.has_failed) == ("cpu", "no", False)
    assert "CUDA libraries missing: libcudart.so.11.0, libcudnn.so.8" in read.facts
    assert read.codes == ("CUDA library missing",)
    unneeded = reading.read(line % (names[0], names[0]) + TF2 % 0)
    assert (unneeded.is_used, unneeded.diagnosis) == ("yes", None)


def test_a_device_created_after_a_failed_attempt_is_proof_all_the_same():
    text = "Could not load dynamic library 'libcudart.so.11.0'\nSkipping registering GPU devices...\n" + TF2 % 0
    assert (reading.read(text).device, reading.read(text).is_used) == ("gpu", "yes")


PLACED = "dense/%s: (%s): /job:localhost/replica:0/task:0/device:%s:0\n"


@pytest.mark.parametrize(
    "placed, is_used",
    [
        (PLACED % ("MatMul", "MatMul", "GPU") + PLACED % ("w", "VariableV2", "CPU"), "yes"),
        (PLACED % ("MatMul", "MatMul", "GPU") + PLACED % ("Conv2D", "Conv2D", "CPU"), "partly"),
        (PLACED % ("MatMul", "MatMul", "CPU"), "no"),
    ],
)
def test_where_the_operators_were_placed_counts_more_than_a_created_device(placed, is_used):
    read = reading.read(TF1 % 0 + placed)
    assert read.is_used == is_used and any(fact.startswith("operators placed: ") for fact in read.facts)


def test_operators_all_on_the_cpu_without_any_gpu_are_work_of_the_cpu():
    read = reading.read(PLACED % ("MatMul", "MatMul", "CPU"))
    assert (read.device, read.is_used) == ("cpu", "no")


def test_a_failure_behind_the_created_device_means_that_the_gpu_was_at_work():
    oom = "OOM when allocating tensor with shape[9] on /job:localhost/task:0/device:GPU:0 by allocator GPU_0_bfc\n"
    read = reading.read(TF1 % 0 + oom)
    assert (read.is_used, read.has_failed) == ("yes, then failed", True) and "memory of the GPU" in read.diagnosis


def test_the_first_cause_is_told_and_not_what_followed_it():
    text = TF2 % 0 + (
        "Could not create cudnn handle: CUDNN_STATUS_NOT_INITIALIZED\nE Failed to get convolution algorithm.\n"
        "Loaded runtime CuDNN library: 8.9.7 but source was compiled with: 9.3.0.\nAborted (core dumped)\n"
    )
    assert "CUDNN_STATUS_NOT_INITIALIZED" in reading.read(text).diagnosis
    consequences_first = (
        TF2 % 0
        + "E No DNN in stream executor.\nAborted (core dumped)\n"
        + ("Loaded runtime CuDNN library: 8.9.7 but source was compiled with: 9.3.0.\n")
    )
    assert "8.9.7" in reading.read(consequences_first).diagnosis


def test_the_sentence_of_an_npu_outweighs_what_a_tensorflow_built_for_gpus_looked_for():
    text = "Could not load dynamic library 'libcudart.so.10.0'\n" + (
        "I geop_npu.cc:764] The model has been compiled on the Ascend AI processor, current graph id is:1\n"
    )
    read = reading.read(text)
    assert (read.device, read.is_used, read.diagnosis) == ("npu", "yes", None)
