"""A comparison of two sides as one JSON document, for programs: the same facts as the Markdown, unrounded."""

import json
from dataclasses import asdict
from typing import Any, Dict, List, Optional, Sequence

import bench
from bench import doubts, resources
from bench.cells import Cell
from bench.comparing import gates, match, naming
from bench.comparing.accuracies import Accuracy
from bench.comparing.compare import Comparison, Speed
from bench.comparing.fairness import Difference
from bench.comparing.match import Selection
from bench.figures import why_none
from bench.stats import ALPHA
from reports import sentences, tables

#: History. 1: the first form.
SCHEMA_VERSION = 1


def _cell(cell: Cell) -> Dict[str, Any]:
    resampled, outliers = (cell.resampled_fps(), cell.outliers()) if cell.has_speed else (None, None)
    return {
        "name": naming.short(cell),
        "kind": tables.kind_of(cell),
        "backend": cell.first["job"]["backend"],
        "records": [record["id"] for record in cell.records],
        "fps": asdict(cell.estimate("fps")) if cell.has_speed else None,
        "fps_resampled": asdict(resampled) if resampled else None,
        "outlying_steps": asdict(outliers) if outliers else None,
        "resources": asdict(resources.of_cell(cell)),
        "accuracy_by_seed": {str(seed): value for seed, value in cell.by_seed("final_accuracy").items()},
        "doubts": doubts.of_cell(cell),
    }


def _difference(difference: Difference, allowed: Sequence[Difference]) -> Dict[str, Any]:
    rule = difference.rule
    return {
        "name": difference.name,
        "a": difference.value,
        "b": difference.reference,
        "stops_speed": rule.stops_speed,
        "stops_accuracy": rule.stops_accuracy,
        "is_allowed": difference in allowed,
        "reason": rule.reason,
    }


def _speed(speed: Speed) -> Dict[str, Any]:
    return {
        "verdict": speed.answer,
        "ratio": asdict(speed.ratio) if speed.ratio else None,
        "step_time_ratio": asdict(speed.step_time) if speed.step_time else None,
        "margin": asdict(speed.margin),
        "adjusted_p_value": speed.adjusted_p,
        "correction": "Holm over the pairs of this document",
        "stopped_by": [difference.name for difference in speed.stopped_by],
        "allowed": [difference.name for difference in speed.allowed],
    }


def _accuracy(accuracy: Accuracy) -> Dict[str, Any]:
    return {
        "answer": accuracy.answer,
        "difference": asdict(accuracy.difference) if accuracy.difference else None,
        "margin": accuracy.margin,
        "stopped_by": [difference.name for difference in accuracy.stopped_by],
        "mcnemar": [dict(asdict(one.mcnemar), seed=one.seed, adjusted_p=one.adjusted_p) for one in accuracy.agreements],
        "mcnemar_conditions_on": "the test windows and the two trained models",
        "without_mcnemar": accuracy.without_agreement or None,
        "single_run_intervals": {side: _ends(ends) for side, ends in zip("ab", accuracy.single)},
    }


def _ends(interval: Optional[Sequence[float]]) -> Optional[List[float]]:
    return None if interval is None else list(interval)


def _pair(comparison: Comparison) -> Dict[str, Any]:
    return {
        "a": dict(_cell(comparison.cell), side=comparison.names[0]),
        "b": dict(_cell(comparison.reference), side=comparison.names[1]),
        "context": comparison.context,
        "differences": [_difference(one, comparison.speed.allowed) for one in comparison.differences],
        "speed": _speed(comparison.speed),
        "accuracy": _accuracy(comparison.accuracy),
        "sentence": sentences.of(comparison),
    }


def _gate(answer: gates.Answer) -> Dict[str, Any]:
    pairs = [{"answer": one.answer, "interval": _ends(one.interval)} for one in answer.pairs]
    return {"gate": answer.gate.text, "answer": answer.answer, "pairs": pairs}


def render(selection: Selection, comparisons: Sequence[Comparison], answers: Sequence[gates.Answer]) -> str:
    """The document as text; it holds no NaN. Shares and ratios, never per cent."""
    document = {
        "comparison_version": SCHEMA_VERSION,
        "harbench": bench.__version__,
        "a": selection.sides[0].text,
        "b": selection.sides[1].text,
        "reference": "b",
        "alpha": ALPHA,
        "pairs": [_pair(one) for one in comparisons],
        "doubts": doubts.of_runs(match.compared(selection)),
        "unmatched": [dict(_cell(one.cell), side=one.side, reason=one.reason) for one in selection.unmatched],
        "incomplete": [
            {"id": one["id"], "status": one["status"], "reason": why_none(one)} for one in match.incomplete(selection)
        ],
        "faults": match.faults(selection),
        "gates": [_gate(answer) for answer in answers],
    }
    return json.dumps(document, allow_nan=False, indent=1) + "\n"
