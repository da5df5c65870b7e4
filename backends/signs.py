"""What a device's own tool showed while a trial ran that speaks for the trial on that device."""

from dataclasses import dataclass
from typing import Any, List, Mapping, Optional

_MIB = 2**20
#: A runtime reserves memory for itself when it opens a device; smaller changes come from elsewhere.
_LEAST_GROWTH_BYTES = 64 * _MIB
#: What was busier than this before the trial had opened the device works for somebody else.
_IDLE_PERCENT = 1.0


@dataclass(frozen=True)
class Signs:
    """In words, each None where it was not seen.

    Args:
        process: the trial's process was listed on the device.
        memory: more memory was in use than before.
        work: the device, idle before, was busy.
    """

    process: Optional[str]
    memory: Optional[str]
    work: Optional[str]

    @property
    def all(self) -> List[str]:
        """Those that were seen."""
        return [sign for sign in (self.process, self.memory, self.work) if sign]


def _growth_bytes(observation: Mapping[str, Any]) -> Optional[float]:
    """By how much the device's memory in use has grown since before the trial; None where its tool did not tell."""
    before, most = observation.get("memory_bytes_before"), observation.get("memory_bytes_most")
    return None if before is None or most is None else most - before


def has_grown(observation: Mapping[str, Any]) -> Optional[bool]:
    """Whether the memory in use has grown by what opening a device takes; None where its tool did not tell."""
    growth = _growth_bytes(observation)
    return None if growth is None else growth >= _LEAST_GROWTH_BYTES


def has_risen(observation: Mapping[str, Any]) -> Optional[bool]:
    """Whether the device was ever busier than idle and than before the trial, whoever kept it busy; None where its tool
    did not tell."""
    before, most = observation.get("utilisation_percent_before"), observation.get("utilisation_percent_most")
    return None if most is None else bool(most > max(before or 0.0, _IDLE_PERCENT))


def _process(seen: Mapping[str, Any]) -> Optional[str]:
    if seen.get("is_process_seen"):
        return "the trial's process on %s" % seen.get("id")
    return "a process on %s that was not there before" % seen.get("id") if seen.get("is_process_new") else None


def _memory(seen: Mapping[str, Any]) -> Optional[str]:
    growth = _growth_bytes(seen)
    return "%d MiB more memory in use" % (growth // _MIB) if growth is not None and has_grown(seen) else None


def _work(seen: Mapping[str, Any], cores: str) -> Optional[str]:
    before, most = seen.get("utilisation_percent_before"), seen.get("utilisation_percent_most")
    if before is None or most is None or before > _IDLE_PERCENT or most <= before:
        return None
    return "%s up to %.0f %% busy" % (cores, most)


def read(observation: Mapping[str, Any], cores: str) -> Signs:
    """The signs of a trial.

    Where others are on the device and the trial was seen in no list, all load may be theirs: then there is none.

    Args:
        observation: of `Sightings`.
        cores: what is busy.
    """
    process = _process(observation)
    if observation.get("is_another_seen") and not process:
        return Signs(None, None, None)
    return Signs(process, _memory(observation), _work(observation, cores))
