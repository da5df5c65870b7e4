import os
import re
import subprocess
import sys
import time

import pytest

NAMES = {
    "910A": "910A", "910ProB": "910ProB", "910B": "910B3", "A3": "Ascend910", "310": "310", "310P": "310P3",
    "950": "950PR",
}  # fmt: skip


def pairs(text):
    """The `key : value` lines of an answer."""
    return re.findall(r"^\s*(.+?)\s+: (.*)$", text, re.M)


@pytest.mark.parametrize("layout", sorted(NAMES))
def test_a_table_is_framed_and_has_two_lines_for_each_chip(smi, layout):
    status, text = smi("info", layout=layout, cards=2)
    lines = text.splitlines()
    assert status == 0
    assert {len(line) for line in lines} == {93}
    assert lines[1].startswith("| npu-smi ") and "Version: " in lines[1]
    rows = [at for at, line in enumerate(lines) if re.match(r"\| \d+ [ |]*%s " % NAMES[layout], line)]
    assert len(rows) == (4 if layout in ("A3", "310") else 2)
    assert all("0000:" in lines[at + 1] for at in rows)


def test_the_table_of_the_910_is_that_of_the_documents(smi):
    _, text = smi("info", layout="910ProB", hbm_mb=30711)
    squeezed = [re.sub(r"\s+", " ", line) for line in text.splitlines()]
    assert squeezed[3:5] == [
        "| NPU Name | Health | Power(W) Temp(C) Hugepages-Usage(page) |",
        "| Chip | Bus-Id | AICore(%) Memory-Usage(MB) HBM-Usage(MB) |",
    ]
    assert squeezed[6:8] == [
        "| 0 910ProB | OK | 78.4 33 0 / 0 |",
        "| 0 | 0000:C1:00.0 | 0 1198 / 15137 30711/ 32768 |",
    ]
    assert "| NPU Chip | Process id | Process name | Process memory(MB) |" in squeezed
    assert "| No running processes found in NPU 0 |" in squeezed


def test_the_oldest_table_has_no_hugepages(smi):
    assert "Hugepages" not in smi("info", layout="910A")[1]
    assert "Hugepages" in smi("info", layout="910B")[1]


def test_a3_numbers_chips_twice_and_310p_has_no_hbm(smi):
    a3 = smi("info", layout="A3")[1]
    assert "| Chip  Phy-ID " in a3 and re.search(r"^\| 1     1 ", a3, re.M)
    p310 = smi("info", layout="310P")[1]
    assert "| Chip  Device " in p310 and "HBM" not in p310


def test_the_list_and_the_map_name_cards_and_chips(smi):
    assert pairs(smi("info", "-l", layout="A3", npu_ids=[4, 6])[1]) == [
        ("Total Count", "2"),
        ("NPU ID", "4"),
        ("Chip Count", "2"),
        ("NPU ID", "6"),
        ("Chip Count", "2"),
    ]
    rows = [line.split() for line in smi("info", "-m", layout="A3", npu_ids=[4, 6])[1].splitlines()]
    assert rows[0] == ["NPU", "ID", "Chip", "ID", "Chip", "Logic", "ID", "Chip", "Name"]
    assert [row[:3] for row in rows[1:]] == [
        ["4", "0", "0"],
        ["4", "1", "1"],
        ["4", "2", "-"],
        ["6", "0", "2"],
        ["6", "1", "3"],
        ["6", "2", "-"],
    ]


def test_common_has_the_documented_fields(smi):
    found = dict(pairs(smi("info", "-t", "common", "-i", "0", hbm_mb=16384)[1]))
    assert list(found) == [
        "NPU ID",
        "Chip ID",
        "Memory Usage Rate(%)",
        "HBM Usage Rate(%)",
        "Aicore Usage Rate(%)",
        "Aicore Freq(MHZ)",
        "Aicore curFreq(MHZ)",
        "Aicore Count",
        "Temperature(C)",
        "NPU Real-time Power(W)",
    ]
    assert found["HBM Usage Rate(%)"] == "50"


