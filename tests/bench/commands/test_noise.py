"""What `harbench noise` says of its two sides."""

import io

from rich.console import Console

from bench import noise_floor
from bench.cells import Cell
from bench.commands import noise
from bench.comparing import compare
from tests.bench import records


def _side(cell, steps, share):
    made = []
    for block, step in enumerate(steps):
        run = {"id": "r", "fingerprint": "f", "cells": 2, "cell": cell, "block": block, "position": cell}
        changes = {"run": run, "environment__noise": {"other_load_share": share}}
        made.append(records.make("%d-%d" % (cell, block), seconds=[1.0, 0.5, step, step], **changes))
    return Cell.of(made)


def test_a_doubt_of_both_sides_is_said_once_with_the_worst_of_them(tmp_path, monkeypatch):
    monkeypatch.setenv("HARBENCH_CACHE", str(tmp_path))
    sides = _side(0, (0.100, 0.101, 0.102), 0.61), _side(1, (0.101, 0.100, 0.102), 0.65)
    floor = noise_floor.of(sides[0], sides[1], "a cell", "2000-01-01T00:00:00.000+00:00")
    stream = io.StringIO()
    noise._say(sides[0], sides[1], floor, compare.default_margin(*sides), Console(file=stream, soft_wrap=True))
    (doubt,) = [line for line in stream.getvalue().splitlines() if "Other work" in line]
    assert doubt.startswith("  doubt: Other work took up to 65 % of the host's cores")
