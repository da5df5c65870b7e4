"""The fairness gate: every difference between two cells by name, and which of them make a comparison meaningless."""

from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, Sequence, Tuple

from backends import registry
from backends.proof import PROVEN, SIMULATED
from backends.protocol import ENGINE_NONE
from bench import clock, units, updates
from bench.cells import Cell, identity
from bench.errors import UsageError

UNKNOWN = "unknown"
#: The fact that nothing allows: where a side has no speed there is nothing to compare.
SPEED = "speed"
_TIMED, _NO_FIGURE = "timed", "no figure"
UPDATES, OVERFLOWS = "updates", "overflows"
_APPLIED = "applied"
#: The facts in which a side that has not this value is like no other, not even like one that has not either.
_SOUND = {SPEED: _TIMED, UPDATES: _APPLIED, OVERFLOWS: _APPLIED}
#: In place of a proof where a device is emulated: its accuracy is computed, where a null device's is given.
_EMULATED = "emulated"


@dataclass(frozen=True)
class Rule:
    """What a difference in a fact means.

    Args:
        name: of the fact, or of the family of facts whose names begin with it and a dot.
        stops_speed: whether it makes a ratio of speeds meaningless.
        stops_accuracy: whether it makes a difference of accuracies meaningless.
        reason: why.
    """

    name: str
    stops_speed: bool
    stops_accuracy: bool
    reason: str


#: The one table of what may differ. docs/comparing.md shows it; a test holds the two together.
RULES: Tuple[Rule, ...] = (
    Rule("network", True, True, "another network is other arithmetic for each window, and another model"),
    Rule("batch", True, True, "another batch is other work in each step, and fewer or more updates of an epoch"),
    Rule("training", True, True, "other hyper-parameters: another model, and dropout and replay are work"),
    Rule("workload", True, True, "what is trained is not the same"),
    Rule("data", True, True, "other windows are other work, and another test; a replay depends on them"),
    Rule("proof", True, True, "a simulated figure measures no device; what is unproven is never compared"),
    Rule(SPEED, True, False, "an emulated device has an accuracy and no speed; it cannot be allowed"),
    Rule(UPDATES, True, True, "steps of which more than a tenth skip their update are not the same work"),
    Rule(OVERFLOWS, False, True, "updates are skipped beyond the recommended share, which may cost accuracy"),
    Rule("clock", True, False, "times that were given, or read on another clock, are not the same measurement"),
    Rule("fetches", True, False, "a step that brings more back to the host waits and copies more"),
    Rule("epochs.trained", False, True, "accuracy grows with training; FPS is that of steady steps, however many"),
    Rule("epochs", False, False, "asked for; for accuracy the epochs that were trained decide (epochs.trained)"),
    Rule("steps", False, False, "asked for; FPS is that of steady steps, however many"),
    Rule("mode", False, False, "evaluations lie outside the timed steps, and only the last one is compared"),
    Rule("warmup", False, False, "the steady state is looked for behind it on each side"),
    Rule("preset", False, False, "a name; what it stands for is compared as network"),
    Rule("kernel", False, False, "another way to the same arithmetic: a device's own choice"),
    Rule("precision", False, False, "a device's own choice; what it costs shows in the accuracy"),
    Rule("loss_scale", False, False, "a device's own choice; what it costs shows in the accuracy"),
    Rule("options", False, False, "options of the device: its own choice"),
    Rule("effective", False, False, "settings as they took effect (TF32, loss scale, jit): a device's own choice"),
    Rule("backend", False, False, "it is what is compared"),
    Rule("device", False, False, "it is what is compared"),
    Rule("framework", False, False, "part of the stack that is compared"),
    Rule("stack", False, False, "driver, firmware, toolkit: what is compared"),
    Rule("python", False, False, "part of the stack that is compared"),
    Rule("threads", False, False, "part of the host; the ratio holds for these hosts"),
    Rule("variables", False, False, "set for the trials: part of what is compared, or a mistake"),
    Rule("host", False, False, "part of the host; the ratio holds for these hosts"),
    Rule("harbench", False, False, "another revision may measure otherwise; repeat with one where it matters"),
)  # fmt: skip
_RULES = {rule.name: rule for rule in RULES}

#: The identity's places, the longest first, and what a person calls them; others keep their name.
_NAMES = (
    ("workload.training.batch_size", "batch"),
    ("workload.preset", "preset"),
    ("workload.network", "network"),
    ("workload.training", "training"),
    ("asked.kernel", "kernel.asked"),
    ("asked.precision", "precision.asked"),
    ("asked.warmup_steps", "warmup"),
    ("dataset", "data.fingerprint"),
    ("framework.0", "framework"),
    ("framework.1", "framework.version"),
    ("harbench.0", "harbench.version"),
    ("harbench.1", "harbench.revision"),
    ("harbench.2", "harbench.is_dirty"),
    ("effective.kernel", "kernel"),
    ("effective.precision", "precision"),
    ("effective.fetches", "fetches"),
)
#: What was asked for needs no prefix.
_ASKED = "asked."
#: Facts that are longer than anybody reads.
_SHORTENED = ("data.fingerprint", "harbench.revision")
_SHORT = 12


def _leaves(document: Any, place: str) -> Iterator[Tuple[str, Any]]:
    """Places and values of a nested document; a list of plain values below the top is one value."""
    if isinstance(document, (list, tuple)) and "." not in place:
        document = {str(i): value for i, value in enumerate(document)}
    if not isinstance(document, dict):
        yield place, document
        return
    for key, value in document.items():
        yield from _leaves(value, "%s.%s" % (place, key) if place else str(key))


def _named(place: str) -> str:
    for start, name in _NAMES:
        if (place + ".").startswith(start + "."):
            return name + place[len(start) :]
    return place[len(_ASKED) :] if place.startswith(_ASKED) else place


