"""The record: the JSON document that a trial leaves, and the only thing the later stages read."""

import functools
import glob
import json
import math
import os
import re
from datetime import datetime
from typing import Any, Dict, Iterable, List, Sequence, Tuple

import jsonschema

from bench import consistency, printable
from har_model.errors import DataError
from har_model.files import write_atomically

Record = Dict[str, Any]
Event = Dict[str, Any]

#: History. 1: the first form. 2: the run and its blocks, interpreter, cores and variables of a job, compile caches,
#: synchronisation, telemetry, noise, the host's findings; a process nobody saw end has no duration.
SCHEMA_VERSION = 2

#: No count of ours comes near it, and every float holds it.
_LARGEST_INTEGER = 10**18
#: ISO 8601 as Python 3.7 reads it, with its offset.
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}|\.\d{6})?[+-]\d\d:\d\d")

COMPLETE = "complete"
FAILED = "failed"
TIMED_OUT = "timed-out"
INTERRUPTED = "interrupted"


@functools.lru_cache(maxsize=None)
def _schema() -> Dict[str, Any]:
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "schemas")
    with open(os.path.join(folder, "record.v%d.json" % SCHEMA_VERSION), encoding="utf-8") as file:
        return dict(json.load(file))


def _telemetry_columns() -> List[str]:
    """Names of the columns with a number, or none, for each sample."""
    properties: Dict[str, Any] = _schema()["properties"]["telemetry"]["properties"]
    return [name for name, one in properties.items() if one["type"] == ["array", "null"]]


@functools.lru_cache(maxsize=None)
def _validator() -> Any:
    # JSON Schema takes 10.0 for an integer; what counts things must be one in Python too.
    types = jsonschema.Draft7Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    )
    return jsonschema.validators.extend(jsonschema.Draft7Validator, type_checker=types)(_schema())


def fault_of(record: Any) -> str:
    """What is wrong with a document as a record; empty when nothing is."""
    error = jsonschema.exceptions.best_match(_validator().iter_errors(record))
    if error is None:
        return _inner_fault(record)
    place = "/".join(str(part) for part in error.absolute_path) or "the document"
    return "%s: %s" % (place, error.message.splitlines()[0][:200])


def seconds_of(label: str) -> float:
    """A label of the wall clock in seconds since the epoch: to order by, never to measure.

    Raises:
        ValueError, OverflowError: it is no time with its offset, written so that every supported Python reads it.
    """
    if not _TIME.fullmatch(label):
        raise ValueError("no time: %r" % label)
    return datetime.fromisoformat(label).timestamp()


def started_seconds(record: Record) -> float:
    """When a trial started; as `seconds_of`."""
    return seconds_of(record["started"])


def _inner_fault(record: Record) -> str:
    """What a schema cannot say: names and times that can be read, and parts that do not contradict one another."""
    if not record["id"].isprintable():
        return "id: it holds a character that no name has"
    try:
        started_seconds(record)
    except (ValueError, OverflowError):
        return "started: %r is not a time in ISO 8601 with its offset" % record["started"]
    return consistency.fault_of(record, _telemetry_columns())


def write(record: Record, folder: str) -> str:
    """Validate a record and leave it, whole or not at all, as `<folder>/<id>.json`; returns that path.

    Raises:
        DataError: the folder cannot be written.
        ValueError: the record is not valid, which is our mistake.
    """
    fault = fault_of(record)
    if fault:
        raise ValueError("harbench made a record that its own schema refuses: " + fault)
    text = json.dumps(record, allow_nan=False, indent=1, sort_keys=True, ensure_ascii=False)
    path = os.path.join(folder, record["id"] + ".json")
    # A lone surrogate (a path or variable that is no UTF-8) becomes its JSON escape.
    try:
        write_atomically(path, text.encode("utf-8", "backslashreplace") + b"\n")
    except OSError as error:
        raise DataError(
            "The record cannot be written to %r (%s); give another folder with --out, or free space, inodes or quota."
            % (folder, error.strerror)
        ) from error
    return path


def _refuse_constant(name: str) -> Any:
    raise ValueError("it holds %s, which JSON does not have" % name)


def _finite_number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("it holds the number %s, which is too large" % text)
    return value


def _bounded_integer(text: str) -> int:
    value = int(text) if len(text) < 25 else 10**25
    if abs(value) > _LARGEST_INTEGER:
        raise ValueError("it holds the number %.20s..., which is too large" % text)
    return value


def read(path: str) -> Record:
    """Read and validate one record; its strings are as they may be printed (`bench.printable`).

    Raises:
        DataError: the file is missing, unreadable, no JSON, or not a record of a version that this harbench knows.
    """
    try:
        if os.path.exists(path) and not os.path.isfile(path):  # a pipe would be waited for
            raise DataError("The record %r cannot be read: it is no file; name files and folders." % path)
        with open(path, "rb") as file:
            record = printable.document(
                json.loads(
                    file.read().decode("utf-8"),
                    parse_constant=_refuse_constant,
                    parse_float=_finite_number,
                    parse_int=_bounded_integer,
                )
            )
    except OSError as error:
        raise DataError(
            "The record %r cannot be read: %s; see to its rights, or copy it again." % (path, error.strerror)
        ) from error
    except (ValueError, RecursionError) as error:
        raise DataError("The file %r is not a record: %s; copy it again or remove it." % (path, error)) from error
    version = record.get("schema_version") if isinstance(record, dict) else None
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise DataError(
            "The record %r has schema version %d, this harbench knows up to %d; use a newer harbench."
            % (path, version, SCHEMA_VERSION)
        )
    fault = fault_of(record)
    if fault:
        raise DataError("The file %r is not a valid record (%s); copy it again or remove it." % (path, fault))
    return dict(record)


def _files(paths: Iterable[str]) -> List[str]:
    files: List[str] = []
    for path in paths:
        files += sorted(glob.glob(os.path.join(glob.escape(path), "*.json"))) if os.path.isdir(path) else [path]
    return files


def read_all(paths: Sequence[str]) -> Tuple[List[Record], List[str]]:
    """Every record among files and folders, oldest first, once each; and a sentence for each file that is none."""
    records: Dict[str, Record] = {}
    faults: List[str] = []
    for path in _files(paths):
        try:
            record = read(path)
        except DataError as error:
            faults.append(str(error))
        else:
            if records.setdefault(record["id"], record) != record:
                faults.append(
                    "The file %r is another record of the id %r than one read before: remove the one that was changed."
                    % (path, record["id"])
                )
    return sorted(records.values(), key=lambda record: (started_seconds(record), record["id"])), faults
