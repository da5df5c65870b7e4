"""Where a trial's work was done, and what shows it."""

import re
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


#: Phases of a trial's log in which a device first meets what it has to compute: a training's steps up to its first
#: evaluation, that evaluation, and what follows it.
TRAINING, FIRST_EVALUATION, FURTHER_TRAINING = "training", "first-evaluation", "further-training"
_PHASE = "harbench: phase %s\n"


def phase_line(phase: str) -> str:
    """What a trial writes into its log where a phase begins: one of those above, or another such word."""
    return _PHASE % phase


@dataclass(frozen=True)
class Evidence:
    """What the parent has of a trial that ended well, besides the trial's own word.

    Args:
        log: everything that its process wrote to stdout and stderr, and a `phase_line` where each phase begins.
        observation: what the device's own tools showed meanwhile (`Source.observation`); None where none looked.
        description: what the trial said of framework, device and settings (`backends.protocol.Description`).
    """

    log: str
    observation: Optional[Mapping[str, Any]]
    description: Mapping[str, Any] = field(default_factory=dict)

    def log_of(self, phase: str) -> Optional[str]:
        """What was written during a phase; None where the log does not tell of it."""
        _, line, rest = self.log.partition(phase_line(phase))
        return re.split(_PHASE % r"\S+", rest)[0] if line else None
