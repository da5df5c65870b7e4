"""`harbench data`: what dataset there is, and how to get it."""

import os
from typing import Any, Optional

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from bench.commands.options import data_path_option, env
from har_model import dataset
from har_model.dataset import archive


@click.group()
def data() -> None:
    """Say what dataset would be used, or fetch the official one."""


@data.command()
@data_path_option
def info(data_path: Optional[str]) -> None:
    """Say which dataset a run would use, and check it whole."""
    found = dataset.load(data_path)
    facts = found.describe()
    click.echo("data: %s" % found.sentence())
    click.echo("fingerprint %s" % found.fingerprint)
    click.echo("windows of %d steps, %d channels" % (facts["window_length"], facts["n_channels"]))
    for split in ("train", "test"):
        counts = facts[split + "_class_counts"]
        click.echo("%s: %s" % (split, ", ".join("%s %d" % pair for pair in zip(facts["label_names"], counts))))


class _Display:
    """A bar on a terminal once something comes, nothing elsewhere; use it as a context manager."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("downloading"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            console=Console(stderr=True),
        )
        self._task = self._progress.add_task("", total=None)

    def __enter__(self) -> "_Display":
        return self

    def __exit__(self, *_: Any) -> None:
        if self._progress.live.is_started:  # stopping one that is not writes an empty line
            self._progress.stop()

    def __call__(self, done: int, total: Optional[int]) -> None:
        if self._progress.console.is_interactive:
            self._progress.start()
        self._progress.update(self._task, completed=done, total=total)


@data.command()
@click.option("--url", default=None, help="Address of the archive.  [default: the UCI repository's]", **env("DATA_URL"))
@click.option(
    "--archive",
    "archive_path",
    type=click.Path(),
    default=None,
    help="An archive on this machine instead.",
    **env("ARCHIVE"),
)
@click.option(
    "--accept-sha256",
    default=None,
    help="Take an archive with this SHA-256 instead of the official one.",
    **env("ACCEPT_SHA256"),
)
def fetch(url: Optional[str], archive_path: Optional[str], accept_sha256: Optional[str]) -> None:
    """Download UCI HAR (60 MB), check it and unpack it into the cache."""
    with _Display() as display:
        fetched = archive.fetch(url, archive_path, accept_sha256, display)
    if fetched.was_there:
        click.echo("It is there already: %s" % fetched.root)
        return
    click.echo("Unpacked to %s (SHA-256 %s)." % (fetched.root, fetched.sha256))
    if os.environ.get("HARBENCH_DATA"):
        click.echo("HARBENCH_DATA is set and comes first in the search order.")
