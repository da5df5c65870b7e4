"""Which chip a logical number means, and one look at it."""

import pytest

from backends.telemetry import logical_npu, tool
from backends.telemetry.npu_smi.chips import Family
from tests.backends.telemetry.npu_smi import drawn

_MIB = 2**20
_HEADINGS = "\tNPU ID                         Chip ID                        Chip Logic ID                  Chip Name\n"
_ROW = "\t%-30s %-30s %-30s %s\n"
_UNSUPPORTED = "Error parameter of -m\n"
_COMMON = "\tNPU ID : %d\n\tChip ID : %d\n\tAicore Freq(MHZ) : 1800\n\tAicore curFreq(MHZ) : 800\n"


def _mapping(*rows):
    return _HEADINGS + "".join(_ROW % row for row in rows)


def _run(table, mapping=_UNSUPPORTED, common="", proc_mem="", board=""):
    """npu-smi with these answers; an exception is raised."""

    def run(command):
        kind = " ".join(command[1:4])
        answers = {"info": table, "info -m": mapping, "info -t common": common}
        answer = dict(answers, **{"info -t proc-mem": proc_mem, "info -t board": board})[kind]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return run


def test_the_mapping_tells_where_numbers_differ():
    # A container with one card: the framework's device 0 is the host's NPU 5.
    run = _run(drawn.table(drawn.device(5)), _mapping((5, 0, 0, "Ascend 910B4"), (5, 1, "-", "Mcu")))
    assert logical_npu.locate(0, run) == (5, 0)
    with pytest.raises(tool.ToolFailed, match="the logical device 5 is"):
        logical_npu.locate(5, run)


def test_the_second_chip_of_a_card_has_a_number_of_its_own():
    table = drawn.table(
        *(drawn.device(npu, "%d     %d" % (chip, 2 * npu + chip)) for npu in (0, 1) for chip in (0, 1)),
        layout=drawn.PHY,
    )
    mapping = _mapping(*((npu, chip, 2 * npu + chip, "Ascend910") for npu in (0, 1) for chip in (0, 1)))
    run = _run(table, mapping)
    assert [logical_npu.locate(number, run) for number in range(4)] == [(0, 0), (0, 1), (1, 0), (1, 1)]


@pytest.mark.parametrize("mapping", [_UNSUPPORTED, "", tool.ToolFailed("no answer")])
def test_without_a_mapping_the_only_chip_is_the_first_device(mapping):
    assert logical_npu.locate(0, _run(drawn.table(drawn.device(5)), mapping)) == (5, 0)


@pytest.mark.parametrize("number, devices", [(1, 1), (0, 2), (0, 0)])
def test_without_a_mapping_nothing_is_guessed(number, devices):
    table = drawn.table(*(drawn.device(npu) for npu in range(devices)))
    with pytest.raises(tool.ToolFailed):
        logical_npu.locate(number, _run(table))


def test_a_table_that_is_cut_may_hide_another_chip():
    table = drawn.table(drawn.device(5), processes=[drawn.nothing_on(5), drawn.nothing_on(6)])
    with pytest.raises(tool.ToolFailed, match="does not tell which chip"):
        logical_npu.locate(0, _run(table))


def test_what_npu_smi_complains_of_is_the_reason():
    with pytest.raises(tool.ToolFailed, match="sees no NPU"):
        logical_npu.locate(0, _run("There is no NPU card on this server.\n"))


def test_a_look_has_table_and_clock():
    table = drawn.table(drawn.device(5), processes=[drawn.process(5)])
    view = logical_npu.look(0, _run(table, common=_COMMON % (5, 0)))
    assert (view.name, view.family, view.driver) == ("Ascend 910B3", Family.A2, "24.1.1")
    assert (view.rated_mhz, view.current_mhz) == (1800, 800)
    assert [process.pid for process in view.processes] == [4711]


@pytest.mark.parametrize(
    "board, firmware",
    [
        ("NPU ID : 5\nSoftware Version : 24.1.rc1\nFirmware Version : 7.3.0.1.231\n", "7.3.0.1.231"),
        ("NPU ID : 5\nFirmware Version : NA\n", None),
        ("Operation not permitted, only root user on physical machine can call this api.\n", None),
        (tool.ToolFailed("no answer"), None),
    ],
)
def test_a_look_has_the_firmware_where_the_board_tells_it(board, firmware):
    assert logical_npu.look(0, _run(drawn.table(drawn.device(5)), board=board)).firmware == firmware


_LISTED = "NPU ID : 5\nProcess id:77 Process name:python Process memory(MB):9\nChip ID : %d\n"


