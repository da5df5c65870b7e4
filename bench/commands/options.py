"""Options that several subcommands share; each has a twin in the environment."""

from typing import Any, Dict

import click


def env(name: str) -> Dict[str, Any]:
    """The environment twin of an option, `HARBENCH_<name>`, shown in its help."""
    return {"envvar": "HARBENCH_" + name, "show_envvar": True}


data_path_option = click.option(
    "--data-path",
    default=None,
    help="Folder of UCI HAR, or `synthetic`.  [default: HARBENCH_DATA, ./data, the cache, else synthetic]",
)
