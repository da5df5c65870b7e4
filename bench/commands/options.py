"""Options that several subcommands share; each has a twin in the environment."""

import math
import re
from typing import Any, Dict, Optional

import click


def env(name: str) -> Dict[str, Any]:
    """The environment twin of an option, `HARBENCH_<name>`, shown in its help."""
    return {"envvar": "HARBENCH_" + name, "show_envvar": True}


data_path_option = click.option(
    "--data-path",
    default=None,
    help="Folder of UCI HAR, or `synthetic`.  [default: HARBENCH_DATA, ./data, the cache, else synthetic]",
)


_NUMBER = r"([0-9]+(?:\.[0-9]+)?|\.[0-9]+)"


class _Share(click.ParamType):
    """A share above 0 and below 1, written with a unit that means hundredths, or, where that is allowed, without."""

    def __init__(self, name: str, unit: str, may_be_bare: bool, example: str) -> None:
        self.name = name
        self._pattern = re.compile(r"\s*%s\s*(%s)%s\s*" % (_NUMBER, re.escape(unit), "?" if may_be_bare else ""))
        self._example = example

    def convert(self, value: Any, param: Optional[click.Parameter], ctx: Optional[click.Context]) -> float:
        """The share; a number is one already."""
        if isinstance(value, float):
            return value
        found = self._pattern.fullmatch(str(value))
        share = float(found.group(1)) / (100 if found.group(2) else 1) if found else math.nan
        if not 0 < share < 1:
            self.fail("%r is not between nothing and the whole; write it as %s" % (value, self._example), param, ctx)
        return share


#: "2%" or "0.02" is 0.02.
PERCENT = _Share("percent", "%", True, "2% or 0.02")
#: "1pp" is 0.01: percentage points, always with their unit.
PERCENTAGE_POINTS = _Share("percentage points", "pp", False, "1pp")
