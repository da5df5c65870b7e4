import json
import subprocess
import time

import pytest

from backends.telemetry import npu, tool
from backends.telemetry.npu import NpuSmi
from backends.telemetry.npu_smi.chips import Family
from backends.telemetry.sampler import Sampler
from tests.backends.telemetry.npu_smi import drawn
from tests.backends.telemetry.test_sampler import Given
from tests.backends.telemetry.trial_pids import pids_of

COMMON = """
\tNPU ID                         : 5
\tChip Count                     : 1
\tChip ID                        : 0
\tAicore Usage Rate(%)           : 7
\tAicore Freq(MHZ)               : 1800
\tAicore curFreq(MHZ)            : 800
\tTemperature(C)                 : 41
\tNPU Real-time Power(W)         : 93.5
"""
MIB = 1 << 20
_NOWHERE = 2**22 + 1  # larger than any number that Linux gives a process


def answers(*tables, common=COMMON, mapping="", proc_mem="This device does not support querying proc-mem.\n"):
    """Run npu-smi as given: one table after the other, the last again and again. An exception is raised."""
    left = list(tables)

    def run(command):
        kind = " ".join(command[1:4])
        answer = {"info": left[0], "info -t common": common, "info -t proc-mem": proc_mem, "info -m": mapping}[kind]
        if kind == "info" and len(left) > 1:
            left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return run


def chip(used, npu_id=5, **given):
    return drawn.device(npu_id, bottom="7           0    / 0          %d/ 65536" % used, **given)


def source(run, chip_id=0, pids=(), readings_before=0):
    return NpuSmi(5, chip_id, pids_of(pids, readings_before), run)


def test_a_reading_has_what_table_and_common_tell_of_the_chip():
    found = source(answers(drawn.table(chip(11, 3), chip(4000)))).read()
    assert found == {
        "device_power_watts": 93.5,
        "device_memory_bytes": 4000 * MIB,
        "device_temperature_celsius": 41,
        "device_utilisation_percent": 7,
        "device_clock_mhz": 800,
    }
    assert set(found) == set(NpuSmi.columns)


@pytest.mark.parametrize(
    "common", ["This device does not support querying common.", tool.ToolFailed("no answer"), "Chip ID : 4", ""]
)
def test_without_common_the_table_goes_on(common):
    found = source(answers(drawn.table(chip(4000)), common=common)).read()
    assert found["device_power_watts"] == 91.4 and found["device_clock_mhz"] is None


@pytest.mark.parametrize("common", ["This device does not support querying common.", tool.ToolFailed("no answer")])
def test_a_query_that_is_not_supported_or_hangs_is_made_once(common):
    asked = []
    run = answers(drawn.table(chip(4000)), common=common)
    watched = source(lambda command: asked.append(command[1:4]) or run(command))
    for _ in range(3):
        watched.read()
    assert asked == [["info"], ["info", "-t", "proc-mem"], ["info", "-t", "common"], ["info"], ["info"]]


def test_a_chip_that_is_missing_once_is_unknown_then_and_missing_for_long_ends_the_source():
    there, gone = drawn.table(chip(4000)), drawn.table(chip(4000, 6))
    watched = source(answers(gone, gone, there, gone, gone, gone))
    assert watched.read() == watched.read() == {}
    assert watched.read()["device_memory_bytes"] == 4000 * MIB
    assert watched.read() == watched.read() == {}
    with pytest.raises(tool.ToolFailed, match="npu 5 chip 0 is not in the table"):
        watched.read()


def test_a_message_instead_of_a_table_is_what_ends_the_source():
    watched = source(answers("dcmi module initialize failed. ret is -8005\n"))
    watched.read(), watched.read()
    with pytest.raises(tool.ToolFailed, match="-8005"):
        watched.read()


def test_a_power_below_zero_is_a_code_and_unknown():
    common = COMMON.replace("93.5", "-8005.0")
    assert source(answers(drawn.table(chip(4000)), common=common)).read()["device_power_watts"] is None


