"""Where a trial's work was done, and what shows it."""

from dataclasses import dataclass, field
from typing import Any, Mapping, Optional

#: The device named in the record did the work, and evidence says so.
PROVEN = "proven"
#: Nothing shows where the work was done: not a measurement of that device.
UNPROVEN = "unproven"
#: No device at all: figures were given, or computed elsewhere, not measured on it.
SIMULATED = "simulated"
#: The host did the work, or a part of it, by accident: the trial has failed.
ON_HOST = "on host"


@dataclass(frozen=True)
class Proof:
    """Where the work was done: `PROVEN`, `UNPROVEN`, `SIMULATED` or `ON_HOST`, and what shows it."""

    state: str
    device: str
    evidence: str


@dataclass(frozen=True)
class Evidence:
    """What the parent has of a trial that ended well, besides the trial's own word.

    Args:
        log: everything that its process wrote to stdout and stderr.
        observation: what the device's own tools showed meanwhile (`Source.observation`); None where none looked.
        description: what the trial said of framework, device and settings (`backends.protocol.Description`).
    """

    log: str
    observation: Optional[Mapping[str, Any]]
    description: Mapping[str, Any] = field(default_factory=dict)
