"""`harbench doctor`: whether this host is fit to measure on."""

import json
import sys
from typing import List, Optional, Tuple

import click

import bench
from backends import registry
from backends.findings import FAIL, Finding
from backends.protocol import Probe
from bench import checkup, interpreter
from bench.commands.options import env
from bench.errors import BackendUnavailable, GateNotMet


def lines(findings: List[Finding]) -> List[str]:
    """A line for each finding, aligned, its state first."""
    width = max(len(found.check) for found in findings)
    return ["%-7s  %-*s  %s" % (found.state, width, found.check, found.text) for found in findings]


def document(backend: str, findings: List[Finding]) -> str:
    """The findings as one JSON document."""
    listed = [found.to_dict() for found in findings]
    content = {"harbench": bench.__version__, "backend": backend, "findings": listed}
    return json.dumps(content, indent=1, allow_nan=False)


def _looked(backend: str, device: Optional[int]) -> Tuple[Probe, List[Finding]]:
    """What a backend's probe says and what it finds of its device, each asked in a process of its own.

    What hung or died in the first is not asked once more in the second.
    """
    try:
        answer = interpreter.ask(sys.executable, backend, {}, interpreter.PROBE_SECONDS)
    except BackendUnavailable as error:
        return Probe(False, str(error)), []
    probe = Probe(answer["is_available"], answer["sentence"])
    found = checkup.examine_device(backend, device, {})
    # A backend that cannot even be made says so once.
    return probe, [finding for finding in found if finding.sentence != probe.sentence]


@click.command()
@click.option("--backend", type=click.Choice(registry.names()), default="cpu", show_default=True, **env("BACKEND"))
@click.option(
    "-o", "--out", type=click.Path(), default="results", show_default=True, help="Folder for records.", **env("OUT")
)
@click.option("--device", type=click.IntRange(0, 1023), default=None, help="Logical number.", **env("DEVICE"))
@click.option("--json", "is_json", is_flag=True, help="Print one JSON document and nothing else.")
def doctor(backend: str, out: str, device: Optional[int], is_json: bool) -> None:
    """Look whether this host is fit to measure on; change nothing. Exit code 1 when a check fails."""
    probe, found = _looked(backend, device)
    findings = checkup.examine(probe, found, out)
    click.echo(document(backend, findings) if is_json else "\n".join(lines(findings)))
    failed = [found.check for found in findings if found.state == FAIL]
    if failed:
        raise GateNotMet(
            "This host is not fit to measure on (%s); do what stands beside FAIL, then repeat." % ", ".join(failed)
        )
