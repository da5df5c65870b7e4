"""Which family a chip is of: its printed name alone does not always tell."""

import re
from enum import Enum
from typing import Optional

from backends.telemetry.npu_smi.devices import Device
from backends.telemetry.npu_smi.table import Table

#: HBM of a first-generation chip, as printed in MB. 910B4 of the later family has as much, but a digit in its name.
FIRST_GENERATION_HBM_MIB = 32768


class Family(Enum):
    """Families of chips that behave alike."""

    FIRST_GENERATION = "910"
    A2 = "A2"
    A3 = "A3"
    INFERENCE_310 = "310"
    INFERENCE_310P = "310P"
    ASCEND_950 = "950"
    UNCERTAIN = "uncertain"


#: Names that tell the family by themselves, without "Ascend" before them. A 910B without a digit does not.
_BY_NAME = (
    (re.compile(r"910(?:A|PROA|PROB|PREMIUMA)"), Family.FIRST_GENERATION),
    (re.compile(r"910B[1-9]C?(?:-[0-9])?"), Family.A2),
    (re.compile(r"910_93\w*"), Family.A3),
    (re.compile(r"310"), Family.INFERENCE_310),
    (re.compile(r"310P[0-9]*"), Family.INFERENCE_310P),
    (re.compile(r"950\w*"), Family.ASCEND_950),
)


def family(
    name: Optional[str],
    hbm_total_mib: Optional[int] = None,
    ddr_total_mib: Optional[int] = None,
    is_one_of_two_with_phy_id: bool = False,
) -> Family:
    """The family of a chip.

    Args:
        name: as printed by npu-smi, with or without "Ascend".
        hbm_total_mib, ddr_total_mib: as printed; only the first generation has DDR beside its HBM.
        is_one_of_two_with_phy_id: whether the card has two chips and the table a column Phy-ID.
    """
    bare = re.sub(r"^ASCEND[\s_-]*", "", (name or "").strip().upper())
    if bare in ("910", "910B"):
        has_ddr = ddr_total_mib is not None and ddr_total_mib > 0
        if hbm_total_mib == FIRST_GENERATION_HBM_MIB and has_ddr:
            return Family.FIRST_GENERATION
        return Family.A3 if bare == "910" and is_one_of_two_with_phy_id else Family.UNCERTAIN
    for pattern, found in _BY_NAME:
        if pattern.fullmatch(bare):
            return found
    return Family.UNCERTAIN


def family_of(device: Device, table: Table) -> Family:
    """The family of a chip of a table."""
    siblings = [other for other in table.devices if other.npu_id == device.npu_id]
    has_phy_id = device.has_hbm and all(sibling.phy_id is not None for sibling in siblings)
    ddr = device.memory_total_mib if device.has_hbm else None
    return family(device.name, device.hbm_total_mib, ddr, has_phy_id and len(siblings) == 2)
