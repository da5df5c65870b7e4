"""The `--benchmark` option: `pytest` runs the tests, `pytest --benchmark` the benchmarks and nothing else.

Tests may run side by side (`-n auto`), benchmarks never do. The option stands in the root because pytest reads options
from the root's conftest alone. The `dest` must not begin with `benchmark_`, where pytest-benchmark keeps its own.
"""

import os
from pathlib import Path
from typing import List

import pytest

BENCHMARKS = Path(__file__).resolve().parent / "tests" / "benchmarks"
#: Each worker has a TensorFlow of its own in memory.
MOST_WORKERS = 8
SKIPPED = "a benchmark: run it with `pytest --benchmark`"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--benchmark",
        action="store_true",
        default=False,
        dest="run_benchmarks",
        help="run the benchmarks (tests/benchmarks and tests marked `benchmark`) and nothing else",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("run_benchmarks") and config.getoption("numprocesses", None):
        raise pytest.UsageError("--benchmark measures one benchmark after the other: leave -n out, or say -n 0")
    if config.pluginmanager.hasplugin("benchmark"):
        if not config.getoption("run_benchmarks"):  # or it warns, where tests run side by side, of what is skipped here
            config.option.benchmark_disable = not config.option.benchmark_only
        return
    if config.getoption("run_benchmarks"):
        raise pytest.UsageError("--benchmark needs the plugin pytest-benchmark: pip install pytest-benchmark")
    config.addinivalue_line("markers", "benchmark: a benchmark, run by `pytest --benchmark` alone")


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """How many workers `-n auto` means; with 0 all runs in this process, as pytest-benchmark needs it."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    is_timed = config.getoption("run_benchmarks") or config.getoption("benchmark_only", False)
    return 0 if is_timed or cores == 1 else min(cores, MOST_WORKERS)


def is_benchmark(item: pytest.Item) -> bool:
    return item.get_closest_marker("benchmark") is not None or BENCHMARKS in item.path.resolve().parents


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: List[pytest.Item]) -> None:
    if config.getoption("run_benchmarks"):
        others = [item for item in items if not is_benchmark(item)]
        items[:] = [item for item in items if is_benchmark(item)]
        if others:
            config.hook.pytest_deselected(items=others)
        return
    for item in items:
        if is_benchmark(item):
            item.add_marker(pytest.mark.skip(reason=SKIPPED))