def test_usages_ends_each_block_with_the_chip(smi):
    found = pairs(smi("info", "-t", "usages", "-i", "0", layout="A3")[1])
    assert [at for at, (key, _) in enumerate(found) if key == "Chip ID"] == [len(found) // 2 - 1, len(found) - 1]
    assert "NPU Utilization(%)" in dict(found)
    assert "NPU Utilization(%)" not in dict(pairs(smi("info", "-t", "usages", "-i", "0", layout="910A")[1]))


@pytest.mark.parametrize(
    "kind, key, shown",
    [
        ("power", "NPU Real-time Power(W)", "78.4"),
        ("temp", "NPU Temperature (C)", "33"),
        ("memory", "HBM Capacity(MB)", "32768"),
        ("health", "Health Status", "OK"),
        ("board", "Firmware Version", "1.23.0.rc2"),
    ],
)
def test_single_questions_are_answered(smi, kind, key, shown):
    assert dict(pairs(smi("info", "-t", kind, "-i", "0", "-c", "0")[1]))[key] == shown


def test_an_unknown_device_is_refused(smi):
    status, text = smi("info", "-t", "power", "-i", "7")
    assert status != 0 and "no such device" in text


_TRIAL = """
import mmap, sys, time
with open(sys.argv[1], "rb") as file:
    mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
print("ready", flush=True)
time.sleep(60)
"""


@pytest.fixture
def trial(smi_variables, tmp_path):
    """A process that says that it is a trial, on the logical device 1, and has loaded what is called tensorflow."""
    library = tmp_path / "libtensorflow_framework.so"
    library.write_bytes(b"1")
    environment = dict(smi_variables, HARBENCH_TRIAL="1", ASCEND_DEVICE_ID="1")
    process = subprocess.Popen([sys.executable, "-c", _TRIAL, str(library)], env=environment, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"ready\n"
    yield process
    process.stdout.close()
    process.kill()
    process.wait()


def test_a_trial_is_shown_on_its_device_with_its_memory(smi, trial):
    _, text = smi("info", cards=2, hbm_mb=100, process_mb=900, busy_aicore=37)
    assert re.search(r"^\| 1 +0 +\| %d +\| \S+ +\| 900 +\|$" % trial.pid, text, re.M)
    assert "No running processes found in NPU 0" in text and "found in NPU 1" not in text
    assert re.search(r"0000:C2:00.0 +\| 37 +1198 / 15137 +1000/ 32768", text)
    assert re.search(r"0000:C1:00.0 +\| 0 .* +100/ 32768", text)
    listed = smi("info", "-t", "proc-mem", "-i", "1", cards=2)[1]
    assert re.search(r"^\tProcess id:%d +Process name:\S+ +Process memory\(MB\):900$" % trial.pid, listed, re.M)
    assert pairs(listed) == [("NPU ID", "1"), ("Chip ID", "0")]


def test_a_chip_without_a_process_says_so_when_asked_for_them(smi):
    text = smi("info", "-t", "proc-mem", "-i", "0", process_table=False)[1]
    assert [" ".join(line.split()) for line in text.splitlines()] == [
        "NPU ID : 0",
        "No process in device.",
        "Chip ID : 0",
    ]


def test_a_trial_of_another_host_is_not_shown(smi, trial, smi_variables):
    smi_variables["FAKE_NPU_SMI"] = '{"cards": 2}'
    assert str(trial.pid) not in smi("info")[1]


def test_a_trials_memory_grows_with_its_age(smi, trial):
    def memory():
        text = smi("info", "-t", "proc-mem", "-i", "1", cards=2, growth_mb_per_s=1000)[1]
        return int(re.findall(r"Process memory\(MB\):(\d+)", text)[0])

    first = memory()
    time.sleep(0.2)
    assert memory() >= first + 150


def test_a_process_table_can_be_hidden_and_processes_named(smi):
    assert "Process" not in smi("info", process_table=False)[1]
    assert re.search(r"\| %d +\|" % os.getpid(), smi("info", pids=[os.getpid()])[1])


def test_profiling_hides_the_use_of_the_cores(smi, trial):
    found = dict(pairs(smi("info", "-t", "common", "-i", "1", cards=2, busy_aicore=0)[1]))
    assert found["Aicore Usage Rate(%)"] == "0"


@pytest.mark.parametrize(
    "failure, text",
    [
        ("dcmi-8005", "dcmi module initialize failed. ret is -8005\n"),
        ("dcmi-8020", "dcmi module initialize failed. ret is -8020\n"),
        ("no-card", "There is no NPU card on this server.\n"),
    ],
)
def test_failures_print_what_the_tool_prints(smi, failure, text):
    status, found = smi("info", failure=failure)
    assert status != 0 and found == text


def test_permission_junk_and_death_are_no_table(smi):
    assert "Permission denied" in smi("info", failure="permission")[1]
    assert smi("info", failure="junk")[0] == 0 and "npu-smi" not in smi("info", failure="junk")[1]
    assert smi("info", failure="dies")[0] == -11
    assert smi("info", failure="empty") == (0, "")
    status, text = smi("info", failure="missing-library")
    assert status == 127 and text.startswith("npu-smi: error while loading shared libraries: ")
    assert smi("info", failure="root-only")[0] == 0 and "only root user" in smi("info", failure="root-only")[1]


def test_a_hanging_tool_hangs(smi):
    with pytest.raises(subprocess.TimeoutExpired):
        smi("info", failure="hang", timeout=1)


def test_a_failure_can_be_of_one_question_alone(smi):
    state = {"failure": "dcmi-8020", "fails_on": "-t power"}
    assert smi("info", **state)[0] == 0
    assert "-8020" in smi("info", "-t", "power", "-i", "0", **state)[1]


def test_watching_goes_on_until_ended(smi_variables):
    command = ["npu-smi", "info", "watch", "-i", "0", "-d", "0.05"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8", env=smi_variables) as process:
        lines = [process.stdout.readline() for _ in range(4)]
        process.kill()
    names = "NpuID(Idx) ChipId(Idx) Pwr(W) Temp(C) AI Core(%) AI Cpu(%) Ctrl Cpu(%) Memory(%) Memory BW(%)"
    assert " ".join(lines[0].split()) == names
    assert [line.split()[:4] for line in lines[1:]] == [["0", "0", "78.4", "33"]] * 3


def test_a_misspelt_state_is_refused(smi):
    status, text = smi("info", layuot="910A")
    assert status != 0 and "unknown keys: layuot" in text
