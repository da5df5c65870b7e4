"""The variants of the double, each imported once for all tests; trials on them; the pretended `npu-smi`."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, Mapping, Optional, Tuple

import pytest

from backends.telemetry import sampler
from bench.outcome import Outcome
from tests import small_dataset
from tests.contract import host, npu_bench
from tests.contract.adapters import Adapter, open_adapter


def _serve(variant: str) -> Iterator[Adapter]:
    adapter = open_adapter(variant)
    yield adapter
    adapter.close()


@pytest.fixture(scope="session")
def old() -> Iterator[Adapter]:
    yield from _serve("old")


@pytest.fixture(scope="session")
def new() -> Iterator[Adapter]:
    yield from _serve("new")


@pytest.fixture(scope="session")
def tf2() -> Iterator[Adapter]:
    yield from _serve("tf2")


@pytest.fixture(params=["old", "new"])
def adapter(request: pytest.FixtureRequest) -> Adapter:
    """Each of the two adapters for TensorFlow 1."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def data_path(tmp_path_factory: pytest.TempPathFactory) -> str:
    return small_dataset.write(str(tmp_path_factory.mktemp("data") / "UCI HAR Dataset"))


@pytest.fixture
def trial(tmp_path: Path, data_path: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    """Call it with a variant, what the host is, and what changes in the job: the trial's outcome."""

    def call(
        variant: str,
        is_marked: bool = True,
        smi: Optional[Mapping[str, Any]] = None,
        script: Optional[Mapping[str, Any]] = None,
        **changes: Any,
    ) -> Outcome:
        # A test's process is many times as large as harbench, and so is the cost of starting npu-smi from it, which
        # would stretch the pauses between two samples beyond the trial.
        monkeypatch.setattr(sampler, "LARGEST_COST_SHARE", 1.0)
        found = npu_bench.pretended_host(tmp_path, variant, is_marked, smi=smi or {}, script=script)
        for name, value in found.items():
            monkeypatch.setenv(name, value)
        return npu_bench.run_trial(npu_bench.job(data_path, **changes), tmp_path)

    return call


@pytest.fixture
def smi_variables(tmp_path: Path) -> Dict[str, str]:
    """The environment of a host with `npu-smi` on PATH."""
    environment = dict(os.environ, **host.build(tmp_path, smi={}))
    environment.pop("HARBENCH_TRIAL", None)
    return environment


@pytest.fixture
def smi(tmp_path: Path, smi_variables: Dict[str, str]) -> Callable[..., Tuple[int, str]]:
    """A call of `npu-smi`; answers exit status and output."""

    def call(*arguments: str, timeout: float = 20, **state: Any) -> Tuple[int, str]:
        (tmp_path / "smi.json").write_text(json.dumps(state))
        found = subprocess.run(
            ["npu-smi"] + list(arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            env=smi_variables,
            timeout=timeout,
        )
        return found.returncode, found.stdout

    return call
