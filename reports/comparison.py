"""A comparison of two sides as Markdown: cells, ratios, accuracies, differences, doubts, gates, and what to quote."""

from typing import Dict, List, Sequence

from bench import units
from bench.cells import Cell
from bench.comparing import gates, match, naming
from bench.comparing.accuracies import Accuracy
from bench.comparing.compare import Comparison
from bench.comparing.fairness import Difference
from bench.comparing.match import Selection
from reports import markdown, sentences, tables, trial_tables
from reports.markdown import plain, table_lines
from reports.tables import Row, Table

_LEGEND = (
    "ratio: steady FPS of the first side over that of the second, the reference; in brackets the 95 % interval "
    "(Student's t on the logarithms of the trial means; pairs where trials were interleaved in blocks, else Welch's).",
    markdown.VERDICT_LEGEND,
    "accuracy: of the last epoch, mean over seeds; interval Welch's; equivalent by two one-sided tests (TOST) at 5 % "
    "within the margin; detectable: the smallest true difference that seeds like these find in four of five "
    "experiments.",
    "McNemar: two trainings from one seed, on the same test windows; it holds for those two models and that test set, "
    "and says nothing about other seeds; p after Holm's correction over the seeds of the pair. Wilson's interval of a "
    "single seed is of the choice of test windows, not of the training's luck.",
    *trial_tables.LEGEND,
)


def _numbers(cells: Sequence[Cell]) -> Dict[int, int]:
    return {id(cell): number for number, cell in enumerate(cells, 1)}


def _pair(comparison: Comparison, numbers: Dict[int, int]) -> str:
    sides = zip(comparison.names, (comparison.cell, comparison.reference))
    return " / ".join("[%d] %s" % (numbers[id(cell)], name) for name, cell in sides)


def _ratio_text(cell: Cell, comparisons: Sequence[Comparison], numbers: Dict[int, int]) -> str:
    """What stands in a cell's column of ratios: one for each reference of its."""
    mine = [one for one in comparisons if one.cell is cell]
    if not cell.has_speed:
        return units.NOTHING
    if not mine:
        return tables.REFERENCE
    texts = ["%s, to [%d]" % (tables.ratio_with_verdict(one.speed), numbers[id(one.reference)]) for one in mine]
    return "; ".join(texts)


def _speed_row(comparison: Comparison, numbers: Dict[int, int]) -> Row:
    speed = comparison.speed
    return (
        _pair(comparison, numbers),
        units.ratio_with_interval(speed.ratio) if speed.ratio else units.NOTHING,
        "%s (%s)" % (units.percent(speed.margin.value), speed.margin.source),
        units.p_value(speed.adjusted_p),
        units.NOTHING if speed.ratio is None else "in pairs" if speed.ratio.is_paired else "Welch",
        speed.answer,
    )


def _speed_table(comparisons: Sequence[Comparison], numbers: Dict[int, int]) -> Table:
    title = "Speed (%s compared together)" % units.counted(len(comparisons), "pair")
    header = ("pair", "ratio [95 % interval]", "margin (source)", "p (Holm)", "interval by", "verdict")
    return Table(title, header, tuple(_speed_row(one, numbers) for one in comparisons))


def _single(accuracy: Accuracy) -> str:
    """Wilson's intervals of the sides with one seed."""
    texts = [
        "%s [%s, %s]" % (side, units.accuracy(interval[0]), units.accuracy(interval[1]))
        for side, interval in zip("AB", accuracy.single)
        if interval
    ]
    return "; ".join(texts) or units.NOTHING


def _accuracy_row(comparison: Comparison, numbers: Dict[int, int]) -> Row:
    accuracy = comparison.accuracy
    difference = accuracy.difference
    detectable = difference.detectable if difference else None
    return (
        _pair(comparison, numbers),
        sentences.accuracy_details(accuracy),
        units.margin_points(accuracy.margin),
        units.p_value(difference.equivalence_p if difference else None),
        units.NOTHING if detectable is None else units.percentage_points(detectable),
        _single(accuracy),
        accuracy.answer,
    )


def _accuracy_table(comparisons: Sequence[Comparison], numbers: Dict[int, int]) -> Table:
    header = ("pair", "difference", "margin", "p (TOST)", "detectable", "one seed: Wilson 95 %", "answer")
    return Table("Accuracy of the last epoch", header, tuple(_accuracy_row(one, numbers) for one in comparisons))


