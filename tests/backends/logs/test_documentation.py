"""docs/diagnosis.md has the tables of the code. `python -m tests.backends.logs.test_documentation` writes them anew."""

import os

from backends.logs import tables
from backends.logs.symptom import meaning_of, step_of

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


if __name__ == "__main__":
    text = page().partition(START)[0] + START + tables_of_the_code()
    with open(PAGE, "w", encoding="utf-8") as out:
        out.write(text)
