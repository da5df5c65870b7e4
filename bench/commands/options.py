"""Options and values that several subcommands share; each option has a twin in the environment."""

import math
import os
import re
from typing import Any, Dict, Optional, Tuple

import click

from bench.errors import DataError

_DEFAULT_RECORDS = "results"
_NUMBER = re.compile(r"(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)


def env(name: str) -> Dict[str, Any]:
    """The environment twin of an option, `HARBENCH_<name>`, shown in its help."""
    return {"envvar": "HARBENCH_" + name, "show_envvar": True}


def record_places(named: Tuple[str, ...]) -> Tuple[str, ...]:
    """Where to look for records: what was named must be there, the default need not.

    Raises:
        DataError: what was named is not there.
    """
    for path in named:
        if not os.path.exists(path):
            raise DataError("There are no records at %r: no such file or folder." % path)
    default = os.environ.get("HARBENCH_OUT") or _DEFAULT_RECORDS
    return named or ((default,) if os.path.isdir(default) else ())


def _positive(text: str) -> float:
    """The positive finite number that a text is; NaN where it is none."""
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    return value if 0 < value < math.inf else math.nan


class _Percent(click.ParamType):
    """A share as a person writes it: `2%` or `0.02`, both 0.02."""

    name = "percent"

    def convert(self, value: Any, param: Optional[click.Parameter], ctx: Optional[click.Context]) -> float:
        """The share as a fraction, positive and finite; a bare number must be below 1, for `2` could mean either."""
        text = str(value).strip()
        is_percent = text.endswith("%")
        number = _positive(text[:-1].rstrip() if is_percent else text)
        share = number / 100 if is_percent else number
        if not share > 0 or (share >= 1 and not is_percent):
            self.fail("%r is no percentage and no fraction between 0 and 1; write it as 2%% or 0.02" % text, param, ctx)
        return share


class _PercentagePoints(click.ParamType):
    """A difference of accuracies as a person writes it: `1pp` is 0.01."""

    name = "points"

    def convert(self, value: Any, param: Optional[click.Parameter], ctx: Optional[click.Context]) -> float:
        """The difference as a fraction, above 0 and below 1; the unit must stand there, for `1%` could mean of what."""
        text = str(value).strip()
        points = _positive(text[:-2].rstrip()) if text.lower().endswith("pp") else math.nan
        if not 0 < points / 100 < 1:
            self.fail(
                "%r is not a number of percentage points above 0 and below 100; write it as 1pp" % text, param, ctx
            )
        return points / 100


PERCENT = _Percent()
PERCENTAGE_POINTS = _PercentagePoints()

data_path_option = click.option(
    "--data-path",
    default=None,
    help="Folder of UCI HAR, or `synthetic`.  [default: HARBENCH_DATA, ./data, the cache, else synthetic]",
)
