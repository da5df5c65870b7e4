import pytest

from backends.telemetry.npu_smi import chips, table
from backends.telemetry.npu_smi.chips import Family
from tests.backends.telemetry.npu_smi import drawn


@pytest.mark.parametrize(
    "name, family",
    [
        ("910A", Family.FIRST_GENERATION),
        ("910ProA", Family.FIRST_GENERATION),
        ("910ProB", Family.FIRST_GENERATION),
        ("Ascend 910PremiumA", Family.FIRST_GENERATION),
        ("910B1", Family.A2),
        ("910B2C", Family.A2),
        ("910B4-1", Family.A2),
        ("Ascend910B3", Family.A2),
        ("Ascend910_9391", Family.A3),
        ("310", Family.INFERENCE_310),
        ("310P3", Family.INFERENCE_310P),
        ("Ascend950PR", Family.ASCEND_950),
        ("910B", Family.UNCERTAIN),
        ("910", Family.UNCERTAIN),
        ("Ascend910", Family.UNCERTAIN),
        ("310B", Family.UNCERTAIN),
        ("xxx", Family.UNCERTAIN),
        ("", Family.UNCERTAIN),
        (None, Family.UNCERTAIN),
    ],
)
def test_a_name_alone_tells_the_family_or_does_not(name, family):
    assert chips.family(name) == family


@pytest.mark.parametrize(
    "hbm, ddr, family",
    [
        (32768, 15137, Family.FIRST_GENERATION),
        (32768, 0, Family.UNCERTAIN),
        (65536, 15137, Family.UNCERTAIN),
        (32768, None, Family.UNCERTAIN),
    ],
)
def test_a_910b_without_a_digit_is_of_the_first_generation_by_its_two_memories(hbm, ddr, family):
    assert chips.family("910B", hbm, ddr) == family


def families(text):
    found = table.parse(text)
    return [chips.family_of(device, found) for device in found.devices]


def test_two_chips_on_a_card_with_physical_ids_are_the_third_family():
    two = [drawn.device(chip="%d     %d" % (chip, chip), name="Ascend910") for chip in (0, 1)]
    assert families(drawn.table(*two, layout=drawn.PHY)) == [Family.A3, Family.A3]
    assert families(drawn.table(two[0], layout=drawn.PHY)) == [Family.UNCERTAIN]
    assert families(drawn.table(drawn.device(name="Ascend910"))) == [Family.UNCERTAIN]


def test_a_table_tells_the_two_chips_called_910b_apart():
    old = drawn.device(name="910B", bottom="0   2187 / 15137      1    / 32768")
    new = drawn.device(name="910B", bottom="0   0    / 0          3379 / 65536")
    assert families(drawn.table(old)) == [Family.FIRST_GENERATION] and families(drawn.table(new)) == [Family.UNCERTAIN]
