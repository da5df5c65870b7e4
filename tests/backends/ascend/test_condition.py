"""What the doctor says of an Ascend device: every state of every finding, on pretended hosts."""

import json
import os
from argparse import Namespace

import pytest

from backends.ascend import condition
from backends.findings import FAIL, PASS, UNKNOWN, WARN
from backends.telemetry.npu_smi.chips import Family
from tests.contract import host
from tests.contract.smi_chips import LAYOUTS


@pytest.fixture
def examine(tmp_path, monkeypatch):
    """Call it with what npu-smi shows and what else the host is: the findings by their names."""

    def call(device=None, cards=1, cann="8", variables=(), driver=None, **smi):
        found = host.build(tmp_path, variant=None, cards=cards, cann=cann, smi=smi)
        if cann is not None:
            host.add_driver(tmp_path / "root", driver or LAYOUTS[smi.get("layout", "910ProB")].version)
        monkeypatch.setenv("PATH", found["PATH"])
        monkeypatch.setenv("FAKE_NPU_SMI", found["FAKE_NPU_SMI"])
        environment = dict(found, **dict(variables))
        findings = condition.examine(device, environment)
        assert all("\n" not in one.sentence and one.sentence.rstrip(")").endswith(".") for one in findings)
        return {one.check: one for one in findings}

    return call


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_an_idle_healthy_chip_of_any_kind_passes(examine, layout):
    found = examine(layout=layout, memory_mb=600)
    states = {name: one.state for name, one in found.items()}
    names = ["npu-nodes", "npu-logging", "npu-environment", "npu-health", "npu-idle", "npu-chip"]
    assert states == dict(dict.fromkeys(names, PASS), **{"npu-stack": UNKNOWN})
    name = LAYOUTS[layout].name
    assert (name if name.startswith("Ascend") else "Ascend " + name) in found["npu-chip"].sentence
    assert LAYOUTS[layout].version in found["npu-chip"].sentence


def test_a_chip_is_shown_with_its_family_driver_and_clock(examine):
    assert examine(layout="910ProB")["npu-chip"].sentence == (
        "Ascend 910ProB, family 910, driver 23.0.rc2; its AI cores are at 800 of 1000 MHz."
    )


def test_two_versions_of_one_driver_are_a_warning_with_both_and_what_to_do(examine):
    found = examine(layout="910ProB", driver="24.1.rc1")["npu-driver"]
    assert found.state == WARN and "24.1.rc1" in found.sentence and "23.0.rc2" in found.sentence and found.remedy


def test_drivers_that_agree_or_of_which_one_is_unknown_are_no_finding():
    pairs = [("24.1.rc1", "24.1.RC1"), ("24.1.0", "24.1.0"), (None, "24.1.0"), ("24.1.0", None), (None, None)]
    assert [condition.drivers(*pair) for pair in pairs] == [[]] * 5
    assert len(condition.drivers("24.1.rc1", "24.1.rc11")) == 1


def test_a_driver_that_was_not_wholly_installed_is_a_warning(examine, tmp_path):
    environment = dict(HARBENCH_ASCEND_ROOT=str(tmp_path / "root"))
    assert "npu-driver-install" not in examine()  # whose file says complete
    for text, states in [
        ("Driver_Install_Type=full\nDriver_Install_Status=incomplete\n", [WARN]),
        ("Driver_Install_Status=\n", []),
        ("Driver_Install_Type=full\n", []),
    ]:
        host.write(tmp_path / "root", "etc/ascend_install.info", text)
        found = [one for one in condition.examine(None, environment) if one.check == "npu-driver-install"]
        assert [one.state for one in found] == states
        assert all("incomplete" in one.sentence and one.remedy for one in found)


def test_a_host_without_a_device_has_no_findings(examine):
    assert examine(cards=0) == {}


@pytest.mark.parametrize(
    "health, state", [("OK", PASS), ("Warning", WARN), ("Alarm", FAIL), ("Critical", FAIL), ("UNKNOWN", UNKNOWN)]
)
def test_health_is_what_the_chip_says(examine, health, state):
    found = examine(health=health, npu_ids=[5])["npu-health"]
    assert found.state == state and health in found.sentence
    assert found.remedy == (None if state == PASS else "`npu-smi info -t health -i 5` says why.")