@pytest.mark.parametrize(
    "proc_mem, pids",
    [
        (_LISTED % 0, [77]),
        (_LISTED % 1, []),
        ("NPU ID : 5\nNo process in device.\nChip ID : 0\n", []),
        ("This device does not support querying proc-mem.\n", None),
        (tool.ToolFailed("no answer"), None),
    ],
)
def test_processes_that_the_table_does_not_tell_are_asked_for(proc_mem, pids):
    view = logical_npu.look(0, _run(drawn.table(drawn.device(5)), proc_mem=proc_mem))
    assert (view.processes if pids is None else [one.pid for one in view.processes]) == pids
    listed = drawn.table(drawn.device(5), processes=[drawn.process(5)])
    assert [one.pid for one in logical_npu.look(0, _run(listed, proc_mem=proc_mem)).processes] == [4711]


_UTIL = ("Chip", "NPU Util(%)   Memory-Usage(MB)  HBM-Usage(MB)")


@pytest.mark.parametrize(
    "layout, printed, percent",
    [(drawn.HBM, "63", 63), (drawn.HBM, "0", 0), (drawn.HBM, "NA", None), (_UTIL, "63", 63), (_UTIL, "-1", None)],
)
def test_a_look_tells_how_busy_the_chip_is_in_whatever_column_that_stands(layout, printed, percent):
    bottom = "%-11s 0    / 0          4439/ 65536" % printed
    view = logical_npu.look(0, _run(drawn.table(drawn.device(5, bottom=bottom), layout=layout)))
    assert view.utilisation_percent == percent


@pytest.mark.parametrize("common", ["", "This device does not support querying common.", tool.ToolFailed("no answer")])
def test_a_clock_that_is_not_told_leaves_the_rest(common):
    view = logical_npu.look(0, _run(drawn.table(drawn.device(5)), common=common))
    assert (view.name, view.rated_mhz, view.current_mhz) == ("Ascend 910B3", None, None)
    assert view.processes is None


def test_a_name_that_does_not_tell_the_family_is_given_it():
    table = drawn.table(
        *(drawn.device(0, "%d     %d" % (chip, chip), name="Ascend910") for chip in (0, 1)), layout=drawn.PHY
    )
    view = logical_npu.look(1, _run(table, _mapping((0, 0, 0, "Ascend910"), (0, 1, 1, "Ascend910"))))
    assert (view.name, view.device.chip_id) == ("Ascend910 (family A3)", 1)


def test_a_chip_that_the_mapping_names_and_the_table_lacks_is_a_failure():
    with pytest.raises(tool.ToolFailed, match="NPU 7 is not in the table"):
        logical_npu.look(0, _run(drawn.table(drawn.device(5)), _mapping((7, 0, 0, "Ascend 910B3"))))


def _watched(run, **given):
    return logical_npu.LogicalNpu(0, lambda: {4711}, run, **given)


def test_the_source_watches_the_chip_that_the_number_means():
    table = drawn.table(drawn.device(4), drawn.device(5, bottom="7  0 / 0  4000/ 65536"), processes=[drawn.process(5)])
    source = _watched(_run(table, _mapping((4, 0, 1, "910B3"), (5, 0, 0, "910B3"))))
    assert source.observation() == {}
    assert source.read()["device_memory_bytes"] == 4000 * _MIB
    seen = source.observation()
    assert (seen["id"], seen["logical_id"], seen["is_process_seen"]) == ("npu 5 chip 0", 0, True)
    assert seen["utilisation_percent_most"] == 7


def test_while_a_profiler_runs_the_utilisation_says_nothing():
    source = _watched(_run(drawn.table(drawn.device(5), processes=[drawn.process(5)])), tells_utilisation=False)
    found = source.read()
    assert found["device_utilisation_percent"] is None and found["device_memory_bytes"] == 65521 * _MIB
    seen = source.observation()
    assert seen["utilisation_percent_most"] is None and seen["is_process_seen"] is True


@pytest.mark.parametrize("mapping", [_UNSUPPORTED, tool.ToolFailed("no answer"), _mapping((5, 0, 0, "Ascend 910B3"))])
def test_the_start_waits_for_as_many_questions_as_tell_what_was_before(mapping):
    asked = []
    answer = _run(drawn.table(drawn.device(5)), mapping, proc_mem=_LISTED.replace("77", "4194305") % 0)

    def run(command):
        asked.append(command)
        return answer(command)

    most = logical_npu.LogicalNpu.first_patience_seconds / tool.TIMEOUT_SECONDS
    source = logical_npu.LogicalNpu(0, lambda: None if len(asked) <= most else {9}, run)
    for _ in range(3):
        source.read()
    seen = source.observation()
    assert seen["memory_bytes_before"] == 65521 * _MIB and seen["is_process_new"] is None
    assert seen["is_another_seen"] is True  # it was there before
    assert source.patience_seconds == tool.TIMEOUT_SECONDS < source.first_patience_seconds


def test_a_chip_that_cannot_be_found_ends_the_source():
    source = _watched(_run("dcmi module initialize failed. ret is -8005\n"))
    with pytest.raises(tool.ToolFailed, match="-8005"):
        source.read()
    assert source.observation() == {}
