"""The processes of a trial that starts after some readings."""

import itertools


def pids_of(trial, readings_before=0):
    """None for so many readings, and the trial's processes from then on."""
    answers = itertools.chain([None] * readings_before, itertools.repeat(set(trial)))
    return lambda: next(answers)
