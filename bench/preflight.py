"""What is checked before anything is spent: harbench itself, the backends, the data, the place for results."""

import os
from dataclasses import dataclass, replace
from typing import List, Mapping, Sequence, Tuple

from backends import registry
from backends.protocol import Probe
from bench import environment, interpreter, plan
from bench.errors import DataError, UsageError
from bench.plan import Job
from har_model import dataset
from har_model.dataset.locate import SYNTHETIC_NAME


def check_packages() -> None:
    """Refuse to measure with somebody else's package among ours.

    Raises:
        UsageError: the four packages come from more than one folder.
    """
    folders = environment.package_folders()
    if len(folders) > 1:
        raise UsageError(
            "harbench's packages are imported from several folders (%s), so another project's package has the "
            "same name; run harbench in its own environment (`make` makes one)." % ", ".join(folders)
        )


def _refuse_replaced(job: Job, needed: Mapping[str, str]) -> None:
    """Refuse a variable that was asked for and would be replaced; the shell's own may be."""
    for name, value in sorted(needed.items()):
        asked = job.variables.get(name, value)
        if asked != value:
            raise UsageError(
                "The %s backend needs %s to be %r in its trials, so --env %s=%s would take no effect; leave it out."
                % (job.backend, name, value, name, asked)
            )


def settle(job: Job) -> Job:
    """The job with the environment variables that its backend needs.

    Raises:
        UsageError: the backend has not what is asked of it, could not run with these variables, or needs others in
            their place.
    """
    backend, settings = registry.create(job.backend), job.settings()
    inherited = dict(os.environ, **job.variables)
    needed = backend.variables(settings, inherited)
    backend.check(settings, dict(inherited, **needed))
    _refuse_replaced(job, needed)
    return replace(job, variables=dict(job.variables, **needed))


def check_backends(cells: Sequence[Job]) -> List[Probe]:
    """See that each backend can run here, on its interpreter; what the probe of each cell says.

    Raises:
        BackendUnavailable: a probe says no.
        UsageError: an interpreter does not fit.
    """
    keys = [(job.python, job.backend, tuple(sorted(job.variables.items()))) for job in cells]
    probes = {key: interpreter.probe(job) for key, job in dict(zip(keys, cells)).items()}
    return [probes[key] for key in keys]


def check_data(cells: Sequence[Job]) -> Tuple[List[Job], dataset.Dataset]:
    """Load the dataset once, so that its faults show before a trial starts, and see that every cell fits it.

    Args:
        cells: jobs with one `data_path`.

    Returns:
        The cells with the place that the search found written into them, since trials run elsewhere, and the data.
    """
    data = dataset.load(cells[0].data_path)
    for job in cells:
        plan.check_job(job, data)
    return [replace(job, data_path=data.location or SYNTHETIC_NAME) for job in cells], data


def check_folder(folder: str, name: str, remedy: str) -> None:
    """See that files can be left in `folder`, which is made.

    Args:
        folder: its path.
        name: what a sentence that begins with it calls it.
        remedy: what to do where they cannot.

    Raises:
        DataError: it cannot be made or written.
    """
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise DataError("%s cannot be made: %s; %s." % (name, error.strerror, remedy)) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise DataError("%s cannot be written; %s." % (name, remedy))


@dataclass(frozen=True)
class Cleared:
    """A run that may start: its cells with the place of their data in them, the data, what the probe of each says."""

    cells: Tuple[Job, ...]
    data: dataset.Dataset
    probes: Tuple[Probe, ...]


def check_all(cells: Sequence[Job], folder: str, make_folder: bool) -> Cleared:
    """Every check, cheapest first."""
    check_packages()
    cells = [settle(job) for job in cells]
    probes = check_backends(cells)
    if make_folder:
        check_folder(folder, "The folder %r for results" % folder, "give another one with --out")
    placed, data = check_data(cells)
    return Cleared(tuple(placed), data, tuple(probes))
