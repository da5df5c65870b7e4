"""Long waits that the time stamps of a log show: for compilation and before it, none of which is step time."""

import bisect
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Iterator, List, Mapping, Optional, Sequence, Tuple

from backends.logs.ascend import Compiled, compiled_graphs

#: Shorter waits are of no account beside the minutes that a graph takes.
_LONG = timedelta(minutes=1)
_MOST_LISTED = 6
#: How far behind its time stamp, on the same line, a message may begin: the path of a source file lies between.
_PREFIX_CHARACTERS = 400
_STAMP = re.compile(
    r"(?<![0-9])(20[0-9]{2})-([0-9]{2})-([0-9]{2})[ T-]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:[.,][0-9]{1,9})?"
    r"([+-][0-9]{2}:?[0-9]{2}|Z)?"
)
_PROGRESS = re.compile(
    r"\b(?:iter(?:ation)?s?|(?:total_|global_)?steps?|epochs?|batch(?:es)?)\b[^\w\n]{0,4}[0-9]", re.IGNORECASE
)


@dataclass(frozen=True)
class _Stamp:
    """A time stamp: whether it names its zone, and where it stands."""

    time: datetime
    has_zone: bool
    position: int


@dataclass(frozen=True)
class _Wait:
    """Two stamps of one style, between which no line reports progress."""

    before: _Stamp
    after: _Stamp

    @property
    def length(self) -> timedelta:
        return self.after.time - self.before.time


def has_progress(text: str) -> bool:
    """Whether a line counts steps, iterations or epochs."""
    return _PROGRESS.search(text) is not None


def _stamps(text: str, end: int) -> Iterator[_Stamp]:
    for match in _STAMP.finditer(text, 0, end):
        try:
            time = datetime(*(int(part) for part in match.group(1, 2, 3, 4, 5, 6)))  # type: ignore[arg-type]
        except ValueError:  # the 31st of February
            continue
        yield _Stamp(time, match.group(7) is not None, match.start())


def _waits(text: str, stamps: Sequence[_Stamp]) -> List[_Wait]:
    """Long waits between neighbouring stamps of one style: zones of two styles cannot be told from one another."""
    found: List[_Wait] = []
    for has_zone in (False, True):
        alike = [stamp for stamp in stamps if stamp.has_zone == has_zone]
        found.extend(_Wait(before, after) for before, after in zip(alike, alike[1:]))
    found = [wait for wait in found if wait.length >= _LONG]
    return [wait for wait in found if not has_progress(text[wait.before.position : wait.after.position])]


def _stamp_of(graph: Compiled, text: str, positions: Sequence[int]) -> Optional[int]:
    """Where the time stamp of a compiled graph stands."""
    line = text.rfind("\n", 0, graph.position) + 1
    before = bisect.bisect_left(positions, graph.position) - 1
    is_own = before >= 0 and positions[before] >= max(line, graph.position - _PREFIX_CHARACTERS)
    return positions[before] if is_own else None


def duration(length: timedelta) -> str:
    """A length of time as a person says it: "8 min 16 s", "10 h 15 min"."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return "%d h %02d min" % (hours, minutes) if hours else "%d min %02d s" % (minutes, seconds)


def _clock(stamp: _Stamp) -> str:
    return stamp.time.strftime("%H:%M:%S")


def _fact(wait: _Wait, graphs: Mapping[int, Compiled], first: int) -> Optional[str]:
    """What a wait says; `graphs` by the position of their stamps, of which `first` is the first."""
    span = "%s (%s to %s)" % (duration(wait.length), _clock(wait.before), _clock(wait.after))
    graph = graphs.get(wait.after.position)
    if wait.after.position < first:
        return "%s without a line before the first graph was compiled: wall time of the job is no training time" % span
    if graph and wait.after.position == first:
        return "%s before the first graph (%d) was compiled: start-up, copying or compilation, no step time" % (
            span,
            graph.graph_id,
        )
    return "%s before graph %d was compiled: no step time" % (span, graph.graph_id) if graph else None


def _apart(told: Sequence[Tuple[_Wait, str]]) -> List[Tuple[_Wait, str]]:
    """Without waits that overlap one before them: stamps of two styles can show the same wait."""
    kept: List[Tuple[_Wait, str]] = []
    for wait, fact in told:
        if all(wait.after.position <= k.before.position or k.after.position <= wait.before.position for k, _ in kept):
            kept.append((wait, fact))
    return kept


def facts(text: str) -> List[str]:
    """Waits of a minute or more before and between compiled graphs, in the order of the text; the longest of many."""
    graphs = compiled_graphs(text)
    stamps = list(_stamps(text, graphs[-1].position if graphs else 0))
    positions = [stamp.position for stamp in stamps]
    placed = [(_stamp_of(graph, text, positions), graph) for graph in graphs]
    stamped = {position: graph for position, graph in placed if position is not None}
    if not stamped:
        return []
    first = min(stamped)
    told = [(wait, fact) for wait in _waits(text, stamps) for fact in [_fact(wait, stamped, first)] if fact]
    longest = _apart(sorted(told, key=lambda item: item[0].length, reverse=True)[:_MOST_LISTED])
    return [fact for _, fact in sorted(longest, key=lambda item: item[0].after.position)]
