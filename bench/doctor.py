"""Whether a host is fit to measure on: what its facts say, each with the next step. Decided here, looked up elsewhere.

No check changes a setting of the machine, and none is called fine that could not be made.
"""

from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple

from backends.findings import FAIL, PASS, UNKNOWN, WARN, Finding
from backends.protocol import Probe
from bench import units
from bench.clock import ClockQuality
from bench.environment.load import Shares

_MIB, _GIB = 2**20, 2**30

#: Share of the cores that other work may take, here and in the doubts, and that leaves nothing to measure with.
BUSY_SHARE, BUSY_SHARE_TOO_MUCH = 0.1, 0.5
#: Runnable tasks for each core over the last minute, which remembers our own last run too.
LOAD_PER_CORE = 0.25
#: Share of the cores' time that the hypervisor may give to others, here and in the doubts.
STEAL_SHARE = 0.01
#: A trial of the largest published workload (deep-lstm, unrolled) was seen with 1.2 GiB resident.
NEEDED_MEMORY_BYTES = 2 * _GIB
#: Of the host's memory: a little that was moved out long ago does not hurt.
SWAP_SHARE = 0.01
#: Steps last milliseconds: a clock this coarse is seen in them, one a thousand times coarser is all that is seen.
COARSE_CLOCK_NS, USELESS_CLOCK_NS = 1e3, 1e6
#: Records are below 1 MB, checkpoints below 10 MB each.
NEEDED_DISK_BYTES, LITTLE_DISK_BYTES, NEEDED_INODES = 100 * _MIB, _GIB, 100
#: Docker's default for /dev/shm, which frameworks overrun with a bus error.
SMALL_SHARED_MEMORY_BYTES = 64 * _MIB
#: Read from the processor itself, without leaving for the kernel or a device.
GOOD_CLOCKSOURCES = ("tsc", "arch_sys_counter", "kvm-clock", "hyperv_clocksource_tsc_page", "timebase")


@dataclass(frozen=True)
class Place:
    """The folder for results, or the nearest one above it that is there.

    Args:
        path: that folder.
        error: why it cannot be written; None when it can.
        free_bytes, free_inodes: None where the file system does not say.
    """

    path: str
    error: Optional[str]
    free_bytes: Optional[int]
    free_inodes: Optional[int]


@dataclass(frozen=True)
class Facts:
    """What the checks look at.

    Args:
        identity, volatile: as of `bench.environment`.
        shares: of the host's cores, over a second in which harbench itself slept.
        clock: its measured quality.
        place: where results would go.
        package_folders: from which harbench's four packages are imported.
        shared_memory_bytes: size of /dev/shm; None where there is none.
        probe: what the chosen backend says of this host.
        device: what it found of its device.
    """

    identity: Mapping[str, Any]
    volatile: Mapping[str, Any]
    shares: Shares
    clock: ClockQuality
    place: Place
    package_folders: Sequence[str]
    shared_memory_bytes: Optional[int]
    probe: Probe
    device: Sequence[Finding] = ()


def packages(facts: Facts) -> Finding:
    """Harbench's four packages lie in one folder."""
    if len(facts.package_folders) == 1:
        return Finding("packages", PASS, "harbench's packages come from one folder.")
    sentence = "harbench's packages come from several folders (%s)." % ", ".join(facts.package_folders)
    return Finding("packages", FAIL, sentence, "Run harbench in its own environment; `make` makes one.")


def backend(facts: Facts) -> Finding:
    """The backend's own probe."""
    return Finding("backend", PASS if facts.probe.is_available else FAIL, facts.probe.sentence)


def cores(facts: Facts) -> Finding:
    """More than one core, so that the trial is not interrupted by what else must run."""
    usable, logical = facts.identity["cores_usable"], facts.identity["cores_logical"]
    threads = ", two threads sharing one each" if facts.identity["is_smt_on"] else ""
    sentence = "%d of %s logical cores may be used%s." % (usable, logical or "an unknown number of", threads)
    if usable > 1:
        return Finding("cores", PASS, sentence)
    return Finding("cores", WARN, sentence, "Allow at least two: the trial shares its only one with everything else.")


