"""Shares on the command line."""

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.protocol import loss_scale_of
from bench.commands.quantities import LOSS_SCALE, PERCENT, PERCENTAGE_POINTS


@pytest.mark.parametrize("text, share", [("2%", 0.02), ("0.02", 0.02), (" 2.5 % ", 0.025), (".5", 0.5), ("50%", 0.5)])
def test_a_percentage_is_a_share(text, share):
    assert PERCENT.convert(text, None, None) == share


@pytest.mark.parametrize("text, share", [("1pp", 0.01), ("0.5 pp", 0.005)])
def test_percentage_points_are_a_share(text, share):
    assert PERCENTAGE_POINTS.convert(text, None, None) == share


@pytest.mark.parametrize("text", ["", "2", "0", "0%", "-1%", "100%", "nan", "inf%", "1e-2", "2pp", "%", "٣%"])
def test_what_is_no_share_is_refused(text):
    with pytest.raises(click.BadParameter, match="2% or 0.02"):
        PERCENT.convert(text, None, None)


@pytest.mark.parametrize("text", ["", "1", "0.01", "0pp", "-1pp", "100pp", "nanpp", "1%"])
def test_what_are_no_percentage_points_is_refused(text):
    with pytest.raises(click.BadParameter, match="1pp"):
        PERCENTAGE_POINTS.convert(text, None, None)


@pytest.mark.parametrize(
    "kind, text, sentence",
    [
        (PERCENT, "5", "'5' has no unit; write it as 5% or 0.05"),
        (PERCENT, "2.5", "'2.5' has no unit; write it as 2.5% or 0.025"),
        (PERCENT, "500", "'500' has no unit; write it as 2% or 0.02"),
        (PERCENT, "0", "'0' is not above 0% and below 100%; write it as 2% or 0.02"),
        (PERCENT, "200%", "'200%' is not above 0% and below 100%; write it as 2% or 0.02"),
        (PERCENT, "few", "'few' is not understood; write it as 2% or 0.02"),
        (PERCENTAGE_POINTS, "3", "'3' has no unit; write it as 3pp"),
        (PERCENTAGE_POINTS, "0.01", "'0.01' has no unit; write it as 1pp"),
        (PERCENTAGE_POINTS, "100pp", "'100pp' is not above 0pp and below 100pp; write it as 1pp"),
    ],
)
def test_a_refusal_says_what_to_write(kind, text, sentence):
    with pytest.raises(click.BadParameter) as caught:
        kind.convert(text, None, None)
    assert caught.value.message == sentence


@given(st.text(max_size=12))
def test_any_text_is_a_share_or_refused(text):
    for kind in (PERCENT, PERCENTAGE_POINTS):
        try:
            share = kind.convert(text, None, None)
        except click.BadParameter:
            continue
        assert 0 < share < 1


@pytest.mark.parametrize("text", ["0", "-1", "0.5", "nan", "inf", "1e400", "1e308", "3.5e38", "fixed", "", "e", "1+1"])
def test_what_float32_cannot_scale_by_is_no_loss_scale(text):
    with pytest.raises(click.BadParameter, match="no loss scale"):
        LOSS_SCALE.convert(text, None, None)


@pytest.mark.parametrize("text", ["1_000", "١٠٢٤", "１０２４", "0x400", "1 024", "1,024", "10e-1"])
def test_a_number_in_another_writing_is_no_loss_scale(text):
    with pytest.raises(click.BadParameter, match="no loss scale"):
        LOSS_SCALE.convert(text, None, None)


@pytest.mark.parametrize("text, meant", [("DYNAMIC", "dynamic"), (" none", "none")])
def test_a_loss_scale_may_be_a_word(text, meant):
    assert LOSS_SCALE.convert(text, None, None) == meant


@pytest.mark.parametrize(
    "text, meant",
    [("1", "1"), ("1024", "1024"), ("1024.0", "1024"), ("+2e3", "2000"), ("4294967296", "4294967296"), ("1.1", "1.1"),
     ("1.10", "1.1"), ("1E38", "1e+38"), ("1e16", "1e+16")],
)  # fmt: skip
def test_a_loss_scale_that_is_a_number_becomes_its_shortest_text(text, meant):
    assert LOSS_SCALE.convert(text, None, None) == meant


@given(st.floats(1, 1e38).map(str))
def test_no_text_of_fewer_digits_means_the_same_loss_scale(text):
    digits = LOSS_SCALE.convert(text, None, None).partition("e")[0].replace(".", "").strip("0")
    assert float("%.*e" % (max(len(digits) - 2, 0), float(text))) != float(text) or len(digits) == 1


_NEARLY_NUMBERS = st.text("0123456789.eE+-_ ٣", max_size=12)


@given(st.one_of(st.text(max_size=12), _NEARLY_NUMBERS, st.floats().map(str), st.sampled_from(["none", "dynamic"])))
def test_any_text_is_a_loss_scale_that_a_backend_may_answer_or_refused(text):
    try:
        scale = LOSS_SCALE.convert(text, None, None)
    except click.BadParameter:
        return
    assert loss_scale_of(scale) == scale  # what was understood is understood again as the same
    assert scale in ("none", "dynamic") or float(scale) == float(text) >= 1
    assert scale in ("none", "dynamic") or set(text.strip()) <= set("0123456789.eE+")
