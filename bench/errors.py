"""One kind of error, one exit code, one plain sentence: the whole table, and the kinds that only measuring can meet."""

from backends.protocol import BackendUnavailable
from har_model.errors import DataError, HarbenchError, UsageError

__all__ = [
    "BackendUnavailable",
    "DataError",
    "DeviceNotUsed",
    "EXIT_CODES",
    "GateNotMet",
    "HarbenchError",
    "Inconclusive",
    "Interrupted",
    "NotComparable",
    "TrialFailed",
    "TrialTimedOut",
    "UsageError",
    "error_of",
]


class TrialFailed(HarbenchError):
    """A trial's process ended before its work was done."""

    exit_code = 5


class DeviceNotUsed(HarbenchError):
    """A trial ran to its end, and its device did not do the work, or nothing shows that it did."""

    exit_code = 6


class TrialTimedOut(HarbenchError):
    """A trial took longer than it was given and was stopped."""

    exit_code = 124


class GateNotMet(HarbenchError):
    """A gate that was asked for is disproved by the measurement."""

    exit_code = 1


class NotComparable(HarbenchError):
    """Two cells differ in what makes a comparison meaningless."""

    exit_code = 7


class Inconclusive(HarbenchError):
    """A gate that was asked for is neither proven nor disproved."""

    exit_code = 8


class Interrupted(HarbenchError):
    """A person or the system asked the run to end."""

    exit_code = 130


_KINDS = {
    kind.exit_code: kind
    for kind in (UsageError, DataError, BackendUnavailable, TrialFailed, DeviceNotUsed, TrialTimedOut, Interrupted)
}


def error_of(exit_code: int, sentence: str) -> HarbenchError:
    """The error that a trial ended with, from its exit code."""
    return _KINDS.get(exit_code, TrialFailed)(sentence)


#: What each exit code of the command means.
EXIT_CODES = {
    0: "everything asked for was done",
    1: "a gate or verdict asked for was not met, a check of harbench doctor failed, or a fault of harbench itself",
    2: "usage or configuration",
    3: "data",
    4: "backend unavailable",
    5: "trial failed",
    6: "the device did not do the work, or nothing proves that it did",
    7: "not comparable",
    8: "inconclusive where a verdict was required",
    124: "time-out",
    130: "interrupted",
}
