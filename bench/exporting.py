"""`harbench export`: a checkpoint frozen into one graph for the device's offline compiler, and checked on the host."""

import os
import tempfile
from dataclasses import dataclass
from typing import List

from backends import atc
from bench import doubts, evaluation, layout, preflight
from bench.errors import DataError, TrialFailed, UsageError
from bench.plan import Job
from har_model import metrics
from har_model.config import NetworkConfig
from har_model.files import write_atomically


@dataclass(frozen=True)
class Exported:
    """A frozen graph that was written, and what it answers on the test windows.

    Args:
        path: the file.
        size_bytes: its size.
        network: what it computes.
        batch: windows that it was given at a time.
        hits: windows recognised at that batch.
        hits_at_once: windows recognised with all windows as one batch, as `harbench evaluate` takes them.
        alike: windows with the same answer at that batch as `harbench evaluate` gives.
        windows: all of them.
        is_finite: whether every logit was a finite number.
        data_kind: of the windows, real or synthetic.
    """

    path: str
    size_bytes: int
    network: NetworkConfig
    batch: int
    hits: int
    hits_at_once: int
    alike: int
    windows: int
    is_finite: bool
    data_kind: str


def check_path(path: str) -> None:
    """Refuse a place for the graph that could not be written.

    Raises:
        UsageError: it is a folder.
        DataError: its folder cannot be written.
    """
    if os.path.isdir(path) or not os.path.basename(path):
        raise UsageError("--out %r is a folder; give the file's name too, as %s." % (path, os.path.join(path, "m.pb")))
    folder = os.path.dirname(os.path.abspath(path))
    preflight.check_folder(folder, "The folder %r" % folder, "choose another --out")


def _write(path: str, content: bytes) -> None:
    try:
        write_atomically(path, content)
    except OSError as error:
        raise DataError(
            "The graph cannot be written to %r: %s; choose another --out." % (path, error.strerror)
        ) from error


def export(job: Job, checkpoint: str, path: str) -> Exported:
    """Freeze the checkpoint at prefix `checkpoint` and write it to `path`, whole or not at all.

    Args:
        job: says on what data it is checked, and by its batch size how many windows at a time.
        checkpoint: the prefix.
        path: an existing file is replaced.

    Raises:
        DataError: the checkpoint or the dataset is missing or broken, or the file cannot be written.
        TrialFailed: the process died, or the graph answers otherwise than the model; nothing is written then.
    """
    with tempfile.TemporaryDirectory(prefix="harbench-") as folder:
        events = evaluation.run_on(job, checkpoint, folder)
        with open(os.path.join(folder, layout.FROZEN), "rb") as file:
            content = file.read()
    answer = events["frozen"]
    labels, n = answer["labels"], len(answer["labels"])
    if answer["unlike"]:
        raise TrialFailed(
            "The frozen graph answers otherwise than the model on %d of %d test windows, by more than rounding: "
            "nothing was written; that is a fault of harbench or of this TensorFlow, try another one and report it."
            % (answer["unlike"], n)
        )
    _write(path, content)
    network = NetworkConfig(**{key: value for key, value in events["network"].items() if key != "event"})
    return Exported(
        path=path,
        size_bytes=len(content),
        network=network,
        batch=job.workload.training.batch_size,
        hits=metrics.agreeing(labels, answer["batched"]),
        hits_at_once=metrics.agreeing(labels, answer["whole"]),
        alike=metrics.agreeing(answer["evaluated"], answer["batched"]),
        windows=n,
        is_finite=answer["is_finite"],
        data_kind=events["dataset"]["kind"],
    )


def lines(exported: Exported) -> List[str]:
    """The export as text: what was written, what it recognises, and what may be said against it."""
    network, n = exported.network, exported.windows
    text = [
        "written to %s (%.1f MB): input %s float32 [batch,%d,%d], output %s:0 int32 [batch]"
        % (
            exported.path,
            exported.size_bytes / 1e6,
            atc.INPUT,
            network.window_length,
            network.n_channels,
            atc.OUTPUT,
        ),
        "accuracy %.7f (%d of %d)%s on this host's CPU, windows taken %d at a time; the same answer as `harbench "
        "evaluate` for %d of %d"
        % (
            exported.hits / n,
            exported.hits,
            n,
            evaluation.of_data(exported.data_kind),
            exported.batch,
            exported.alike,
            n,
        ),
    ]
    if network.has_batch_norm and exported.batch < n:
        text.append("doubt: " + doubts.batch_matters(exported.hits_at_once))
    if not exported.is_finite:
        text.append("doubt: " + doubts.LOGITS_NOT_FINITE)
    return text
