"""Valid records for tests, small enough to work out their figures by hand."""

import copy
import json
import os
from fractions import Fraction

_FILE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "data", "record-v1.json")


def predictions(accuracy):
    """Labels, the same ones wherever that can be, and predictions of which this share is right."""
    share = Fraction(accuracy).limit_denominator(10**4)
    count = next(n for n in (4, 1000, 10**4, share.denominator) if n % share.denominator == 0)
    labels = [i % 6 for i in range(count)]
    right = round(share * count)
    return {"labels": labels, "predictions": labels[:right] + [(label + 1) % 6 for label in labels[right:]]}


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
    if record["evaluations"] and accuracies[-1] != 0.5:  # that of the file
        record["predictions"] = predictions(accuracies[-1])
    record["dataset"]["is_complete"] = True
    for name, value in changes.items():
        part = record
        *path, last = name.split("__")
        for key in path:
            part = part[key]
        part[last] = value
    return record
