"""How well predictions match labels: accuracy, confusion matrix, precision, recall and F1."""

from dataclasses import dataclass
from typing import List, Optional

import numpy as np

#: Two orders in which float32 terms are summed move logits of this network by about 1e-6 of their size.
_ROUNDING = 1e-4


@dataclass(frozen=True)
class ClassScore:
    """Precision, recall and F1 of one class; None where the definition divides by zero."""

    precision: Optional[float]
    recall: Optional[float]
    f1: Optional[float]
    support: int


def _ratio(part: int, whole: int) -> Optional[float]:
    return part / whole if whole else None


def accuracy(labels: np.ndarray, predictions: np.ndarray) -> float:
    """Share of windows whose prediction equals the label; both `[n]` class indices, n above 0."""
    return float(np.mean(np.asarray(labels) == np.asarray(predictions)))


def agreeing(answers: np.ndarray, others: np.ndarray) -> int:
    """How many of two lists of class indices `[n]` are the same."""
    return int(np.sum(np.asarray(answers) == np.asarray(others)))


def unlike(logits: np.ndarray, predictions: np.ndarray) -> int:
    """How many predictions `[n]` are not the best class of their logits `[n, classes]`, not even within rounding."""
    best = np.max(logits, axis=1)
    chosen = np.asarray(logits)[np.arange(len(logits)), predictions]
    return int(np.sum(best - chosen > _ROUNDING * np.maximum(1.0, np.abs(best))))


def confusion_matrix(labels: np.ndarray, predictions: np.ndarray, n_classes: int) -> np.ndarray:
    """Counts `[n_classes, n_classes]`: rows are labels, columns predictions."""
    cells = np.asarray(labels, np.int64) * n_classes + np.asarray(predictions, np.int64)
    return np.bincount(cells, minlength=n_classes * n_classes).reshape(n_classes, n_classes)


def class_scores(confusion: np.ndarray) -> List[ClassScore]:
    """Scores of each class from a confusion matrix (rows are labels)."""
    scores = []
    for k in range(len(confusion)):
        hits, predicted, support = int(confusion[k, k]), int(confusion[:, k].sum()), int(confusion[k].sum())
        # 2 hits / (predicted + support) is the harmonic mean of precision and recall, defined when one of them is not.
        scores.append(
            ClassScore(_ratio(hits, predicted), _ratio(hits, support), _ratio(2 * hits, predicted + support), support)
        )
    return scores


def weighted_f1(scores: List[ClassScore]) -> float:
    """Mean of the classes' F1 weighted by support (the reference's F1); a class that occurs has an F1."""
    total = sum(score.support for score in scores)
    return sum((score.f1 or 0.0) * score.support for score in scores) / total


def macro_f1(scores: List[ClassScore]) -> float:
    """Plain mean of the F1 of the classes that occur in labels or predictions."""
    values = [score.f1 for score in scores if score.f1 is not None]
    return sum(values) / len(values)
