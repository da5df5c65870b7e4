"""Values of options as people write them: shares with their unit, lists of cores, loss scales."""

import re
from typing import Any, Optional, Set, Tuple

import click

from backends.protocol import loss_scale_of

_NUMBER = r"([0-9]+(?:\.[0-9]+)?|\.[0-9]+)"


class _Share(click.ParamType):
    """A share above 0 and below 1, written with a unit that means hundredths, or, where that is allowed, without."""

    def __init__(self, name: str, unit: str, may_be_bare: bool, example: int) -> None:
        self.name = name
        self._unit, self._may_be_bare, self._example = unit, may_be_bare, example
        self._pattern = re.compile(r"\s*%s\s*(%s)?\s*" % (_NUMBER, re.escape(unit)))

    def convert(self, value: Any, param: Optional[click.Parameter], ctx: Optional[click.Context]) -> float:
        """The share; a number is one already."""
        if isinstance(value, float):
            return value
        found = self._pattern.fullmatch(str(value))
        if not found:
            self.fail("%r is not understood; write it as %s" % (value, self._written(self._example)), param, ctx)
        number, unit = float(found.group(1)), found.group(2)
        if not unit and not (self._may_be_bare and number < 1):
            meant = number if 1 <= number < 100 else self._example
            self.fail("%r has no unit; write it as %s" % (value, self._written(meant)), param, ctx)
        share = number / 100 if unit else number
        if not 0 < share < 1:
            told = (value, self._unit, self._unit, self._written(self._example))
            self.fail("%r is not above 0%s and below 100%s; write it as %s" % told, param, ctx)
        return share

    def _written(self, number: float) -> str:
        """How to write so many hundredths."""
        return "%g%s" % (number, self._unit) + (" or %g" % (number / 100) if self._may_be_bare else "")


#: "2%" or "0.02" is 0.02.
PERCENT = _Share("percent", "%", True, 2)
#: "1pp" is 0.01: percentage points, always with their unit.
PERCENTAGE_POINTS = _Share("percentage points", "pp", False, 1)


class _Cpus(click.ParamType):
    """Numbers of cores, as taskset takes them: `0,2-3`."""

    name = "list"

    def convert(self, value: Any, param: Optional[click.Parameter], context: Optional[click.Context]) -> Any:
        """The cores in ascending order, each once."""
        if isinstance(value, tuple):
            return value
        cores: Set[int] = set()
        for part in str(value).split(","):
            first, _, last = part.partition("-")
            if not first.strip().isdecimal() or (last and not last.strip().isdecimal()) or part.endswith("-"):
                self.fail("%r is no list of cores; write it as 0,2-3" % value, param, context)
            span = range(int(first), int(last or first) + 1)
            if not 0 < len(span) <= 4096:
                self.fail("%r is no list of cores; write it as 0,2-3" % value, param, context)
            cores.update(span)
        return tuple(sorted(cores))

    def to_text(self, value: Tuple[int, ...]) -> str:
        """The cores as the option takes them."""
        return ",".join(map(str, value))


CPUS = _Cpus()


class _LossScale(click.ParamType):
    """`none`, `dynamic`, or a number from 1 to 2^127."""

    name = "none|dynamic|NUMBER"

    def convert(self, value: Any, param: Optional[click.Parameter], context: Optional[click.Context]) -> str:
        """The word, or the number as the shortest text that means it."""
        scale = loss_scale_of(str(value).strip().lower())
        if scale is None:
            self.fail("%r is no loss scale; write none, dynamic, or a number from 1 to 2^127" % value, param, context)
        return scale


LOSS_SCALE = _LossScale()
