import re

import pytest

from backends.logs import reading, tables
from backends.logs.symptom import FAILURES, HARMLESS, find, sentence_of
from tests.backends.logs import messages_of_ascend, messages_of_cuda, messages_of_the_host

TABLES = (("ASCEND", tables.ASCEND), ("CUDA", tables.CUDA), ("HOST", tables.HOST))
ROWS = [(name, row) for name, table in TABLES for row in table]
LOGS = {"ASCEND": messages_of_ascend.CASES, "CUDA": messages_of_cuda.CASES, "HOST": messages_of_the_host.CASES}
CASES = [(name, case) for name, cases in LOGS.items() for case in cases]


def name_of(item):
    return re.sub(r"\W+", "-", getattr(item, "row", getattr(item, "message", item)))[:60]


def row_of(table, case):
    (row,) = [row for row in getattr(tables, table) if case.row in row.message]
    return row


@pytest.mark.parametrize("table, case", CASES, ids=name_of)
def test_each_known_message_is_told_with_its_values_and_the_next_step(table, case):
    row, read = row_of(table, case), reading.read(case.log)
    (finding,) = find([row], case.log)
    if row.effect == HARMLESS:
        assert finding.sentence.rstrip(".") in read.facts and reading.explain(case.log) is None
        assert not read.has_failed
    else:
        assert read.diagnosis == finding.sentence == reading.explain(case.log)
        assert [word for word in case.words if word not in read.diagnosis] == [] and case.words
    assert read.is_used == case.is_used


@pytest.mark.parametrize("table, row", ROWS, ids=name_of)
def test_each_row_has_a_log_that_shows_it(table, row):
    logs = [case.log for case in LOGS[table] if case.row in row.message]
    assert logs and all(find([row], log) for log in logs)


@pytest.mark.parametrize("table, row", ROWS, ids=name_of)
def test_each_sentence_is_one_plain_sentence_that_needs_no_value(table, row):
    text = sentence_of(row)
    assert text[0].isupper() and text.endswith(".") and "{" not in text and "\n" not in text
    assert row.meaning.rstrip()[-1] not in ".:" and row.step.rstrip()[-1] not in ".:"


def test_a_device_is_never_said_to_have_worked_because_of_a_message_alone():
    assert "yes" not in {case.is_used for _, case in CASES}


@pytest.mark.parametrize("table, case", CASES, ids=name_of)
def test_a_message_behind_a_compiled_graph_means_that_the_npu_was_at_work(table, case):
    proof = "I x.cc:1] The model has been compiled on the Ascend AI processor, current graph id is: 1\n"
    read = reading.read(proof + case.log)
    row = row_of(table, case)
    expected = "yes, then failed" if row.effect in FAILURES and row.effect != "fallback" else "yes"
    is_start = "bogomips" in row.message  # which every process says once, before its first graph
    if is_start or row.effect == "fallback" and not row.unless:  # another process, that went without the device
        expected = "partly"
    if table == "CUDA":  # a TensorFlow built for GPUs looks for them at the start of a process, and before the proof
        assert read.is_used in ("yes", "partly") or "ended with" in " ".join(read.facts)
    elif "ended with" not in " ".join(read.facts):
        assert read.is_used == expected
    assert read.device == "npu"


def test_a_message_before_the_first_compiled_graph_did_not_keep_the_npu_from_its_work():
    log = "EJ0001: Failed to initialize the HCCP process.\nonce more\n" + (
        "I geop_npu.cc:822] The model has been compiled on the Ascend AI processor, current graph id is: 1\n"
    )
    read = reading.read(log)
    assert (read.is_used, read.diagnosis, read.codes) == ("yes", None, ("EJ0001",))
