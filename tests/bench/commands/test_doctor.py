import json
import os
import shutil
import subprocess
import sys
import time

import pytest

from backends import other_packages
from backends.findings import Finding
from backends.protocol import Probe
from bench import environment, interpreter
from bench.commands import doctor as command
from bench.errors import UsageError
from tests import strangers


@pytest.fixture
def doctor(tmp_path):
    def call(*arguments, **variables):
        used = {name: value for name, value in os.environ.items() if not name.startswith("HARBENCH_")}
        used.update(dict({"PYTHONPATH": environment.packages_root(), "PYTHONIOENCODING": "utf-8"}, **variables))
        answer = subprocess.run(
            [sys.executable, "-m", "bench.cli", "doctor"] + list(arguments), cwd=str(tmp_path), capture_output=True,
            env=used,
        )  # fmt: skip
        assert b"Traceback" not in answer.stdout + answer.stderr
        return answer.returncode, answer.stdout.decode("utf-8"), answer.stderr.decode("utf-8")

    return call


def _without_host(states):
    """States of the checks that do not depend on what else this machine is doing."""
    return {check: state for check, state in states.items() if check in ("packages", "backend", "results")}


def test_one_line_a_check_aligned_with_the_state_first_and_nothing_left_behind(doctor, tmp_path):
    code, out, err = doctor("--backend", "null")
    rows = [line.split(None, 2) for line in out.splitlines()]
    assert {state for state, _, _ in rows} <= {"PASS", "WARN", "FAIL", "UNKNOWN"}
    assert len({line.index(text) for line, (_, _, text) in zip(out.splitlines(), rows)}) == 1
    assert _without_host({check: state for state, check, _ in rows})["backend"] == "PASS"
    assert code == (1 if "FAIL" in [state for state, _, _ in rows] else 0) and bool(err) == bool(code)
    assert os.listdir(str(tmp_path)) == []


def test_json_is_one_document_on_stdout_and_a_failed_check_is_exit_code_1(doctor, tmp_path):
    (tmp_path / "results").write_bytes(b"")
    code, out, err = doctor("--json", "--backend", "null")
    document = json.loads(out)
    states = {entry["check"]: entry["state"] for entry in document["findings"]}
    assert _without_host(states) == {"packages": "PASS", "backend": "PASS", "results": "FAIL"}
    assert code == 1 and len(err.strip().splitlines()) == 1 and "results" in err
    assert document["backend"] == "null" and set(document["findings"][0]) == {"check", "state", "finding", "remedy"}


def test_a_backend_that_this_host_lacks_fails_with_what_is_missing(doctor):
    code, out, _ = doctor("--backend", "npu", "--out", "elsewhere")
    (line,) = [line for line in out.splitlines() if line.split()[1] == "backend"]
    assert code == 1 and line.startswith("FAIL") and "NPU" in line


def test_an_unknown_backend_is_a_usage_error(doctor):
    code, out, err = doctor("--backend", "tpu")
    assert (code, out) == (2, "") and "tpu" in err


_DRIVER = """
int cuInit(unsigned flags) { %s return 0; }
int cuDeviceGetCount(int *count) { *count = 1; return 0; }
"""


@pytest.fixture
def driver(tmp_path):
    """Builds a driver's library without cuDriverGetVersion, whose cuInit does what is given; the variables to it."""

    def build(statement):
        for node in ("nvidia0", "nvidiactl", "nvidia-uvm"):
            (tmp_path / "root" / "dev").mkdir(parents=True, exist_ok=True)
            (tmp_path / "root" / "dev" / node).write_bytes(b"")
        source, folder = tmp_path / "driver.c", tmp_path / "lib"
        folder.mkdir()
        source.write_text("#include <stdlib.h>\n#include <unistd.h>\n" + _DRIVER % statement)
        compiler = shutil.which("gcc") or shutil.which("cc")
        if compiler is None:
            pytest.skip("needs a C compiler")
        library = str(folder / "libcuda.so.1")
        subprocess.run([compiler, "-shared", "-fPIC", "-o", library, str(source)], check=True)
        return {"HARBENCH_CUDA_ROOT": str(tmp_path / "root"), "LD_LIBRARY_PATH": str(folder)}

    return build


def _backend_line(out):
    (line,) = [line for line in out.splitlines() if line.split()[1] == "backend"]
    return line


@pytest.mark.skipif(sys.platform != "linux", reason="the driver's library is Linux's")
@pytest.mark.parametrize(
    "statement, words",
    [("abort();", "ended by SIGABRT"), ("_exit(0);", "ended with exit code 0"), ("_exit(7);", "exit code 7")],
)
def test_a_driver_that_ends_who_asks_it_fails_with_what_to_try_and_no_blame_of_harbench(
    doctor, driver, statement, words
):
    code, out, err = doctor("--backend", "gpu", **driver(statement))
    line = _backend_line(out)
    assert code == 1 and line.startswith("FAIL") and words in line
    assert "driver" in line and "`nvidia-smi`" in line and "reinstall" in line and "fault of the backend" not in line


