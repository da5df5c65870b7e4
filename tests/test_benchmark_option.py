"""`pytest` runs the tests and skips the benchmarks; `pytest --benchmark` runs the benchmarks and nothing else."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Dict

import pytest

ROOT = Path(__file__).resolve().parent.parent

INI = """
[pytest]
addopts = -m "not slow" --strict-markers
testpaths = tests
markers =
    slow: takes minutes
"""
TESTS = """
import pytest

def test_plain():
    pass

@pytest.mark.slow
def test_slow():
    pass

@pytest.mark.benchmark
def test_marked(benchmark):
    benchmark(int)
"""
BENCHMARKS = """
import pytest

def test_measured(benchmark):
    benchmark(int)

@pytest.mark.slow
def test_slow_measured(benchmark):
    benchmark(int)

def test_of_the_benchmark_itself():
    pass
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of two files with the conftest of this one."""
    (tmp_path / "tests" / "benchmarks").mkdir(parents=True)
    (tmp_path / "pytest.ini").write_text(INI)
    (tmp_path / "tests" / "test_some.py").write_text(TESTS)
    (tmp_path / "tests" / "benchmarks" / "test_speed.py").write_text(BENCHMARKS)
    shutil.copy(str(ROOT / "conftest.py"), str(tmp_path / "conftest.py"))
    return tmp_path


def run_pytest(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-rs", "-v", "-p", "no:cacheprovider", *arguments],
        cwd=str(folder),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )


def outcomes(output: str) -> Dict[str, str]:
    """The outcome of each test that pytest's verbose output names."""
    return dict(re.findall(r"::(\w+) (PASSED|FAILED|ERROR|SKIPPED)", output))


def test_plain_pytest_skips_the_benchmarks_and_says_how_to_run_them(project: Path) -> None:
    result = run_pytest(project)
    assert result.returncode == 0, result.stdout
    assert outcomes(result.stdout) == {
        "test_plain": "PASSED",
        "test_marked": "SKIPPED",
        "test_measured": "SKIPPED",
        "test_of_the_benchmark_itself": "SKIPPED",
    }
    assert "pytest --benchmark" in result.stdout


def test_the_option_runs_the_benchmarks_and_nothing_else(project: Path) -> None:
    pytest.importorskip("pytest_benchmark")
    result = run_pytest(project, "--benchmark")
    assert result.returncode == 0, result.stdout
    assert outcomes(result.stdout) == {
        "test_marked": "PASSED",
        "test_measured": "PASSED",
        "test_of_the_benchmark_itself": "PASSED",
    }
    assert "deselected" in result.stdout


def test_the_option_goes_with_a_choice_by_marker(project: Path) -> None:
    pytest.importorskip("pytest_benchmark")
    result = run_pytest(project, "--benchmark", "-m", "slow")
    assert result.returncode == 0, result.stdout
    assert outcomes(result.stdout) == {"test_slow_measured": "PASSED"}


def test_the_option_goes_with_a_path_and_the_plugin_s_own_options(project: Path) -> None:
    pytest.importorskip("pytest_benchmark")
    result = run_pytest(
        project, "tests/benchmarks", "--benchmark", "--benchmark-json=speed.json", "--benchmark-disable-gc"
    )
    assert result.returncode == 0, result.stdout
    assert set(outcomes(result.stdout)) == {"test_measured", "test_of_the_benchmark_itself"}
    assert (project / "speed.json").stat().st_size > 0


def test_the_option_works_from_a_folder_below(project: Path) -> None:
    pytest.importorskip("pytest_benchmark")
    result = run_pytest(project / "tests", "--benchmark", ".")
    assert result.returncode == 0, result.stdout
    assert "test_measured" in outcomes(result.stdout)


def test_tests_side_by_side_skip_the_benchmarks_without_another_word(project: Path) -> None:
    pytest.importorskip("xdist")
    result = run_pytest(project, "-n", "2")
    assert result.returncode == 0, result.stdout
    assert "1 passed, 3 skipped" in result.stdout and "pytest --benchmark" in result.stdout
    assert "disabled" not in result.stdout


def test_benchmarks_never_run_side_by_side(project: Path) -> None:
    pytest.importorskip("pytest_benchmark")
    pytest.importorskip("xdist")
    result = run_pytest(project, "-n", "auto", "--benchmark")
    assert result.returncode == 0, result.stdout
    assert outcomes(result.stdout)["test_measured"] == "PASSED"
    assert "disabled" not in result.stdout and "Rounds" in result.stdout


def test_without_the_plugin_the_option_is_refused_in_one_sentence(project: Path) -> None:
    result = run_pytest(project, "--benchmark", "-p", "no:benchmark")
    assert result.returncode == 4, result.stdout
    assert "--benchmark needs the plugin pytest-benchmark" in result.stdout
    assert "Traceback" not in result.stdout


def test_without_the_plugin_plain_pytest_still_skips_the_benchmarks(project: Path) -> None:
    result = run_pytest(project, "-p", "no:benchmark")
    assert result.returncode == 0, result.stdout
    assert outcomes(result.stdout)["test_measured"] == "SKIPPED"
