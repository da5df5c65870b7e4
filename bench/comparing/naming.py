"""What to call cells: by what they are, and two that are compared by what differs between them, never both the same."""

from typing import Any, Dict, List, Sequence, Tuple

from bench import units
from bench.cells import Cell
from bench.comparing import fairness

#: Facts that name a side, each with how a person reads it. All of these that differ stand in the name ...
_CHOICES: Tuple[Tuple[str, str], ...] = (
    ("preset", "%s"),
    ("mode", "%s"),
    ("kernel", "%s"),
    ("precision", "%s"),
    ("batch", "batch %s"),
    ("python", "Python %s"),
)
#: ... and of these the first that differs, where nothing above does.
_LAST_RESORTS: Tuple[Tuple[str, str], ...] = (
    ("device", "%s"),
    ("host.cpu_model", "%s"),
    ("host.host_id", "host %s"),
    ("threads", "threads %s"),
    ("harbench.revision", "revision %.12s"),
)

#: How `bench.comparing.fairness` names the variables that were set for the trials.
_VARIABLE = "variables."
#: The arithmetic that needs no word in a name.
_PLAIN_PRECISION = "fp32"


def _words(facts: Dict[str, Any], name: str, form: str) -> str:
    return form % (fairness.UNKNOWN if facts.get(name) is None else facts[name])


def _stack(facts: Dict[str, Any]) -> str:
    return "%s %s" % (facts["framework"], facts["framework.version"])


def _chosen(mine: Dict[str, Any], theirs: Dict[str, Any]) -> List[str]:
    """Words for what was chosen differently, for the first side."""
    parts = [_stack(mine)] if _stack(mine) != _stack(theirs) else []
    parts += [_words(mine, name, form) for name, form in _CHOICES if mine.get(name) != theirs.get(name)]
    return parts + _variables(mine, theirs)


def _variables(mine: Dict[str, Any], theirs: Dict[str, Any]) -> List[str]:
    """Environment variables that were set for one side's trials alone, or otherwise."""
    names = [name for name in sorted(set(mine) | set(theirs)) if name.startswith(_VARIABLE)]
    parts = []
    for name in names:
        if mine.get(name) != theirs.get(name):
            short_name = name[len(_VARIABLE) :]
            parts.append("%s=%s" % (short_name, mine[name]) if mine.get(name) else "without " + short_name)
    return parts


def _found(mine: Dict[str, Any], theirs: Dict[str, Any]) -> List[str]:
    """Words for the first other difference, for the first side."""
    known = [name for name, _ in _LAST_RESORTS]
    others = [(name, name + " %s") for name in sorted(set(mine) | set(theirs)) if name not in known]
    for name, form in list(_LAST_RESORTS) + others:
        if mine.get(name) != theirs.get(name):
            return [_words(mine, name, form)]
    return []


def _side(mine: Dict[str, Any], theirs: Dict[str, Any], letter: str) -> str:
    backend, parts = str(mine["backend"]).upper(), _chosen(mine, theirs)
    if mine["backend"] == theirs["backend"]:
        parts = parts or _found(mine, theirs) or [letter]
    return " ".join([backend] + parts)


def sides(cell: Cell, reference: Cell) -> Tuple[str, str]:
    """Names of two cells: the backend, and what else was chosen differently; `A` and `B` where nothing differs."""
    mine, theirs = fairness.facts(cell), fairness.facts(reference)
    return _side(mine, theirs, "A"), _side(theirs, mine, "B")


def contexts(pairs: Sequence[Tuple[Cell, Cell]]) -> List[str]:
    """What tells each of several pairs from the others, in words; empty where the names of its sides do."""
    facts = [(fairness.facts(cell), fairness.facts(reference)) for cell, reference in pairs]
    names = (("backend", "%s"), ("framework.version", "version %s")) + _CHOICES + _LAST_RESORTS
    varying = [(name, form) for name, form in names if len({str(theirs.get(name)) for _, theirs in facts}) > 1]
    return [
        ", ".join(_words(mine, name, form) for name, form in varying if mine.get(name) == theirs.get(name))
        for mine, theirs in facts
    ]


def _bound(cell: Cell) -> str:
    steps = cell.first["job"]["steps"]
    return "" if steps is None else ", %d steps" % steps


def without_trials(cell: Cell) -> str:
    """A cell in few words, whatever the number of its trials."""
    facts = fairness.facts(cell)
    return "%s %s %s %s batch %s%s, %s, Python %s, %s data %.8s" % (
        facts["backend"], facts["preset"], facts["kernel"], facts["precision"], facts["batch"], _bound(cell),
        _stack(facts), facts["python"] or fairness.UNKNOWN,
        cell.first["dataset"]["kind"], cell.first["dataset"]["fingerprint"],
    )  # fmt: skip


def _selector(cell: Cell) -> str:
    """How `harbench compare` selects the latest run of a cell; empty for records that know of no run."""
    run = cell.records[-1].get("run")
    if run is None:
        return ""
    count = len({(record.get("run") or {}).get("id") for record in cell.records})
    newest = "" if count == 1 else "of %d runs, the newest is " % count
    return ", %srun=%s" % (newest, run["id"]) + (",cell=%d" % (run["cell"] + 1) if run["cells"] > 1 else "")


def short(cell: Cell) -> str:
    """A cell in few words, for a sentence that lists what there is."""
    return "%s (%s%s)" % (without_trials(cell), units.counted(len(cell.records), "trial"), _selector(cell))


def numbered(cell: Cell, number: int) -> str:
    """Short name of a cell with its number, the same in every table of a report."""
    job, description = cell.first["job"], cell.first["description"]
    stack = "%s %s" % (description["framework"], description["framework_version"])
    words = [job["backend"].upper(), job["workload"]["preset"], job["kernel"]]
    words += [] if job["precision"] == _PLAIN_PRECISION else [job["precision"]]
    return "[%d] %s%s, %s" % (number, " ".join(words), _bound(cell), stack)
