"""What is checked before anything is spent: harbench itself, the backend, the data, the place for results."""

import os
from dataclasses import replace
from typing import Tuple

from backends import registry
from bench import environment, plan
from bench.errors import BackendUnavailable, DataError, UsageError
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


def check_backend(job: Job) -> None:
    """See that the backend can run here, and as asked.

    Raises:
        BackendUnavailable: its probe says no.
        UsageError: it has no such kernel or precision.
    """
    backend = registry.create(job.backend)
    for option, value, choices in (
        ("--kernel", job.kernel, backend.kernels),
        ("--precision", job.precision, backend.precisions),
    ):
        if value not in choices:
            raise UsageError(
                "%s %s is not for the %s backend; choose %s." % (option, value, job.backend, " or ".join(choices))
            )
    probe = backend.probe()
    if not probe.is_available:
        raise BackendUnavailable(probe.sentence)


def check_data(job: Job) -> Tuple[Job, dataset.Dataset]:
    """Load the dataset once, so that its faults show before a trial starts, and see that the job fits it.

    Returns:
        The job with the place that the search found written into it, since trials run elsewhere, and the data.
    """
    data = dataset.load(job.data_path)
    plan.check_job(job, data)
    return replace(job, data_path=data.location or SYNTHETIC_NAME), data


def check_output(folder: str) -> None:
    """See that results can be left in `folder`, which is made.

    Raises:
        DataError: it cannot be made or written.
    """
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise DataError(
            "The folder %r for results cannot be made: %s; give another one with --out." % (folder, error.strerror)
        ) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise DataError("The folder %r for results cannot be written; give another one with --out." % folder)


def check_all(job: Job, folder: str, make_folder: bool) -> Tuple[Job, dataset.Dataset]:
    """Every check, cheapest first; returns what `check_data` does."""
    check_packages()
    check_backend(job)
    if make_folder:
        check_output(folder)
    return check_data(job)
