import re

import pytest

from bench import cells, record
from har_model.errors import DataError
from reports import markdown, published, report, tables
from tests.bench import records


def _table(text, title):
    """Rows of the table under a title, as lists of cells."""
    section = text.split("### " + title, 1)[1].split("###", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def _render(*documents, faults=()):
    return markdown.render(published.load(), cells.group(documents), documents, faults)


def test_the_published_figures_stand_in_the_readmes_own_form_without_any_record():
    text = _render()
    assert "|精度指标项|论文发布|GPU实测|NPU实测|" in text
    assert "|ACC|0.9400|0.9019|0.9023|" in text
    assert "|FPS|-|898.13|767.22|" in text
    assert "Nothing is measured yet" in text


def test_every_published_caveat_and_the_source_are_printed():
    text, figures = _render(), published.load()
    assert len(figures.caveats) >= 5 and all(caveat in text for caveat in figures.caveats)
    assert figures.source in text


def test_a_measured_column_is_added_and_called_measured():
    slow = records.make("b", seconds=[1.0, 0.5, 0.2, 0.2], job__workload__seed=1)
    header, _, like, steady = _table(_render(records.make("a"), slow), "性能结果比对")
    assert header[-1] == "[1] CPU deep-lstm fused, tensorflow 2.21.0 (measured)"
    assert like == ["FPS", "-", "898.13", "767.22", "-"]  # four steps have no last ten
    assert steady[1:4] == ["-", "-", "-"]
    assert steady[-1].startswith("707.11 [")  # geometric mean of 1000 and 500


def test_the_published_row_holds_figures_of_the_published_definition_alone():
    document = records.make("a", seconds=[2.0] + [0.1] * 15 + [0.2] * 15, warmup=1)
    _, _, like, steady = _table(_render(document), "性能结果比对")
    assert like[-1] == "500.00" and steady[-1] != like[-1]


def test_synthetic_data_is_said_in_every_table_and_how_to_get_the_real_one():
    text = _render(records.make("a", dataset__kind="synthetic"))
    for title in ("精度结果比对", "性能结果比对", "Comparison", "Step time", "Phases"):
        assert "synthetic" in str(_table(text, title)), title
    assert "harbench data fetch" in text


def test_a_short_accuracy_is_marked_beside_the_published_one():
    text = _render(records.make("a", seconds=[1.0, 0.5, 0.1], accuracies=[0.4, 0.6, 0.5], dataset__n_train=100))
    assert _table(text, "精度结果比对")[-1][-1] == "0.5000 (1 seed) after 3 epochs"
    assert "not comparable" in text


def test_the_best_epoch_stands_in_a_column_of_its_own():
    for mode, best in (("full", "0.6000"), ("performance", "-")):
        text = _render(records.make("a", accuracies=[0.4, 0.6, 0.5], job__mode=mode))
        header, _, row = _table(text, "Comparison")
        assert dict(zip(header, row))["best epoch (chosen on the test set)"] == best


@pytest.mark.parametrize(
    "changes, words",
    [
        ({}, ""),
        ({"job__workload__preset": "deep-res-lstm"}, "; not the published preset"),
        ({"job__workload__training__batch_size": 50}, "; not the published batch 50"),
    ],
)
def test_another_workload_than_the_published_one_is_said_in_the_heading(changes, words):
    header = _table(_render(records.make("a", **changes)), "性能结果比对")[0]
    assert header[-1].endswith("(measured%s)" % words)


def test_the_fused_kernel_is_no_like_for_like():
    assert "--kernel unrolled" in _render(records.make("a"))
    assert "--kernel unrolled" not in _render(records.make("a", job__kernel="unrolled")).split("### Legend")[0]


def _trained_for(epochs, **changes):
    """A record of so many epochs, one batch each."""
    accuracies = [0.95] + [0.9] * (epochs - 1)
    return records.make("a", seconds=[0.1] * epochs, accuracies=accuracies, dataset__n_train=100, **changes)


def test_an_accuracy_after_more_epochs_than_published_is_marked_too():
    assert _table(_render(_trained_for(300)), "精度结果比对")[-1][-1] == "0.9000 (1 seed) after 300 epochs"


def test_a_part_of_an_epoch_is_called_a_part():
    assert "after 0.125 epochs" in _render(records.make("a", seconds=[1.0, 0.5, 0.1]))


def test_a_bound_that_cuts_nothing_off_is_no_difference():
    row = _table(_render(_trained_for(250, job__steps=99999)), "精度结果比对")[-1]
    assert row[-1] == "0.9000 (1 seed)"


def test_a_seed_that_ran_twice_is_one_seed():
    once = records.make("a", accuracies=[0.4])
    row = _table(_render(once, records.make("b", accuracies=[0.4])), "精度结果比对")[-1]
    assert "0.4000 (1 seed)" in row[-1]


def test_a_record_that_calls_given_times_proven_is_still_simulated():
    for change in ({"clock__name": "virtual"}, {"job__backend": "null"}):
        assert "(simulated)" in _render(records.make("a", **change))


def test_a_complete_trial_without_figures_is_listed_with_its_reason():
    text = _render(records.make("a", seconds=[0.1, 0.0, 0.0], warmup=1))
    assert "No step after its warm-up of 1 took any time" in text


def test_nothing_in_a_record_acts_as_markdown():
    text = _render(
        records.make("a", command=["harbench", "x`y\n# head", "<script>"], proof__evidence="a\n# b <img> `c`"),
        records.make("b", status="failed", reason="one\n# two <script>"),
    )
    assert "\n# " not in text and "<img" not in text and "<script>" not in text.replace("`` ", "").split("reproduce")[0]


def test_a_full_accuracy_is_the_last_epochs_and_unmarked():
    text = _render(_trained_for(250))
    assert _table(text, "精度结果比对")[-1][-1] == "0.9000 (1 seed)"


def test_the_mandatory_columns_are_there():
    header = _table(_render(records.make("a")), "Comparison")[0]
    for column in (
        "device",
        "host CPU",
        "stack",
        "effective precision",
        "kernel",
        "batch",
        "FPS [95 % interval]",
        "ratio [95 % interval]",
        "first step",
    ):
        assert column in header
    row = dict(zip(header, _table(_render(records.make("a")), "Comparison")[2]))
    assert row["stack"] == "tensorflow 2.21.0, Python 3.11.7"
    assert row["batch"] == "100" and row["trials x steps"] == "1 x 2" and row["first step"] == "1.00 s"
    assert row["FPS [95 % interval]"] == "1000.00 [no interval: one trial]"


def test_both_definitions_of_fps_and_the_three_scopes_are_named():
    document = records.make("a", seconds=[2.0] + [0.1] * 20, warmup=1)
    header, _, row = _table(_render(document), "Step time")
    values = dict(zip(header, row))
    assert (
        values["FPS (steady), Student's t [95 % interval]"].startswith("1000.00 [")
        and values["FPS (published definition)"] == "1000.00"
    )
    assert values["p_core"] == "525.00" and values["p_whole"] == "210.00" and values["p_train"] == "512.20"


def test_a_figure_that_does_not_exist_is_a_dash():
    assert (
        dict(zip(*[_table(_render(records.make("a")), "Step time")[i] for i in (0, 2)]))["FPS (published definition)"]
        == "-"
    )


def test_a_failed_trial_is_listed_and_enters_no_table():
    failed = records.make("bad", status="failed", reason="The trial's process was ended by SIGKILL.", proof=None)
    text = _render(records.make("good"), failed)
    assert "bad: failed. The trial's process was ended by SIGKILL." in text
    assert _table(text, "Comparison")[2][12] == "1 x 2"


def test_every_record_its_command_and_its_proof_can_be_traced():
    text = _render(records.make("a"))
    assert "records: a" in text and "`harbench run --trials 1 --epochs 1`" in text
    assert "proof: proven: the session lists devices of type CPU" in text


def test_a_pipe_in_a_name_does_not_break_the_table():
    text = _render(records.make("a", environment__identity__cpu_model="A | B"))
    header, _, row = _table(text, "Comparison")
    assert len(header) == len(row)


def test_unreadable_files_are_named_in_the_report(tmp_path):
    record.write(records.make("a"), str(tmp_path))
    (tmp_path / "half.json").write_bytes(b"{")
    text, faults = report.build([str(tmp_path)])
    assert "half.json" in text.split("Files that are no records")[1] and len(faults) == 1


def test_nothing_but_unreadable_files_is_an_error(tmp_path):
    (tmp_path / "half.json").write_bytes(b"{")
    with pytest.raises(DataError, match="half"):
        report.build([str(tmp_path)])


def test_two_cells_are_two_columns_with_a_ratio_to_the_first():
    text = _render(records.make("a"), records.make("b", seconds=[1.0, 0.5, 0.2, 0.2], job__kernel="unrolled"))
    rows = _table(text, "Comparison")
    assert len(rows) == 4
    assert rows[2][8].startswith("1 (reference)") and rows[3][8].startswith("of [1]: 0.500x")
    assert len(_table(text, "精度结果比对")[0]) == 6


def _run(identifier):
    return {"id": identifier, "fingerprint": "f", "cells": 2, "cell": 0, "block": 0, "position": 0}


def test_the_reference_is_the_cell_that_was_measured_in_turns_with_it():
    first = records.make("a", job__steps=60, run=_run("earlier"))
    second = records.make("b", started="2026-11-26T01:00:00+00:00", run=_run("later"))
    third = records.make(
        "c",
        started="2026-11-26T02:00:00+00:00",
        seconds=[1.0, 0.5, 0.2, 0.2],
        job__kernel="unrolled",
        run=_run("later"),
    )
    rows = _table(_render(first, second, third), "Comparison")
    assert [row[8].split(":")[0] for row in rows[2:]] == ["1 (reference)", "of [1]", "of [2]"]


def test_doubts_name_their_cell():
    text = _render(records.make("a", environment__busy_before=0.9, harbench__is_dirty=True))
    section = text.split("### Doubts")[1].split("###")[0]
    assert "busy with other work before 1 of 1" in section and "not committed" in section
    assert all(line.startswith("- [1]") for line in section.splitlines() if line)


def test_a_part_of_the_data_is_called_a_part_in_every_heading():
    text = _render(records.make("a", dataset__is_complete=False))
    for title in ("精度结果比对", "性能结果比对", "Comparison", "Step time", "Phases"):
        assert "a part of UCI HAR" in str(_table(text, title)), title


@pytest.mark.parametrize(
    "change, word",
    [
        ({"dataset__fingerprint": "other"}, "data"),
        ({"proof__state": "simulated", "clock__name": "virtual"}, "proof"),
        ({"job__workload__training__batch_size": 50}, "batch"),
        ({"description__effective__fetches": ["loss", "logits"]}, "fetches"),
    ],
)
def test_cells_of_unlike_work_have_no_ratio(change, word):
    rows = _table(_render(records.make("a"), records.make("b", **change)), "Comparison")
    assert "not comparable" in rows[3][8] and word in rows[3][8]


def test_trials_of_several_runs_and_wide_intervals_are_doubted():
    two = _render(records.make("a"), records.make("b", job__workload__seed=1, trial__number=2))
    assert "of several runs" not in two and "interval is wide" not in two
    slow = records.make("b", seconds=[1.0, 0.5, 0.2, 0.2], trial__number=1)
    doubts = _render(records.make("a"), slow, records.make("c")).split("### Doubts")[1]
    assert "of several runs" in doubts and "interval is wide" in doubts


def test_kind_of_cell_is_one_of_the_stated_words():
    (cell,) = cells.group([records.make("a")])
    assert tables.kind_of(cell) == "measured"


def test_every_table_on_the_trials_stands_in_the_report_and_is_explained():
    text = _render(records.make("a", seconds=[1.0] + [0.1] * 30, warmup=1))
    for title in ("Outlying steps", "Resources of a trial (sampled from outside)"):
        assert len(_table(text, title)) == 3, title
    legend = text.split("### Legend")[1].split("###")[0]
    for word in ("Tukey", "resampled:", "caches:", "Package energy", "1.5 times"):
        assert word in legend


def test_an_old_record_still_renders_and_says_nothing_of_what_it_does_not_hold():
    text = _render(records.make("a"))
    assert _table(text, "Resources of a trial (sampled from outside)")[2][1:] == ["-"] * 7
    assert _table(text, "Phases")[2][-1] == "-" and "harbench doctor" not in text
