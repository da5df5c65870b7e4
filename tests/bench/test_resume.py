import numpy as np
import pytest

from bench import resume
from bench.plan import Job
from har_model.config import Workload
from har_model.dataset.signals import Dataset, Split

_SPLIT = Split(np.zeros((5, 128, 9), np.float32), np.zeros(5, np.int32))
_DATA = Dataset(kind="synthetic", location=None, train=_SPLIT, test=_SPLIT, fingerprint="f")


def _fingerprint(**variables):
    job = Job(
        Workload("deep-lstm"), "null", "fused", "fp32", "performance", 2, None, 10, 2, variables=variables,
    )  # fmt: skip
    return resume.fingerprint([job], _DATA)


def test_a_run_that_is_queued_again_under_another_job_id_is_the_same_run():
    assert _fingerprint(JOB_ID="17", RANK_ID="0") == _fingerprint(JOB_ID="18", RANK_ID="0")


@pytest.mark.parametrize("other", [{}, {"RANK_ID": "1"}, {"RANK_ID": "0", "HARBENCH_NULL": "{}"}])
def test_what_is_set_for_the_trials_tells_runs_apart(other):
    assert _fingerprint(RANK_ID="0") != _fingerprint(**other)
