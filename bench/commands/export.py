"""`harbench export`: a checkpoint as a frozen graph for offline inference."""

from typing import Optional

import click

from backends import offline
from bench import environment, exporting, plan, preflight
from bench.commands.cell_options import POSITIVE
from bench.commands.options import data_path_option, env
from bench.plan import Job
from har_model.config import NetworkConfig, TrainingConfig, Workload


@click.command()
@click.option("--ckpt", required=True, type=click.Path(), help="Prefix of the checkpoint's files.", **env("CKPT"))
@click.option("-o", "--out", type=click.Path(), default="model.pb", show_default=True, help="The frozen graph's file.")
@click.option("--chip", default=offline.DEFAULT_CHIP, show_default=True, help="What atc compiles for.", **env("CHIP"))
@click.option("--batch", type=POSITIVE, default=1, show_default=True, help="Windows that the device takes at a time.")
@data_path_option
def export(ckpt: str, out: str, chip: str, batch: int, data_path: Optional[str]) -> None:
    """Freeze a checkpoint (harbench's or the ModelZoo port's) for offline inference on an Ascend device.

    The graph is checked on the CPU against the test windows; the command line of the offline compiler is printed.
    """
    soc, job = offline.chip_of(chip), _job(batch, data_path)
    exporting.check_path(out)
    preflight.check_packages()
    job = preflight.settle(job)
    preflight.check_backends([job])
    (job,), data = preflight.check_data([job])
    click.echo("data: %s" % data.sentence())
    exported = exporting.export(job, ckpt, out)
    for line in exporting.lines(exported):
        click.echo(line)
    click.echo(
        "compile it on a host with CANN: %s" % offline.command(out, soc, exported.network, batch, exporting.NODES)
    )


def _job(batch: int, data_path: Optional[str]) -> Job:
    return Job(
        workload=Workload("custom", NetworkConfig(), TrainingConfig(batch_size=batch)),
        backend="cpu",
        kernel="fused",
        precision="fp32",
        mode=plan.MODE_EXPORT,
        epochs=1,
        steps=None,
        warmup_steps=1,
        threads=environment.usable_cores(),
        data_path=data_path,
    )
