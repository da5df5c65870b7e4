import pytest

from backends.ascend import precision
from har_model.errors import UsageError
from tests.contract.double.common.keys import PRECISION_MODES, PRECISION_MODES_V2

#: The documents call them not supported.
_NOT_YET = {"cube_hif8", "mixed_hif8"}


def test_the_precisions_are_those_of_both_options_of_the_adapters():
    assert set(precision.OLD_MODES) == set(PRECISION_MODES["old"])
    assert set(precision.MODES) == set(PRECISION_MODES["new"])
    assert set(precision.ALL) == set(PRECISION_MODES["new"]) | (set(PRECISION_MODES_V2) - _NOT_YET)
    assert precision.ALL[0] == "allow_mix_precision"  # what the published script used


def test_each_is_set_by_the_option_that_has_it():
    for name in precision.ALL:
        key = precision.key_of(name)
        assert name in {"precision_mode": PRECISION_MODES["new"], "precision_mode_v2": PRECISION_MODES_V2}[key]


@pytest.mark.parametrize("name", precision.ALL)
def test_the_old_adapter_is_given_the_five_that_it_knows(name):
    if name in PRECISION_MODES["old"]:
        precision.check(name, True, False, "910", "Ascend 910A")
    else:
        with pytest.raises(UsageError, match="the old one, does not know the precision %s" % name):
            precision.check(name, True, False, "A2", "Ascend 910B3")


def test_an_adapter_between_the_two_would_ignore_the_second_option():
    precision.check("allow_mix_precision_fp16", False, False, "A2", "Ascend 910B3")
    with pytest.raises(UsageError, match="does not know the precision mixed_float16 and would ignore it"):
        precision.check("mixed_float16", False, False, "A2", "Ascend 910B3")


@pytest.mark.parametrize("name", ["allow_mix_precision_bf16", "allow_fp32_to_bf16", "mixed_bfloat16"])
@pytest.mark.parametrize("family", ["910", "310", "310P"])
def test_a_chip_without_bfloat16_is_not_asked_for_it(name, family):
    with pytest.raises(UsageError, match="^Ascend 910ProB computes no bfloat16"):
        precision.check(name, False, True, family, "Ascend 910ProB")


@pytest.mark.parametrize("family", ["A2", "A3", "950", "uncertain", None])
def test_other_chips_and_unknown_ones_are(family):
    precision.check("mixed_bfloat16", False, True, family, "Ascend 910B3")


@pytest.mark.parametrize("family", ["910", "A2", "A3", "950", "uncertain", None])
def test_what_the_documents_hold_against_a_precision_depends_on_it_and_on_the_chip(family):
    found = {name: precision.limit(name, family) for name in precision.ALL}
    of_this_chip = {"must_keep_origin_dtype", "origin"} if family == "910" else set()
    assert {name for name, word in found.items() if word} == {"force_fp16", "fp16"} | of_this_chip
    assert "inference only" in found["force_fp16"]
    assert all("mixed precision only" in found[name] for name in of_this_chip)
