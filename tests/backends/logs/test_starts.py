"""Logs to which a second run was appended (`>> train.log`)."""

import pytest

from backends.logs import reading, starts

COMPILED = (
    "I tf_adapter/kernels/geop_npu.cc:822] The model has been compiled on the Ascend AI processor, current graph "
)
COMPILED += "id is: 1\n"
CREATED = (
    "I gpu_device.cc:1] Created TensorFlow device (/job:localhost/replica:0/task:0/device:GPU:0 with 1 MB memory) -> "
    "physical GPU (device: 0, name: X, p)\n"
)
STEPS = "step 1 loss 0.5\nstep 2 loss 0.4\n"
GUARD = "I tensorflow/core/platform/cpu_feature_guard.cc:142] Your CPU supports instructions: FMA\n"
IMPORT = (
    "I cpu_feature_guard.cc:182] This TensorFlow binary is optimized to use available CPU instructions in operations.\n"
)
NO_DEVICE = "E cuda_driver.cc:318] failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected\n"
NO_LIBRARY = (
    "W dso_loader.cc:55] Could not load dynamic library 'libcudnn.so.7'; dlerror: none\n"
    "W gpu_device.cc:1641] Cannot dlopen some GPU libraries.\nSkipping registering GPU devices...\n"
)
NO_OPTIMIZER = "I meta_optimizer.cc:1] Can't register an optimizer by name: NpuOptimizer\n"


@pytest.mark.parametrize("second", [NO_DEVICE, NO_LIBRARY, "No CUDA GPUs are available\n", GUARD, GUARD + NO_DEVICE])
def test_a_run_without_the_gpu_behind_one_that_used_it_makes_a_log_partly_proven(second):
    for log in (CREATED + STEPS + second + STEPS, CREATED + STEPS + NO_DEVICE + second + STEPS):
        read = reading.read(log)
        assert (read.device, read.is_used, read.has_failed) == ("gpu", "partly", False) and read.diagnosis
    assert reading.read(CREATED + NO_DEVICE + STEPS + CREATED + STEPS).is_used == "partly"


@pytest.mark.parametrize(
    "second",
    [
        GUARD,
        GUARD + NO_OPTIMIZER,
        NO_DEVICE,
        "W cpu_utils.cc:98] Failed to find bogomips in /proc/cpuinfo; cannot determine CPU frequency\n",
        "Could not load dynamic library 'libcuda.so.1'; dlerror: none\n",
        "nohup: ignoring input\n",
        "[2026-01-01T14:13:40+08:00][ModelArts Service Log][init] running\n",
        "I om_partition_subgraphs_pass.cc:1] Run online process and skip the optimizer\n",
        "ERROR, your task haven't used Ascend NPU, please check your npu Migration.\n",
    ],
)
def test_a_run_on_the_host_behind_one_on_the_npu_makes_a_log_partly_proven(second):
    read = reading.read(COMPILED + STEPS + second + STEPS)
    assert (read.device, read.is_used, read.has_failed) == ("npu", "partly", False) and read.diagnosis


def test_what_it_means_is_told_where_no_message_tells_it():
    assert reading.read(COMPILED + GUARD + STEPS).diagnosis == starts.DOUBT


@pytest.mark.parametrize(
    "log",
    [
        GUARD + COMPILED + STEPS,
        GUARD + NO_DEVICE + COMPILED + STEPS,  # a TensorFlow built for GPUs looks for one
        GUARD + COMPILED + STEPS + GUARD + COMPILED + STEPS,
        GUARD + COMPILED + GUARD + "W tf_adapter/util/ours.cc:1] still here\n",
        GUARD + CREATED + STEPS + GUARD + CREATED + STEPS,
        NO_DEVICE + CREATED + STEPS,
        CREATED + IMPORT + STEPS,  # a worker for data imports it too
    ],
)
def test_a_start_before_the_last_proof_or_one_that_shows_the_device_takes_nothing_away(log):
    assert reading.read(log).is_used == "yes"


def test_a_second_run_that_failed_is_a_failure_first():
    log = CREATED + NO_DEVICE + "Traceback (most recent call last):\nValueError: no\n"
    assert reading.read(log).is_used == "yes, then failed"


@pytest.mark.parametrize(
    "adapter",
    [
        "I tf_adapter/util/ge_plugin.cc:1] [GePlugin] Initialize ge success.\n",
        "[GePlugin] Initialize ge success.\n",
        "W tf_adapter/util/infershape_util.cc:313] The InferenceContext of node init is null.\n",
    ],
)
def test_an_npu_optimizer_that_grappler_does_not_know_says_nothing_where_the_adapter_is_at_work(adapter):
    for log in (adapter + NO_OPTIMIZER, NO_OPTIMIZER + adapter):
        read = reading.read(log)
        assert read.is_used == "not proven" and "NpuOptimizer ignored" not in read.codes
    for log in (adapter + NO_OPTIMIZER + COMPILED, adapter + COMPILED + NO_OPTIMIZER, COMPILED + NO_OPTIMIZER):
        read = reading.read(log)
        assert (read.is_used, read.diagnosis) == ("yes", None)
    alone = reading.read(NO_OPTIMIZER)
    assert (alone.is_used, alone.codes) == ("no", ("NpuOptimizer ignored",))
