"""Where a record contradicts itself: what one part of it says against another one.

A record is copied from host to host, and may have been edited by hand. Our own ones, of failed and killed trials too,
never contradict themselves, so that nothing here refuses them.
"""

import operator
from typing import Any, Mapping, Optional, Sequence

from backends import registry
from backends.proof import PROVEN, SIMULATED
from backends.protocol import ENGINE_NONE
from har_model.dataset.signals import REAL, SYNTHETIC

Record = Mapping[str, Any]

#: An accuracy is a float64 share, whoever divides.
_ROUNDING = 1e-9
#: The span is read on the clock of the steps, the process's duration on that of its parent.
_SPAN_SLACK_SECONDS = 1.0


def _device_fault(record: Record) -> str:
    """A backend of ours that has no device, or emulates it, against what would make its figures those of a device."""
    name = record["job"]["backend"]
    backend = registry.built_in(name)
    state = (record["proof"] or {}).get("state")
    if backend is None:
        return ""
    if not backend.has_speed and record.get("has_speed"):
        return "has_speed: the %s backend emulates its device, so it has none" % name
    if not backend.has_speed and state not in (None, SIMULATED):
        return "proof: the %s backend emulates its device, so it is simulated, not %s" % (name, state)
    if backend.engine == ENGINE_NONE and state == PROVEN:
        return "proof: the %s backend has no device, so nothing is proven" % name
    return ""


def steps_counted(record: Record) -> int:
    """How many steps its epochs count."""
    return sum(epoch["steps"] + epoch["replays"] for epoch in record["steps"]["epochs"])


def _steps_fault(record: Record) -> str:
    """Times, losses, updates and epochs against one another."""
    steps, counted = record["steps"], steps_counted(record)
    if not len(steps["seconds"]) == len(steps["losses"]) == counted:
        return "steps: times, losses and epochs do not count the same steps"
    if (record.get("updates") or {"applied": 0})["applied"] > counted:
        return "updates: more were applied than there were steps"
    return ""


def _data_fault(record: Record) -> str:
    """A batch that cannot be cut from the data, although it was trained on; without a step a trial has just failed."""
    dataset, batch_size = record["dataset"], record["job"]["workload"]["training"]["batch_size"]
    if not dataset:
        return ""
    if record["steps"]["seconds"] and batch_size > dataset["n_train"]:
        return "job: a batch of %d windows is more than the %d of the training data" % (batch_size, dataset["n_train"])
    batches = dataset["n_train"] // batch_size
    if any(max(epoch["steps"], epoch["replays"]) > batches for epoch in record["steps"]["epochs"]):
        return "steps: an epoch has more of them than its data has batches of %d windows" % batch_size
    if dataset["kind"] == REAL and record["job"]["data_path"] == SYNTHETIC:
        return "dataset: synthetic data was asked for, and it calls itself real"
    return ""


def _profile_fault(record: Record) -> str:
    """What a profiler leaves, in a record that was not profiled: its times would be figures."""
    if record["job"].get("is_profiled"):
        return ""
    if "profile" in record["artifacts"]:
        return "artifacts: there are traces of a profiler, and the job says that none was on"
    if ((record["description"] or {}).get("effective") or {}).get("profiling_mode"):
        return "description: the profiler was on, and the job says that it was not"
    return ""


def _columns_fault(record: Record, columns: Sequence[str]) -> str:
    samples: Mapping[str, Any] = record.get("telemetry") or {}
    filled = [samples[name] for name in columns if samples.get(name) is not None]
    if any(len(column) != len(samples["seconds"]) for column in filled):
        return "telemetry: its columns are not of one length"
    return ""


def _span_fault(record: Record) -> str:
    """Where the timed steps lie among the samples, which begin before the trial's process and may end before it."""
    samples: Mapping[str, Any] = record.get("telemetry") or {}
    if "timed_span_seconds" not in samples:
        return ""
    begin, end = samples["timed_span_seconds"]
    if end < begin:
        return "telemetry: its timed steps end before they begin"
    whole = record["process_seconds"]
    if whole is not None and end - begin > whole + _SPAN_SLACK_SECONDS:
        return "telemetry: its timed steps last longer than the trial's process"
    if samples.get("timed_span_steps", 0) >= max(steps_counted(record), 1):
        return "telemetry: more steps were timed than there were"
    return ""


def _class_count(record: Record) -> Optional[int]:
    """How many activities there are; None in a record that does not tell."""
    count = record["job"]["workload"]["network"].get("n_classes")
    if isinstance(count, int):
        return count
    names = (record["dataset"] or {}).get("label_names")
    return len(names) if isinstance(names, list) else None


def _predictions_fault(record: Record) -> str:
    """Predictions against labels, classes and the accuracy: those that are kept are of the last evaluation."""
    if not record["predictions"]:
        return ""
    labels, predictions = record["predictions"]["labels"], record["predictions"]["predictions"]
    if len(predictions) != len(labels):
        return "predictions: there are not as many labels as predictions"
    count = _class_count(record)
    if count is not None and max(labels + predictions, default=0) >= count:
        return "predictions: a label or prediction is none of the %d classes" % count
    if not labels or not record["evaluations"]:
        return "predictions: there are none, or of no evaluation"
    share = sum(map(operator.eq, labels, predictions)) / len(labels)
    accuracy = record["evaluations"][-1]["accuracy"]
    if abs(share - accuracy) > _ROUNDING:
        return "evaluations: the last accuracy is %.7g, and of the predictions %.7g are right" % (accuracy, share)
    return ""


def fault_of(record: Record, columns: Sequence[str]) -> str:
    """The first contradiction in a record that fits the schema; empty where there is none.

    Args:
        columns: names of the telemetry's columns, which have an entry for each sample.
    """
    faults = (_device_fault, _steps_fault, _data_fault, _profile_fault, _span_fault, _predictions_fault)
    found = [fault(record) for fault in faults] + [_columns_fault(record, columns)]
    return next(filter(None, found), "")
