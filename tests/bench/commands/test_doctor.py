import json
import os
import subprocess
import sys

import pytest

from bench import environment


@pytest.fixture
def doctor(tmp_path):
    def call(*arguments):
        used = {name: value for name, value in os.environ.items() if not name.startswith("HARBENCH_")}
        used.update(PYTHONPATH=environment.packages_root(), PYTHONIOENCODING="utf-8")
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
