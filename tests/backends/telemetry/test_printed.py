import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.telemetry import printed


@pytest.mark.parametrize(
    "text, unit, number",
    [("68.6", "", 68.6), ("0 ", "", 0), ("295W", "W", 295), ("169 MiB", "MiB", 169), ("-2 C", "C", -2), ("7", "%", 7)],
)  # fmt: skip
def test_a_number_is_read_with_or_without_its_unit(text, unit, number):
    assert printed.number(text, unit) == number


@pytest.mark.parametrize(
    "text",
    [None, "", "NA", "-", "[N/A]", "ERR!", "1e5", "nan", "inf", "0x10", "1,000", "2 GiB", "9" * 5000, "٣", "1 2"],
)
def test_whatever_is_no_number_is_unknown_and_not_zero(text):
    assert printed.number(text, "MiB") is None and printed.whole(text, "MiB") is None


def test_a_fraction_is_no_whole_number():
    assert printed.whole("7.5") is None and printed.whole("7") == 7


@given(st.integers(-(10**11) + 1, 10**11 - 1), st.sampled_from(["", " MiB", "MiB"]))
def test_a_whole_number_comes_back(number, unit):
    assert printed.whole("%d%s" % (number, unit), "MiB") == printed.number("%d%s" % (number, unit), "MiB") == number


@pytest.mark.parametrize("text", ["", " ", "NA", "N/A", "[N/A]", "-", "[Unknown Error]", "NOT SUPPORT", None])
def test_a_text_that_says_that_there_is_none_is_unknown(text):
    assert printed.known(text) is None
    assert printed.known(" python ") == "python"


def test_mebibytes_become_bytes_and_an_unknown_number_of_them_stays_unknown():
    assert printed.bytes_of(3) == 3145728 and printed.bytes_of(None) is None


@pytest.mark.parametrize("text", ["0000:07:00.0", "00000000:C1:00.0"])
def test_a_place_on_the_pci_bus_is_known_by_its_form(text):
    assert re.fullmatch(printed.PCI_BUS_ID, text) and not re.fullmatch(printed.PCI_BUS_ID, text[1:-1])