def test_a_process_on_the_chip_means_that_somebody_works_there(examine):
    found = examine(pids=[os.getpid()])["npu-idle"]
    assert (
        found.state == FAIL and "1 process(es) are on Ascend 910ProB" in found.sentence and "--device" in found.remedy
    )


def test_busy_cores_without_a_process_are_somebody_elses(examine):
    found = examine(aicore=60)["npu-idle"]
    assert found.state == FAIL and "60 % busy" in found.sentence


def _view(**changes):
    """An idle chip, as npu-smi shows it."""
    device = Namespace(npu_id=0, device_memory_used_mib=100, device_memory_total_mib=1000)
    given = dict(device=device, name="Ascend 950PR", processes=(), utilisation_percent=0.0)
    return Namespace(**dict(given, **changes))


def test_a_busy_950_is_busy(examine):
    found = examine(layout="950", aicore=60)["npu-idle"]
    assert found.state == FAIL and "Ascend 950PR are 60 % busy" in found.sentence


@pytest.mark.parametrize("percent, state", [(0.0, PASS), (35.0, FAIL), (None, UNKNOWN)])
def test_a_chip_is_as_busy_as_a_look_at_it_tells(percent, state):
    assert condition.idle(_view(utilisation_percent=percent)).state == state


def test_memory_without_a_process_may_be_another_containers(examine):
    found = examine(hbm_mb=30711)["npu-idle"]  # of 32768
    assert found.state == WARN and "holds 30711 of 32768 MiB although" in found.sentence
    assert examine(hbm_mb=3000)["npu-idle"].state == PASS


def test_a_hidden_list_of_processes_is_unknown(examine):
    found = examine(process_table=False, failure="unsupported", fails_on="proc-mem")["npu-idle"]
    assert found.state == UNKNOWN and "does not list the processes" in found.sentence


def test_processes_that_the_table_does_not_list_are_asked_for(examine):
    assert examine(process_table=False)["npu-idle"].state == PASS
    found = examine(process_table=False, pids=[os.getpid()])["npu-idle"]
    assert found.state == FAIL and "1 process(es) are on Ascend 910ProB" in found.sentence


@pytest.mark.parametrize(
    "failure, words",
    [
        ("dcmi-8005", "interface cannot be opened"),
        ("dcmi-8020", "(The tool says -8020.)"),
        ("no-card", "sees no NPU on this host"),
        ("permission", "to root on the physical machine"),
        ("root-only", "to root on the physical machine"),
        ("missing-library", "the libraries of the driver are not found"),
        ("unsupported", "does not support the query"),
        ("junk", "no device that is understood"),
        ("empty", "no device that is understood"),
        ("dies", "no device that is understood"),
    ],
)
def test_an_npu_smi_that_fails_is_told_with_what_it_means_for_a_run(examine, failure, words):
    found = examine(failure=failure)
    assert found["npu-smi"].state == FAIL and words in found["npu-smi"].sentence
    assert "nothing proves that the NPU did the work" in found["npu-smi"].remedy
    assert not {"npu-health", "npu-idle", "npu-chip"} & set(found)


def test_an_npu_smi_that_hangs_is_ended(examine, monkeypatch):
    monkeypatch.setattr("backends.telemetry.tool.run.__defaults__", (0.5, 1 << 20))
    found = examine(failure="hang")["npu-smi"]
    assert found.state == FAIL and "did not end within 0.5 s" in found.sentence


