"""What sets the layouts of the pretended `npu-smi` apart, and that the reader understands each of them."""

import re

import pytest

from backends.telemetry import logical_npu
from tests.contract.test_npu_smi import NAMES, pairs

FAMILIES = {
    "910A": "910", "910ProB": "910", "910B": "A2", "A3": "A3", "310": "310", "310P": "310P", "950": "950"
}  # fmt: skip


def test_the_310_alone_dissipates_power(smi):
    keys = {}
    for layout in NAMES:
        (keys[layout],) = [key for key, _ in pairs(smi("info", "-t", "power", "-i", "0", "-c", "0", layout=layout)[1])
                           if key.endswith("(W)")]  # fmt: skip
    dissipating = {layout for layout, key in keys.items() if key == "Power Dissipation(W)"}
    assert dissipating == {"310"} and set(keys.values()) == {"Power Dissipation(W)", "NPU Real-time Power(W)"}


def test_the_power_of_a_310p_is_that_of_its_card(smi):
    text = smi("info", "-t", "common", "-i", "0", layout="310P", power=45.2)[1]
    chip, controller = text.split("\n\n")
    assert "(W)" not in chip and pairs(controller) == [
        ("Chip Name", "mcu"), ("Temperature(C)", "40"), ("NPU Real-time Power(W)", "45.2")
    ]  # fmt: skip


def test_the_950_names_no_chips_and_maps_by_slots(smi):
    squeezed = [re.sub(r"\s+", " ", line) for line in smi("info", layout="950", npu_ids=[3], aicore=12)[1].splitlines()]
    assert squeezed[3:5] == [
        "| NPU ID | Name | Health | Power(W) Temp(C) Hugepages-Usage(page) |",
        "| | | Bus-Id | NPU Util(%) Memory-Usage(MB) HBM-Usage(MB) |",
    ]
    assert squeezed[6:8] == [
        "| 3 | 950PR | OK | 78.4 33 0 / 0 |",
        "| | | 0000:C1:00.0 | 12 0 / 0 1/ 86016 |",
    ]
    rows = [line.split() for line in smi("info", "-m", layout="950", npu_ids=[3])[1].splitlines()]
    assert rows == [
        ["NPU", "ID", "Slot", "ID", "Chip", "ID", "Chip", "Phy-ID", "Chip", "Name"],
        ["3", "3", "0", "3", "950PR"],
    ]
    for kind in ("common", "usages", "power", "temp", "board"):
        assert not {"Chip ID", "Chip Logic ID"} & set(dict(pairs(smi("info", "-t", kind, "-i", "3", layout="950",
                                                                     npu_ids=[3])[1])))  # fmt: skip


def test_what_no_device_here_can_be_asked_is_refused_in_a_sentence(smi):
    found = smi("info", "-t", "spod-info", "-i", "0")
    assert found == (0, "This device does not support querying spod-info.\n")


@pytest.mark.parametrize("layout", sorted(NAMES))
def test_the_reader_understands_each_layout(smi, layout):
    def run(command):
        return smi(*command[1:], layout=layout, power=50.5, aicore=9, health="Warning", npu_ids=[2])[1]

    view = logical_npu.look(0, run)
    assert (view.device.npu_id, view.device.name, view.device.health) == (2, NAMES[layout], "Warning")
    assert (view.utilisation_percent, view.current_mhz, view.rated_mhz) == (9, 800, 1000)
    assert (view.processes, view.firmware) == ((), "1." + view.driver)
    assert view.family.value == FAMILIES[layout]
    assert logical_npu.LogicalNpu(0, set, run).read()["device_power_watts"] == (None if layout == "310" else 50.5)