def test_the_rated_power_of_a_310_is_no_measurement():
    rows = drawn.device(5, chip="0       0", name="310", top="12.8     46", bottom="0   2621 / 8192")
    text = drawn.table(rows, layout=drawn.NO_HBM).replace("Hugepages-Usage(page)", "                     ")
    watched = source(answers(text, common=""))
    found = watched.read()
    assert found["device_power_watts"] is None and found["device_memory_bytes"] == 2621 * MIB
    assert watched.observation()["family"] == Family.INFERENCE_310.value


def test_the_observation_has_the_first_the_most_and_the_worst():
    tables = [
        drawn.table(chip(3000), processes=[drawn.nothing_on(5)]),
        drawn.table(chip(9000, health="Warning"), processes=[drawn.process(5, pid=77)]),
        drawn.table(chip(3100), processes=[drawn.nothing_on(5)]),
    ]
    watched = source(answers(*tables), pids={70, 77}, readings_before=1)
    for _ in tables:
        watched.read()
    seen = watched.observation()
    assert seen.pop("raw") == tables[0] and json.loads(json.dumps(seen)) == seen
    assert seen == {
        "tool": "npu-smi",
        "name": "910B3",
        "family": "A2",
        "driver": "24.1.1",
        "id": "npu 5 chip 0",
        "is_process_seen": True,
        "is_process_new": None,
        "is_another_seen": None,
        "memory_bytes_before": 3000 * MIB,
        "memory_bytes_most": 9000 * MIB,
        "utilisation_percent_before": 7,
        "utilisation_percent_most": 7,
        "health": "Warning",
        "throttle_reasons": None,
    }


@pytest.mark.parametrize(
    "processes, is_seen",
    [
        ([drawn.nothing_on(5)], False),
        ([drawn.process(5, pid=78)], False),
        ([drawn.process(6, pid=77), drawn.nothing_on(5)], False),  # on another card
        ([drawn.process(6, pid=77)], None),  # nothing is told of this one
        ([drawn.process(5, pid=pid) for pid in range(8)], None),  # the list may go on
        ([drawn.process(5, pid=pid) for pid in range(77, 85)], True),
        (None, None),
    ],
)
def test_a_process_is_seen_only_on_the_chip_itself_and_unknown_where_nothing_is_told(processes, is_seen):
    watched = source(answers(drawn.table(chip(1), chip(1, 6), processes=processes)), pids={77})
    watched.read()
    assert watched.observation()["is_process_seen"] is is_seen


@pytest.mark.parametrize(
    "listed, is_seen",
    [
        ("NPU ID : 5\nProcess id:77 Process name:python3.7 Process memory(MB):910\nChip ID : 0\n", True),
        ("NPU ID : 5\nProcess id:78 Process name:python3.7 Process memory(MB):910\nChip ID : 0\n", False),
        ("NPU ID : 5\nProcess id:77 Process name:python3.7 Process memory(MB):910\nChip ID : 1\n", False),
        ("NPU ID : 5\nNo process in device.\nChip ID : 0\n", False),
        ("NPU ID : 5\nChip ID : 0\n", None),
    ],
)
def test_where_the_table_has_no_processes_they_are_asked_for(listed, is_seen):
    watched = source(answers(drawn.table(chip(1)), proc_mem=listed), pids={77})
    watched.read()
    assert watched.observation()["is_process_seen"] is is_seen


def test_a_process_is_found_by_its_number_in_the_container_too():
    heading = "| Process memory(MB)      |"
    text = drawn.table(chip(1), processes=[drawn.process(5, pid=632268).rstrip("|") + "| 77 |"])
    watched = source(answers(text.replace(heading, heading + " Process id in container |")), pids={77})
    watched.read()
    assert watched.observation()["is_process_seen"] is True


class Trial:
    """A trial that starts, as its pids tell, with the first question of npu-smi that has this word."""

    def __init__(self, run, starts_with):
        self._run, self._starts_with, self._pids = run, starts_with, None

    def pids(self):
        return self._pids

    def run(self, command):
        if self._starts_with in command:
            self._pids = {77}
        return self._run(command)


_PROC_MEM = "NPU ID : 5\nProcess id:%d Process name:python3.7 Process memory(MB):910\nChip ID : 0\n"


