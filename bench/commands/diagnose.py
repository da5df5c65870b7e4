"""`harbench diagnose`: what a training log says of the device and of what went wrong."""

import json
import sys
from typing import TYPE_CHECKING, List

import click

import bench
from bench.errors import DataError, DeviceNotUsed, TrialFailed

if TYPE_CHECKING:
    from backends.logs.reading import Reading


def _meaning(is_used: str, device: str) -> str:
    from backends.logs import reading  # loaded by whoever has one

    return {
        reading.YES: "the log proves that the %s was given the work" % device,
        reading.NO: "no accelerator did the work",
        reading.PARTLY: "an accelerator did a part of the work at most",
        reading.UNPROVEN: "nothing in the log proves that an accelerator did the work",
        reading.YES_THEN_FAILED: "the %s was at work and the run failed" % device,
    }[is_used]


def verdict(reading: "Reading") -> str:
    """The device, whether it was used, and what that means, in one line."""
    device = reading.device.upper() if reading.device else "unknown"
    return "Device: %s; used: %s (%s)." % (device, reading.is_used, _meaning(reading.is_used, device))


def lines(reading: "Reading", tail: str) -> List[str]:
    """The verdict, the diagnosis with its next step, codes, facts, and the end of the log."""
    written = [verdict(reading)]
    if reading.diagnosis:
        written.append("Diagnosis: %s" % reading.diagnosis)
    if reading.codes:
        written.append("Codes: %s" % ", ".join(reading.codes))
    written.extend("- %s" % fact for fact in reading.facts)
    if tail:
        written.extend(["", "Last lines of the log:"] + ["  " + line for line in tail.split("\n")])
    return written


def document(reading: "Reading", log: str, tail: str) -> str:
    """The same as one JSON document."""
    content = {
        "harbench": bench.__version__,
        "log": log,
        "device": reading.device,
        "used": reading.is_used,
        "failed": reading.has_failed,
        "diagnosis": reading.diagnosis,
        "codes": list(reading.codes),
        "facts": list(reading.facts),
        "tail": tail.split("\n") if tail else [],
    }
    return json.dumps(content, indent=1, allow_nan=False)


def _text_of(log: str) -> str:
    from backends.logs import text

    try:
        return text.read_stream(sys.stdin.buffer) if log == "-" else text.read_log(log)
    except OSError as error:
        raise DataError("The log %s cannot be read: %s." % (log, error.strerror)) from error


@click.command()
@click.argument("log", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--json", "is_json", is_flag=True, help="Print one JSON document and nothing else.")
def diagnose(log: str, is_json: bool) -> None:
    """Say whether a training LOG (- for standard input) proves that the device did the work, and what went wrong.

    Exit code 0: the log proves that the device did the work, and shows no failure. 5: the work failed. 6: the device
    did not do the work, or not all of it, or nothing proves it.
    """
    # Here and not above: the other commands need not wait for the tables.
    from backends.logs import reading, text

    content = _text_of(log)
    read, tail = reading.read(content), text.tail(content)
    click.echo(document(read, log, tail) if is_json else "\n".join(lines(read, tail)))
    if read.has_failed:
        raise TrialFailed("The log shows a failure; do what stands behind `Diagnosis`, or read its last lines.")
    if read.is_used != reading.YES:
        raise DeviceNotUsed("The log does not prove that the device did all of the work (used: %s)." % read.is_used)