def _agreement_lines(comparisons: Sequence[Comparison], numbers: Dict[int, int]) -> List[str]:
    lines = ["### The same test windows, seed by seed (exact McNemar)", ""]
    for one in comparisons:
        pair = plain(_pair(one, numbers))
        for agreement in one.accuracy.agreements:
            test = agreement.mcnemar
            lines.append(
                "- %s, seed %d: only the first right %d, only the second right %d, p %s"
                % (pair, agreement.seed, test.only_first, test.only_second,
                   units.p_value(agreement.adjusted_p))
            )  # fmt: skip
        if not one.accuracy.agreements:
            lines.append("- %s: none, %s" % (pair, one.accuracy.without_agreement or "not comparable"))
    return lines + [""]


def _meaning(comparison: Comparison, difference: Difference) -> str:
    rule, parts = difference.rule, []
    if difference in comparison.speed.allowed:
        parts.append("speed: **allowed**")
    elif rule.stops_speed:
        parts.append("speed: **refused**")
    if rule.stops_accuracy:
        parts.append("accuracy: not comparable")
    return "; ".join(parts) or "listed"


def _difference_lines(comparisons: Sequence[Comparison], numbers: Dict[int, int]) -> List[str]:
    lines: List[str] = []
    for one in comparisons:
        rows = [
            (found.name, found.value, found.reference, _meaning(one, found), found.rule.reason)
            for found in one.differences
        ]
        header = ("fact",) + tuple("%s: %s" % both for both in zip("AB", one.names)) + ("meaning", "why")
        title = "Differences: %s" % plain(_pair(one, numbers))
        lines += table_lines(Table(title, header, tuple(rows))) if rows else ["### " + title, "", "None.", ""]
    return lines


def _unmatched_lines(selection: Selection) -> List[str]:
    if not selection.unmatched:
        return []
    lines = ["### Cells without a partner", ""]
    for one in selection.unmatched:
        records = ", ".join(record["id"] for record in one.cell.records)
        lines.append(
            "- %s: %s: %s (records %s)" % (one.side, plain(naming.short(one.cell)), plain(one.reason), records)
        )
    return lines + [""]


def _interval_text(pair: gates.PairAnswer, gate: gates.Gate) -> str:
    if pair.interval is None:
        return "no interval"
    if gate.quantity == gates.ACCURACY:
        return "95 %% interval %s to %s" % tuple(map(units.percentage_points, pair.interval))
    return "95 %% interval %.3fx to %.3fx" % pair.interval


def _gate_lines(answers: Sequence[gates.Answer], numbers: Dict[int, int]) -> List[str]:
    if not answers:
        return []
    lines = ["### Gates", "", "Each must hold for every pair, so none needs a correction (intersection-union).", ""]
    for answer in answers:
        lines.append("- `%s`: **%s**" % (answer.gate.text, answer.answer))
        lines += [
            "  - %s: %s, %s" % (plain(_pair(one.comparison, numbers)), one.answer, _interval_text(one, answer.gate))
            for one in answer.pairs
        ]
    return lines + [""]


def render(selection: Selection, comparisons: Sequence[Comparison], answers: Sequence[gates.Answer]) -> str:
    """The whole comparison; the sentences to quote stand last.

    Args:
        selection: what was asked for and what it holds.
        comparisons: of its pairs.
        answers: to the gates, if any.
    """
    cells = match.compared(selection)
    numbers = _numbers(cells)
    ratios = [_ratio_text(cell, comparisons, numbers) for cell in cells]
    texts = tuple(plain(side.text) for side in selection.sides)
    lines = ["## harbench compare: A is %s, B is %s, the reference" % texts, ""]
    for table in (
        tables.cells_table(cells, ratios), _speed_table(comparisons, numbers), _accuracy_table(comparisons, numbers),
        trial_tables.outliers_table(cells), trial_tables.resources_table(cells), *trial_tables.device_tables(cells),
    ):  # fmt: skip
        lines += table_lines(table)
    lines += _agreement_lines(comparisons, numbers) + _difference_lines(comparisons, numbers)
    lines += _unmatched_lines(selection) + markdown.incomplete_lines(match.incomplete(selection))
    lines += markdown.fault_lines(match.faults(selection)) + markdown.doubt_lines(cells)
    lines += ["### Legend", ""] + ["- " + sentence for sentence in _LEGEND] + [""]
    lines += ["### Environment and reproduction", ""]
    lines += [line for number, cell in enumerate(cells, 1) for line in markdown.environment_lines(cell, number)] + [""]
    lines += _gate_lines(answers, numbers)
    return "\n".join(lines + [plain(sentences.of(one)) for one in comparisons]) + "\n"
