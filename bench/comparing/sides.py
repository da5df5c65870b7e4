"""A side of a comparison: the records that an argument names, a file, a folder or a selector, as cells."""

import os
from dataclasses import dataclass
from typing import Any, Callable, Dict, Sequence, Tuple

from bench.cells import Cell, group
from bench.comparing import naming
from bench.errors import DataError, NotComparable, UsageError
from bench.figures import has_figures, is_without_proof, why_none
from bench.record import Record, read_all

_MOST_LISTED = 6


@dataclass(frozen=True)
class Side:
    """What one argument names.

    Args:
        text: the argument.
        cells: replicates together, oldest first.
        incomplete: records that are in no cell.
        faults: a sentence for each file that is no record.
    """

    text: str
    cells: Tuple[Cell, ...]
    incomplete: Tuple[Record, ...]
    faults: Tuple[str, ...]


def _is_version(asked: str, version: str) -> bool:
    """Whether a version is the one asked for: 3.7 is 3.7.16, and 3.1 is not 3.11."""
    return (version + ".").startswith(asked + ".")


def _is_framework(asked: str, description: Dict[str, Any]) -> bool:
    name, version = str(description["framework"]), str(description["framework_version"])
    return asked in (name, "%s %s" % (name, version)) or _is_version(asked, version)


def _is_host(asked: str, host: Dict[str, Any]) -> bool:
    model = host.get("cpu_model") or ""
    return str(host.get("host_id")).startswith(asked) or asked.lower() in model.lower()


def _is_data(asked: str, dataset: Dict[str, Any]) -> bool:
    return asked == dataset["kind"] or str(dataset["fingerprint"]).startswith(asked)


def _is_python(asked: str, record: Record) -> bool:
    return _is_version(asked, str(record["description"]["software"].get("python")))


def _is_batch(asked: str, record: Record) -> bool:
    return asked == str(record["job"]["workload"]["training"]["batch_size"])


def _is_precision(asked: str, record: Record) -> bool:
    return asked == str(record["description"]["effective"].get("precision", record["job"]["precision"]))


def _asked_for(key: str) -> Callable[[str, Record], bool]:
    return lambda asked, record: bool(asked == record["job"][key])


#: What a selector can ask for, and whether a record is that.
_KEYS: Dict[str, Callable[[str, Record], bool]] = {
    "backend": _asked_for("backend"),
    "kernel": _asked_for("kernel"),
    "mode": _asked_for("mode"),
    "preset": lambda asked, record: bool(asked == record["job"]["workload"]["preset"]),
    "batch": _is_batch,
    "precision": _is_precision,
    "framework": lambda asked, record: _is_framework(asked, record["description"]),
    "python": _is_python,
    "host": lambda asked, record: _is_host(asked, record["environment"]["identity"]),
    "run": lambda asked, record: bool(asked == (record.get("run") or {}).get("id")),
    "cell": lambda asked, record: "run" in record and asked == str(record["run"]["cell"] + 1),
    "data": lambda asked, record: _is_data(asked, record["dataset"]),
}
#: A trial that failed early may not have said these.
_DESCRIBED = ("precision", "framework", "python", "data")


def parse(text: str) -> Dict[str, str]:
    """A selector as its keys and values; a bare word is a backend.

    Raises:
        UsageError: it is not of the form key=value,key=value with known keys.
    """
    wanted: Dict[str, str] = {}
    for part in text.split(","):
        key, sign, value = (word.strip() for word in part.partition("="))
        if not sign:
            key, value = "backend", key
        if key not in _KEYS or not value:
            raise UsageError(
                "%r in %r is no selector; write key=value, with commas between, and one of the keys %s."
                % (part, text, ", ".join(_KEYS))
            )
        if key in wanted:
            raise UsageError("%r asks for %s twice; give it once." % (text, key))
        wanted[key] = value
    return wanted


def _is_selected(record: Record, wanted: Dict[str, str]) -> bool:
    keys = [key for key in wanted if record["description"] is not None or key not in _DESCRIBED]
    return all(_KEYS[key](wanted[key], record) for key in keys)


def listed(parts: Sequence[str]) -> str:
    """Parts of a sentence, the first few of them."""
    more = len(parts) - _MOST_LISTED
    return "; ".join(parts[:_MOST_LISTED]) + ("; and %d more" % more if more > 0 else "")


def _is_like_a_path(text: str) -> bool:
    return "=" not in text and (os.sep in text or text.endswith(".json"))


def _refuse_empty(side: Side, why: str) -> None:
    """Raise where a side has no figures, with what it holds instead."""
    if side.cells:
        return
    reasons = ["%s: %s" % (one["id"], why_none(one)) for one in side.incomplete] + list(side.faults)
    if any(map(is_without_proof, side.incomplete)):
        raise NotComparable(
            "Not comparable: %r holds only records without proof that their device did the work (%s); measure where "
            "the device can be seen to work." % (side.text, listed([reason.rstrip(".") for reason in reasons]))
        )
    held = " (%s)" % listed([reason.rstrip(".") for reason in reasons]) if reasons else ""
    raise DataError("Nothing to compare in %r: %s%s." % (side.text, why, held))


def _of_path(path: str) -> Side:
    records, faults = read_all([path])
    left_out = tuple(record for record in records if not has_figures(record))
    side = Side(path, tuple(group(records)), left_out, tuple(faults))
    _refuse_empty(side, "it holds no record that has figures")
    return side


def _of_selector(text: str, records_folder: str) -> Side:
    if _is_like_a_path(text):
        raise DataError(
            "There is no file or folder %r; name a folder of records, as results/, or select some, as cpu or "
            "backend=gpu,python=3.7." % text
        )
    wanted = parse(text)
    if not os.path.exists(records_folder):
        raise DataError(
            "%r is no file or folder, and there are no records at %r to select from; name them with --records."
            % (text, records_folder)
        )
    records, faults = read_all([records_folder])
    chosen = [record for record in records if _is_selected(record, wanted)]
    left_out = tuple(record for record in chosen if not has_figures(record))
    side = Side(text, tuple(group(chosen)), left_out, tuple(faults))
    there = listed([naming.short(cell) for cell in group(records)]) or "none"
    _refuse_empty(
        side,
        "it is no file or folder, and selects no record in %r that has figures; measure it first, or select one of "
        "those there: %s" % (records_folder, there),
    )
    return side


def side_of(text: str, records_folder: str) -> Side:
    """The side that an argument names: a file, a folder, or a selector over the records of `records_folder`.

    Raises:
        UsageError: it is none of them.
        DataError: it names no record that has figures.
        NotComparable: nor would it be one of a device that is proven to have done the work.
    """
    return _of_path(text) if os.path.exists(text) else _of_selector(text, records_folder)
