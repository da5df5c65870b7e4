"""`harbench compare` as a user calls it: its output, and one sentence and exit code for whatever is wrong."""

import json
import os
import subprocess
import sys

import pytest

from bench import cli, environment
from tests.bench import records
from tests.bench.sides import documents, leave

_NPU = {"job__backend": "npu"}
_SMALL_BATCH = {"job__workload__training__batch_size": 50}


@pytest.fixture
def harbench(tmp_path, monkeypatch, capsys):
    """Call the command in an empty folder: its output and its sentence, once the exit code is the expected one."""
    monkeypatch.chdir(str(tmp_path))
    for name in [name for name in os.environ if name.startswith("HARBENCH_")]:
        monkeypatch.delenv(name)

    def call(*arguments, expect=0):
        code = cli._run(["compare"] + list(arguments))
        out, err = capsys.readouterr()
        assert code == expect, (code, out, err)
        assert len(err.strip().splitlines()) == (1 if expect else 0), err
        return out, err

    return call


@pytest.fixture
def folders(tmp_path):
    leave(tmp_path / "a", documents("a", 1.02, **_NPU))
    leave(tmp_path / "b", documents("b"))
    return "a", "b"


def test_two_folders_are_compared_and_the_sentence_stands_last(harbench, folders):
    out, _ = harbench(*folders)
    sentence = "NPU trains at 0.980x the CPU, 95 % interval 0.958 to 1.003, 5 and 5 trials, margin 5 %: equivalent; "
    assert out.splitlines()[-1].startswith(sentence)


def test_two_files_and_a_file_against_a_folder_are_compared(harbench, folders):
    harbench("a/a0.json", "b/b0.json")
    out, _ = harbench("a/a0.json", "b")
    assert "1 and 5 trials" in out


def test_selectors_read_the_records_folder_and_its_twin(harbench, tmp_path, monkeypatch):
    leave(tmp_path / "results", documents("a", 2.0, **_NPU) + documents("b"))
    assert "NPU trains at 0.500x the CPU" in harbench("npu", "backend=cpu,kernel=fused")[0]
    out, _ = harbench("npu", "cpu")
    os.rename("results", "elsewhere")
    assert harbench("npu", "cpu", "--records", "elsewhere")[0] == out
    monkeypatch.setenv("HARBENCH_OUT", "elsewhere")
    assert harbench("npu", "cpu")[0] == out
    _, err = harbench("npu", "elsewhere", expect=2)  # the folder holds the npu's records too
    assert "on both sides" in err


def test_a_verdict_alone_changes_no_exit_code(harbench, tmp_path):
    leave(tmp_path / "a", documents("a", 5.0, **_NPU))
    leave(tmp_path / "b", documents("b"))
    assert ": slower;" in harbench("a", "b")[0]


@pytest.mark.parametrize(
    "gates, code",
    [
        (["fps>=0.9x"], 0),
        (["fps>=0.9x", "step-time<=1.1x", "accuracy>=-1pp"], 0),
        (["fps>=1.1x"], 1),
        (["fps>=0.98x"], 8),
        (["fps>=0.9x", "fps>=0.98x"], 8),
        (["fps>=0.98x", "fps>=1.1x"], 1),
        (["step-time<=0.9x"], 1),
        (["accuracy>=-0.1pp"], 8),
        (["accuracy>=1pp"], 1),
        (["fps<=0.9x"], 2),
        (["fps>=nanx"], 2),
        (["accuracy>=-1%"], 2),
    ],
)
def test_gates_end_in_their_exit_code_after_their_answers(harbench, folders, gates, code):
    words = [word for gate in gates for word in ("--require", gate)]
    out, err = harbench(*folders, *words, expect=code)
    if code != 2:
        assert all("`%s`: **" % gate in out for gate in gates) and "95 % interval" in out.split("### Gates")[1]
    assert code == 0 or gates[-1].split(">")[0].split("<")[0] in err


def test_a_gate_on_one_trial_is_inconclusive(harbench, folders):
    _, err = harbench("a/a0.json", "b", "--require", "fps>=0.1x", expect=8)
    assert "--trials" in err


@pytest.mark.parametrize(
    "name, changes",
    [
        ("network.n_hidden", {"job__workload__network__n_hidden": 32}),
        ("batch", _SMALL_BATCH),
        ("training.keep_prob", {"job__workload__training__keep_prob": 1.0}),
        ("data.fingerprint", {"dataset__fingerprint": "f" * 64}),
        ("data.kind", {"dataset__kind": "synthetic"}),
        ("proof", {"proof__state": "simulated", "has_speed": True}),
        ("clock", {"clock__name": "other"}),
        ("fetches", {"description__effective__fetches": ["loss", "logits"]}),
    ],
)
def test_unlike_work_ends_in_7_until_it_is_allowed(harbench, folders, tmp_path, name, changes):
    leave(tmp_path / "c", documents("c", **changes))
    out, err = harbench("c", "b", expect=7)
    assert "--allow " + name in err and name in out and "not comparable in speed" in out
    out, _ = harbench("c", "b", "--allow", name)
    assert "speed: **allowed**" in out and "although " + name in out.splitlines()[-1]


