"""`harbench run`: measure."""

import math
import os
from typing import Any, Dict, Optional, Tuple

import click
from click.core import ParameterSource
from rich.console import Console

from backends import registry
from bench import campaign, environment, plan, preflight
from bench.campaign import Campaign
from bench.commands.options import data_path_option, env
from bench.plan import Job
from har_model.config import REPLAYS, TrainingConfig, Workload, preset, preset_names

_POSITIVE = click.IntRange(min=1)
#: A month: more than any trial takes, and less than a selector can wait.
_LONGEST_TIMEOUT = 30 * 86400.0


def _job(options: Dict[str, Any]) -> Job:
    backend = registry.create(options["backend"])
    training = TrainingConfig(batch_size=options["batch_size"], replay=options["replay"])
    name = options["preset"]
    return Job(
        workload=Workload(name, preset(name), training, options["seed"]),
        backend=options["backend"],
        kernel=options["kernel"] or backend.kernels[0],
        precision=options["precision"] or backend.precisions[0],
        mode=options["mode"],
        epochs=options["epochs"] or plan.DEFAULT_EPOCHS[options["mode"]],
        steps=options["steps"],
        warmup_steps=options["warmup"],
        threads=options["threads"] or environment.usable_cores(),
        data_path=options["data_path"],
    )


def _command_line(job: Job) -> Tuple[str, ...]:
    """The command that repeats this run anywhere: what was given, by option or by environment, and the data found."""
    context = click.get_current_context()
    words = ["harbench", "run"]
    for option in context.command.params:
        name = str(option.name)
        is_default = context.get_parameter_source(name) is ParameterSource.DEFAULT
        if not is_default and name not in ("data_path", "dry_run", "out"):
            words += [max(option.opts, key=len), str(context.params[name])]
    return tuple(words + ["--data-path", str(job.data_path)])


def _finite(_: click.Context, __: click.Parameter, value: Optional[float]) -> Optional[float]:
    if value is not None and not math.isfinite(value):
        raise click.BadParameter("it must be a finite number of seconds")
    return value


@click.command()
@click.option("--backend", type=click.Choice(registry.names()), default="cpu", show_default=True, **env("BACKEND"))
@click.option("--preset", type=click.Choice(preset_names()), default="deep-lstm", show_default=True, **env("PRESET"))
@click.option(
    "--mode",
    type=click.Choice([plan.MODE_PERFORMANCE, plan.MODE_FULL]),
    default=plan.MODE_PERFORMANCE,
    show_default=True,
    help="performance: 5 epochs, one evaluation; full: 250 epochs, each evaluated.",
    **env("MODE"),
)
@click.option("--kernel", default=None, help="fused or unrolled.  [default: the backend's best]", **env("KERNEL"))
@click.option("--precision", default=None, help="Arithmetic.  [default: the backend's first]", **env("PRECISION"))
@click.option("--epochs", type=_POSITIVE, default=None, help="Passes over the training windows.", **env("EPOCHS"))
@click.option("--steps", type=_POSITIVE, default=None, help="Bound on all updates.", **env("STEPS"))
@click.option("--batch-size", type=_POSITIVE, default=100, show_default=True, **env("BATCH_SIZE"))
@click.option(
    "--replay",
    type=click.Choice(REPLAYS),
    default=REPLAYS[0],
    show_default=True,
    help="Worst-batch replay: as in the published port, or of each epoch.",
    **env("REPLAY"),
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    default=0,
    show_default=True,
    help="Of the first trial; each further one adds 1.",
    **env("SEED"),
)
@click.option("--trials", type=_POSITIVE, default=3, show_default=True, help="Fresh processes.", **env("TRIALS"))
@click.option(
    "--warmup",
    type=_POSITIVE,
    default=10,
    show_default=True,
    help="Steps left out at the start, the first one included.",
    **env("WARMUP"),
)
@click.option(
    "--threads",
    type=click.IntRange(1, 1024),
    default=None,
    help="Host cores to fill.  [default: all usable]",
    **env("THREADS"),
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True, max=_LONGEST_TIMEOUT),
    callback=_finite,
    default=None,
    help="Seconds for each trial.",
    **env("TIMEOUT"),
)
@click.option(
    "-o", "--out", type=click.Path(), default="results", show_default=True, help="Folder for records.", **env("OUT")
)
@data_path_option
@click.option("--dry-run", is_flag=True, help="Check everything and show the plan; measure nothing.", **env("DRY_RUN"))
def run(out: str, timeout: Optional[float], trials: int, dry_run: bool, **options: Any) -> None:
    """Run trials, each in its own process, and leave a record of each."""
    console = Console(highlight=False, soft_wrap=True)
    job, data = preflight.check_all(_job(options), out, make_folder=not dry_run)
    jobs = plan.trials_of(job, trials)
    n_train = len(data.train.labels)
    console.print("data: %s" % data.sentence(), markup=False)
    if dry_run:
        for line in campaign.describe(jobs, n_train):
            console.print(line, markup=False)
        console.print("records would go to %s" % os.path.abspath(out), markup=False)
        return
    campaign.run(Campaign(tuple(jobs), n_train, out, timeout, _command_line(job)), console)
