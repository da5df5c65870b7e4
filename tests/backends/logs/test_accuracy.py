import pytest

from backends.logs import accuracy


def rows(trained, validated):
    return "".join("Iteration %d: 0.2, %s\n" % (n, x) for n, x in enumerate(trained)) + (
        "Validation results: 0.3, %s\n" % validated
    )


def test_a_figure_that_stays_at_one_while_the_validation_guesses_is_told_with_its_doubt():
    told = accuracy.collapse(rows([0.5] + [1.0] * 12, 0.2))
    assert told.startswith("The second figure of the training lines is exactly 1.0 in each of the last 12 lines")
    assert "ends at 0.20, which guessing among 5 classes gives: if it is the accuracy" in told


def test_a_labelled_accuracy_is_told_without_that_doubt():
    line = "iter: %d, train loss: 0.1, train accuracy: 1.0, test accuracy: 0.18, test F1-score: 0.1\n"
    told = accuracy.collapse("".join(line % n for n in range(10)))
    assert (
        told.startswith("The training accuracy is exactly 1.0 in each of the last 10 lines") and "if it is" not in told
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        rows([1.0] * 9, 0.2),  # too few
        rows([1.0] * 20 + [0.99], 0.2),  # not to the end
        rows([0.9999] * 20, 0.2),  # nearly is not exactly
        rows([1.0] * 20, 0.93),  # it learnt something
        rows([1.0] * 20, 0.0),  # no guess gives none
        "".join("Iteration %d: 0.2, 1.0\n" % n for n in range(20)),  # no validation
        "train accuracy: 100%\n" * 20 + "test accuracy: 20%\n",
    ],
)
def test_nothing_is_told_where_it_is_not_shown(text):
    assert accuracy.collapse(text) is None
