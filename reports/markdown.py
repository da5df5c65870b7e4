"""The report as Markdown."""

import shlex
from typing import Any, Dict, Iterable, List, Sequence, Tuple

from bench import doubts, printable, units
from bench.cells import Cell, effective_settings
from bench.comparing import naming
from bench.figures import is_without_proof, why_none
from bench.record import Record
from reports import tables, trial_tables
from reports.published import Published
from reports.tables import Table

#: How to read the verdict behind a ratio.
VERDICT_LEGEND = (
    "verdict: faster or slower, the interval excludes 1 (p at most 0.05 after Holm's correction over all ratios of the "
    "table) and the ratio lies beyond the margin; equivalent, the whole interval lies within the margin; inconclusive, "
    "neither is shown. A margin of 5 % reaches from 1 / 1.05 to 1.05."
)
_LEGEND = (
    "ACC: share of test windows recognised, last epoch, whole test set as one batch. FPS: training windows per "
    "second over the steady steps, geometric mean over trials; in brackets the 95 % interval (Student's t on the "
    "logarithms of the trial means; for a ratio pairs where trials were interleaved in blocks, else Welch's). ±: "
    "sample standard deviation over seeds.",
    "FPS in the published table, FPS (published definition): batch size over the mean of the last ten steps of a run "
    "that replay nothing, geometric mean over trials. p_whole: windows over the whole process; p_train: over the "
    "training without evaluation; p_core: over the steps alone, first one included (FlagPerf).",
    "trials x steps: fresh processes and the steady steps of each. ratio: steady FPS over that of the reference which "
    "is named: the first cell above with the same work, of the same run if there is one; a cell without one is a "
    "reference itself.",
    VERDICT_LEGEND,
    "resampled: the interval by drawing trials anew, and blocks of steps within each, from 8 trials on; a doubt where "
    "it or Student's t is more than 1.5 times as wide as the other (in logarithms; both below 0.1 % count as alike). "
    "caches: whether what the first step compiles was there before the trial (warm), was not (cold), or nothing from "
    "before can serve it (none).",
    *trial_tables.LEGEND,
    "measured: timed here, and the device is proven to have done the work. synthetic data: made by a generator, "
    "no human "
    "activity. simulated: no measurement of that device; where a device is emulated its accuracy is computed and it "
    "has no speed. Without proof that its device did the work a record is in no table. `-`: not published, not "
    "measured or no figure.",
)


def plain(text: Any) -> str:
    """Text of a record in one line, with nothing that Markdown or a browser would act upon."""
    line = printable.text(" ".join(str(text).split()))
    return line.replace("&", "&amp;").replace("<", "&lt;").replace("`", "'")


def _code(text: str) -> str:
    """A command as code; a backtick in it needs a longer fence."""
    line = printable.text(" ".join(text.split()))
    return "`` %s ``" % line if "`" in line else "`%s`" % line


def _escape(text: str) -> str:
    return plain(text).replace("|", "\\|")


def _row(cells: Iterable[str]) -> str:
    return "|" + "|".join(_escape(cell) for cell in cells) + "|"


def table_lines(table: Table) -> List[str]:
    """One table, under its title."""
    separator = "|" + "|".join("---" for _ in table.header) + "|"
    return ["### " + table.title, "", _row(table.header), separator] + [_row(row) for row in table.rows] + [""]


def doubt_lines(cells: Sequence[Cell]) -> List[str]:
    """What may be said against each cell and against their runs, in a section of its own."""
    lines = ["### Doubts", ""]
    for number, cell in enumerate(cells, 1):
        lines += [
            "- %s: %s" % (plain(naming.numbered(cell, number)), plain(sentence)) for sentence in doubts.of_cell(cell)
        ]
    return lines + ["- " + plain(sentence) for sentence in doubts.of_runs(cells)] + [""]


def _footnotes(published: Published) -> List[str]:
    lines = ["### Published figures", "", "Source: %s." % published.source, ""]
    lines += ["- %s: %s." % (column.name, column.kind) for column in published.columns]
    lines += ["%d. %s" % (number, caveat) for number, caveat in enumerate(published.caveats, 1)]
    return lines + [""]


def _host(host: Dict[str, Any]) -> str:
    return "%s, %s of %s cores usable, %s, %s %s, %s" % (
        host.get("cpu_model"),
        host.get("cores_usable"),
        host.get("cores_logical"),
        units.capacity(host.get("memory_bytes", 0)),
        host.get("os"),
        host.get("kernel"),
        "container" if host.get("is_container") else "no container seen",
    )


def _epoch(record: Record) -> str:
    """What the first epoch took of the training windows."""
    epoch, n_train = record["steps"]["epochs"][0], record["dataset"].get("n_train")
    batch_size = record["job"]["workload"]["training"]["batch_size"]
    text = "%d batches of %d, then %d replayed" % (epoch["steps"], batch_size, epoch["replays"])
    if n_train is None:
        return text
    return "%s; %d of %d training windows in no batch" % (text, n_train - epoch["steps"] * batch_size, n_train)


def _revision(harbench: Dict[str, Any]) -> str:
    changed = ", changed" if harbench["is_dirty"] else ""
    return "%s, revision %s%s" % (harbench["version"], (harbench["revision"] or "unknown")[:12], changed)


