"""Options that several subcommands share; each has a twin in the environment."""

import math
import os
from typing import Any, Dict, Optional, Tuple

import click
from click.core import ParameterSource

from bench.errors import DataError

_DEFAULT_RECORDS = "results"


class _Twinned(click.Option):
    """An option with a twin in the environment: an error names the one of the two that was used."""

    def get_error_hint(self, ctx: Optional[click.Context]) -> str:
        """What the value came from, quoted."""
        if ctx is not None and ctx.get_parameter_source(str(self.name)) is ParameterSource.ENVIRONMENT:
            return "'%s'" % self.envvar
        return " / ".join("'%s'" % option for option in self.opts)


def env(name: str) -> Dict[str, Any]:
    """The environment twin of an option, `HARBENCH_<name>`, shown in its help."""
    return {"envvar": "HARBENCH_" + name, "show_envvar": True, "cls": _Twinned}


def record_places(named: Tuple[str, ...]) -> Tuple[str, ...]:
    """Where to look for records: what was named must be there, the default need not.

    Raises:
        DataError: what was named is not there.
    """
    for path in named:
        if not os.path.exists(path):
            raise DataError(
                "There are no records at %r: no such file or folder; name a record or a folder of them, as results/."
                % path
            )
    default = os.environ.get("HARBENCH_OUT") or _DEFAULT_RECORDS
    return named or ((default,) if os.path.isdir(default) else ())


data_path_option = click.option(
    "--data-path",
    default=None,
    help="Folder of UCI HAR, or `synthetic`.  [default: HARBENCH_DATA, ./data, the cache, else synthetic]",
)


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
