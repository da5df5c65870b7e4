import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.logs import reading, text

COMPILED = "I geop_npu.cc:822] The model has been compiled on the Ascend AI processor, current graph id is: 1\n"
CREATED = (
    "I gpu_device.cc:1] Created TensorFlow device (/job:localhost/replica:0/task:0/device:GPU:0 with 1 MB memory) -> "
    "physical GPU (device: 0, name: X, p)\n"
)


@pytest.mark.parametrize("text", ["", "\n\n", "epoch 1 loss 0.3\nall done\n"])
def test_a_log_that_names_no_device_proves_nothing_and_explains_nothing(text):
    read = reading.read(text)
    assert (read.device, read.is_used, read.codes, read.facts) == (None, "not proven", (), ())
    assert "2>&1" in read.diagnosis and reading.explain(text) is None and not read.has_failed


def test_the_first_cause_is_told_and_not_its_consequences():
    text = (
        "[GEOP] call ge session add graph failed, kernel: GeOp1_0\nEZ9999: Inner Error!\n"
        "EZ3003: No supported Ops kernel and engine are found for [n], optype [Foo].\nFatal Python error: Aborted\n"
    )
    assert "operator Foo" in reading.explain(text)
    busy = "EJ0001: Failed to initialize the HCCP process.\n[GePlugin] Initialize ge failed, ret : failed\nAborted\n"
    assert "previous process" in reading.explain(busy)
    two = "EI0006: Getting socket times out.\nEJ0001: Failed to initialize the HCCP process.\n"
    assert "partner" in reading.explain(two)


def test_a_failure_behind_the_last_graph_is_told_and_one_before_the_first_is_not():
    failure = "E30008: AI CPU operator execution time out.\n"
    assert "GetNext" in reading.read(COMPILED + failure).diagnosis
    again = reading.read(failure + COMPILED)
    assert (again.is_used, again.diagnosis, again.has_failed) == ("yes", None, False)
    twice = reading.read(failure + COMPILED + failure)
    assert (twice.is_used, twice.has_failed) == ("yes, then failed", True)


@pytest.mark.parametrize("proof", [COMPILED, CREATED])
@pytest.mark.parametrize(
    "line",
    [
        "oom-kill: Memory cgroup out of memory: Killed process 123 (python)",
        "container exited with code 137",
        "[ModelArts Service Log][task] ret code: 137",
        "Command exited with non-zero status 1",
        "Command terminated by signal 9",
        "Process finished with exit code 139 (interrupted)",
        "exitcode  : -9 (pid: 123)",
        "died with <Signals.SIGKILL: 9>.",
        "mpirun noticed that process rank 0 exited on signal 9 (Killed).",
        "srun: error: n1: task 0: Killed",
        "Killed",
        "  3%|#  | 1/30 [00:01<00:29]Killed",
        "[1]+  Killed                  python3 train.py",
        "zsh: killed     python train.py",
        "Terminated",
        "Aborted",
        "run.sh: line 3:   123 Aborted                 python3 train.py",
        "Aborted (core dumped)",
        "Trace/breakpoint trap (core dumped)",
        "Segmentation fault (core dumped)",
        "Fatal Python error: deallocating None",
        "2026-01-01 00:00:00.88: F tensorflow/core/util/ours.cc:3] Check failed: a == b",
        "F0000 00:00:1742485702.762730   82189 gpu_device.cc:2019] Check failed",
    ],
)
def test_a_line_that_tells_of_a_bad_end_behind_the_proof_is_a_failure(proof, line):
    read = reading.read(proof + "step 1 loss 0.5\n" + line + "\n")
    assert (read.is_used, read.has_failed) == ("yes, then failed", True) and read.diagnosis


@pytest.mark.parametrize(
    "line",
    [
        "exit code 0",
        "[ModelArts Service Log][task] ret code: 0",
        "return code: 0",
        "exit code: 0.5",
        "the service returned status 200",
        "E0100: loss 0.5",
        "train.py:3:0: E0401: Unable to import ours",
        "retCode=0x0",
        "F1 score 0.5",
    ],
)
def test_a_line_that_only_resembles_a_bad_end_is_none(line):
    assert reading.read(COMPILED + line + "\n").is_used == "yes"


@given(st.from_regex(r"E([A-Z][0-9]{4,5}|[0-9]{5})", fullmatch=True), st.sampled_from(["", "[ERROR] ", "  "]))
def test_every_code_of_cann_that_begins_a_message_behind_the_proof_is_a_failure_and_listed(code, before):
    read = reading.read(COMPILED + before + code + ": none that the table knows\n")
    assert (read.is_used, read.has_failed, read.codes) == ("yes, then failed", True, (code,))


