"""Whether a GPU is fit to be measured on: from plain facts to findings. Nothing is changed on the machine."""

from typing import Callable, List, Mapping, Optional, Tuple

from backends.cuda.facts import DRIVER_MISSING, HIDDEN, PACKAGE_MISSING, GpuFacts, find
from backends.findings import FAIL, PASS, UNKNOWN, WARN, Finding

_MIB = 2**20
#: A driver that nobody uses holds up to some hundreds of MiB on the largest GPUs.
_IDLE_BYTES = 1024 * _MIB
_IDLE_PERCENT = 5
#: Degrees below the slowdown temperature at which an idle GPU is called hot.
_NEAR_SLOWDOWN_CELSIUS = 15
#: What to do where NVML does not answer, by what is in the way.
_REMEDIES = {
    PACKAGE_MISSING: "Run `pip install nvidia-ml-py`.",
    DRIVER_MISSING: "Install and load NVIDIA's driver, with which NVML comes; `nvidia-smi` then lists the GPU.",
    HIDDEN: "Let the variable name a GPU that `nvidia-smi` lists, or unset it.",
}


def _access(facts: GpuFacts) -> Finding:
    """NVML can be asked, and the nodes may be opened."""
    forbidden = facts.forbidden_nodes
    if forbidden:
        sentence = "This user may not open %s." % ", ".join(forbidden)
        return Finding("gpu-access", FAIL, sentence, "Join the group that owns it, or ask the administrator.")
    if facts.error:
        remedy = _REMEDIES.get(str(facts.obstacle), "Look at `nvidia-smi`.")
        return Finding("gpu-access", UNKNOWN, "The GPU could not be asked: %s." % facts.error.rstrip("."), remedy)
    return Finding("gpu-access", PASS, "NVML answers for the %s." % (facts.name or "GPU"))


