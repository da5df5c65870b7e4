"""Whose processes a device's tool lists: the trial's, one that may be under another number, or another's."""

from typing import Callable, Optional, Set


class Listed:
    """Gathers the lists of all readings.

    A tool may number processes as the host does, and the trial live in a container: then it lists none that exists
    here. A process that was not there before the trial, and does not exist here in two readings in succession, is new.
    In one reading alone it may be a stranger's here that ended between the list and the look for it.

    Args:
        exists: whether there is a process of that number here.
    """

    def __init__(self, exists: Callable[[int], bool]) -> None:
        self._exists = exists
        self._process_was: Set[Optional[bool]] = set()
        self._of_trial: Set[int] = set()
        self._before: Optional[Set[int]] = None
        self._known: Set[int] = set()  # another's for good
        self._last: Set[int] = set()  # of the last reading, those that may be new
        self._unknown: Set[int] = set()  # all that were ever among them
        #: Numbers that are new.
        self.new: Set[int] = set()

    def add(self, pids: Set[int], of_trial: Optional[Set[int]], is_whole: bool, is_read: bool) -> None:
        """Keep what one reading lists.

        Args:
            pids: listed on the device.
            of_trial: the trial's at that moment; None before it starts.
            is_whole: whether these are all there are, as far as the tool tells.
            is_read: whether they are all that the tool would list. That there was none before the trial is believed
                then: if there are some later, it lists them here.
        """
        if of_trial is None and is_read:
            self._before = pids | (self._before or set())
        self._of_trial |= of_trial or set()
        if pids & self._of_trial:
            self._process_was.add(True)
        elif of_trial:  # none before it starts and after it ended, which says nothing
            self._process_was.add(False if is_whole else None)
        self._add_others(pids - self._of_trial)  # one that has ended may be listed for a while

    def _add_others(self, others: Set[int]) -> None:
        came: Set[int] = set() if self._before is None else others - self._before - self._known
        unknown = {pid for pid in came if not self._exists(pid)}
        self._known |= others - unknown
        self.new |= unknown & self._last
        self._unknown, self._last = self._unknown | unknown, unknown

    @property
    def is_process_seen(self) -> Optional[bool]:
        """True once one of the trial was seen; False where every list was told and none had it; None otherwise."""
        if True in self._process_was:
            return True
        return False if self._process_was == {False} else None

    @property
    def others(self) -> Set[int]:
        """Those that are neither the trial's nor new. One of a trial that only the next reading tells is none."""
        return (self._known | self._unknown) - self.new - self._of_trial
