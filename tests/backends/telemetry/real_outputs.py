"""Real outputs of device tools with the values that are right for them, and how a test compares the two."""

import json
import os
from typing import Any, Callable, Dict, List, Mapping, NamedTuple

import pytest

from tests import shared_inputs

Check = Callable[[Any, Any], None]


class Output(NamedTuple):
    """An output of a tool: what was run, what kind of text it is and the values that are right."""

    path: str
    command: str
    kind: str
    expected: Dict[str, Any]

    @property
    def text(self) -> str:
        with open(self.path, encoding="utf-8") as file:
            return file.read()


def _read_index(folder: str) -> List[Output]:
    with open(os.path.join(folder, "index.tsv"), encoding="utf-8") as file:
        header, *rows = [line.rstrip("\n").split("\t") for line in file]
    named = [dict(zip(header, row)) for row in rows]
    return [
        Output(
            os.path.join(folder, row["file"]),
            row["command"],
            row["kind"],
            json.loads(row["expected (JSON; null = unknown)"]),
        )
        for row in named
    ]


def outputs_of(tool: str, *kinds: str) -> List[Any]:
    """Parameters of a test: the outputs of some kinds; a single one that is skipped where they are not there."""
    folder = os.path.join(shared_inputs.SHARED, "cases", tool)
    if not os.path.exists(os.path.join(folder, "index.tsv")):
        reason = "needs shared/cases/%s, which is not on this machine (set HARBENCH_SHARED)" % tool
        return [pytest.param(None, marks=pytest.mark.skip(reason=reason), id="absent")]
    found = [output for output in _read_index(folder) if output.kind in kinds]
    assert found, "no output of kind %s" % (kinds,)
    return [pytest.param(output, id=os.path.basename(output.path)) for output in found]


def kinds_of(tool: str) -> List[str]:
    """Every kind of output there is; skips where they are not there."""
    return sorted({output.kind for output in _read_index(shared_inputs.path("cases", tool))})


def is_field(name: str) -> Check:
    """That a field of a result has the value, or is unknown where the value is."""

    def check(result: Any, expected: Any) -> None:
        assert getattr(result, name) == expected, name

    return check


def check_all(result: Any, expected: Mapping[str, Any], checks: Mapping[str, Check]) -> None:
    """That a result has every value; a value for which there is no check is an error of the test."""
    assert result is not None
    for key, value in expected.items():
        checks[key](result, value)


def check_each(checks: Mapping[str, Check]) -> Callable[[Any, Any], None]:
    """Likewise for a sequence of results and one of values, of the same length; None is an unknown sequence."""

    def check(results: Any, expected: Any) -> None:
        assert (results is None) == (expected is None)
        assert len(results or ()) == len(expected or ())
        for result, value in zip(results or (), expected or ()):
            check_all(result, value, checks)

    return check
