"""Options that several subcommands share; each has a twin in the environment."""

import math
import re
from typing import Any, Dict, Optional, Set, Tuple

import click
from click.core import ParameterSource


def env(name: str) -> Dict[str, Any]:
    """The environment twin of an option, `HARBENCH_<name>`, shown in its help."""
    return {"envvar": "HARBENCH_" + name, "show_envvar": True}


data_path_option = click.option(
    "--data-path",
    default=None,
    help="Folder of UCI HAR, or `synthetic`.  [default: HARBENCH_DATA, ./data, the cache, else synthetic]",
)


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


def finite(_: click.Context, __: click.Parameter, value: Optional[float]) -> Optional[float]:
    """Callback that refuses `nan`, which every range lets through."""
    if value is not None and not math.isfinite(value):
        raise click.BadParameter("it must be a finite number of seconds")
    return value


def command_line(context: click.Context, without: Tuple[str, ...]) -> Tuple[str, ...]:
    """What was given to a command, by option or by environment, as a command line that says it again.

    Args:
        context: of the command.
        without: names of parameters to leave out.
    """
    words = context.command_path.split()
    for option in context.command.params:
        name = str(option.name)
        if context.get_parameter_source(name) is ParameterSource.DEFAULT or name in without:
            continue
        value, word = context.params[name], max(option.opts, key=len)
        if isinstance(option, click.Option) and option.is_flag:
            words += [word] if value else []
            continue
        for one in value if option.multiple else [value]:
            words += [word, option.type.to_text(one) if hasattr(option.type, "to_text") else str(one)]
    return tuple(words)


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