_COMPILED = "I geop_npu.cc:694] The model has been compiled on the Ascend AI processor, current graph id is:1\n"
_TRACEBACK = 'Traceback (most recent call last):\n  File "x.py", line 1, in __del__\nTypeError: no\n'


@pytest.mark.parametrize(
    "line, is_used",
    [
        (_TRACEBACK, "yes"),
        ("[GePlugin] Finalize: destroy tdt failed\n", "yes"),
        ("EZ9999: Inner Error!\n", "yes"),
        ("E GEOP::::DoRunAsync Failed\n", "yes, then failed"),
        ("model execute error, retCode=0x91\n" + _TRACEBACK, "yes, then failed"),
        ("EE9999: Inner Error!\nE30008: AI CPU operator execution time out\n", "yes, then failed"),
        ("FailedPreconditionError: Table not initialized\n", "yes, then failed"),
        ("Run online process and skip the optimizer\n" + _TRACEBACK, "partly"),
    ],
)
def test_of_a_program_that_ended_well_only_the_devices_failures_count(line, is_used):
    assert reading.read(_COMPILED + line, has_ended_well=True).is_used == is_used
    assert reading.read(_COMPILED + line).is_used == "yes, then failed"


def test_a_failure_of_the_adapter_behind_the_proof_is_told():
    for line in ("[GEOP] Run graph async failed.", "[GEOP] Something failed, ret : 1", "E9999: Some inner error"):
        assert reading.read(COMPILED + line).is_used == "yes, then failed"


def test_a_generic_code_is_told_by_its_reason():
    reasons = ["rtMalloc execute failed, reason=[driver error:out of memory]", "there is an aicore error, core id is 0"]
    told = [reading.explain("EE9999: Inner Error!\n  %s\n" % reason) for reason in reasons]
    assert "out of memory" in told[0] and told[1].startswith("AI Core error")


def test_codes_are_listed_once_in_the_order_of_the_text():
    text = (
        "EZ9999: Inner Error!\nEZ9999  again\nE39007 (E39007)\nruntime result = 507033.\nret[107001]\nretCode=0x91\n"
        "CUDA_ERROR_NO_DEVICE CUDNN_STATUS_SUCCESS\nIEE9999 EE99990 YAD2K_ID2086 error code is 5070331\n"
    )
    codes = reading.read(text).codes
    assert codes[:6] == ("EZ9999", "E39007", "507033", "107001", "retCode=0x91", "CUDA_ERROR_NO_DEVICE")
    assert not {"EE9999", "ED2086", "CUDNN_STATUS_SUCCESS"} & set(codes)


def test_the_end_of_the_dataset_is_no_failure():
    read = reading.read(COMPILED + "W geop_npu.cc:1] [GEOP] Out of range: End of sequence.\n")
    assert (read.is_used, read.has_failed) == ("yes", False)


def test_a_graph_compiled_and_a_gpu_created_is_work_of_the_npu():
    gpu = (
        "I gpu_device.cc:1304] Created TensorFlow device "
        "(/job:localhost/replica:0/task:0/device:GPU:0 with 1 MB memory) -> physical GPU "
        "(device: 0, "
        "name: X, p)\n"
    )
    assert reading.read(gpu + COMPILED).device == "npu"


def test_a_log_of_which_the_middle_is_left_out_proves_no_good_end(tmp_path):
    path = tmp_path / "log"
    failure = "Traceback (most recent call last):\nRuntimeError: the device is lost\n"
    path.write_text(COMPILED + "epoch 1 loss 0.5\n" * 100 + failure + "quiet\n" * 1000, encoding="utf-8")
    read = reading.read(text.read_log(str(path), limit_bytes=2000))
    assert read.is_used == "not proven" and "left out" in read.diagnosis
    assert any("bytes in the middle of the log were not read" in fact for fact in read.facts)
    whole = reading.read(text.read_log(str(path)))
    assert whole.is_used == "yes, then failed" and not any("not read" in fact for fact in whole.facts)


def test_what_failed_says_more_than_a_code_for_any_inner_error_before_it():
    log = "EE9999: Inner Error!\n[GEOP] GEOP::::DoRunAsync Failed\nmodel execute error, retCode=0x91\n"
    assert "failed while it executed a graph" in reading.explain(log)
