"""What a source has seen of its device over all its readings."""

import collections
from typing import Any, Callable, Collection, Counter, Dict, Iterable, Optional, Sequence

import psutil

from backends.telemetry.listed import Listed
from backends.telemetry.source import Pids

#: What every observation of a device has.
FIELDS = (
    "tool",
    "name",
    "driver",
    "id",
    "is_process_seen",
    "is_process_new",
    "is_another_seen",
    "memory_bytes_before",
    "memory_bytes_most",
    "utilisation_percent_before",
    "utilisation_percent_most",
    "health",
    "throttle_reasons",
    "raw",
)
#: Characters of a tool's first output that are kept as evidence.
_RAW_CHARACTERS = 4000


class Sightings:
    """Gathers what readings of a device tell; what none of them told is None.

    Args:
        tool: what told it.
        pids: the processes of the trial's tree.
        exists: whether there is a process of that number here.
    """

    def __init__(self, tool: str, pids: Pids, exists: Callable[[int], bool] = psutil.pid_exists) -> None:
        self._document: Dict[str, Any] = dict(dict.fromkeys(FIELDS), tool=tool)
        self._pids, self._listed = pids, Listed(exists)
        self._throttled: Counter[str] = collections.Counter()

    def note(self, **facts: Any) -> None:
        """Keep what does not change: the first that is known."""
        for name, fact in facts.items():
            if self._document.get(name) is None:
                self._document[name] = fact

    def output(self, text: str) -> None:
        """Keep the beginning of the first output of the tool that has any."""
        self.note(raw=text[:_RAW_CHARACTERS] or None)

    def replace(self, **facts: Any) -> None:
        """Keep the latest, if it is known."""
        self._document.update({name: fact for name, fact in facts.items() if fact is not None})

    def before(self, memory_bytes: Optional[float], utilisation_percent: Optional[float]) -> None:
        """Keep what the device was like just now, if the trial's process has not started: a `reading` may take longer.

        Args:
            memory_bytes: in use on the device.
            utilisation_percent: of the device.
        """
        if self._pids() is None:
            self.note(memory_bytes_before=memory_bytes, utilisation_percent_before=utilisation_percent)

    def reading(
        self,
        memory_bytes: Optional[float],
        utilisation_percent: Optional[float],
        on_device: Collection[int],
        is_whole_list: bool,
        is_list_read: Optional[bool] = None,
    ) -> None:
        """Keep what a reading shows, as soon as the tool has listed the processes.

        What the device was like before the trial is told by a reading that came here before the trial's process
        started.

        Args:
            memory_bytes: in use on the device.
            utilisation_percent: of the device.
            on_device: pids that the tool lists.
            is_whole_list: whether these are all there are, as far as it tells.
            is_list_read: whether these are all that it would list, though it may list none at all to a container;
                where it is not given, whether the list is whole.
        """
        of_trial = self._pids()
        if of_trial is None:
            self.note(memory_bytes_before=memory_bytes, utilisation_percent_before=utilisation_percent)
        self._keep_most("memory_bytes_most", memory_bytes)
        self._keep_most("utilisation_percent_most", utilisation_percent)
        is_read = is_whole_list if is_list_read is None else is_list_read
        self._listed.add(set(on_device), of_trial, is_whole_list, is_read)

    def _keep_most(self, name: str, value: Optional[float]) -> None:
        kept = self._document[name]
        if value is not None and (kept is None or value > kept):
            self._document[name] = value

    def health(self, health: Optional[str], from_best: Sequence[str]) -> None:
        """Keep the worst health that was seen."""
        seen = [each for each in (self._document["health"], health) if each is not None]
        self.replace(health=max(seen, key=from_best.index, default=None))

    def throttling(self, reasons: Iterable[str]) -> None:
        """Keep every reason that kept the clock low in a reading, and how many readings had it."""
        self._throttled.update(reasons)
        self.replace(throttle_reasons=sorted(self._throttled), throttle_readings=dict(self._throttled))

    def document(self) -> Dict[str, Any]:
        """All of it, as JSON has it."""
        return dict(
            self._document,
            is_process_seen=self._listed.is_process_seen,
            is_process_new=True if self._listed.new else None,
            is_another_seen=True if self._listed.others else None,
        )
