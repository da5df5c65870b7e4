"""A finding as JSON holds it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.findings import FAIL, PASS, Finding

_TEXT = st.text(st.characters(blacklist_categories=("Cs",)))


@given(_TEXT, st.sampled_from([PASS, FAIL]), _TEXT, st.none() | _TEXT)
def test_a_finding_is_read_as_it_was_written(check, state, sentence, remedy):
    found = Finding(check, state, sentence, remedy)
    assert Finding.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_a_finding_of_a_record_has_no_remedy():
    assert Finding.from_dict({"check": "a", "state": PASS, "finding": "It is."}) == Finding("a", PASS, "It is.")


@pytest.mark.parametrize(
    "document",
    [
        None,
        ["a", PASS, "It is.", None],
        {"check": "a", "state": PASS},
        {"check": 1, "state": PASS, "finding": "It is."},
        {"check": "a", "state": PASS, "finding": "It is.", "remedy": 0},
    ],
)
def test_what_is_no_finding_is_refused(document):
    with pytest.raises(ValueError, match="no finding"):
        Finding.from_dict(document)
