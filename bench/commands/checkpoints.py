"""What the commands that take a checkpoint share: a job on the host's cores that trains nothing, checked beforehand."""

from typing import Optional

import click

from bench import environment, preflight
from bench.plan import Job
from har_model.config import NetworkConfig, TrainingConfig, Workload


def cleared(mode: str, data_path: Optional[str], batch: Optional[int] = None) -> Job:
    """The job of a mode that reads a checkpoint, once everything is checked; says which data it is.

    Args:
        mode: of `bench.plan`.
        data_path: where the dataset is; None for the search order.
        batch: windows taken at a time, where that matters.
    """
    training = TrainingConfig() if batch is None else TrainingConfig(batch_size=batch)
    job = Job(
        workload=Workload("custom", NetworkConfig(), training),
        backend="cpu",
        kernel="fused",
        precision="fp32",
        mode=mode,
        epochs=1,
        steps=None,
        warmup_steps=1,
        threads=environment.usable_cores(),
        data_path=data_path,
    )
    preflight.check_packages()
    job = preflight.settle(job)
    preflight.check_backends([job])
    (placed,), data = preflight.check_data([job])
    click.echo("data: %s" % data.sentence())
    return placed