@pytest.mark.skipif(sys.platform != "linux", reason="the driver's library is Linux's")
def test_a_driver_without_a_function_is_a_sentence(doctor, driver):
    code, out, _ = doctor("--backend", "gpu", **driver(""))
    assert code in (0, 1) and "cuDriverGetVersion" not in _backend_line(out)


@pytest.mark.skipif(sys.platform != "linux", reason="the driver's library is Linux's")
def test_a_driver_that_hangs_is_waited_for_no_longer_than_a_probe_may_take(driver, monkeypatch):
    for name, value in driver("sleep(600);").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(interpreter, "PROBE_SECONDS", 4.0)
    start = time.monotonic()
    probe, found = command._looked("gpu", None)
    assert time.monotonic() - start < 60 and found == []
    assert not probe.is_available and "within 4 s" in probe.sentence and "`nvidia-smi`" in probe.sentence


@pytest.mark.parametrize(
    "method, expected, word",
    [("probe", 1, "SystemExit: 0"), ("examine", 1, "SystemExit: 0")],
)
def test_a_package_that_leaves_python_is_a_sentence_that_names_it(doctor, tmp_path, method, expected, word):
    source = strangers.GOOD % "xpu" + "\n    def %s(self, *_):\n        raise SystemExit(0)\n" % method
    strangers.leave(tmp_path / "site", "xpu = strange:Backend", strange=source)
    code, out, err = doctor("--backend", "xpu", PYTHONPATH=strangers.beside_ours(tmp_path / "site"))
    assert code == expected and "package strange" in out + err and word in out + err


def test_an_error_of_python_in_a_probe_of_ours_is_not_blamed_on_a_driver(tmp_path, monkeypatch):
    (tmp_path / "sitecustomize.py").write_text("import backends.null\nbackends.null.NullBackend.probe = None\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    probe, _ = command._looked("null", None)
    assert not probe.is_available and "exit code 1" in probe.sentence
    assert "TypeError" in probe.sentence and "fault of harbench" in probe.sentence and "driver" not in probe.sentence


def _xpu(tmp_path, monkeypatch, body):
    source = "import os, time\nfrom backends.findings import Finding\nfrom har_model.errors import UsageError\n"
    source += strangers.GOOD % "xpu" + "\n    def examine(self, device, variables):\n        %s\n" % body
    strangers.leave(tmp_path / "site", "xpu = strange:Backend", strange=source)
    monkeypatch.setenv("PYTHONPATH", strangers.beside_ours(tmp_path / "site"))
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    other_packages.found.cache_clear()


@pytest.fixture
def forgotten():
    yield
    other_packages.found.cache_clear()


def test_findings_come_as_they_are_from_the_process_that_looked(tmp_path, monkeypatch, forgotten):
    body = (
        "return [Finding('a', 'WARN', 'Device %s, %s.' % (device, variables['XPU']), 'Do.'), "
        "Finding('b', 'PASS', 'ü.')]"
    )
    _xpu(tmp_path, monkeypatch, body)
    monkeypatch.setenv("XPU", "x")
    expected = [Finding("a", "WARN", "Device 3, x.", "Do."), Finding("b", "PASS", "ü.")]
    assert command._looked("xpu", 3) == (Probe(True, command._looked("null", None)[0].sentence), expected)
    assert command._looked("xpu", None)[1][0].sentence == "Device None, x."


@pytest.mark.parametrize("body, words", [("time.sleep(600)", "within 4 s"), ("os.abort()", "by SIGABRT")])
def test_a_device_that_cannot_be_looked_at_fails_with_a_sentence(tmp_path, monkeypatch, forgotten, body, words):
    monkeypatch.setattr(interpreter, "PROBE_SECONDS", 4.0)
    _xpu(tmp_path, monkeypatch, body)
    probe, (found,) = command._looked("xpu", None)
    assert probe.is_available and found.state == "FAIL" and words in found.sentence and "strange" in found.sentence


def test_a_device_that_is_not_there_stays_a_usage_error(tmp_path, monkeypatch, forgotten):
    _xpu(tmp_path, monkeypatch, "raise UsageError('There is no device 7.')")
    with pytest.raises(UsageError, match="^There is no device 7.$"):
        command._looked("xpu", 7)


def test_a_package_that_cannot_be_imported_is_told_once(doctor, tmp_path):
    strangers.leave(tmp_path / "site", "xpu = strange:Backend", strange="raise SystemExit(0)")
    code, out, _ = doctor("--backend", "xpu", PYTHONPATH=strangers.beside_ours(tmp_path / "site"))
    assert code == 1 and out.count("package strange") == 1 and _backend_line(out).startswith("FAIL")
