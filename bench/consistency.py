"""Where a record contradicts itself: what one part of it says against another one.

A record is copied from host to host, and may have been edited by hand. Our own ones, of failed and killed trials too,
never contradict themselves, so that nothing here refuses them.
"""

from typing import Any, Mapping, Sequence

from backends import registry
from backends.proof import PROVEN, SIMULATED
from backends.protocol import ENGINE_NONE

Record = Mapping[str, Any]


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


def _columns_fault(record: Record, columns: Sequence[str]) -> str:
    samples: Mapping[str, Any] = record.get("telemetry") or {}
    filled = [samples[name] for name in columns if samples.get(name) is not None]
    if any(len(column) != len(samples["seconds"]) for column in filled):
        return "telemetry: its columns are not of one length"
    return ""


def _predictions_fault(record: Record) -> str:
    predictions = record["predictions"]
    if predictions and len(predictions["labels"]) != len(predictions["predictions"]):
        return "predictions: there are not as many labels as predictions"
    return ""


def fault_of(record: Record, columns: Sequence[str]) -> str:
    """The first contradiction in a record that fits the schema; empty where there is none.

    Args:
        columns: names of the telemetry's columns, which have an entry for each sample.
    """
    return (
        _device_fault(record) or _steps_fault(record) or _columns_fault(record, columns) or _predictions_fault(record)
    )
