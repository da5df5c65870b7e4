"""`harbench evaluate`: a checkpoint's accuracy on the test windows, computed in a process of its own."""

import glob
import os
import shlex
import shutil
import tempfile
from dataclasses import dataclass, replace
from typing import Any, Dict, List, Tuple

import numpy as np

from bench import doubts, layout, runner, trial_files, units
from bench.errors import DataError, TrialFailed, error_of
from bench.outcome import Limits
from bench.plan import Job
from har_model import metrics
from har_model.dataset.signals import LABEL_NAMES, SYNTHETIC

#: Prefix under which the checkpoint lies in the process's folder: TensorFlow cannot read every path (brackets, colons).
_LOCAL_CHECKPOINT = "checkpoint/mode.ckpt"


@dataclass(frozen=True)
class Evaluation:
    """What a checkpoint answers on the test windows.

    Args:
        confusion: counts, rows are labels.
        is_finite: whether every logit was a finite number.
        data_kind: real or synthetic.
    """

    confusion: np.ndarray
    is_finite: bool
    data_kind: str


def of_data(kind: str) -> str:
    """What stands behind a figure, of which the checkpoint may never have seen the like."""
    return " on synthetic data" if kind == SYNTHETIC else ""


def checkpoint_files(prefix: str) -> List[str]:
    """The files of a checkpoint.

    Raises:
        DataError: there is no checkpoint of that prefix.
    """
    for ending in (".index", ".meta", ".data-00000-of-00001"):
        if prefix.endswith(ending):
            prefix = prefix[: -len(ending)]
    if os.path.isdir(prefix):
        found = sorted({os.path.splitext(path)[0] for path in glob.glob(os.path.join(glob.escape(prefix), "*.index"))})
        hint = ", for example --ckpt %s" % shlex.quote(found[0]) if found else ""
        raise DataError("%r is a folder; give the prefix of the checkpoint's files%s." % (prefix, hint))
    index, shards = prefix + ".index", glob.glob(glob.escape(prefix) + ".data-[0-9]*-of-[0-9]*")
    if not os.path.isfile(index):
        raise DataError(
            "There is no checkpoint %r (no file %r); give the prefix of its files, as results/ID/%s of a run "
            "in the mode full." % (prefix, index, layout.CHECKPOINT)
        )
    if not shards:
        raise DataError(
            "The checkpoint %r has no data file (%r is missing); copy it there from where the training left it."
            % (prefix, prefix + ".data-00000-of-00001")
        )
    return [index] + sorted(shards)


def _copy(files: List[str], folder: str) -> None:
    os.makedirs(os.path.join(folder, os.path.dirname(_LOCAL_CHECKPOINT)))
    prefix = files[0][: -len(".index")]
    for path in files:
        shutil.copyfile(path, os.path.join(folder, _LOCAL_CHECKPOINT + path[len(prefix) :]))


def run_on(job: Job, checkpoint: str, folder: str) -> Dict[str, Dict[str, Any]]:
    """Run a job on a copy of the checkpoint at prefix `checkpoint`; the last event of each name.

    Args:
        job: its own `checkpoint` is filled in here.
        checkpoint: the prefix.
        folder: an empty one, where the process works.

    Raises:
        DataError: the checkpoint or the dataset is missing or broken.
        TrialFailed: the process died.
    """
    _copy(checkpoint_files(checkpoint), folder)
    job = replace(job, checkpoint=_LOCAL_CHECKPOINT)
    trial_files.leave_job(job, folder)
    outcome = runner.run_trial(job, folder, Limits(), lambda event: None)
    events = {event["event"]: event for event in outcome.events}
    if outcome.exit_code != 0:
        sentence = str(outcome.reason).replace(repr(_LOCAL_CHECKPOINT), repr(checkpoint))
        if outcome.exit_code == TrialFailed.exit_code:
            sentence += " Its log ends: " + " / ".join(outcome.log_tail[-3:])
        raise error_of(outcome.exit_code, sentence)
    return events


def evaluate(job: Job, checkpoint: str) -> Evaluation:
    """Evaluate the checkpoint at prefix `checkpoint`; `job` says on what data. Raises what `run_on` does."""
    with tempfile.TemporaryDirectory(prefix="harbench-") as folder:
        events = run_on(job, checkpoint, folder)
    answer, network = events["predictions"], events["network"]
    confusion = metrics.confusion_matrix(answer["labels"], answer["predictions"], network["n_classes"])
    return Evaluation(confusion, events["evaluation"]["is_finite"], events["dataset"]["kind"])


def lines(evaluation: Evaluation) -> List[str]:
    """The evaluation as text: accuracy, scores of each class, confusion matrix."""
    confusion = evaluation.confusion
    scores = metrics.class_scores(confusion)
    hits, total = int(np.trace(confusion)), int(confusion.sum())
    names: Tuple[str, ...] = (
        tuple(LABEL_NAMES) if len(LABEL_NAMES) == len(confusion) else tuple(map(str, range(len(confusion))))
    )
    width = max(map(len, names))
    text = [
        "accuracy %.7f (%d of %d)%s" % (hits / total, hits, total, of_data(evaluation.data_kind)),
        "F1 weighted %s, macro %s"
        % (units.accuracy(metrics.weighted_f1(scores)), units.accuracy(metrics.macro_f1(scores))),
    ]
    if not evaluation.is_finite:
        text.append("doubt: " + doubts.LOGITS_NOT_FINITE)
    text += [
        "",
        "%-*s %9s %9s %9s %9s" % (width, "class", "precision", "recall", "F1", "windows"),
    ]
    for name, score in zip(names, scores):
        shares = [units.accuracy(share) for share in (score.precision, score.recall, score.f1)]
        text.append("%-*s %9s %9s %9s %9d" % (width, name, shares[0], shares[1], shares[2], score.support))
    text += ["", "confusion matrix (rows: labels, columns: predictions, in the same order)"]
    text += ["%-*s %s" % (width, name, " ".join("%5d" % count for count in row)) for name, row in zip(names, confusion)]
    return text
