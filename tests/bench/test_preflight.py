"""What a job is given before it starts, and what of it is refused."""

import pytest

from bench import preflight
from bench.errors import UsageError
from tests.bench.test_plan import _job


def _settled(monkeypatch, backend="npu", shell=(), **asked):
    for name in ("RANK_SIZE", "RANK_ID", "JOB_ID", "ASCEND_DEVICE_ID", "CUDA_VISIBLE_DEVICES"):
        monkeypatch.delenv(name, raising=False)
    for name, value in dict(shell).items():
        monkeypatch.setenv(name, value)
    precision = {"npu": "allow_mix_precision", "gpu": "fp32"}[backend]
    return preflight.settle(_job(backend=backend, precision=precision, kernel="fused", variables=asked)).variables


@pytest.mark.parametrize("name, asked, needed", [
    ("RANK_SIZE", "8", "1"), ("RANK_ID", "3", "0"), ("TF_CPP_MIN_LOG_LEVEL", "3", "0"),
])  # fmt: skip
def test_a_variable_that_the_backend_would_replace_is_refused_by_name(monkeypatch, name, asked, needed):
    with pytest.raises(UsageError) as caught:
        _settled(monkeypatch, **{name: asked})
    assert str(caught.value) == (
        "The npu backend needs %s to be %r in its trials, so --env %s=%s would take no effect; leave it out."
        % (name, needed, name, asked)
    )


def test_each_backend_refuses_what_it_would_replace_itself_and_nothing_else(monkeypatch):
    with pytest.raises(UsageError, match="gpu backend needs TF_FORCE_GPU_ALLOW_GROWTH to be 'true'"):
        _settled(monkeypatch, "gpu", TF_FORCE_GPU_ALLOW_GROWTH="false")
    assert _settled(monkeypatch, "gpu", RANK_SIZE="8")["RANK_SIZE"] == "8"


def test_a_variable_that_says_what_the_backend_needs_and_one_of_the_shell_are_taken(monkeypatch):
    found = _settled(monkeypatch, shell={"RANK_SIZE": "8", "ASCEND_DEVICE_ID": "2"}, RANK_ID="0", JOB_ID="7", OTHER="x")
    assert found == {
        "RANK_SIZE": "1", "RANK_ID": "0", "JOB_ID": "7", "ASCEND_DEVICE_ID": "2", "OTHER": "x",
        "TF_CPP_MIN_LOG_LEVEL": "0",
    }  # fmt: skip