def _is_without_device(backend: str) -> bool:
    """Whether it is one of our backends that compute nothing; one of another package says itself what it proves."""
    known = registry.built_in(backend)
    return known is not None and known.engine == ENGINE_NONE


def proof_state(cell: Cell) -> str:
    """`proven` or `simulated`; without a device or a clock it is simulated whatever the record says."""
    is_virtual = any(record["clock"]["name"] == clock.VIRTUAL for record in cell.records)
    if _is_without_device(cell.first["job"]["backend"]) or is_virtual:
        return SIMULATED
    return str(cell.first["proof"]["state"])


def is_measured(cell: Cell) -> bool:
    """Whether its device is proven to have done the work."""
    return proof_state(cell) == PROVEN


def _all_of(values: Sequence[Any]) -> str:
    return " and ".join(sorted(set(map(str, values))))


def _updates(cell: Cell) -> Dict[str, str]:
    found = updates.skipped(cell.records)
    said = "%d of %d skipped, %s" % (found.count, found.steps, units.percent(found.share))
    return {
        UPDATES: said if found.is_less_work else _APPLIED,
        OVERFLOWS: said if found.is_beyond_recommended and not found.is_less_work else _APPLIED,
    }


def facts(cell: Cell) -> Dict[str, Any]:
    """What could differ between two cells, by name: the whole identity, and what only the fairness gate asks for.

    None is a fact that is not known. Kernel and precision are those that took effect, where the backend says so.
    """
    found = {_named(place): value for place, value in _leaves(identity(cell.first), "")}
    for name in ("kernel", "precision"):
        found.setdefault(name, found.get(name + ".asked"))
    found["data.kind"] = _all_of([record["dataset"]["kind"] for record in cell.records])
    found["clock"] = _all_of([record["clock"]["name"] for record in cell.records])
    found["epochs.trained"] = _all_of(["%.4g" % figures.epochs_trained for figures in cell.figures])
    found["proof"] = proof_state(cell) if cell.has_speed else _EMULATED
    found[SPEED] = _TIMED if cell.has_speed else _NO_FIGURE
    found.update(_updates(cell))
    found["steps"] = found.get("steps") or "no bound"
    return found


def rule_of(name: str) -> Rule:
    """The rule of a fact: its own, else its family's; what no rule names is only listed."""
    family = name.partition(".")[0]
    return _RULES.get(name) or _RULES.get(family) or Rule(name, False, False, "no rule of this version names it")


@dataclass(frozen=True)
class Difference:
    """One fact that differs, with its value on both sides as a person reads it, and what that means."""

    name: str
    value: str
    reference: str
    rule: Rule

    def is_allowed(self, allowed: Sequence[str]) -> bool:
        """Whether it is among the names that were allowed: its own, or its family's."""
        return self.name != SPEED and (self.name in allowed or self.name.partition(".")[0] in allowed)

    def __str__(self) -> str:
        return "%s (%s against %s)" % (self.name, self.value, self.reference)


def _shown(name: str, value: Any, other: Any) -> str:
    if value is None:
        return "not set" if name.startswith("variables.") else UNKNOWN
    text = str(value)
    return text[:_SHORT] if name in _SHORTENED and text[:_SHORT] != str(other)[:_SHORT] else text


def differences(cell: Cell, reference: Cell) -> List[Difference]:
    """Every fact in which two cells differ: those that stop a comparison first, then in the order of `RULES`.

    That a side has no speed, or skipped too many updates, counts as one, even where both are alike; that it is emulated
    and the other one measured then does not count besides.
    """
    mine, theirs = facts(cell), facts(reference)
    found = []
    if {mine["proof"], theirs["proof"]} == {PROVEN, _EMULATED}:
        mine["proof"] = theirs["proof"]
    for name in sorted(set(mine) | set(theirs)):
        pair = mine.get(name), theirs.get(name)
        effective = name.partition(".asked")[0]
        # What was asked for and took effect is told once.
        is_told = effective != name and pair == (mine.get(effective), theirs.get(effective))
        is_alike = pair[0] == pair[1] == _SOUND.get(name, pair[0])
        if not is_alike and not is_told:
            found.append(Difference(name, _shown(name, *pair), _shown(name, *pair[::-1]), rule_of(name)))
    order = [rule.name for rule in RULES]
    return sorted(found, key=lambda one: order.index(one.rule.name) if one.rule.name in order else len(order))


def stopping_speed(found: Sequence[Difference], allowed: Sequence[str] = ()) -> List[Difference]:
    """Those of the differences that make a ratio of speeds meaningless and were not allowed."""
    return [difference for difference in found if difference.rule.stops_speed and not difference.is_allowed(allowed)]


def allowed_of(found: Sequence[Difference], allowed: Sequence[str]) -> List[Difference]:
    """Those of the differences that would stop a ratio of speeds, had they not been allowed."""
    return [difference for difference in found if difference.rule.stops_speed and difference.is_allowed(allowed)]


def stopping_accuracy(found: Sequence[Difference]) -> List[Difference]:
    """Those of the differences that make a difference of accuracies meaningless; none of them can be allowed."""
    return [difference for difference in found if difference.rule.stops_accuracy]


def check_allowed(names: Sequence[str]) -> None:
    """Refuse names that allow nothing.

    Raises:
        UsageError: a name is none of a difference that stops a comparison of speeds.
    """
    families = [rule.name for rule in RULES if rule.stops_speed and rule.name != SPEED]
    for name in names:
        if name.partition(".")[0] not in families:
            raise UsageError(
                "--allow %r names no difference that is refused; there are %s, or one field of them, as "
                "training.keep_prob." % (name, ", ".join(families))
            )
