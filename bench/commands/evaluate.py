"""`harbench evaluate`: a checkpoint's accuracy."""

from typing import Optional

import click

from bench import environment, evaluation, plan, preflight
from bench.commands.options import data_path_option, env
from bench.plan import Job
from har_model.config import NetworkConfig, Workload


@click.command()
@click.option("--ckpt", required=True, type=click.Path(), help="Prefix of the checkpoint's files.", **env("CKPT"))
@data_path_option
def evaluate(ckpt: str, data_path: Optional[str]) -> None:
    """Evaluate a checkpoint (harbench's or the ModelZoo port's) on the test windows, taken as one batch."""
    job = Job(
        workload=Workload("custom", NetworkConfig()),
        backend="cpu",
        kernel="fused",
        precision="fp32",
        mode=plan.MODE_EVALUATE,
        epochs=1,
        steps=None,
        warmup_steps=1,
        threads=environment.usable_cores(),
        data_path=data_path,
    )
    preflight.check_packages()
    job = preflight.settle(job)
    preflight.check_backends([job])
    (job,), data = preflight.check_data([job])
    click.echo("data: %s" % data.sentence())
    for line in evaluation.lines(evaluation.evaluate(job, ckpt)):
        click.echo(line)