def quota(facts: Facts) -> Finding:
    """No quota that stops the trial for a part of each period."""
    limit, allowed = facts.identity["cpu_quota"], facts.volatile["cores_allowed_count"]
    if limit is None and facts.identity["cgroup_version"] is None:
        return Finding("quota", UNKNOWN, "This system shows no control groups, so a quota could not be looked for.")
    if limit is None:
        return Finding("quota", PASS, "No quota limits the processor time.")
    sentence = "A quota allows %g cores' time (%d of each %d us)" % (
        limit, facts.identity["cpu_quota_us"], facts.identity["cpu_period_us"],
    )  # fmt: skip
    if allowed is not None and limit >= allowed:
        return Finding("quota", PASS, "%s, which the %d allowed cores cannot exceed." % (sentence, allowed))
    remedy = "Give the container whole cores with --cpuset-cpus, and no quota (--cpus)."
    return Finding("quota", FAIL if limit < 1 else WARN, sentence + " and stops the trial when it is used up.", remedy)


def busy(facts: Facts) -> Finding:
    """Nothing else works on the host."""
    share = facts.shares.busy
    if share is None:
        return Finding("busy", UNKNOWN, "The system does not say how busy it is.", "Look for other work yourself.")
    sentence = "Other work takes %.0f %% of the host's cores." % (100 * share)
    if share <= BUSY_SHARE:
        return Finding("busy", PASS, sentence)
    return Finding(
        "busy", WARN if share <= BUSY_SHARE_TOO_MUCH else FAIL, sentence, "End it, or wait until it has ended."
    )


def load(facts: Facts) -> Finding:
    """Nothing else worked on the host in the last minute."""
    averages, count = facts.volatile["load_average"], facts.identity["cores_logical"]
    if not averages or not count:
        return Finding("load", UNKNOWN, "The system does not tell its load.")
    sentence = "The load was %.2f over the last minute, on %d cores." % (averages[0], count)
    if averages[0] <= LOAD_PER_CORE * count:
        return Finding("load", PASS, sentence)
    return Finding("load", WARN, sentence, "Wait a minute and see whether it falls; else find what runs.")


def steal(facts: Facts) -> Finding:
    """No hypervisor gives our cores to others."""
    share, is_virtual = facts.shares.steal, facts.identity["is_virtual"]
    if share is not None and share > STEAL_SHARE:
        sentence = "The hypervisor gives %.1f %% of the cores' time to other guests." % (100 * share)
        return Finding("steal", WARN, sentence, "Measure on a host of your own, or on dedicated cores.")
    if is_virtual is False:
        return Finding("steal", PASS, "There is no sign of a hypervisor.")
    if share is None or is_virtual is None:
        return Finding("steal", UNKNOWN, "Whether a hypervisor takes time away cannot be seen here.")
    return Finding("steal", PASS, "This is a virtual machine; no time was taken from it during a second.")


def governor(facts: Facts) -> Finding:
    """The clock does not wait for load before it rises."""
    name = facts.volatile["cpu_governor"]
    if name is None:
        return Finding("governor", UNKNOWN, "The kernel shows no frequency governor, as in most virtual machines.")
    lower = facts.volatile["cpu_frequency_lower_limit_mhz"]
    upper = facts.volatile["cpu_frequency_upper_limit_mhz"]
    sentence = "The frequency governor is %s" % name
    if lower is not None and upper is not None:
        span = "locked at %.0f MHz" % upper if lower == upper else "between %.0f and %.0f MHz" % (lower, upper)
        sentence += ", " + span
    if name == "performance" or (lower is not None and lower == upper):
        return Finding("governor", PASS, sentence + ".")
    remedy = "As root, on the host: `cpupower frequency-set -g performance`; put it back afterwards."
    return Finding("governor", WARN, sentence + ".", remedy)


def turbo(facts: Facts) -> Finding:
    """The clock does not depend on temperature and on what other cores do."""
    is_on = facts.volatile["is_turbo_on"]
    if is_on is None:
        return Finding("turbo", UNKNOWN, "The kernel does not say whether turbo is on.")
    if not is_on:
        return Finding("turbo", PASS, "Turbo is off.")
    remedy = "Compare interleaved trials only, or switch it off in the firmware's setup."
    return Finding("turbo", WARN, "Turbo is on: the clock depends on temperature and on other cores.", remedy)


def clock(facts: Facts) -> Finding:
    """The clock can tell steps apart and costs little."""
    quality = facts.clock
    sentence = "The clock resolves %d ns and a reading costs %.0f ns." % (quality.resolution_ns, quality.cost_ns)
    worst = max(quality.resolution_ns, quality.cost_ns)
    if quality.resolution_ns > 0 and worst <= COARSE_CLOCK_NS:
        return Finding("clock", PASS, sentence)
    is_useless = quality.resolution_ns <= 0 or worst > USELESS_CLOCK_NS
    return Finding("clock", FAIL if is_useless else WARN, sentence, "See the check of the clock source.")