def test_what_was_before_is_told_though_the_trial_starts_while_npu_smi_is_asked_for_more():
    tables = [drawn.table(chip(3000), processes=[drawn.nothing_on(5)])]
    tables += [drawn.table(chip(9000), processes=[drawn.process(5, pid=_NOWHERE)])]
    trial = Trial(answers(*tables), "common")
    watched = NpuSmi(5, 0, trial.pids, trial.run)
    for _ in range(3):
        watched.read()
    seen = watched.observation()
    assert (seen["memory_bytes_before"], seen["utilisation_percent_before"]) == (3000 * MIB, 7)
    assert (seen["is_process_new"], seen["is_another_seen"]) == (True, None)


def test_processes_that_were_asked_for_when_the_trial_had_started_are_not_of_before_and_the_table_is():
    trial = Trial(answers(drawn.table(chip(3000)), proc_mem=_PROC_MEM % (_NOWHERE)), "proc-mem")
    watched = NpuSmi(5, 0, trial.pids, trial.run)
    for _ in range(3):
        watched.read()
    seen = watched.observation()
    assert seen["memory_bytes_before"] == 3000 * MIB
    assert (seen["is_process_new"], seen["is_another_seen"]) == (None, True)


def test_a_stranger_that_ends_while_npu_smi_is_asked_for_more_and_is_listed_for_a_while_is_not_new():
    stranger = subprocess.Popen(["sleep", "600"])
    idle = drawn.table(chip(3000), processes=[drawn.nothing_on(5)])
    given = answers(idle, drawn.table(chip(9000), processes=[drawn.process(5, pid=stranger.pid)]))
    readings = []

    def run(command):
        if "common" in command and len(readings) == 1:
            stranger.kill(), stranger.wait()
        return given(command)

    watched = source(run, pids={77}, readings_before=1)
    for _ in range(4):
        readings.append(watched.read())
    seen = watched.observation()
    assert (seen["is_process_new"], seen["is_another_seen"]) == (None, True)


@pytest.mark.parametrize(
    "processes, is_new",
    [
        ([drawn.process(6, pid=_NOWHERE + 1)], True),  # of an idle chip it says nothing
        ([drawn.process(5, pid=_NOWHERE + number) for number in range(1, 9)], None),  # the list may go on
        (None, None),
    ],
)
def test_that_a_chip_had_no_process_is_believed_where_it_has_one_later(processes, is_new):
    before = drawn.table(chip(1), chip(1, 6), processes=processes)
    later = drawn.table(chip(1), chip(1, 6), processes=[drawn.process(5, pid=_NOWHERE)])
    watched = source(answers(before, later), pids={77}, readings_before=1)
    for _ in range(3):
        watched.read()
    assert watched.observation()["is_process_new"] is is_new


def test_of_a_table_that_is_cut_it_is_not_believed():
    whole = drawn.table(chip(1), chip(1, 6), processes=[drawn.process(6, pid=_NOWHERE + 1)])
    cut = "\n".join(whole.splitlines()[:-2]) + "\n"
    later = drawn.table(chip(1), chip(1, 6), processes=[drawn.process(5, pid=_NOWHERE)])
    for first, is_new in ((whole, True), (cut, None)):
        watched = source(answers(first, later), pids={77}, readings_before=1)
        for _ in range(3):
            watched.read()
        assert watched.observation()["is_process_new"] is is_new


def test_the_only_chip_of_a_card_need_not_be_named():
    watched = source(answers(drawn.table(chip(4000))), chip_id=None)
    assert watched.observation()["id"] == "npu 5"
    assert watched.read()["device_memory_bytes"] == 4000 * MIB and watched.observation()["id"] == "npu 5 chip 0"


def test_the_first_output_is_kept_but_not_without_bounds():
    text = drawn.table(*[chip(4000, number) for number in range(64)])
    watched = source(answers(text))
    watched.read()
    assert watched.observation()["raw"] == text[:4000] and len(text) > 4000


MAPPING = (
    "NPU ID                         Chip ID                        Chip Logic ID                  Chip Name\n"
    "4                              0                              0                              Ascend 910B3\n"
    "4                              1                              -                              Mcu\n"
    "7                              0                              1                              Ascend 910B3\n"
)


