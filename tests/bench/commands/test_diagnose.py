import json
import os
import subprocess
import sys

import pytest

from bench import environment

COMPILED = "x I geop_npu.cc:822] The model has been compiled on the Ascend AI processor, current graph id is: %d\n"
CREATED = (
    "I gpu_device.cc:2019] Created device /job:localhost/replica:0/task:0/device:GPU:0 with 1 MB memory:  -> "
    "device: 0, name: Tesla T4, p\n"
)
BUSY = "EJ0001: Failed to initialize the HCCP process.\n"


@pytest.fixture
def diagnose(tmp_path):
    def call(data, *arguments, **options):
        if isinstance(data, str):
            data = data.encode("utf-8")
        (tmp_path / "train.log").write_bytes(data)
        used = {name: value for name, value in os.environ.items() if not name.startswith("HARBENCH_")}
        used.update(PYTHONPATH=environment.packages_root(), PYTHONIOENCODING="utf-8")
        command = [sys.executable, "-m", "bench.cli", "diagnose"] + list(arguments or ["train.log"])
        answer = subprocess.run(command, cwd=str(tmp_path), capture_output=True, env=used, input=data)
        assert b"Traceback" not in answer.stderr and os.listdir(str(tmp_path)) == ["train.log"]
        return answer.returncode, answer.stdout.decode("utf-8"), answer.stderr.decode("utf-8")

    return call


@pytest.mark.parametrize(
    "log, code, device, used",
    [
        (COMPILED % 1, 0, "NPU", "yes"),
        (CREATED, 0, "GPU", "yes"),
        (COMPILED % 1 + "mix_compile_mode is True\n", 6, "NPU", "partly"),
        ("Found device 0 with properties:\nname: Tesla T4 major: 7\n", 6, "GPU", "not proven"),
        ("Could not load dynamic library 'libcudnn.so.8'\n", 6, "CPU", "no"),
        ("epoch 1\n", 6, "unknown", "not proven"),
        ("", 6, "unknown", "not proven"),
        (BUSY, 5, "NPU", "no"),
        (COMPILED % 1 + BUSY, 5, "NPU", "yes, then failed"),
        ("Traceback (most recent call last):\nValueError: no\n", 5, "unknown", "not proven"),
    ],
)
def test_the_exit_code_tells_proof_failure_and_work_that_is_not_proven_apart(diagnose, log, code, device, used):
    found, out, err = diagnose(log)
    assert found == code and out.startswith("Device: %s; used: %s (" % (device, used))
    assert len(err.splitlines()) == (1 if code else 0)


def test_verdict_diagnosis_codes_facts_and_the_end_of_the_log_follow_one_another(diagnose):
    log = "".join("line %d\n" % number for number in range(50)) + COMPILED % 7 + BUSY
    code, out, err = diagnose(log)
    told, _, tail = out.partition("\nLast lines of the log:\n")
    verdict, diagnosis, codes, fact = told.splitlines()
    assert diagnosis.startswith("Diagnosis: The previous process still holds the card: wait about 10 s")
    assert (codes, fact) == ("Codes: EJ0001", "- graphs compiled: 1 (id 7)")
    assert len(tail.splitlines()) == 20 and tail.endswith("  %s" % BUSY) and "line 31\n" not in tail
    assert code == 5 and err.startswith("harbench: ")


def test_json_is_one_document_with_everything(diagnose):
    code, out, err = diagnose(BUSY, "--json", "train.log")
    document = json.loads(out)
    assert set(document) == {"harbench", "log", "device", "used", "failed", "diagnosis", "codes", "facts", "tail"}
    assert (document["device"], document["used"], document["failed"]) == ("npu", "no", True)
    assert (document["log"], document["codes"], document["tail"]) == ("train.log", ["EJ0001"], [BUSY.strip()])
    assert code == 5 and len(err.splitlines()) == 1


def test_a_log_of_other_bytes_is_shown_and_may_come_through_a_pipe(diagnose):
    code, out, _ = diagnose("\x1b[31m步骤\x1b[0m\r".encode("gbk") + (COMPILED % 1).encode(), "-")
    assert code == 0 and "  步骤\n" in out and "\x1b" not in out


def test_a_device_and_a_folder_are_refused_in_one_sentence(diagnose):
    for path, expected in (("/dev/zero", 3), (os.path.dirname(os.path.abspath(__file__)), 2)):
        if not os.path.exists(path):
            pytest.skip("needs %s" % path)
        code, out, err = diagnose("", path)
        assert (code, out, len(err.splitlines())) == (expected, "", 1) and path in err


def test_a_log_that_is_not_there_is_a_usage_error(diagnose):
    code, out, err = diagnose("", "missing.log")
    assert (code, out) == (2, "") and "missing.log" in err
