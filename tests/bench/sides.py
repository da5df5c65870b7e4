"""Cells and folders of records for tests of comparisons, with ratios that are worked out by hand."""

from bench import cells, record
from tests.bench import records

#: Mean step seconds of five trials; their geometric mean is 0.1 exactly.
STEPS = (0.1 * 1.02, 0.1 / 1.02, 0.1, 0.1 * 1.01, 0.1 / 1.01)


def documents(letter, factor=1.0, steps=STEPS, accuracies=None, seeds=None, **changes):
    """One record for each step time, `factor` times as long, from seed 0 on."""
    made = []
    for i, step in enumerate(steps):
        seconds = [1.0, 0.5, step * factor, step * factor]
        accuracy = 0.9 + 0.001 * i if accuracies is None else accuracies[i]
        changes_here = dict(
            {"job__workload__seed": i if seeds is None else seeds[i], "trial__number": i + 1}, **changes
        )
        made.append(records.make("%s%d" % (letter, i), seconds=seconds, accuracies=[accuracy], **changes_here))
    return made


def cell(letter="a", factor=1.0, **changes):
    """The one cell of such records."""
    (found,) = cells.group(documents(letter, factor, **changes))
    return found


def leave(folder, made):
    """Write records into a folder; its path."""
    folder.mkdir(exist_ok=True)
    for document in made:
        record.write(document, str(folder))
    return str(folder)


def in_blocks(made, run="run-1"):
    """The records as taken in interleaved blocks of a run, one each."""
    for block, document in enumerate(made):
        document["run"] = {"id": run, "fingerprint": "f", "cell": 0, "cells": 2, "block": block, "position": 0}
    return made
