"""`harbench backends`: which backends there are, what each can do, and whether it can run here."""

import json
import sys
from dataclasses import asdict
from typing import List, Optional, Sequence, Tuple

import click

import bench
from backends import registry
from bench import capabilities, interpreter, preflight
from bench.capabilities import Capabilities
from bench.commands.cell_options import interpreter_of, python_option
from bench.commands.options import finite

_HEADER = ("backend", "state", "kernels", "precisions", "loss scales", "in words")
#: What stands where a backend could not say.
_UNKNOWN = "unknown"


def _words(words: Optional[Tuple[str, ...]]) -> str:
    return _UNKNOWN if words is None else ",".join(words)


def lines(found: Sequence[Capabilities]) -> List[str]:
    """A header and a line for each backend, aligned; the defaults stand first in each list."""
    rows = [_HEADER]
    rows += [
        (one.name, one.state, _words(one.kernels), _words(one.precisions), _words(one.loss_scales), one.sentence)
        for one in found
    ]
    widths = [max(map(len, column)) for column in zip(*rows)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]


def document(found: Sequence[Capabilities], left_out: Sequence[str]) -> str:
    """The same as one JSON document."""
    content = {
        "harbench": bench.__version__,
        "backends": [dict(asdict(one), state=one.state) for one in found],
        "left_out": list(left_out),
    }
    return json.dumps(content, indent=1, allow_nan=False)


@click.command()
@python_option
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True, max=86400),
    callback=finite,
    default=interpreter.PROBE_SECONDS,
    show_default=True,
    help="Seconds for each answer.",
)
@click.option("--json", "is_json", is_flag=True, help="Print one JSON document and nothing else.")
def backends(python: Tuple[str, ...], timeout: float, is_json: bool) -> None:
    """List the backends, those of other packages too: what each can do, and whether it can run here."""
    preflight.check_packages()
    chosen = {name: interpreter_of(python, name) for name in registry.names()}
    places = {name: sys.executable if path is None else interpreter.find(path) for name, path in chosen.items()}
    found = [capabilities.of(name, place, timeout) for name, place in places.items()]
    left_out = registry.refused()
    click.echo(document(found, left_out) if is_json else "\n".join(lines(found)))
    for sentence in () if is_json else left_out:
        click.echo("harbench: %s" % sentence, err=True)
