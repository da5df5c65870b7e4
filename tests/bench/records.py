"""Valid records for tests, small enough to work out their figures by hand."""

import copy
import json
import os

_FILE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "data", "record-v1.json")


def make(identifier="r1", seconds=(1.0, 0.5, 0.1, 0.1), warmup=2, replays=0, accuracies=(0.5,), **changes):
    """A record with these step times; `changes` replaces whole parts, a dotted name (as `job__kernel`) one field."""
    with open(_FILE, encoding="utf-8") as file:
        record = json.load(file)
    record = copy.deepcopy(record)
    plain = len(seconds) - replays
    record["id"] = identifier
    record["steps"] = {
        "seconds": list(seconds),
        "losses": [1.0] * len(seconds),
        "epochs": [{"epoch": 0, "steps": plain, "replays": replays, "seconds": sum(seconds) + 0.1}],
    }
    record["job"]["warmup_steps"] = warmup
    record["evaluations"] = [
        {"epoch": epoch, "accuracy": accuracy, "seconds": 0.2} for epoch, accuracy in enumerate(accuracies)
    ]
    record["dataset"]["is_complete"] = True
    for name, value in changes.items():
        part = record
        *path, last = name.split("__")
        for key in path:
            part = part[key]
        part[last] = value
    return record
