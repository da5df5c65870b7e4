"""A trial: one fresh process that runs one job once and leaves a journal. `python -m bench.trial JOB [PIPE]`.

It needs a framework, NumPy and the standard library, nothing else, since it runs on a vendor's Python too.
"""

import ctypes
import json
import math
import os
import platform
import signal
import sys
from dataclasses import asdict, replace
from typing import Any, Dict, List, Optional, Tuple

import numpy as np

from backends import registry
from backends.proof import TRAINING
from backends.protocol import Backend, Model, Updates
from bench import clock, layout, plan, synchronisation
from bench.journal import Journal
from bench.plan import MODE_EVALUATE, MODE_EXPORT, MODE_FULL, Job
from bench.step_log import StepWriter
from bench.timed_loop import TimedLoop, evaluate
from har_model import dataset, metrics, weights
from har_model.config import NetworkConfig, Workload
from har_model.dataset.signals import LABEL_NAMES
from har_model.errors import DataError, HarbenchError
from har_model.files import write_atomically

#: prctl(2), include/uapi/linux/prctl.h.
_PR_SET_PDEATHSIG = 1


def _open(backend: Backend, job: Job, workload: Workload, data: dataset.Dataset) -> Model:
    if job.is_profiled:
        os.makedirs(layout.PROFILE)
    return backend.open(workload, job.settings(len(data.test.labels)))


def _caches(backend: Backend, job: Job) -> Dict[str, Any]:
    """Whether what a first step compiles may lie ready: `none` (nothing outlives a process), `cold` or `warm`."""
    folders = backend.compile_caches(job.settings())
    is_warm = any(files for folder in folders for _, _, files in os.walk(folder))
    return {"state": ("warm" if is_warm else "cold") if folders else "none", "folders": list(folders)}


def _describe(model: Model, journal: Journal) -> None:
    software = {"python": platform.python_version(), "numpy": np.__version__, "executable": sys.executable}
    journal.write("description", software=software, **asdict(model.describe()))
    journal.write("clock", **asdict(clock.measure_quality(model.virtual_clock_ns or clock.now_ns)))


def _finite(updates: Updates) -> Updates:
    """With an infinite scale as None: JSON has no such number, and a trial must not end for it."""
    scale = updates.loss_scale
    return updates if scale is None or math.isfinite(scale) else replace(updates, loss_scale=None)


def _train(backend: Backend, job: Job, data: dataset.Dataset, journal: Journal) -> None:
    with journal.phase("build"):
        model = _open(backend, job, job.workload, data)
        synchronisation.prepare(model)
    _describe(model, journal)
    try:
        steps = StepWriter(layout.STEPS, plan.planned_steps(job, len(data.train.labels)))
    except OSError as error:
        raise DataError(
            "There is no room for the steps of a trial (%s): free space, or raise the quota or limit." % error.strerror
        ) from error
    with journal.phase(TRAINING):
        TimedLoop(model, data, job, journal, steps).run()
    updates = model.updates()
    if updates is not None:
        journal.write("updates", **asdict(_finite(updates)))
    if job.mode == MODE_FULL:
        with journal.phase("checkpoint"):
            model.save_checkpoint(layout.CHECKPOINT)
    journal.write("proof", **asdict(model.prove()))
    model.close()


def _open_checkpoint(
    backend: Backend, job: Job, data: dataset.Dataset, journal: Journal
) -> Tuple[NetworkConfig, Model]:
    """The network of a checkpoint, and a model with its weights.

    Raises:
        DataError: it is none of such a network, or of one for other data.
    """
    checkpoint = str(job.checkpoint)
    shapes = {name: tuple(shape) for name, shape in backend.checkpoint_shapes(checkpoint).items()}
    _, length, channels = data.test.windows.shape
    network = weights.infer_network(shapes, length)
    if (network.n_channels, network.n_classes) != (channels, len(LABEL_NAMES)):
        raise DataError(
            "The checkpoint is of a network for %d channels and %d classes, the data has %d and %d; use other data."
            % (network.n_channels, network.n_classes, channels, len(LABEL_NAMES))
        )
    with journal.phase("build"):
        model = _open(backend, job, replace(job.workload, network=network), data)
    _describe(model, journal)
    model.set_weights(backend.checkpoint_weights(checkpoint, list(weights.variable_shapes(network))))
    journal.write("network", **asdict(network))
    return network, model


def _evaluate_checkpoint(backend: Backend, job: Job, data: dataset.Dataset, journal: Journal) -> None:
    _, model = _open_checkpoint(backend, job, data, journal)
    with journal.phase("evaluation"):
        evaluate(model, data.test, None, journal, is_last=True)
    journal.write("proof", **asdict(model.prove()))
    model.close()


def _export_checkpoint(backend: Backend, job: Job, data: dataset.Dataset, journal: Journal) -> None:
    """Leave the frozen graph, and what it answers on the test windows beside what the model does."""
    network, model = _open_checkpoint(backend, job, data, journal)
    windows, labels = data.test.windows, data.test.labels
    logits = model.evaluate(windows)
    with journal.phase("export"):
        content = backend.freeze(network, model.get_weights())
        write_atomically(layout.FROZEN, content)
    model.close()
    with journal.phase("check"):
        whole = backend.run_frozen(content, windows, len(labels))
        batched = backend.run_frozen(content, windows, job.workload.training.batch_size)
    journal.write(
        "frozen",
        labels=labels.tolist(),
        evaluated=np.argmax(logits, axis=1).tolist(),
        whole=whole.tolist(),
        batched=batched.tolist(),
        unlike=metrics.unlike(logits, whole),
        is_finite=bool(np.isfinite(logits).all()),
    )


def run(job: Job, journal: Journal) -> None:
    """Run the job's phases one after the other, journalling each.

    Raises:
        HarbenchError: the dataset, the checkpoint or the backend is not what it must be.
    """
    backend = registry.create(job.backend)
    journal.write("caches", **_caches(backend, job))
    with journal.phase("import"):
        backend.prepare()
    with journal.phase("data"):
        data = dataset.load(job.data_path)
    journal.write("dataset", **data.describe())
    if job.mode == MODE_EVALUATE:
        _evaluate_checkpoint(backend, job, data, journal)
    elif job.mode == MODE_EXPORT:
        _export_checkpoint(backend, job, data, journal)
    else:
        _train(backend, job, data, journal)
    journal.write("end", process_seconds=clock.process_seconds())


def _die_with_parent() -> None:
    """Ask Linux to end this process when the parent is gone, however that ended; elsewhere nothing is asked."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main(arguments: Optional[List[str]] = None) -> int:
    """Entry point: 0, or the exit code of the error whose sentence stands in the journal."""
    argv = sys.argv[1:] if arguments is None else arguments
    _die_with_parent()
    with open(argv[0], encoding="utf-8") as file:
        job = Job.from_dict(json.load(file))
    journal = Journal(layout.JOURNAL, int(argv[1]) if len(argv) > 1 else None)
    try:
        run(job, journal)
    except HarbenchError as error:
        journal.write("error", sentence=str(error), exit_code=error.exit_code)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