def _unknown_lines(cell: Cell) -> List[str]:
    """What `harbench doctor` could not tell of the host, in a line; nothing where it told all or was not asked."""
    found = cell.untold()
    sentences = " ".join(one["finding"] for one in found)
    return ["  - harbench doctor could not tell: %s" % plain(sentences)] if found else []


def _reached(cell: Cell) -> str:
    """The arithmetic done in a second; nothing where the cell has no speed."""
    if not cell.has_speed:
        return ""
    flops_per_second = cell.first["cost"]["flops_per_step"] / cell.estimate("step_seconds").centre
    return ", %.1f GFLOP/s reached over the steady steps" % (flops_per_second / 1e9)


def environment_lines(cell: Cell, number: int) -> List[str]:
    """Where a cell was measured, on what, and the command that repeats it."""
    first, host = cell.first, cell.first["environment"]["identity"]
    effective = ", ".join("%s=%s" % item for item in sorted(effective_settings(first).items()))
    dataset, flops = first["dataset"], first["cost"]["flops_per_step"]
    return [
        "- %s" % plain(naming.numbered(cell, number)),
        "  - host: %s" % plain(_host(host)),
        *_unknown_lines(cell),
        "  - workload: %d parameters, %.2f GFLOP a step on paper%s"
        % (first["cost"]["parameters"], flops / 1e9, _reached(cell)),
        "  - effective settings: %s" % plain(effective),
        "  - data: %s, %s train and %s test windows, fingerprint %s"
        % (dataset["kind"], dataset.get("n_train"), dataset.get("n_test"), plain(dataset["fingerprint"][:12])),
        "  - first epoch: %s" % _epoch(first),
        "  - harbench %s" % plain(_revision(first["harbench"])),
        "  - proof: %s: %s" % (first["proof"]["state"], plain(first["proof"]["evidence"])),
        "  - reproduce (Python %s, %s %s): %s"
        % (
            plain(first["description"]["software"].get("python")),
            plain(first["description"]["framework"]),
            plain(first["description"]["framework_version"]),
            _code(" ".join(map(shlex.quote, first["command"]))),
        ),
        "  - records: %s" % ", ".join(record["id"] for record in cell.records),
    ]  # fmt: skip


def incomplete_lines(records: Sequence[Record]) -> List[str]:
    """Records that are in no figure, with the reason, in a section of their own; nothing where there is none."""
    reasons = [(record, why_none(record)) for record in records]
    left_out = [(record, reason) for record, reason in reasons if reason is not None]
    if not left_out:
        return []
    lines = ["### Trials that are in no figure", ""] + _unproven_lines([record for record, _ in left_out])
    lines += [
        "- %s: %s. %s" % (record["id"], record["status"], plain(reason))
        for record, reason in left_out
        if not is_without_proof(record)
    ]
    return lines + [""]


def _unproven_lines(records: Sequence[Record]) -> List[str]:
    """A line for the records of each backend that have no proof, and why."""
    groups: Dict[Tuple[str, str], List[str]] = {}
    for record in filter(is_without_proof, records):
        groups.setdefault((record["job"]["backend"], str(why_none(record))), []).append(record["id"])
    return [
        "- left out: %s of %s without proof that the device did the work: %s; %s"
        % (units.counted(len(ids), "record"), plain(backend), ", ".join(ids), plain(reason))
        for (backend, reason), ids in groups.items()
    ]


def fault_lines(faults: Sequence[str]) -> List[str]:
    """Files that are no records, in a section of their own; nothing where there is none."""
    return ["### Files that are no records", ""] + ["- " + plain(fault) for fault in faults] + [""] if faults else []


def headline_lines(published: Published, cells: Sequence[Cell]) -> List[str]:
    """The two tables of the ModelZoo README with the measured columns."""
    lines = table_lines(tables.accuracy_table(published, cells))
    return lines + table_lines(tables.performance_table(published, cells))


def render(published: Published, cells: Sequence[Cell], records: Sequence[Record], faults: Sequence[str]) -> str:
    """The whole report.

    Args:
        published: figures to stand beside.
        cells: what was measured.
        records: every record read, for those that did not complete.
        faults: a sentence for each file that is no record.
    """
    lines = ["## harbench: measured beside published (%s)" % published.title, ""]
    lines += headline_lines(published, cells)
    if cells:
        for table in (
            tables.comparison_table(cells), trial_tables.timing_table(cells), trial_tables.phases_table(cells),
            trial_tables.outliers_table(cells), trial_tables.resources_table(cells), *trial_tables.device_tables(cells),
        ):  # fmt: skip
            lines += table_lines(table)
        lines += doubt_lines(cells)
    else:
        lines += ["Nothing is measured yet: `make bench` or `harbench run` makes records.", ""]
    lines += ["### Legend", ""] + ["- " + sentence for sentence in _LEGEND] + [""]
    lines += _footnotes(published)
    if cells:
        lines += ["### Environment and reproduction", ""]
        for number, cell in enumerate(cells, 1):
            lines += environment_lines(cell, number)
        lines += [""]
    lines += incomplete_lines(records)
    lines += fault_lines(faults)
    return "\n".join(lines).rstrip("\n") + "\n"
