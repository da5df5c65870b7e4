"""What a source has seen of its device over all its readings."""

import collections
from typing import Any, Callable, Collection, Counter, Dict, Iterable, Optional, Sequence, Set

import psutil

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
        self._pids, self._exists = pids, exists
        self._process_was: Set[Optional[bool]] = set()
        self._throttled: Counter[str] = collections.Counter()
        self._pids_before: Optional[Set[int]] = None

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

    def reading(
        self,
        memory_bytes: Optional[float],
        utilisation_percent: Optional[float],
        on_device: Collection[int],
        is_whole_list: bool,
    ) -> None:
        """Keep what a reading shows that has just ended.

        What the device was like before the trial is told by a reading that ended before the trial's process started.

        Args:
            memory_bytes: in use on the device.
            utilisation_percent: of the device.
            on_device: pids that the tool lists.
            is_whole_list: whether these are all there are, as far as it tells.
        """
        of_trial = self._pids()
        if of_trial is None:
            self.note(memory_bytes_before=memory_bytes, utilisation_percent_before=utilisation_percent)
            if self._pids_before is None and is_whole_list:
                self._pids_before = set(on_device)
        self._keep_most("memory_bytes_most", memory_bytes)
        self._keep_most("utilisation_percent_most", utilisation_percent)
        self._processes(set(on_device), is_whole_list, of_trial or set())

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

    def _processes(self, on_device: Set[int], is_whole_list: bool, of_trial: Set[int]) -> None:
        """Keep whether a process of the trial was on the device, and whether another one was.

        A tool may number processes as the host does, and the trial live in a container: then it lists none that exists
        here, and one that was not there before the trial is new.
        """
        others = on_device - of_trial
        if len(others) < len(on_device):
            self._process_was.add(True)
        elif of_trial:  # none before it starts and after it ended, which says nothing
            self._process_was.add(False if is_whole_list else None)
        new = set()
        if self._pids_before is not None:
            new = {pid for pid in others - self._pids_before if not self._exists(pid)}
        if new:
            self.replace(is_process_new=True)
        if others - new:
            self.replace(is_another_seen=True)

    @property
    def is_process_seen(self) -> Optional[bool]:
        """True once it was seen; False where every list was told and none had it; None otherwise."""
        if True in self._process_was:
            return True
        return False if self._process_was == {False} else None

    def document(self) -> Dict[str, Any]:
        """All of it, as JSON has it."""
        return dict(self._document, is_process_seen=self.is_process_seen)
