"""`harbench evaluate`: a checkpoint's accuracy."""

from typing import Optional

import click

from bench import evaluation, plan
from bench.commands import checkpoints
from bench.commands.options import data_path_option, env


@click.command()
@click.option("--ckpt", required=True, type=click.Path(), help="Prefix of the checkpoint's files.", **env("CKPT"))
@data_path_option
def evaluate(ckpt: str, data_path: Optional[str]) -> None:
    """Evaluate a checkpoint (harbench's or the ModelZoo port's) on the test windows, taken as one batch."""
    job = checkpoints.cleared(plan.MODE_EVALUATE, data_path)
    for line in evaluation.lines(evaluation.evaluate(job, ckpt)):
        click.echo(line)