def test_a_logical_id_means_a_chip_or_is_unknown():
    run = answers("", mapping=MAPPING)
    assert npu.logical_ids(run) == {0: (4, 0), 1: (7, 0)}
    assert npu.resolve(1, run) == (7, 0) and npu.resolve(2, run) is None
    for told in ("There is no NPU card on this server.", tool.ToolFailed("no answer")):
        assert npu.logical_ids(answers("", mapping=told)) == {} and npu.resolve(0, answers("", mapping=told)) is None


def sample(*sources, n=3):
    """Sample some sources beside one that always answers, until that was asked a number of times, without a pause."""
    good = Given(1.0, 2.0, 3.0, n=n)
    sampler = Sampler([*sources, good], 0.001)
    sampler.start()
    # A large process starts npu-smi dearly, after which the sampler would pause for seconds.
    until = time.monotonic() + 60
    while not good.asked.wait(0.01):
        assert time.monotonic() < until
        sampler.sample_now()
    return sampler.stop(patience_seconds=60)


def quick(command):
    return tool.run(command, timeout_seconds=0.5)


def npu_smi_script(text):
    return ["cat <<'END'", text, "END"]


def test_a_sampled_npu_smi_fills_columns_and_the_device(fake_tool):
    fake_tool(
        "npu-smi", 'if [ "$2" ]; then', *npu_smi_script(COMMON), "else", *npu_smi_script(drawn.table(chip(4000))), "fi"
    )
    columns = sample(NpuSmi(5, 0, set))
    assert set(columns["device_memory_bytes"]) == {4000 * MIB} and set(columns["device_clock_mhz"]) == {800}
    assert columns["faults"] == [] and columns["device"]["name"] == "910B3"
    assert json.loads(json.dumps(columns, allow_nan=False)) == columns


@pytest.mark.parametrize(
    "script, reason",
    [
        (["sleep 600"], "did not end within 0.5 s"),
        (["exit 1"], "printed no device that is understood"),
        (["echo 'junk | and | more'", "head -c 2000 /dev/urandom"], "printed no device that is understood"),
        (["kill -9 $$"], "printed no device that is understood"),
        (["echo 'dcmi module initialize failed. ret is -8005'", "exit 0"], "-8005"),
        (["echo 'npu-smi: error while loading shared libraries: libc_sec.so' >&2", "exit 127"], "LD_LIBRARY_PATH"),
    ],
    ids=["hangs", "exits with 1", "prints junk", "dies", "complains", "does not load"],
)
def test_an_npu_smi_that_fails_is_one_sentence_and_the_other_sources_go_on(fake_tool, script, reason):
    fake_tool("npu-smi", *script)
    columns = sample(NpuSmi(5, 0, set, quick), n=5)
    assert columns["cpu_seconds"][:3] == [1.0, 2.0, 3.0] and columns["device_memory_bytes"] is None
    (fault,) = columns["faults"]
    assert fault.startswith("The NPU could not be read after") and reason in fault
    assert columns["device"]["memory_bytes_most"] is None


def test_an_npu_smi_that_begins_to_hang_leaves_what_was_sampled(fake_tool, tmp_path):
    table = npu_smi_script(drawn.table(chip(4000)))
    count = ["echo >> %s/asked" % tmp_path, "[ $(wc -l < %s/asked) -gt 2 ] && sleep 600" % tmp_path]
    fake_tool("npu-smi", '[ "$2" ] && exit 1', *count, *table)
    columns = sample(NpuSmi(5, 0, set, quick), n=4)
    assert columns["device_memory_bytes"][:2] == [4000 * MIB] * 2 and columns["device_memory_bytes"][-1] is None
    assert len(columns["faults"]) == 1 and columns["device"]["memory_bytes_most"] == 4000 * MIB


def test_a_host_without_npu_smi_is_told_once(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(tool, "FOLDERS", ())
    (fault,) = sample(NpuSmi(5, 0, set))["faults"]
    assert "npu-smi is neither on PATH" in fault