def test_a_host_without_npu_smi_says_where_it_was_looked_for(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("backends.telemetry.tool.FOLDERS", (str(tmp_path),))
    found = {one.check: one for one in condition.examine(None, host.build(tmp_path, variant=None))}
    assert found["npu-smi"].state == FAIL and "npu-smi is neither on PATH" in found["npu-smi"].sentence


@pytest.mark.parametrize("fails_on", ["-m", "common"])
def test_a_query_that_fails_beside_the_table_does_not_hide_it(examine, fails_on):
    found = examine(failure="dcmi-8005", fails_on=fails_on)
    assert found["npu-health"].state == PASS
    chip = found["npu-chip"]
    assert (chip.state, "its clock is unknown" in chip.sentence) == (
        (UNKNOWN, True) if fails_on == "common" else (PASS, False)
    )


def test_a_chip_whose_name_does_not_tell_its_family_is_unknown():
    device = Namespace(npu_id=3, name="910")
    view = Namespace(
        device=device, name="Ascend 910", family=Family.UNCERTAIN, driver=None, rated_mhz=1000.0, current_mhz=800.0
    )
    found = condition.chip(view)
    assert found.state == UNKNOWN and "family uncertain" in found.sentence and found.remedy


def test_of_several_chips_the_number_chooses(examine):
    found = examine(device=1, cards=2, npu_ids=[2, 5], aicore=0)
    assert found["npu-chip"].state == PASS and found["npu-nodes"].state == PASS
    found = examine(device=1, cards=2, failure="dcmi-8005", fails_on="-m")
    assert found["npu-smi"].state == FAIL and "which chip the logical device 1 is" in found["npu-smi"].sentence


def test_a_container_may_have_another_node_than_the_first(examine, tmp_path):
    for node in ("davinci5",) + host.NODES:
        host.write(tmp_path / "root", "dev/" + node)
    found = examine(cards=0, npu_ids=[5])
    assert found["npu-nodes"].state == PASS and found["npu-chip"].state == PASS


def test_a_device_that_is_not_there_fails(examine):
    found = examine(device=3)["npu-nodes"]
    assert found.state == FAIL and found.sentence == "There is no device 3: this host shows 1 device node(s)."


@pytest.mark.parametrize("node", ["devmm_svm", "hisi_hdc", "davinci_manager"])
def test_a_missing_node_fails_by_name(examine, tmp_path, node):
    examine()
    os.unlink(str(tmp_path / "root" / "dev" / node))
    environment = dict(HARBENCH_ASCEND_ROOT=str(tmp_path / "root"))
    (found,) = [one for one in condition.examine(None, environment) if one.check == "npu-nodes"]
    assert found.state == FAIL and "There is no /dev/%s." % node == found.sentence


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_node_that_may_not_be_read_fails_by_name(examine, tmp_path):
    examine()
    (tmp_path / "root" / "dev" / "davinci0").chmod(0o400)
    environment = dict(HARBENCH_ASCEND_ROOT=str(tmp_path / "root"))
    (found,) = [one for one in condition.examine(None, environment) if one.check == "npu-nodes"]
    assert found.state == FAIL and "/dev/davinci0 may not be" in found.sentence and "HwHiAiUser" in found.remedy


def test_version_files_that_are_missing_are_unknown(examine):
    found = examine(cann=None, failure="permission", fails_on="board")["npu-stack"]
    assert found.state == UNKNOWN and found.sentence == "Driver unknown, firmware unknown, CANN unknown."


def test_a_firmware_that_npu_smi_does_not_tell_is_unknown(examine):
    found = examine(failure="permission", fails_on="board")["npu-stack"]
    assert found.sentence.startswith("Driver 23.0.rc2, firmware unknown, CANN 8.0.RC3.")


def test_versions_of_which_nobody_checked_that_they_go_together_are_unknown_and_never_fine(examine):
    found = examine(cann="newest", driver="1.75.22")["npu-stack"]
    assert found.state == UNKNOWN
    assert found.sentence == (
        "Driver 1.75.22, firmware 1.23.0.rc2, CANN 8.5.0. Whether they go together was not checked."
    )
    assert "CANN's table" in found.remedy


@pytest.mark.parametrize("level, state", [("0", WARN), ("1", WARN), ("2", PASS), ("3", PASS), ("", PASS)])
def test_a_runtime_that_logs_every_call_is_a_warning(examine, level, state):
    assert examine(variables={"ASCEND_GLOBAL_LOG_LEVEL": level}.items())["npu-logging"].state == state


def test_a_variable_that_spoils_a_run_fails_here_already(examine):
    found = examine(variables={"PROFILING_MODE": "true"}.items())["npu-environment"]
    assert found.state == FAIL and found.sentence.startswith("PROFILING_MODE=true is set")


def test_variables_that_leave_the_device_open_fail_and_no_device_is_looked_at(examine):
    found = examine(variables={"ASCEND_RT_VISIBLE_DEVICES": "3"}.items())
    assert found["npu-device"].state == FAIL and "ASCEND_RT_VISIBLE_DEVICES=3" in found["npu-device"].sentence
    assert "npu-chip" not in found


def test_findings_can_be_kept_in_a_record(examine):
    assert json.dumps([vars(one) for one in examine().values()])
