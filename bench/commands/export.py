"""`harbench export`: a checkpoint as a frozen graph for offline inference."""

from typing import Optional

import click

from backends import atc
from bench import exporting, plan
from bench.commands import checkpoints
from bench.commands.cell_options import POSITIVE
from bench.commands.options import data_path_option, env


@click.command()
@click.option("--ckpt", required=True, type=click.Path(), help="Prefix of the checkpoint's files.", **env("CKPT"))
@click.option("-o", "--out", type=click.Path(), default="model.pb", show_default=True, help="The frozen graph's file.")
@click.option("--chip", default=atc.DEFAULT_CHIP, show_default=True, help="What atc compiles for.", **env("CHIP"))
@click.option("--batch", type=POSITIVE, default=1, show_default=True, help="Windows that the device takes at a time.")
@data_path_option
def export(ckpt: str, out: str, chip: str, batch: int, data_path: Optional[str]) -> None:
    """Freeze a checkpoint (harbench's or the ModelZoo port's) for offline inference on an Ascend device.

    The graph is checked on the CPU against the test windows; the command line of the offline compiler is printed.
    """
    soc = atc.chip_of(chip)
    atc.check_model_path(out)
    exporting.check_path(out)
    exported = exporting.export(checkpoints.cleared(plan.MODE_EXPORT, data_path, batch), ckpt, out)
    for line in exporting.lines(exported):
        click.echo(line)
    click.echo("compile it on a host with CANN: %s" % atc.command(out, soc, exported.network, batch))