def test_what_was_not_allowed_by_name_is_still_refused(harbench, folders, tmp_path):
    leave(tmp_path / "c", documents("c", proof__state="simulated", has_speed=True, **_SMALL_BATCH))
    _, err = harbench("c", "b", "--allow", "batch", expect=7)
    assert "--allow proof" in err and "--allow batch" not in err
    harbench("c", "b", "--allow", "batch", "--allow", "proof")


def test_an_emulated_side_whose_accuracy_is_not_comparable_either_is_refused(harbench, folders, tmp_path):
    leave(tmp_path / "c", documents("c", proof__state="simulated", has_speed=False))
    harbench("c", "b")
    leave(tmp_path / "d", documents("d", proof__state="simulated", has_speed=False, **_SMALL_BATCH))
    _, err = harbench("d", "b", expect=7)
    assert "no speed" in err and "batch (50 against 100)" in err


def test_a_refusal_comes_before_any_gate(harbench, folders, tmp_path):
    leave(tmp_path / "c", documents("c", **_SMALL_BATCH))
    harbench("c", "b", "--require", "fps>=9x", expect=7)
    out, err = harbench("c", "b", "--allow", "batch", "--require", "accuracy>=-1pp", expect=7)
    assert "`accuracy>=-1pp`: **not comparable**" in out and "batch" in err


def test_cells_without_a_partner_are_listed_and_leave_gates_open(harbench, folders, tmp_path):
    leave(tmp_path / "a", documents("c", job__mode="full", **_NPU))
    out, _ = harbench(*folders)
    assert "### Cells without a partner" in out
    _, err = harbench(*folders, "--require", "fps>=0.5x", expect=8)
    assert "without a partner" in err


@pytest.mark.parametrize(
    "arguments, code, word",
    [
        (["a", "a"], 2, "on both sides"),
        (["a/a0.json", "a"], 2, "on both sides"),
        (["a", "b", "--allow", "kernel"], 2, "network, batch"),
        (["a", "b", "--margin", "2pp"], 2, "2% or 0.02"),
        (["a", "b", "--margin", "nan"], 2, "2% or 0.02"),
        (["a", "b", "--margin", "0"], 2, "2% or 0.02"),
        (["a", "b", "--accuracy-margin", "1"], 2, "1pp"),
        (["a"], 2, "argument"),
        (["a", "empty"], 3, "no record"),
        (["a", "none/"], 3, "no file or folder"),
        (["a", "gpu"], 3, "no records at 'results'"),
        (["a", "gpu", "--records", "b"], 3, "those there: cpu deep-lstm"),
        (["a", "colour=red", "--records", "b"], 2, "kernel, mode"),
        (["a", "broken"], 3, "zero.json"),
    ],
)  # fmt: skip
def test_whatever_is_wrong_is_one_sentence_and_its_exit_code(harbench, folders, tmp_path, arguments, code, word):
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "zero.json").write_bytes(b"")
    out, err = harbench(*arguments, expect=code)
    assert word in err and out == ""


def test_broken_files_beside_records_are_listed(harbench, folders, tmp_path):
    (tmp_path / "a" / "zero.json").write_bytes(b"")
    (tmp_path / "a" / "pyperf.json").write_text('{"version": "1.0", "benchmarks": []}')
    failed = records.make("bad", status="failed", reason="It died.", description=None, dataset=None, proof=None)
    leave(tmp_path / "a", [failed])
    out, _ = harbench(*folders)
    assert "zero.json" in out and "pyperf.json" in out and "bad: failed. It died." in out


def test_json_is_one_document_and_nothing_else_whatever_the_exit_code(harbench, folders, tmp_path):
    leave(tmp_path / "c", documents("c", steps=(0.1,), **_SMALL_BATCH))
    for arguments, code in (
        (folders, 0),
        ((*folders, "--require", "fps>=2x"), 1),
        ((*folders, "--require", "fps>=0.98x"), 8),
        (("c", "b"), 7),
        (("c", "b", "--allow", "batch"), 0),
    ):
        out, _ = harbench(*arguments, "--json", expect=code)
        document = json.loads(out, parse_constant=pytest.fail)
        assert len(document["pairs"]) == 1 and document["reference"] == "b"


def test_margins_have_twins_in_the_environment(harbench, folders, monkeypatch):
    monkeypatch.setenv("HARBENCH_MARGIN", "20%")
    monkeypatch.setenv("HARBENCH_ACCURACY_MARGIN", "3pp")
    document = json.loads(harbench(*folders, "--json")[0])
    assert document["pairs"][0]["speed"]["margin"] == {"value": 0.2, "source": "as asked"}
    assert document["pairs"][0]["accuracy"]["margin"] == 0.03


@pytest.mark.parametrize("gate, code", [("fps>=0.9x", 0), ("fps>=1.1x", 1), ("fps>=0.98x", 8)])
def test_the_process_itself_ends_in_that_code(folders, tmp_path, gate, code):
    variables = dict(os.environ, PYTHONPATH=environment.packages_root(), PYTHONIOENCODING="utf-8")
    words = [sys.executable, "-m", "bench.cli", "compare", *folders, "--require", gate]
    answer = subprocess.run(words, cwd=str(tmp_path), env=variables, capture_output=True)
    assert answer.returncode == code and b"Traceback" not in answer.stderr
    assert answer.stdout.decode("utf-8").rstrip().endswith(".")
