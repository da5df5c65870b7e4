from bench.cells import Cell
from bench.comparing import naming
from tests.bench import records

_RUN = {"id": "r7", "fingerprint": "f", "cells": 1, "cell": 0, "block": 0, "position": 0}


def _cell(*made):
    return Cell.of(list(made))


def test_a_bound_on_the_steps_stands_in_the_name_in_a_table():
    plain, bound = _cell(records.make()), _cell(records.make(job__steps=60))
    assert naming.numbered(plain, 1)[4:].replace(" fused,", " fused, 60 steps,") == naming.numbered(bound, 2)[4:]
    assert "60 steps" in naming.short(bound)


def test_a_cell_of_several_runs_is_selected_by_the_newest_which_is_said():
    one, other = records.make("a", run=dict(_RUN, id="r6")), records.make("b", run=_RUN)
    assert naming.short(_cell(other)).endswith("(1 trial, run=r7)")
    assert naming.short(_cell(one, other)).endswith("(2 trials, of 2 runs, the newest is run=r7)")
