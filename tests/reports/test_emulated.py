"""A device that was emulated: labelled in every table, and its times stand in none."""

import json
import re

import pytest

from bench import cells, doubts
from bench.comparing import compare, match
from reports import comparison, comparison_json, markdown, published
from tests.bench import emulated, sides

#: Everything that is made of its step times: 27 windows a second, 3.7 s a step, p_whole and the like below 27.
_FIGURES = re.compile(r"\b2[0-9]\.[0-9]{2}\b|\b3\.7[0-9]? s|\b3[67][0-9]{2} ms")


def _folders(tmp_path):
    mine = sides.leave(tmp_path / "emulated", emulated.documents())
    return mine, sides.leave(tmp_path / "measured", sides.documents("b"))


def _compared(tmp_path):
    selection = match.select(*_folders(tmp_path), "results")
    return selection, compare.compare(selection.pairs, None, 0.01)


def _report(*documents):
    return markdown.render(published.load(), cells.group(documents), documents, [])


def _rows(text):
    return [line for line in text.splitlines() if line.startswith("|") and "NPU-SIM" in line.split("|")[1]]


def test_the_pattern_finds_the_figures_where_they_are_shown():
    shown = _report(*emulated.documents(job__backend="cpu", has_speed=True))
    assert len(_FIGURES.findall(shown)) > 5


@pytest.mark.parametrize("others", [[], sides.documents("b")])
def test_no_table_of_a_report_shows_its_speed_and_each_calls_it_simulated(others):
    text = _report(*others, *emulated.documents())
    assert not _FIGURES.search("\n".join(_rows(text)))
    for row in _rows(text):
        assert "simulated" in row
    (row,) = [row for row in _rows(text) if "an emulated device" in row]
    device, fps, ratio, first_step, accuracy = [row.split("|")[i] for i in (2, 8, 9, 10, 11)]
    assert (device, fps, ratio, first_step) == ("an emulated device", "-", "-", "-") and accuracy.startswith("0.9020")
    published_rows = [line for line in text.splitlines() if line.startswith("|FPS")]
    assert published_rows and all(line.endswith("|-|") for line in published_rows)
    if not others:
        assert not _FIGURES.search(text.replace("898.13", "").replace("767.22", "")) and "reached" not in text


def test_its_doubts_are_of_its_accuracy_and_not_of_its_times():
    (cell,) = cells.group(emulated.documents())
    (with_speed,) = cells.group(emulated.documents(job__backend="cpu", has_speed=True))
    found = doubts.of_cell(cell)
    assert any("simulated" in sentence for sentence in found)
    assert any("steady state" in sentence for sentence in doubts.of_cell(with_speed))
    assert not any("steady state" in sentence or "kernel" in sentence for sentence in found)


def test_a_comparison_says_the_difference_in_accuracy_with_its_interval_and_refuses_the_speed(tmp_path):
    selection, compared = _compared(tmp_path)
    text = comparison.render(selection, compared, [])
    sentence = text.strip().splitlines()[-1]
    assert "(simulated) and" in sentence and "are not comparable in speed: speed (no figure against timed)" in sentence
    assert "(difference 0.00 pp, 95 % interval -0.23 to 0.23)" in sentence
    assert not _FIGURES.search("\n".join(_rows(text)))


def test_the_document_for_programs_has_no_figure_of_its_speed(tmp_path):
    document = json.loads(comparison_json.render(*_compared(tmp_path), []))
    (pair,) = document["pairs"]
    assert (pair["a"]["fps"], pair["a"]["outlying_steps"], pair["speed"]["ratio"]) == (None, None, None)
    assert pair["b"]["fps"]["centre"] == pytest.approx(1000)
    assert pair["accuracy"]["difference"]["difference"] == pytest.approx(0)
    assert pair["a"]["kind"] == "simulated"
