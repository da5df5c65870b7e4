"""What disturbed a trial: counters of the host and of our children, read before and after it by the parent."""

import resource
from dataclasses import dataclass
from typing import Dict, Optional

from bench.environment import load
from bench.environment.load import CpuTimes


@dataclass(frozen=True)
class Reading:
    """The counters at one moment.

    Args:
        host: the kernel's account of all cores; None where there is none.
        own_cpu_seconds: processor time of this process.
        children_cpu_seconds: of its ended children, and of theirs that they waited for.
        voluntary_switches, involuntary_switches: context switches of the same children.
        load: mean number of runnable tasks over the last minute; None where the system does not say.
    """

    host: Optional[CpuTimes]
    own_cpu_seconds: float
    children_cpu_seconds: float
    voluntary_switches: int
    involuntary_switches: int
    load: Optional[float]


def read() -> Reading:
    """The counters now; before a trial starts and when its process has been waited for."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    averages = load.load_average()
    return Reading(
        host=load.cpu_times(),
        own_cpu_seconds=own.ru_utime + own.ru_stime,
        children_cpu_seconds=children.ru_utime + children.ru_stime,
        voluntary_switches=children.ru_nvcsw,
        involuntary_switches=children.ru_nivcsw,
        load=averages[0] if averages else None,
    )


def _other_load_share(before: Reading, after: Reading, trial_cpu_seconds: float) -> Optional[float]:
    """Share of the cores' time that worked for neither the trial nor us."""
    shares = load.shares_between(before.host, after.host)
    if shares.busy is None or before.host is None or after.host is None:
        return None
    ours = trial_cpu_seconds + after.own_cpu_seconds - before.own_cpu_seconds
    return min(1.0, max(0.0, shares.busy - ours / (after.host.total - before.host.total)))


def between(before: Reading, after: Reading, trial_cpu_seconds: Optional[float] = None) -> Dict[str, Optional[float]]:
    """What happened beside a trial, as it stands in a record under `environment`, `noise`.

    Args:
        before, after: readings around the trial.
        trial_cpu_seconds: processor time of the trial and its children; by default what the ended children took.

    Returns:
        Context switches, shares (0 to 1) of all cores' time, load averages; None for what the system does not say.
    """
    if trial_cpu_seconds is None:
        trial_cpu_seconds = after.children_cpu_seconds - before.children_cpu_seconds
    return {
        "context_switches_voluntary": after.voluntary_switches - before.voluntary_switches,
        "context_switches_involuntary": after.involuntary_switches - before.involuntary_switches,
        "steal_share": load.shares_between(before.host, after.host).steal,
        "other_load_share": _other_load_share(before, after, trial_cpu_seconds),
        "load_before": before.load,
        "load_after": after.load,
    }
