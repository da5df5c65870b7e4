"""The options that make a cell, and the grammar of `--cell`: the same options once more, in one argument."""

import os
import shlex
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

import click
from click.core import ParameterSource

from backends import registry
from bench import environment, interpreter, plan, printable
from bench.commands.options import env
from bench.commands.quantities import CPUS, LOSS_SCALE
from bench.environment import processor
from bench.errors import UsageError
from bench.plan import Job
from har_model.config import REPLAYS, TrainingConfig, Workload, preset, preset_names

POSITIVE = click.IntRange(min=1)

python_option = click.option(
    "--python",
    multiple=True,
    metavar="[BACKEND=]PATH",
    help="Interpreter of the trials, of one backend or of all.  [default: harbench's own]",
    **env("PYTHON"),
)

_OPTIONS = (
    click.option(
        "--backend",
        type=click.Choice(registry.names()),
        default="cpu",
        show_default=True,
        help="Device; null computes nothing and is for trying harbench out.",
        **env("BACKEND"),
    ),
    click.option(
        "--preset", type=click.Choice(preset_names()), default="deep-lstm", show_default=True, **env("PRESET")
    ),
    click.option("--kernel", default=None, help="fused or unrolled.  [default: the backend's first]", **env("KERNEL")),
    click.option("--precision", default=None, help="Arithmetic.  [default: the backend's first]", **env("PRECISION")),
    click.option(
        "--loss-scale",
        type=LOSS_SCALE,
        default=None,
        help="Scaling of the loss against underflow.  [default: the backend's for that precision]",
        **env("LOSS_SCALE"),
    ),
    click.option(
        "--device",
        type=click.IntRange(0, 1023),
        default=None,
        help="Logical number of the device.  [default: the one that the environment names, or 0]",
        **env("DEVICE"),
    ),
    click.option(
        "--option",
        "device_options",
        multiple=True,
        metavar="NAME=VALUE",
        help="One of the device's own options; repeatable.",
    ),
    click.option("--batch-size", type=POSITIVE, default=100, show_default=True, **env("BATCH_SIZE")),
    click.option(
        "--replay",
        type=click.Choice(REPLAYS),
        default=REPLAYS[0],
        show_default=True,
        help="Worst-batch replay: as in the published port, or of each epoch.",
        **env("REPLAY"),
    ),
    click.option(
        "--threads",
        type=click.IntRange(1, 1024),
        default=None,
        help="Host cores to fill.  [default: all usable]",
        **env("THREADS"),
    ),
    click.option(
        "--cpus", type=CPUS, default=None, help="Host cores to stay on, as 0,2-3.  [default: no bound]", **env("CPUS")
    ),
    python_option,
    click.option(
        "--env",
        "variables",
        multiple=True,
        metavar="NAME=VALUE",
        help="Environment variable of the trials; repeatable.",
    ),
)


def cell_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that make a cell."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.command(add_help_option=False)
@cell_options
def _cell(**_: Any) -> None:
    """Nothing: only its parser is used."""


def _overrides(text: str) -> Dict[str, Any]:
    """What the argument of one `--cell` says."""
    try:
        context = _cell.make_context("--cell", shlex.split(text))
    except (click.ClickException, ValueError) as error:
        sentence = error.format_message() if isinstance(error, click.ClickException) else str(error)
        raise UsageError(
            "--cell %r is not understood: %s It takes the options that make a cell, as --cell '--kernel unrolled'."
            % (text, printable.sentence(sentence))
        ) from error
    return {
        name: value
        for name, value in context.params.items()
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }


def _replaced(given: Sequence[str], over: Sequence[str]) -> Tuple[str, ...]:
    """Several NAME=VALUE, without those whose names are given once more in others, and these others."""
    starts = tuple(text.partition("=")[0] + "=" for text in over)
    return tuple(text for text in given if not text.startswith(starts)) + tuple(over)


def merged(options: Dict[str, Any], cells: Sequence[str]) -> List[Dict[str, Any]]:
    """The options of each cell: those of the command, with what its `--cell` says; one cell where there is none."""
    if not cells:
        return [options]
    merged: List[Dict[str, Any]] = []
    for text in cells:
        given = _overrides(text)
        for name in ("variables", "device_options"):
            given[name] = _replaced(options[name], given.get(name, ()))
        given["python"] = tuple(options["python"]) + tuple(given.get("python", ()))
        merged.append(dict(options, **given))
    return merged


def interpreter_of(given: Sequence[str], backend: str) -> Optional[str]:
    """The last interpreter that was given for this backend, or for all; None where none was.

    Raises:
        UsageError: one is given for a backend that does not exist.
    """
    chosen = None
    for text in given:
        name, separator, path = text.partition("=")
        if not separator or os.sep in name:
            chosen = text
        elif name not in registry.names():
            raise UsageError("--python %s names no backend; choose one of %s." % (text, ", ".join(registry.names())))
        elif name == backend:
            chosen = path
    return chosen


def _by_name(option: str, given: Sequence[str]) -> Dict[str, str]:
    """What several NAME=VALUE say.

    Raises:
        UsageError: one is none, or two give one name different values.
    """
    values: Dict[str, str] = {}
    for text in given:
        name, separator, value = text.partition("=")
        if not separator or not name or "\0" in text:
            raise UsageError("%s takes NAME=VALUE, not %r." % (option, text))
        if values.get(name, value) != value:
            raise UsageError("%s %s is given as %r and as %r: give it once." % (option, name, values[name], value))
        values[name] = value
    return values


def _cpus(cpus: Optional[Tuple[int, ...]]) -> Optional[Tuple[int, ...]]:
    allowed = processor.allowed_cores()
    if cpus is not None and allowed is None:
        raise UsageError("This system cannot keep a process on given cores; leave --cpus out.")
    if cpus is not None and not set(cpus) <= set(allowed or ()):
        raise UsageError(
            "--cpus names cores that this process may not use; it may use %s." % processor.core_list(allowed or [])
        )
    return cpus


def job_of(options: Dict[str, Any]) -> Job:
    """The job that a cell's options describe, without its data's place.

    Raises:
        UsageError: an interpreter, a core or a variable is not what it must be.
    """
    backend = registry.create(options["backend"])
    name, cpus = options["preset"], _cpus(options["cpus"])
    python = interpreter_of(options["python"], options["backend"])
    precision = options["precision"] or backend.precisions[0]
    usable = environment.usable_cores()
    defaults = {} if python is None else {"python": interpreter.find(python)}
    return Job(
        workload=Workload(
            name,
            preset(name),
            TrainingConfig(batch_size=options["batch_size"], replay=options["replay"]),
            options["seed"],
        ),
        backend=options["backend"],
        kernel=options["kernel"] or backend.kernels[0],
        precision=precision,
        mode=options["mode"],
        epochs=options["epochs"] or plan.DEFAULT_EPOCHS[options["mode"]],
        steps=options["steps"],
        warmup_steps=options["warmup"],
        threads=options["threads"] or (usable if cpus is None else min(usable, len(cpus))),
        data_path=options["data_path"],
        cpus=cpus,
        variables=_by_name("--env", options["variables"]),
        loss_scale=options["loss_scale"] or backend.default_loss_scale(precision),
        device=options["device"],
        options=_by_name("--option", options["device_options"]),
        is_profiled=options.get("is_profiled", False),
        **defaults,
    )
