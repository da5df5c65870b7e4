"""`harbench backends`: which backends there are, what each can do, and whether it can run here."""

import json
import sys
import textwrap
from dataclasses import asdict
from typing import List, Optional, Sequence, Tuple

import click

import bench
from backends import registry
from bench import capabilities, interpreter, preflight
from bench.capabilities import Capabilities
from bench.commands.cell_options import interpreter_of, python_option
from bench.commands.options import finite

#: Characters in a line; a longer word stands alone in its own.
_WIDTH = 100
_INDENT = " " * 4


def _wrapped(text: str, indent: str = _INDENT) -> List[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent=_INDENT, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _list(title: str, words: Optional[Tuple[str, ...]]) -> List[str]:
    text = "%-13s%s" % (title, "unknown" if words is None else ", ".join(words))
    return _wrapped(text, indent=_INDENT + " " * 13)


def lines(found: Sequence[Capabilities]) -> List[str]:
    """Each backend's name and state, below them what its probe says and what it can do; defaults stand first."""
    shown: List[str] = []
    for one in found:
        shown += ["%s: %s" % (one.name, one.state)] + _wrapped(one.sentence)
        shown += _list("kernels", one.kernels) + _list("precisions", one.precisions)
        shown += _list("loss scales", one.loss_scales)
    return shown


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
