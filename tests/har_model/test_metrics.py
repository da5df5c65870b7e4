import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from har_model import metrics

_PAIRS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=60)


def test_scores_of_a_small_case_worked_out_by_hand():
    labels, predictions = [0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 0, 0]
    confusion = metrics.confusion_matrix(labels, predictions, 3)
    assert confusion.tolist() == [[2, 1, 0], [1, 1, 0], [1, 0, 0]]
    first, second, third = metrics.class_scores(confusion)
    assert (first.precision, first.recall, first.support) == (0.5, pytest.approx(2 / 3), 3)
    assert first.f1 == pytest.approx(4 / 7)
    assert (second.precision, second.recall, second.f1) == (0.5, 0.5, 0.5)
    assert (third.precision, third.recall, third.f1) == (None, 0.0, 0.0)
    assert metrics.weighted_f1([first, second, third]) == pytest.approx((3 * 4 / 7 + 2 * 0.5) / 6)
    assert metrics.macro_f1([first, second, third]) == pytest.approx((4 / 7 + 0.5) / 3)
    assert metrics.accuracy(labels, predictions) == 0.5


def test_a_class_that_never_occurs_has_no_scores():
    score = metrics.class_scores(metrics.confusion_matrix([0], [0], 2))[1]
    assert (score.precision, score.recall, score.f1, score.support) == (None, None, None, 0)


@given(_PAIRS)
def test_the_confusion_matrix_counts_every_window_once(pairs):
    labels, predictions = np.array(pairs).T
    confusion = metrics.confusion_matrix(labels, predictions, 4)
    assert confusion.sum() == len(pairs)
    assert np.trace(confusion) / len(pairs) == pytest.approx(metrics.accuracy(labels, predictions))
    for k in range(4):
        assert confusion[k].sum() == (labels == k).sum() and confusion[:, k].sum() == (predictions == k).sum()


@given(_PAIRS)
def test_f1_is_the_harmonic_mean_where_both_parts_are_defined(pairs):
    labels, predictions = np.array(pairs).T
    for score in metrics.class_scores(metrics.confusion_matrix(labels, predictions, 4)):
        if score.precision and score.recall:
            assert score.f1 == pytest.approx(2 / (1 / score.precision + 1 / score.recall))


def test_predictions_are_unlike_their_logits_only_beyond_rounding():
    logits = np.array([[2.0, 1.0], [1.0, 1.0 + 1e-6], [0.0, 0.0], [5.0, 4.9]])
    assert metrics.unlike(logits, np.array([0, 1, 0, 0])) == 0
    assert metrics.unlike(logits, np.array([0, 0, 1, 0])) == 0  # ties, within rounding
    assert metrics.unlike(logits, np.array([1, 0, 1, 1])) == 2


def test_agreeing_answers_are_counted():
    assert metrics.agreeing([0, 1, 2, 2], [0, 2, 2, 1]) == 2
