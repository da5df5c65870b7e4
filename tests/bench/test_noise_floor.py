"""The noise floor: what an A/A run gives, and when it becomes a margin."""

import copy
import json
import pathlib
from dataclasses import replace

import pytest

from bench import noise_floor
from bench.cells import Cell
from bench.comparing import compare
from tests.bench import records

_BEFORE, _AFTER = "2000-01-01T00:00:00.000+00:00", "2099-01-01T00:00:00.000+00:00"


def _cell(letter, steps, cell=0):
    made = []
    for block, step in enumerate(steps):
        run = {"id": "r", "fingerprint": "f", "cells": 2, "cell": cell, "block": block, "position": 0}
        made.append(records.make("%s%d" % (letter, block), seconds=[1.0, 0.5, step, step], run=run))
    return Cell.of(made)


@pytest.fixture
def sides(tmp_path, monkeypatch):
    monkeypatch.setenv("HARBENCH_CACHE", str(tmp_path))
    return _cell("a", (0.100, 0.101, 0.102)), _cell("b", (0.101, 0.100, 0.102), 1)


@pytest.fixture
def floor(sides):
    return noise_floor.of(sides[0], sides[1], "a cell", _BEFORE)


def test_the_floor_is_the_end_of_the_interval_that_is_farther_from_1(floor):
    assert floor.blocks == 3 and floor.relabellings == 4
    assert floor.floor == pytest.approx(max(floor.high, 1 / floor.low) - 1)
    assert floor.false_alarms == 0  # with three blocks no division is significant beyond its own interval


def test_a_floor_is_the_margin_of_what_is_measured_after_it_and_of_nothing_before(sides, floor):
    assert compare.default_margin(*sides).value == 0.05
    noise_floor.store(floor)
    margin = compare.default_margin(*sides)
    assert margin.value == pytest.approx(floor.floor) and "A/A run of a cell" in margin.source
    noise_floor.store(replace(floor, measured=_AFTER))
    assert compare.default_margin(*sides).value == 0.05


@pytest.mark.parametrize(
    "field, value",
    [("floor", "abc"), ("floor", None), ("floor", -0.5), ("floor", 0.2), ("floor", float("nan")), ("measured", 3),
     ("measured", "soon"), ("unknown", 1)],
)  # fmt: skip
def test_a_floor_that_a_hand_has_spoilt_is_none(sides, floor, field, value):
    path = pathlib.Path(noise_floor.store(floor))
    document = json.loads(path.read_text())
    for kept in document.values():
        kept[field] = value
    path.write_text(json.dumps(document))
    assert compare.default_margin(*sides).value == 0.05


@pytest.mark.parametrize("text", ["", "[]", "3", '{"a": 1}', "{"])
def test_a_file_that_is_none_of_ours_is_no_floor(sides, floor, text):
    pathlib.Path(noise_floor.store(floor)).write_text(text)
    assert compare.default_margin(*sides).value == 0.05


def test_every_division_is_tried_once_and_the_first_block_keeps_its_sides():
    divisions = noise_floor._relabelled(4)
    assert len(set(divisions)) == 8 and {signs[0] for signs in divisions} == {1}
    assert len(noise_floor._relabelled(20)) == 1024


@pytest.mark.parametrize(
    "change", [{"proof": {"state": "simulated"}}, {"description": {"effective": {"slowed_down": 2.0}}}]
)
def test_the_floor_of_what_is_no_measurement_is_no_margin_of_the_real_one(sides, change):
    other = [copy.deepcopy(side) for side in sides]
    for one in other:
        for document in one.records:
            for part, changed in change.items():
                document[part].update(changed)
    floor = noise_floor.of(other[0], other[1], "a cell", _BEFORE)
    noise_floor.store(floor)
    assert noise_floor.before(sides[0]) is None and noise_floor.before(other[0]) == floor