def _idle(facts: GpuFacts) -> Finding:
    """Nobody else uses it."""
    processes, used, busy = facts.processes, facts.memory_used_bytes, facts.utilisation_percent
    if processes is None and used is None and busy is None:
        return Finding("gpu-idle", UNKNOWN, "Whether others use the GPU cannot be seen.", "Look at `nvidia-smi`.")
    told = [
        text % value
        for text, value in (
            ("%d processes", processes),
            ("%d MiB in use", None if used is None else used // _MIB),
            ("%d %% utilisation", busy),
        )
        if value is not None
    ]
    is_taken = bool(processes) or (used or 0) > _IDLE_BYTES or (busy or 0) > _IDLE_PERCENT
    sentence = "The GPU is %s: %s." % ("in use" if is_taken else "idle", ", ".join(told))
    if not is_taken:
        return Finding("gpu-idle", PASS, sentence)
    return Finding("gpu-idle", WARN, sentence, "End what `nvidia-smi` lists, or choose another GPU with --device.")


def _display(facts: GpuFacts) -> Finding:
    """It draws no desktop."""
    is_active = facts.is_display_active
    if is_active is None:
        return Finding("gpu-display", UNKNOWN, "Whether a display is attached to the GPU cannot be seen.")
    if not is_active:
        return Finding("gpu-display", PASS, "No display is drawn by the GPU.")
    remedy = "Measure without a graphical session, or on another GPU."
    return Finding("gpu-display", WARN, "The GPU draws a display, which takes time from the trials.", remedy)


def _ecc(facts: GpuFacts) -> Finding:
    """Its memory is sound."""
    wrong, mended = facts.ecc_uncorrected, facts.ecc_corrected
    if wrong is None:
        return Finding("gpu-ecc", UNKNOWN, "The GPU counts no memory errors (ECC is off, or it has none).")
    if wrong:
        sentence = "The GPU's memory had %d uncorrected errors since the driver was loaded." % wrong
        return Finding("gpu-ecc", FAIL, sentence, "Restart the host; if they come back, have the GPU replaced.")
    if mended:
        sentence = "The GPU's memory had %d corrected errors since the driver was loaded." % mended
        return Finding("gpu-ecc", WARN, sentence, "Watch them with `nvidia-smi -q -d ECC`.")
    return Finding("gpu-ecc", PASS, "The GPU's memory had no errors since the driver was loaded.")


def _persistence(facts: GpuFacts) -> Finding:
    """The driver stays loaded between two trials."""
    is_on = facts.is_persistent
    if is_on is None:
        return Finding("gpu-persistence", UNKNOWN, "Whether persistence mode is on cannot be seen.")
    if is_on:
        return Finding("gpu-persistence", PASS, "Persistence mode is on.")
    remedy = "As root: `nvidia-smi -pm 1`; put it back afterwards."
    return Finding("gpu-persistence", WARN, "Persistence mode is off: each trial starts the GPU up anew.", remedy)


def _clocks(facts: GpuFacts) -> Finding:
    """Its clock does not move by itself."""
    clock, default = facts.application_clock_mhz, facts.default_clock_mhz
    if clock is not None and default is not None and clock != default:
        return Finding("gpu-clocks", PASS, "The clock is set to %d MHz instead of %d MHz." % (clock, default))
    if facts.is_clock_set:
        return Finding("gpu-clocks", PASS, "The clock is held by a setting.")
    remedy = (
        "As root: `nvidia-smi -lgc 1200,1200` (a clock that the GPU holds under load), afterwards `nvidia-smi -rgc`."
    )
    sentence = "Nothing shows that the clock is locked; it then depends on load and temperature."
    return Finding("gpu-clocks", UNKNOWN if facts.is_clock_set is None else WARN, sentence, remedy)


def _power_limit(facts: GpuFacts) -> Finding:
    """It may take the power that it was made for."""
    limit, default = facts.power_limit_watts, facts.power_default_watts
    if limit is None or default is None:
        return Finding("gpu-power-limit", UNKNOWN, "The GPU does not tell its power limit.")
    if limit >= default:
        return Finding("gpu-power-limit", PASS, "The power limit is %.0f W, the default %.0f W." % (limit, default))
    sentence = "The power limit is %.0f W, below the default of %.0f W." % (limit, default)
    return Finding("gpu-power-limit", WARN, sentence, "As root: `nvidia-smi -pl %.0f`." % default)


def _throttling(facts: GpuFacts) -> Finding:
    """Nothing slows it down now."""
    reasons = facts.throttle_reasons
    if reasons is None:
        return Finding("gpu-throttling", UNKNOWN, "The GPU does not tell whether it is slowed down.")
    if not reasons:
        return Finding("gpu-throttling", PASS, "Nothing slows the GPU down.")
    remedy = "Let it cool, see to its airflow and power, and look at `nvidia-smi -q -d PERFORMANCE`."
    return Finding("gpu-throttling", WARN, "The GPU is slowed down now (%s)." % ", ".join(reasons), remedy)


def _temperature(facts: GpuFacts) -> Finding:
    """It is far from the temperature at which it slows down."""
    now, slowdown = facts.temperature_celsius, facts.slowdown_celsius
    if now is None or slowdown is None:
        told = "" if now is None else ", now %d C" % now
        return Finding("gpu-temperature", UNKNOWN, "The GPU does not tell at which temperature it slows down%s." % told)
    sentence = "The GPU has %d C and slows down at %d C." % (now, slowdown)
    if now <= slowdown - _NEAR_SLOWDOWN_CELSIUS:
        return Finding("gpu-temperature", PASS, sentence)
    return Finding("gpu-temperature", WARN, sentence, "Let it cool before a run, and use --cool-down between trials.")


def _mig(facts: GpuFacts) -> Finding:
    """It is a whole GPU."""
    is_on = facts.is_mig
    if not is_on:  # GPUs that cannot be divided do not know the question
        return Finding("gpu-mig", PASS, "The GPU is not divided (MIG is off, or it has none).")
    remedy = "Name the instance, CUDA_VISIBLE_DEVICES=MIG-...; figures are of that part, and others may use the rest."
    return Finding("gpu-mig", WARN, "The GPU is divided into instances (MIG is on).", remedy)


_CHECKS: Tuple[Callable[[GpuFacts], Finding], ...] = (
    _access, _idle, _display, _ecc, _persistence, _clocks, _power_limit, _throttling, _temperature, _mig,
)  # fmt: skip


def judge(facts: GpuFacts) -> List[Finding]:
    """Every check; only the first where the GPU could not be asked, since all the others would repeat that."""
    first = _access(facts)
    if first.state != PASS and facts.name is None:
        return [first]
    return [check(facts) for check in _CHECKS]


def examine(device: Optional[int], environment: Mapping[str, str]) -> List[Finding]:
    """Every finding on the GPU that would be used."""
    return judge(find(device, environment))
