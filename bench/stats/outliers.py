"""Outlying steps of a trial: counted and shown, never dropped, for a stall is part of what training takes.

Tukey's fences as criterion.rs has them: mild beyond 1.5 interquartile ranges from the quartiles, severe beyond 3.
"""

from dataclasses import dataclass
from typing import List, Optional, Sequence

import numpy as np

_MILD, _SEVERE = 1.5, 3.0
#: With fewer steps the quartiles, and so the fences, are no more than guesses.
_LEAST_STEPS = 20
#: Stalls come periodically where at least so many gaps between them were seen ...
_LEAST_GAPS = 5
#: ... and this share of them is as long as their median, within this tolerance. Exponential gaps, those of stalls at
#: random, are within it in one case of fourteen; the tolerance of 10 % leaves no room at all below a period of 10.
_PERIODIC_SHARE = 2 / 3
_PERIOD_TOLERANCE = 0.1

PERIODIC = "periodic"
NOT_PERIODIC = "not periodic"
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Outliers:
    """Steps beyond Tukey's fences.

    Args:
        steps: how many there are in all.
        low_severe, low_mild, high_mild, high_severe: how many lie in each zone.
        high_share: share of the time that the high ones took, mild and severe.
        severe_share: share of the time that the severe high ones took.
        rhythm: whether the severe high ones come periodically: `periodic`, `not periodic`, or `unknown` with too few.
        period_steps: about every so many steps, where periodic.
    """

    steps: int
    low_severe: int
    low_mild: int
    high_mild: int
    high_severe: int
    high_share: float
    severe_share: float
    rhythm: str
    period_steps: Optional[int]

    @property
    def sentence(self) -> str:
        """What there is to say of them, for a person."""
        low, high = self.low_severe + self.low_mild, self.high_mild + self.high_severe
        if not low + high:
            return "None of %d steps is an outlier." % self.steps
        parts = []
        if high:
            when = ", about every %d steps" % self.period_steps if self.period_steps else ""
            parts.append(
                "%d of %d steps are slow outliers (%d severe%s) and took %.1f %% of the time"
                % (high, self.steps, self.high_severe, when, 100 * self.high_share)
            )
        if low:
            parts.append("%d of %d steps are fast outliers (%d severe)" % (low, self.steps, self.low_severe))
        return "; ".join(parts) + "; none was dropped."


def _period(gaps: np.ndarray) -> Optional[int]:
    median = float(np.median(gaps))
    alike = np.mean(np.abs(gaps - median) <= _PERIOD_TOLERANCE * median)
    return int(round(median)) if alike >= _PERIODIC_SHARE else None


def _stalls(severe: np.ndarray) -> np.ndarray:
    """Positions where a stall begins: severe steps that follow one another are one stall."""
    positions = np.flatnonzero(severe)
    return positions[np.diff(positions, prepend=-2) > 1]


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def find(seconds: Sequence[float]) -> Optional[Outliers]:
    """The outliers among the steady step times of a trial, in order; None where there are too few steps to tell.

    Raises:
        ValueError: a time is negative or not a number.
    """
    times = np.asarray(seconds, np.float64)
    if not (np.all(np.isfinite(times)) and np.all(times >= 0)):
        raise ValueError("a step time must be a finite number that is not negative")
    if len(times) < _LEAST_STEPS:
        return None
    lower, upper = np.percentile(times, [25, 75])
    width = upper - lower
    below, above = lower - times, times - upper
    severe = above > _SEVERE * width
    gaps = np.diff(_stalls(severe))
    period = _period(gaps) if len(gaps) >= _LEAST_GAPS else None
    return Outliers(
        steps=len(times),
        low_severe=int(np.sum(below > _SEVERE * width)),
        low_mild=int(np.sum((below > _MILD * width) & (below <= _SEVERE * width))),
        high_mild=int(np.sum((above > _MILD * width) & ~severe)),
        high_severe=int(np.sum(severe)),
        high_share=_share(float(times[above > _MILD * width].sum()), float(times.sum())),
        severe_share=_share(float(times[severe].sum()), float(times.sum())),
        rhythm=UNKNOWN if len(gaps) < _LEAST_GAPS else PERIODIC if period else NOT_PERIODIC,
        period_steps=period,
    )


def _rhythm(found: Sequence[Outliers]) -> str:
    """Periodic where most of the trials that could tell are."""
    told = [one.rhythm for one in found if one.rhythm != UNKNOWN]
    if not told:
        return UNKNOWN
    return PERIODIC if 2 * told.count(PERIODIC) > len(told) else NOT_PERIODIC


def over_trials(trials: Sequence[Sequence[float]]) -> Optional[Outliers]:
    """The outliers of several trials together, each found among its own trial's steps; None where none could tell.

    Counts are sums and shares are of all their time. The period is the median of the trials that have one.

    Args:
        trials: steady step times of each, in order.

    Raises:
        ValueError: a time is negative or not a number.
    """
    told = [(one, float(np.sum(seconds))) for seconds, one in ((trial, find(trial)) for trial in trials) if one]
    if not told:
        return None
    found: List[Outliers] = [one for one, _ in told]
    whole, rhythm = sum(seconds for _, seconds in told), _rhythm(found)
    periods = [one.period_steps for one in found if one.period_steps]
    return Outliers(
        steps=sum(one.steps for one in found),
        low_severe=sum(one.low_severe for one in found),
        low_mild=sum(one.low_mild for one in found),
        high_mild=sum(one.high_mild for one in found),
        high_severe=sum(one.high_severe for one in found),
        high_share=_share(sum(one.high_share * seconds for one, seconds in told), whole),
        severe_share=_share(sum(one.severe_share * seconds for one, seconds in told), whole),
        rhythm=rhythm,
        period_steps=int(round(float(np.median(periods)))) if rhythm == PERIODIC else None,
    )
