"""`harbench report`: tables from records."""

import os
from typing import Tuple

import click

from bench.commands.options import env, record_places
from bench.errors import DataError
from har_model.files import write_atomically

_FILE_NAME = "report.md"


@click.command()
@click.argument("records", nargs=-1, type=click.Path())
@click.option(
    "-o",
    "--out",
    type=click.Path(),
    default=os.path.join("reports", "out"),
    show_default=True,
    help="Folder for the report.",
    **env("REPORT_OUT"),
)
def report(records: Tuple[str, ...], out: str) -> None:
    """Print the tables of RECORDS (files, folders; HARBENCH_OUT or results/ by default) and write them as Markdown."""
    from reports.report import build  # bench does not know reports; only a command joins them

    text, faults = build(record_places(records))
    path = os.path.join(out, _FILE_NAME)
    try:
        write_atomically(path, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise DataError(
            "The report cannot be written to %r: %s; give another folder with --out." % (path, error.strerror)
        ) from error
    click.echo(text, nl=False)
    for fault in faults:
        click.echo("harbench: %s" % fault, err=True)
    click.echo("written to %s" % os.path.abspath(path), err=True)
