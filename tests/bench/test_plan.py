import json

import numpy as np
import pytest

from bench import plan
from bench.errors import UsageError
from bench.plan import Job
from har_model.config import NetworkConfig, TrainingConfig, Workload
from har_model.dataset.signals import Dataset, Split


def _job(**changes):
    fields = dict(
        workload=Workload("deep-lstm"), backend="null", kernel="fused", precision="fp32", mode="performance", epochs=2,
        steps=None, warmup_steps=10, threads=2,
    )  # fmt: skip
    return Job(**dict(fields, **changes))


def _dataset(n_train=500, length=128, channels=9):
    def split(n):
        return Split(np.zeros((n, length, channels), np.float32), np.zeros(n, np.int32))

    return Dataset(kind="synthetic", location=None, train=split(n_train), test=split(3), fingerprint="f")


def test_a_job_survives_its_own_document():
    job = _job(steps=7, data_path="/a b")
    assert Job.from_dict(job.to_dict()) == job


@pytest.mark.parametrize(
    "n_train, worst, epochs, updates",
    [(7352, 5, 5, 390), (2400, 5, 250, 7250), (300, 5, 2, 12), (99, 5, 3, 0), (250, 0, 1, 2)],
)
def test_updates_count_full_batches_and_replays(n_train, worst, epochs, updates):
    workload = Workload("deep-lstm", NetworkConfig(), TrainingConfig(worst_batches=worst))
    assert plan.updates_of(n_train, workload, epochs) == updates


@pytest.mark.parametrize(
    "steps, warmup, is_refused", [(11, 10, False), (10, 10, True), (3, 10, True), (None, 20, True), (None, 19, False)]
)
def test_fewer_steps_than_warm_up_is_a_usage_error(steps, warmup, is_refused):
    job = _job(steps=steps, warmup_steps=warmup)  # 500 windows, 2 epochs: 20 updates
    if is_refused:
        with pytest.raises(UsageError, match="warm-up of %d" % warmup):
            plan.check_job(job, _dataset())
    else:
        plan.check_job(job, _dataset())


def test_too_few_windows_for_a_batch_is_a_usage_error():
    with pytest.raises(UsageError, match="at most 60"):
        plan.check_job(_job(), _dataset(n_train=60))


@pytest.mark.parametrize("shape", [(64, 9), (128, 6)])
def test_windows_of_another_shape_than_the_network_reads_are_refused(shape):
    with pytest.raises(UsageError, match="reads 128 and 9"):
        plan.check_job(_job(), _dataset(500, *shape))


def test_blocks_turn_the_order_and_give_all_their_trials_one_seed():
    cells = [_job(workload=Workload("deep-lstm", seed=4), kernel=kernel) for kernel in ("fused", "unrolled")]
    slots = [slot for block in range(3) for slot in plan.block_of(cells, block)]
    assert [slot.job.kernel[0] for slot in slots] == ["f", "u", "u", "f", "f", "u"]  # A B B A A B
    assert [slot.cell for slot in slots] == [0, 1, 1, 0, 0, 1]
    assert [slot.job.workload.seed for slot in slots] == [4, 4, 5, 5, 6, 6]
    assert [slot.position for slot in slots] == [0, 1] * 3


def test_trials_of_a_cell_differ_in_their_seed_alone():
    jobs = [plan.block_of([_job()], block)[0].job for block in range(3)]
    assert len({str(dict(job.to_dict(), workload=None)) for job in jobs}) == 1


def test_a_job_survives_its_document():
    job = _job(cpus=(0, 2), variables={"A": "b"}, python="/usr/bin/python3")
    assert plan.Job.from_dict(json.loads(json.dumps(job.to_dict()))) == job


@pytest.mark.parametrize("steps, expected", [(None, 20), (15, 15), (1000, 20)])
def test_planned_steps_are_what_the_job_will_do(steps, expected):
    assert plan.planned_steps(_job(steps=steps), 500) == expected
