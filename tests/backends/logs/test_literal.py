import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.logs import tables
from backends.logs.literal import literal_of
from tests.backends.logs import messages_of_ascend, messages_of_cuda, messages_of_the_host

PATTERNS = sorted(
    {
        pattern
        for row in tables.ASCEND + tables.CUDA + tables.HOST
        for pattern in row.patterns + row.needs + row.unless
    }
)  # fmt: skip
LOGS = [
    case.log for messages in (messages_of_ascend, messages_of_cuda, messages_of_the_host) for case in messages.CASES
]


@pytest.mark.parametrize(
    "pattern, literal",
    [
        (r"Table not initialized", "Table not initialized"),
        (r"ret\[107001\] ok", "ret[107001] ok"),
        (r"open device (?P<device>[0-9]{1,6}) failed", "open device "),
        (r"^(?:[^\n]{0,200}: line [0-9]+: +[0-9]+ )?Killed\b", "Killed"),
        (r"a(?:bc(?:def)?)+ghi", "ghi"),
        (r"abc?", "ab"),
        (r"ab+c", "ab"),
        (r"abc{0,2}d", "ab"),
        (r"ab.cde", "cde"),
        (r"one|another", ""),
        (r"(?:one|another)", ""),
        (r"[abc]\d\w", ""),
    ],
)
def test_the_literal_is_the_longest_text_that_every_match_holds(pattern, literal):
    assert literal_of(pattern) == literal


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: re.sub(r"\W+", "-", pattern)[:40])
def test_every_match_of_a_pattern_of_the_tables_holds_its_literal(pattern):
    for log in LOGS + [row.message for row in tables.ASCEND + tables.CUDA + tables.HOST]:
        match = re.search(pattern, log, re.MULTILINE)
        assert not match or literal_of(pattern) in match.group()


@given(st.data())
def test_no_match_is_without_the_literal(data):
    pattern = data.draw(st.sampled_from(PATTERNS))
    text = data.draw(st.from_regex(re.compile(pattern, re.MULTILINE)))
    match = re.search(pattern, text, re.MULTILINE)
    assert match and literal_of(pattern) in match.group()
