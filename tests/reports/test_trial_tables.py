"""Tables on what the trials of a cell did, from records of both versions."""

import pytest

from bench import cells, units
from reports import markdown, trial_tables
from tests.bench import records
from tests.bench.resources import NOISE, TELEMETRY


def _row(table, *documents):
    shown = table(cells.group(documents))
    (row,) = shown.rows
    assert len(row) == len(shown.header)
    return dict(zip(shown.header, row))


def test_outlying_steps_are_counted_on_either_side_with_their_time_and_a_sentence():
    # Quartiles of 1..101 are 26 and 76: fences at -124, -49, 151, 226; moved up by 200.
    seconds = [200.0 + i for i in range(1, 102)]
    seconds[0], seconds[1], seconds[99], seconds[100] = 200 - 125, 200 - 50, 200 + 152, 200 + 227
    row = _row(trial_tables.outliers_table, records.make("a", seconds=[1.0] + seconds, warmup=1))
    assert row["steady steps"] == "101" and row["time in slow ones"] == units.percent(779 / sum(seconds))
    assert [row[one] for one in ("fast: severe", "fast: mild", "slow: mild", "slow: severe")] == ["1"] * 4
    assert "2 of 101 steps are slow outliers (1 severe)" in row["in words"] and "none was dropped" in row["in words"]


def test_too_few_steps_for_outliers_are_dashes():
    assert list(_row(trial_tables.outliers_table, records.make("a")).values())[1:] == ["-"] * 7


def test_the_resources_of_a_trial_stand_in_their_units():
    made = records.make("a", telemetry=TELEMETRY, environment__noise=NOISE, process_seconds=20.0)
    row = _row(trial_tables.resources_table, made)
    assert list(row.values())[1:] == ["1.50", "1.00 GiB", "120 J", "0.5 %", "120", "1 %", "20 %"]


def test_what_the_system_does_not_tell_is_unknown_and_what_nobody_looked_for_is_a_dash():
    dark = dict(TELEMETRY, energy_joules=None)
    row = _row(trial_tables.resources_table, records.make("a", telemetry=dark, environment__noise={"steal_share": 0.0}))
    assert row["package energy"] == "unknown" and row["CPU cores used"] == "1.50"
    assert row["steal"] == "0 %" and row["other load"] == "unknown"
    assert list(_row(trial_tables.resources_table, records.make("a")).values())[1:] == ["-"] * 7


@pytest.mark.parametrize(
    "states, shown", [(["cold"], "cold"), (["warm", "warm"], "warm"), (["cold", "warm", "warm"], "1 cold, 2 warm")]
)
def test_caches_are_one_word_or_counted(states, shown):
    made = [records.make(str(i), caches={"state": state}) for i, state in enumerate(states)]
    assert _row(trial_tables.phases_table, *made)["caches"] == shown


def test_caches_of_an_old_record_are_a_dash():
    assert _row(trial_tables.phases_table, records.make("a"))["caches"] == "-"
    assert _row(trial_tables.phases_table, records.make("a", caches=None))["caches"] == "-"


def test_the_resampled_interval_stands_beside_students_from_eight_trials_on():
    made = [records.make(str(i), seconds=[1.0] + [0.1 + 0.001 * i] * 30, warmup=1) for i in range(8)]
    row = _row(trial_tables.timing_table, *made)
    student, resampled = row["FPS (steady), Student's t [95 % interval]"], row["FPS, resampled [95 % interval]"]
    assert student.split(" [")[0] == resampled.split(" [")[0] and resampled.endswith("]") and "," in resampled
    assert _row(trial_tables.timing_table, *made[:7])["FPS, resampled [95 % interval]"] == "-"


def test_what_the_doctor_could_not_tell_is_one_line_of_the_environment():
    found = [
        {"check": "governor", "state": "UNKNOWN", "finding": "No governor <b>."},
        {"check": "load", "state": "UNKNOWN", "finding": "No load."},
    ]
    (cell,) = cells.group([records.make("a", doctor=found), records.make("b", doctor=found)])
    lines = [line for line in markdown.environment_lines(cell, 1) if "doctor" in line]
    assert lines == ["  - harbench doctor could not tell: No governor &lt;b>. No load."]
    (old,) = cells.group([records.make("a")])
    assert not any("doctor" in line for line in markdown.environment_lines(old, 1))


@pytest.mark.parametrize("count, text", [(0, "0 MiB"), (300 * 2**20, "300 MiB"), (3 * 2**29, "1.50 GiB")])
def test_memory_is_given_in_mib_or_gib(count, text):
    assert units.memory(count) == text