def clocksource(facts: Facts) -> Finding:
    """The kernel reads its time from the processor."""
    name = facts.volatile["clocksource"]
    if name is None:
        return Finding("clocksource", UNKNOWN, "The kernel does not say what it takes its time from.")
    if name in GOOD_CLOCKSOURCES:
        return Finding("clocksource", PASS, "The kernel takes its time from %s." % name)
    sentence = "The kernel takes its time from %s, which is slow to read." % name
    return Finding(
        "clocksource", WARN, sentence, "See in the kernel's log why tsc was not taken, and restart the host."
    )


def memory(facts: Facts) -> Finding:
    """A trial fits into memory."""
    available = facts.volatile["memory_available_bytes"]
    sentence = "%s of memory can be had, a trial needs up to %s." % (
        units.capacity(available),
        units.capacity(NEEDED_MEMORY_BYTES),
    )
    if available >= 2 * NEEDED_MEMORY_BYTES:
        return Finding("memory", PASS, sentence)
    state = FAIL if available < NEEDED_MEMORY_BYTES else WARN
    return Finding("memory", state, sentence, "End other programs, or raise the container's limit.")


def swap(facts: Facts) -> Finding:
    """Nothing had to be moved to disk."""
    used = facts.volatile["swap_used_bytes"]
    if used is None:
        return Finding("swap", UNKNOWN, "The system does not tell its use of swap space.")
    if used <= SWAP_SHARE * facts.identity["memory_bytes"]:
        return Finding("swap", PASS, "Next to nothing is swapped out.")
    remedy = "Find what needs the memory, and measure when it has ended."
    return Finding("swap", WARN, "%s are swapped out: memory was short." % units.capacity(used), remedy)


def shared_memory(facts: Facts) -> Finding:
    """/dev/shm is large enough for what passes data between processes."""
    size = facts.shared_memory_bytes
    if size is None:
        return Finding("shared-memory", UNKNOWN, "There is no /dev/shm whose size could be read.")
    sentence = "/dev/shm has %d MiB." % (size // _MIB)
    if size > SMALL_SHARED_MEMORY_BYTES:
        return Finding("shared-memory", PASS, sentence)
    remedy = "Start the container with --shm-size 1g; a trial that ends by SIGBUS has overrun it."
    return Finding("shared-memory", WARN, sentence, remedy)


def results(facts: Facts) -> Finding:
    """Records can be written."""
    place = facts.place
    remedy = "Give another folder with --out, or free space, inodes or quota."
    if place.error:
        return Finding("results", FAIL, "The folder %s cannot be written: %s." % (place.path, place.error), remedy)
    if place.free_inodes is not None and place.free_inodes < NEEDED_INODES:
        return Finding("results", FAIL, "%s has only %d inodes free." % (place.path, place.free_inodes), remedy)
    if place.free_bytes is None:
        return Finding("results", UNKNOWN, "The file system of %s does not tell its free space." % place.path)
    sentence = "%s can be written and has %s free." % (place.path, units.capacity(place.free_bytes))
    if place.free_bytes >= LITTLE_DISK_BYTES:
        return Finding("results", PASS, sentence)
    return Finding("results", FAIL if place.free_bytes < NEEDED_DISK_BYTES else WARN, sentence, remedy)


_CHECKS: Tuple[Callable[[Facts], Finding], ...] = (
    packages, backend, results, memory, swap, shared_memory, cores, quota, busy, load, steal, governor, turbo, clock,
    clocksource,
)  # fmt: skip


def examine(facts: Facts) -> List[Finding]:
    """Every check, in the order in which they are shown: the backend's own after those of the host."""
    return [check(facts) for check in _CHECKS] + list(facts.device)


def failed_of_devices(examined: Sequence[Sequence[Finding]]) -> List[Finding]:
    """What fails of the devices in several examinations, each once.

    What fails of the host slows a trial down, which the doubts say; what fails of its device may leave it unproven.
    """
    found = [one for findings in examined for one in findings[len(_CHECKS) :] if one.state == FAIL]
    return list(dict.fromkeys(found))


def findings_for_record(findings: Sequence[Finding]) -> List[Dict[str, Any]]:
    """The findings as they stand in a record under `doctor`: what to do is said by the doctor that looks again."""
    return [{key: value for key, value in found.to_dict().items() if key != "remedy"} for found in findings]
