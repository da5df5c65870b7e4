"""Numbers as people read them."""

import pytest

from bench import units


@pytest.mark.parametrize(
    "seconds, text",
    [
        (0.2, "1 s"),
        (59, "59 s"),
        (60, "1 min"),
        (61, "2 min"),
        (3600, "1 h 0 min"),
        (12000, "3 h 20 min"),
        (90000, "1 d 1 h"),
    ],
)
def test_a_duration_is_said_in_the_units_that_matter(seconds, text):
    assert units.duration(seconds) == text


@pytest.mark.parametrize("count, text", [(0, "0 trials"), (1, "1 trial"), (2, "2 trials"), (1234567, "1234567 trials")])
def test_one_of_a_thing_has_no_s(count, text):
    assert units.counted(count, "trial") == text


@pytest.mark.parametrize(
    "count, text", [(1.0, "1 epoch"), (0.5, "0.5 epochs"), (250.0, "250 epochs"), (1.25, "1.25 epochs")]
)
def test_a_part_of_an_epoch_is_said(count, text):
    assert units.epochs(count) == text


@pytest.mark.parametrize("share, text", [(0.01, "1 pp"), (0.005, "0.5 pp"), (0.012345, "1.234 pp")])
def test_a_margin_has_no_needless_digits(share, text):
    assert units.margin_points(share) == text


def test_what_a_host_has_is_said_in_gib():
    assert units.capacity(64 * 2**30) == "64.0 GiB" and units.capacity(2**29) == "0.5 GiB"
