"""What a comparison shows, as Markdown and as JSON."""

import json
import re

import pytest

from bench import cells
from bench.comparing import compare, gates, match
from bench.comparing.sides import Side
from reports import comparison, comparison_json, published, sentences, tables
from reports.markdown import render as render_report
from tests.bench import records
from tests.bench.resources import NOISE, TELEMETRY
from tests.bench.sides import cell, documents, in_blocks


def _side(text, made, incomplete=(), faults=()):
    return Side(text, tuple(cells.group(made)), tuple(incomplete), tuple(faults))


def _shown(ours, theirs, margin=None, allowed=(), required=(), **side):
    """The Markdown, the JSON document and the comparisons of two lists of records."""
    selection = match.match(_side("first", ours, **side), _side("second", theirs))
    compared = compare.compare(selection.pairs, margin, 0.01, allowed)
    answers = gates.answer(list(map(gates.parse, required)), compared, selection.unmatched)
    text, document = (medium.render(selection, compared, answers) for medium in (comparison, comparison_json))
    return text, json.loads(document, parse_constant=pytest.fail), compared


def _table(text, title):
    section = text.split("### " + title, 1)[1].split("###", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[part.strip() for part in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def _sentence(ours, theirs, **options):
    text, document, (compared,) = _shown(ours, theirs, **options)
    assert text.splitlines()[-1] == document["pairs"][0]["sentence"] == sentences.of(compared)
    return sentences.of(compared)


_NPU = {"job__backend": "npu"}
_PUBLISHED_LENGTH = {"dataset__n_train": 100}


def test_the_sentence_to_quote_stands_last_and_carries_everything():
    sentence = _sentence(documents("a", 2.0, **_NPU), documents("b"))
    # Interval: 0.5 over and times exp(2.306004 * 0.009911), the error being that of test_compare; accuracies of 0.900
    # to 0.904 have a variance of 2.5e-6, so 2.306004 * sqrt(2 * 2.5e-6 / 5); 4 steps of 24 are 0.167 epochs.
    assert sentence == (
        "NPU trains at 0.500x the CPU, 95 % interval 0.489 to 0.512, 5 and 5 trials, margin 5 %: slower; accuracy "
        "after 0.167 epochs equivalent within 1 pp (difference 0.00 pp, 95 % interval -0.23 to 0.23), the same "
        "test windows recognised for each of 5 seeds in common."
    )


def _trained(letter, **changes):
    """Records of the published 250 epochs, one batch each."""
    made = documents(letter, **changes)
    for document in made:
        document["dataset"]["n_train"] = 100
        document["steps"]["seconds"] = document["steps"]["seconds"][:2] + [document["steps"]["seconds"][2]] * 248
        document["steps"]["losses"] = [1.0] * 250
        document["steps"]["epochs"][0]["steps"] = 250
    return made


def test_an_accuracy_of_the_published_length_needs_no_word_on_it():
    assert "; accuracy equivalent within 1 pp (" in _sentence(_trained("a", **_NPU), _trained("b"))


def test_pairs_one_trial_and_refusals_are_said_in_the_sentence():
    paired = _sentence(in_blocks(documents("a", steps=[0.1, 0.11, 0.1, 0.1, 0.1])), in_blocks(documents("b")))
    assert "5 pairs of trials" in paired
    single = _sentence(documents("a", steps=(0.1,), **_NPU), documents("b"))
    assert "no interval, 1 and 5 trials, margin 5 %: inconclusive" in single and "from 1 and 5 seeds" in single
    small = documents("a", job__workload__training__batch_size=50)
    refused = _sentence(small, documents("b"))
    assert "CPU batch 50 and CPU batch 100 are not comparable in speed: batch (50 against 100)" in refused
    assert "accuracies not comparable: batch" in refused
    assert "although batch (50 against 100)" in _sentence(small, documents("b"), allowed=["batch"])


def test_what_is_no_measurement_is_said_in_the_sentence():
    virtual = {"clock__name": "virtual"}
    assert _sentence(documents("a", **virtual, **_NPU), documents("b", **virtual)).startswith("simulated: NPU trains")
    mixed = _sentence(documents("a", **virtual, **_NPU), documents("b"), allowed=["proof", "clock"])
    assert mixed.startswith("NPU (simulated) trains at 1.000x the CPU (measured)")
    synthetic = {"dataset__kind": "synthetic"}
    assert "measured, synthetic data: " in _sentence(documents("a", **synthetic, **_NPU), documents("b", **synthetic))
    slowed = {"description__effective__slowed_down": 2.0}
    assert _sentence(documents("a", **slowed, **_NPU), documents("b", **slowed)).startswith(
        "measured, slowed down 2x: "
    )


def test_a_row_for_each_cell_has_the_mandatory_columns():
    text, _, _ = _shown(documents("a", 2.0, **_NPU), documents("b"))
    header, _, mine, other = _table(text, "Comparison")
    assert set(header) >= {
        "device", "host CPU", "stack", "effective precision", "kernel", "batch", "FPS [95 % interval]",
        "ratio [95 % interval]", "first step", "accuracy mean ± sd (seeds)", "trials x steps", "records",
    }  # fmt: skip
    row = dict(zip(header, mine))
    assert row["ratio [95 % interval]"] == "0.500x [0.489, 0.512] slower (margin 5 %), to [2]"
    assert row["FPS [95 % interval]"].startswith("500.00 [") and row["records"] == "a0, a1, a2, a3, a4"
    assert dict(zip(header, other))["ratio [95 % interval]"] == "1 (reference)"


def test_margin_and_correction_are_said_with_the_verdict():
    text, document, _ = _shown(documents("a", 2.0, **_NPU), documents("b"), margin=0.02)
    header, _, row = _table(text, "Speed (1 pair compared together)")
    values = dict(zip(header, row))
    assert values["margin (source)"] == "2 % (as asked)" and values["verdict"] == "slower"
    assert values["p (Holm)"] == "&lt;0.001" and values["interval by"] == "Welch"
    speed = document["pairs"][0]["speed"]
    assert speed["margin"] == {"value": 0.02, "source": "as asked"} and speed["verdict"] == "slower"
    assert speed["ratio"]["centre"] == pytest.approx(0.5) and "Holm" in speed["correction"]


def test_every_difference_stands_with_both_values_and_what_it_means():
    ours = documents(
        "a", job__workload__training__batch_size=50, description__effective__tf32=True, clock__name="virtual"
    )
    text, document, _ = _shown(ours, documents("b"), allowed=["batch"])
    rows = {row[0]: row[1:4] for row in _table(text, "Differences")[2:]}
    assert rows["batch"] == ["50", "100", "speed: **allowed**; accuracy: not comparable"]
    assert rows["effective.tf32"] == ["True", "unknown", "listed"]
    assert rows["clock"] == ["virtual", "perf_counter_ns", "speed: **refused**"]
    found = {one["name"]: one for one in document["pairs"][0]["differences"]}
    assert found["batch"]["is_allowed"] and not found["clock"]["is_allowed"] and found["clock"]["stops_speed"]


def test_cells_records_and_files_that_are_in_no_pair_are_listed():
    failed = records.make("bad", status="failed", reason="It died.", description=None, dataset=None, proof=None)
    ours = documents("a", **_NPU) + documents("c", job__mode="full")
    text, document, _ = _shown(ours, documents("b"), incomplete=[failed], faults=["The file 'x' is not a record."])
    section = text.split("### Cells without a partner")[1].split("###")[0]
    assert "c0, c1" in section and "nothing on the other side" in section
    assert "bad: failed. It died." in text and "The file 'x' is not a record." in text
    assert document["unmatched"][0]["records"][0] == "c0" and document["incomplete"][0]["id"] == "bad"
    assert document["faults"] == ["The file 'x' is not a record."]


def test_doubts_of_both_cells_and_their_commands_are_shown():
    text, document, _ = _shown(documents("a", harbench__is_dirty=True, **_NPU), documents("b"))
    doubts = text.split("### Doubts")[1].split("###")[0]
    assert "[1] NPU" in doubts and "[2] CPU" in doubts and "not committed" in doubts
    assert text.count("reproduce (Python 3.11.7") == 2
    assert any("not committed" in doubt for doubt in document["pairs"][0]["a"]["doubts"])


def test_mcnemar_says_what_it_conditions_on():
    text, document, _ = _shown(documents("a", **_NPU), documents("b"))
    section = text.split("(exact McNemar)")[1].split("###")[0]
    assert "seed 4: only the first right 0, only the second right 0, p 1.000" in section
    assert "that test set" in text and "test windows" in document["pairs"][0]["accuracy"]["mcnemar_conditions_on"]
    apart, _, _ = _shown(documents("a", seeds=range(10, 15), **_NPU), documents("b"))
    assert "none, the two do not share a seed" in apart


def test_a_single_seed_shows_wilsons_interval():
    text, document, _ = _shown(documents("a", steps=(0.1,), accuracies=[0.75], **_NPU), documents("b"))
    header, _, row = _table(text, "Accuracy of the last epoch")
    assert dict(zip(header, row))["one seed: Wilson 95 %"] == "A [0.3006, 0.9544]"
    assert document["pairs"][0]["accuracy"]["single_run_intervals"]["b"] is None


def test_each_gate_is_answered_with_its_interval():
    gate = ["fps>=0.9x", "step-time<=1.05x", "accuracy>=-1pp"]
    text, document, _ = _shown(documents("a", 2.0, **_NPU), documents("b"), required=gate)
    section = text.split("### Gates")[1]
    assert "`fps>=0.9x`: **not met**" in section and "95 % interval 0.489x to 0.512x" in section
    assert "`step-time<=1.05x`: **not met**" in section and "95 % interval 1.955x to 2.046x" in section
    assert "`accuracy>=-1pp`: **met**" in section and "-0.23 pp to 0.23 pp" in section
    assert [one["answer"] for one in document["gates"]] == ["not met", "not met", "met"]


def test_several_pairs_are_numbered_and_told_apart_in_their_sentences():
    small = {"job__workload__training__batch_size": 50}
    ours = documents("a", **_NPU) + documents("c", job__workload__training__batch_size=50, **_NPU)
    text, document, _ = _shown(ours, documents("b") + documents("d", **small))
    assert "Speed (2 pairs compared together)" in text and len(document["pairs"]) == 2
    last = text.splitlines()[-2:]
    assert last[0].startswith("batch 100: NPU trains") and last[1].startswith("batch 50: NPU trains")
    assert len(_table(text, "Comparison")) == 2 + 4


def test_nothing_in_a_record_acts_as_markdown():
    made = documents("a", description__effective__tf32="<b>\n# x`|", **_NPU)
    text, _, _ = _shown(made, documents("b", environment__identity__cpu_model="A | <i>"))
    assert "\n# x" not in text and "<b>" not in text and "<i>" not in text
    assert {len(row) for row in _table(text, "Differences")} == {5}


def test_the_report_has_the_same_verdict_corrected_over_its_rows():
    made = documents("a") + documents("b", 2.0, **_NPU) + documents("c", job__workload__training__batch_size=50)
    text = render_report(published.load(), cells.group(made), made, [])
    rows = _table(text, "Comparison")
    assert rows[3][8] == "of [1]: 0.500x [0.489, 0.512] slower (margin 5 %)"
    assert rows[4][8] == "1 (reference; not comparable with [1]: batch)" and "Holm" in text.split("### Legend")[1]


def test_holms_correction_in_the_report_is_over_all_its_rows():
    noisy = (0.1, 0.108, 0.1, 0.11, 0.105)  # Welch's p is 0.030 by itself, 0.060 as one of two
    group = [cell("a", steps=noisy), cell("b", 0.93, steps=noisy, **_NPU), cell("c", 1.0, job__kernel="unrolled")]
    alone = tables.comparison_table(group[:2]).rows[1][8]
    together = tables.comparison_table(group).rows[1][8]
    assert "faster" in alone and "inconclusive" in together


def test_a_comparison_shows_outlying_steps_and_resources_of_both_cells_and_tells_programs_the_same():
    telemetry = dict(TELEMETRY, energy_joules=None)
    text, document, _ = _shown(documents("a", telemetry=telemetry, environment__noise=NOISE, **_NPU), documents("b"))
    header, _, mine, other = _table(text, "Resources of a trial")
    row = dict(zip(header, mine))
    assert row["CPU cores used"] == "1.50" and row["package energy"] == "unknown" and row["steal"] == "1 %"
    assert other[1:] == ["-"] * 7 and len(_table(text, "Outlying steps")) == 4
    told = document["pairs"][0]["a"]
    assert told["resources"]["mean_cores"] == 1.5 and told["resources"]["energy_joules"] is None
    assert told["outlying_steps"] is None and told["fps_resampled"] is None


def test_a_drift_over_all_trials_of_the_compared_run_is_a_doubt_of_the_comparison():
    slope = [1.02**k for k in range(10)]
    ours = in_blocks(documents("a", steps=[0.1 * one for one in slope[0::2]], **_NPU))
    theirs = in_blocks(documents("b", steps=[0.1 * one for one in slope[1::2]]))
    for one in theirs:
        one["run"].update(cell=1, position=1)
    text, document, _ = _shown(ours, theirs)
    section = text.split("### Doubts")[1].split("###")[0]
    assert "- Run run-1: Over 10 trials" in section
    (said,) = document["doubts"]
    assert "relative to its cell" in said
    _, calm, _ = _shown(documents("a", **_NPU), documents("b"))
    assert calm["doubts"] == []
