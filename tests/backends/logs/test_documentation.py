"""docs/diagnosis.md has the tables of the code. `python -m tests.backends.logs.test_documentation` writes them anew."""

import os
import re
from dataclasses import replace

import pytest

from backends.logs import reading, tables
from backends.logs.symptom import find, meaning_of, step_of

PAGE = os.path.join(os.path.dirname(__file__), "..", "..", "..", "docs", "diagnosis.md")
HEADING = "### %s\n\n| message | meaning | next step |\n| --- | --- | --- |\n"
DEVICES = (("Ascend NPU", tables.ASCEND), ("NVIDIA GPU", tables.CUDA), ("Host", tables.HOST))
START = "The tables are the ones in the code (`backends/logs/tables`).\n\n"


def row_of(symptom):
    cells = ("`%s`" % symptom.message.replace("`", "'"), meaning_of(symptom), step_of(symptom))
    return "| %s |\n" % " | ".join(cell.replace("|", "\\|") for cell in cells)


def tables_of_the_code():
    return "\n".join(HEADING % name + "".join(map(row_of, rows)) for name, rows in DEVICES)


def page():
    with open(PAGE, encoding="utf-8") as file:
        return file.read()


def test_the_page_has_the_tables_of_the_code():
    assert page().partition(START)[2] == tables_of_the_code()


def test_no_two_rows_of_a_device_have_one_message():
    for _, rows in DEVICES:
        assert len({row.message for row in rows}) == len(rows)


def examples_of_the_page():
    """Message of the row, and each of the texts that are written in it, by the heading above it."""
    for name, rows in DEVICES:
        part = page().partition("### %s\n" % name)[2].partition("\n### ")[0]
        written = re.findall(r"^\| `([^`]*)` \|", part, re.MULTILINE)
        assert len(written) == len(rows)
        yield from zip(rows, (text.replace("\\|", "|") for text in written))


@pytest.mark.parametrize(
    "row, text", list(examples_of_the_page()), ids=lambda item: re.sub(r"\W+", "-", str(item))[:40]
)
def test_each_row_knows_its_own_text_as_the_page_has_it(row, text):
    assert find([row], text), text
    for one in text.split("; "):
        assert find([replace(row, needs=())], one), one


def test_the_texts_are_told_by_themselves():
    assert "wrong field" in reading.explain("option precision_mode value '' is invalid")
    assert "several cards" in reading.explain("CM_CHIEF_IP and RANK_TABLE_FILE are all not be configured.")
    note = "[GePlugin] CM_CHIEF_IP and RANK_TABLE_FILE are all not be configured.\n"  # of a good run on one card
    assert reading.explain(note) is None and not reading.read(note).has_failed


if __name__ == "__main__":
    text = page().partition(START)[0] + START + tables_of_the_code()
    with open(PAGE, "w", encoding="utf-8") as out:
        out.write(text)
