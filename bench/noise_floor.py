"""What equal cells differ by on a host: measured by an A/A run and kept, as the margin of later verdicts there."""

import itertools
import json
import math
import os
from dataclasses import asdict, dataclass
from typing import Dict, List, Optional, Sequence, Tuple

import numpy as np

from backends.proof import SIMULATED
from bench import figures, stats
from bench.cells import Cell
from bench.comparing import fairness
from bench.record import seconds_of, started_seconds
from bench.stats import verdict
from har_model.dataset import cache
from har_model.files import write_atomically

_FORMAT = 1
#: A larger floor makes no margin: a host that tells equal things apart by as much cannot show them equivalent.
LARGEST_FLOOR = 0.1
#: Relabellings that are tried at most: all of them up to 10 blocks.
_MOST_RELABELLINGS = 1024


@dataclass(frozen=True)
class NoiseFloor:
    """What an A/A run of one cell found.

    Args:
        host_id: host that it is of.
        backend: backend that it is of, and that it was simulated where it was.
        cell: the cell in words.
        measured: wall clock, ISO 8601.
        blocks: trials of each side, interleaved.
        trial_deviation: sample standard deviation of the logarithms of trial means, each side about its own mean.
        ratio, low, high: of the two equal sides, with its 95 % interval.
        floor: the end of that interval that is farther from 1, as a share: so far equal cells may seem to differ.
        false_alarms, relabellings: how many of so many other divisions of the same trials into two sides, block by
            block, would have been called faster or slower beyond `floor`.
    """

    host_id: str
    backend: str
    cell: str
    measured: str
    blocks: int
    trial_deviation: float
    ratio: float
    low: float
    high: float
    floor: float
    false_alarms: int
    relabellings: int


def _relabelled(n: int) -> List[Tuple[int, ...]]:
    """Which blocks have their sides exchanged, over all divisions; a sample of them where there are too many.

    The first block keeps its sides: exchanging all of them gives the inverse ratio, which is no new division.
    """
    if 2 ** (n - 1) <= _MOST_RELABELLINGS:
        return [(1,) + signs for signs in itertools.product((1, -1), repeat=n - 1)]
    draw = np.random.RandomState(0)
    return [(1,) + tuple(signs) for signs in draw.choice((1, -1), (_MOST_RELABELLINGS, n - 1))]


def false_alarms(values: Sequence[float], others: Sequence[float], margin: float) -> Tuple[int, int]:
    """How many divisions of paired trials into two sides get a verdict of `faster` or `slower`, and of how many."""
    pairs = list(zip(values, others))
    divisions = _relabelled(len(pairs))
    alarms = 0
    for signs in divisions:
        divided = [pair if sign > 0 else pair[::-1] for pair, sign in zip(pairs, signs)]
        ratio = stats.paired_ratio([one for one, _ in divided], [other for _, other in divided])
        answer = verdict.of_speed(ratio, margin)
        alarms += answer in (verdict.FASTER, verdict.SLOWER)
    return alarms, len(divisions)


def of(one: Cell, other: Cell, name: str, measured: str) -> Optional[NoiseFloor]:
    """The noise floor from the two sides of an A/A run; None where they have no interval.

    Args:
        one, other: the sides, taken in the same blocks.
        name: the cell in words.
        measured: wall clock, ISO 8601.
    """
    values, others = one.in_pairs(other, "fps")
    ratio = stats.paired_ratio(values, others) if values else None
    if ratio is None or ratio.low is None or ratio.high is None:
        return None
    variances = [float(np.var(np.log(side), ddof=1)) for side in (values, others)]
    floor = math.expm1(max(abs(math.log(ratio.low)), abs(math.log(ratio.high))))
    alarms, divisions = false_alarms(values, others, floor)
    return NoiseFloor(
        host_id=one.first["environment"]["identity"]["host_id"],
        backend=_measured_on(one),
        cell=name,
        measured=measured,
        blocks=len(values),
        trial_deviation=math.sqrt(sum(variances) / 2),
        ratio=ratio.centre,
        low=ratio.low,
        high=ratio.high,
        floor=floor,
        false_alarms=alarms,
        relabellings=divisions,
    )


def _path() -> str:
    return os.path.join(cache.folder(), "noise-v%d.json" % _FORMAT)


def _stored() -> Dict[str, NoiseFloor]:
    """Every noise floor that is kept; none where the file is missing or not ours."""
    try:
        with open(_path(), encoding="utf-8") as file:
            document = json.load(file)
        kept = {key: NoiseFloor(**value) for key, value in document.items()}
        # A floor that a hand has edited is none, and neither is one whose time cannot be read.
        return {key: one for key, one in kept.items() if 0 < one.floor <= LARGEST_FLOOR and seconds_of(one.measured)}
    except (OSError, ValueError, OverflowError, TypeError, AttributeError):
        return {}


def _measured_on(cell: Cell) -> str:
    """The backend; one that is simulated or slowed down, which is no margin of a measured one, is told apart."""
    apart = [", simulated"] if fairness.proof_state(cell) == SIMULATED else []
    apart += [", slowed down"] if figures.slow_down(cell.first) else []
    return str(cell.first["job"]["backend"]) + "".join(apart)


def _key(host_id: str, backend: str) -> str:
    return "%s %s" % (host_id, backend)


def store(floor: NoiseFloor) -> str:
    """Keep a noise floor in place of an earlier one of the same host and backend; the file's path.

    Raises:
        OSError: the cache folder cannot be written.
    """
    kept = dict(_stored(), **{_key(floor.host_id, floor.backend): floor})
    text = json.dumps({key: asdict(value) for key, value in kept.items()}, allow_nan=False, indent=1, sort_keys=True)
    write_atomically(_path(), text.encode("utf-8"))
    return _path()


def before(cell: Cell) -> Optional[NoiseFloor]:
    """The noise floor of a cell's host and backend, if it was measured before the cell was."""
    host = cell.first["environment"]["identity"].get("host_id")
    floor = _stored().get(_key(str(host), _measured_on(cell)))
    if floor is None or seconds_of(floor.measured) > min(map(started_seconds, cell.records)):
        return None
    return floor
