"""`harbench doctor --backend npu` on pretended hosts: findings and exit codes, and never a crash."""

import json

import pytest

from tests.contract import host
from tests.contract.npu_bench import HAS_TENSORFLOW_1, WHY_NOT, harbench
from tests.contract.smi_chips import LAYOUTS


def _doctor(tmp_path, variant=None, cards=1, **smi):
    """Findings by name, after their exit code was seen to fit."""
    variables = host.build(tmp_path, variant=variant, smi=smi, cards=cards)
    answer = harbench(tmp_path, variables, "doctor", "--backend", "npu", "--json")
    found = {one["check"]: one for one in json.loads(answer.out)["findings"]}
    has_failed = any(one["state"] == "FAIL" for one in found.values())
    assert answer.code == (1 if has_failed else 0)
    assert bool(answer.err) == has_failed and answer.err.count("\n") <= 1
    return found


@pytest.mark.parametrize(
    "layout", [pytest.param(name, marks=() if name == "A3" else pytest.mark.slow) for name in LAYOUTS]
)
def test_a_healthy_chip_of_any_kind_is_described(tmp_path, layout):
    found = _doctor(tmp_path, layout=layout, memory_mb=600)
    assert {found[name]["state"] for name in ("npu-nodes", "npu-health", "npu-idle", "npu-chip")} == {"PASS"}
    assert found["npu-stack"]["state"] == "UNKNOWN"
    # Without the adapter the backend itself fails, and that alone.
    assert found["backend"]["state"] == "FAIL" and "no package npu_bridge" in found["backend"]["finding"]


@pytest.mark.parametrize(
    "failure, words",
    [
        ("dcmi-8005", "interface cannot be opened"),
        pytest.param("no-card", "sees no NPU on this host", marks=pytest.mark.slow),
        pytest.param("permission", "to root on the physical machine", marks=pytest.mark.slow),
        pytest.param("hang", "did not end within 10 s", marks=pytest.mark.slow),
    ],
)
def test_an_npu_smi_that_fails_is_a_failed_check(tmp_path, failure, words):
    found = _doctor(tmp_path, failure=failure)
    assert found["npu-smi"]["state"] == "FAIL" and words in found["npu-smi"]["finding"]
    assert found["npu-nodes"]["state"] == "PASS"


def test_a_host_without_a_device_has_no_findings_of_one(tmp_path):
    found = _doctor(tmp_path, cards=0)
    assert found["backend"]["state"] == "FAIL" and "no Ascend NPU" in found["backend"]["finding"]
    assert not [name for name in found if name.startswith("npu-")]


@pytest.mark.slow
@pytest.mark.skipif(not HAS_TENSORFLOW_1, reason=WHY_NOT)
@pytest.mark.parametrize("variant", ["old", "new"])
def test_a_host_that_has_everything_passes_but_for_what_nobody_can_check(tmp_path, variant):
    found = _doctor(tmp_path, variant, layout="910B")  # whose driver is that of the pretended files
    assert found["backend"]["state"] == "PASS"
    states = {name: one["state"] for name, one in found.items() if name.startswith("npu-")}
    assert states.pop("npu-stack") == "UNKNOWN" and set(states.values()) == {"PASS"}
