import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.telemetry.npu_smi import errors, table
from tests.backends.telemetry.npu_smi import drawn


def only(text):
    (device,) = table.parse(text).devices
    return device


def test_the_second_pair_is_the_high_bandwidth_memory_even_without_a_blank_before_the_slash():
    device = only(drawn.table(drawn.device()))
    assert (device.hbm_used_mib, device.hbm_total_mib) == (65521, 65536)
    assert (device.memory_used_mib, device.memory_total_mib) == (0, 0)
    assert (device.device_memory_used_mib, device.device_memory_total_mib) == (65521, 65536)


def test_without_high_bandwidth_memory_the_only_pair_is_the_memory_of_the_device():
    rows = drawn.device(
        npu=2144, chip="0       3", name="310P3", top="NA    47      12 / 970", bottom="0   1807 / 21527"
    )
    device = only(drawn.table(rows, layout=drawn.NO_HBM))
    assert (device.npu_id, device.phy_id, device.power_watts, device.temperature_celsius) == (2144, 3, None, 47)
    assert (device.device_memory_used_mib, device.device_memory_total_mib, device.hbm_used_mib) == (1807, 21527, None)


def test_the_versions_of_tool_and_driver_differ():
    found = table.parse(drawn.table(drawn.device(), tool="22.0.0", driver="22.0.2"))
    assert (found.tool_version, found.driver_version) == ("22.0.0", "22.0.2")


def test_the_second_chip_of_a_card_has_no_power_of_its_own():
    first = drawn.device(chip="0     0", name="Ascend910")
    second = drawn.device(chip="1     1", name="Ascend910", top="-           36                0    / 0")
    found = table.parse(drawn.table(first, second, layout=drawn.PHY))
    assert [(device.chip_id, device.phy_id, device.power_watts) for device in found.devices] == [
        (0, 0, 91.4),
        (1, 1, None),
    ]
    assert found.device(0, 1) is found.devices[1] and found.device(0) is None and found.device(3, 0) is None


@pytest.mark.parametrize(
    "printed, health",
    [("OK", "OK"), ("Alarm", "Alarm"), ("UNKNOWN", None), ("Fine", None), ("Not OK", None), ("OK (was reset)", None)],
)
def test_a_health_that_the_driver_does_not_have_is_unknown_and_its_text_is_kept(printed, health):
    device = only(drawn.table(drawn.device(health=printed)))
    assert (device.health, device.health_text) == (health, printed)


@pytest.mark.parametrize("top", ["91.4 0 / 0", "91.4   41   7   0 / 0", "0 / 0", ""])
def test_with_a_value_too_few_or_too_many_none_of_them_is_taken_for_another(top):
    device = only(drawn.table(drawn.device(top=top)))
    assert (device.power_watts, device.temperature_celsius, device.hbm_used_mib) == (None, None, 65521)


@pytest.mark.parametrize("bottom", ["7   0 / 0", "7   0 / 0   NA", "7   NA / NA   NA / NA"])
def test_a_memory_that_is_not_printed_is_unknown_and_not_the_one_beside_it(bottom):
    assert only(drawn.table(drawn.device(bottom=bottom))).device_memory_used_mib is None


def test_an_unknown_heading_is_named_and_its_cell_is_not_read():
    layout = ("Chip", "AICore(%)   Memory-Usage(MB)  CXL-Usage(MB)")
    found = table.parse(drawn.table(drawn.device(), layout=layout))
    (device,) = found.devices
    assert found.unknown_headings == ("CXL-Usage(MB)",)
    assert device.power_watts == 91.4 and device.aicore_percent is device.memory_used_mib is None


def test_processes_are_listed_with_their_memory_and_an_npu_without_any_is_told_from_one_without_a_list():
    listed = [drawn.process(0), drawn.process(0, pid=4712), drawn.nothing_on(2)]
    found = table.parse(drawn.table(*[drawn.device(npu) for npu in range(3)], processes=listed))
    assert [(process.pid, process.memory_mib) for process in found.processes] == [(4711, 1024), (4712, 1024)]
    assert found.npus_without_list == (1,)
    assert [process.pid for process in found.processes_on(0, 0)] == [4711, 4712]
    assert found.processes_on(1, 0) is None and found.processes_on(2, 0) == ()


def test_without_a_process_table_or_with_nothing_in_it_the_processes_are_unknown():
    for processes in (None, []):
        found = table.parse(drawn.table(drawn.device(), processes=processes))
        assert found.processes is None and found.processes_on(0, 0) is None


def test_a_list_that_breaks_off_before_its_closing_rule_tells_of_no_process():
    listed = [drawn.process(), drawn.process(pid=4712), drawn.nothing_on(12)]
    whole = drawn.table(drawn.device(0), drawn.device(12), processes=listed).rstrip()
    assert [process.pid for process in table.parse(whole).processes_on(0, 0)] == [4711, 4712]
    for end in range(whole.index("Process id"), len(whole)):
        found = table.parse(whole[:end])
        assert found.processes is None and found.processes_on(0, 0) is None and found.processes_on(12, 0) is None


def test_a_list_that_breaks_off_behind_the_rows_of_an_npu_tells_of_that_one_alone():
    listed = [drawn.process(), drawn.RULE, drawn.process(12), drawn.process(12, pid=4712)]
    whole = drawn.table(drawn.device(0), drawn.device(12), processes=listed)
    found = table.parse(whole[: whole.index("| 12      ")])
    assert [process.pid for process in found.processes_on(0, 0)] == [4711] and found.processes_on(12, 0) is None


def test_a_list_at_its_limit_may_go_on_and_rows_of_one_chip_say_nothing_of_the_other():
    seven, eight = ([drawn.process(pid=pid) for pid in range(1, n + 1)] for n in (7, 8))
    assert len(table.parse(drawn.table(drawn.device(), processes=seven)).processes_on(0, 0)) == 7
    assert table.parse(drawn.table(drawn.device(), processes=eight)).processes_on(0, 0) is None
    assert table.parse(drawn.table(drawn.device(), processes=seven)).processes_on(0, 1) is None


def test_the_memory_of_a_process_is_found_by_its_heading():
    text = drawn.table(drawn.device(), processes=[drawn.process().rstrip("|") + "| 17 |"])
    heading = "| Process memory(MB)      |"
    (process,) = table.parse(text.replace(heading, heading + " Process id in container |")).processes
    assert (process.memory_mib, process.container_pid) == (1024, 17)


def test_a_half_device_is_reported_with_what_is_known_and_the_table_is_incomplete():
    whole = drawn.table(drawn.device(0), drawn.device(1))
    cut = whole[: whole.rindex("| 0 ")]
    found = table.parse(cut)
    assert found.is_incomplete and not table.parse(whole).is_incomplete
    assert [(device.npu_id, device.power_watts, device.hbm_used_mib) for device in found.devices] == [
        (0, 91.4, 65521),
        (1, 91.4, None),
    ]


def test_an_upper_row_that_is_missing_leaves_no_device_behind():
    lines = drawn.table(drawn.device(0), drawn.device(1)).splitlines()
    del lines[6]
    found = table.parse("\n".join(lines))
    assert [device.npu_id for device in found.devices] == [1] and found.is_incomplete


def test_lines_left_out_and_npus_without_a_row_make_it_incomplete():
    lines = drawn.table(drawn.device(0), drawn.device(1)).splitlines()
    assert table.parse("\n".join(lines[:9] + ["..."] + lines[9:])).is_incomplete
    assert table.parse(drawn.table(drawn.device(0), processes=[drawn.nothing_on(0), drawn.nothing_on(1)])).is_incomplete


def test_a_warning_below_the_table_is_kept_and_harms_no_value():
    found = table.parse(drawn.table(drawn.device()) + "Warning: the driver is older than the firmware.\n")
    assert found.remarks == ("Warning: the driver is older than the firmware.",)
    assert found.devices[0].hbm_used_mib == 65521 and not found.is_incomplete and found.fault is None


def test_a_device_that_cannot_be_queried_is_a_fault_beside_the_others():
    found = table.parse(drawn.table(drawn.device()) + "Failed to query card total info.\n")
    assert found.fault.kind == errors.QUERY_FAILED and len(found.devices) == 1


def test_a_four_column_layout_has_no_chip_column():
    text = "\n".join([
        "| npu-smi 26.0.0                          Version: 26.0.0                                         |",
        "| NPU ID | Name             | Health        | Power(W)    Temp(C)           Hugepages-Usage(page) |",
        "|        |                  | Bus-Id        | NPU Util(%) Memory-Usage(MB)  HBM-Usage(MB)         |",
        "+========+==================+===============+=====================================================+",
        "| 3      | 950PR            | OK            | 204.4       56                0     / 0             |",
        "|        |                  | 0000:91:00.0  | 12          0    / 0          4439  / 86016         |",
        "+========+==================+===============+=====================================================+",
    ])  # fmt: skip
    device = only(text)
    assert (device.npu_id, device.chip_id, device.name) == (3, None, "950PR")
    assert (device.npu_utilisation_percent, device.aicore_percent, device.hbm_used_mib) == (12, None, 4439)
    assert table.parse(text).device(3, 0) is not None and table.parse(text).device(3) is not None


def assert_sound(found):
    """What must hold of a result of any text."""
    assert found.devices or found.fault
    for device in found.devices:
        assert device.health in (None, "OK", "Warning", "Alarm", "Critical")
        assert isinstance(device.npu_id, int)


@given(st.text())
def test_any_text_gives_a_result_and_never_an_exception(text):
    assert_sound(table.parse(text))


REAL_LOOKING = drawn.table(
    drawn.device(0), drawn.device(12, health="Warning"), processes=[drawn.process(), drawn.nothing_on(12)]
)


def test_a_table_cut_anywhere_has_right_values_or_none_and_says_so():
    for end in range(len(REAL_LOOKING)):
        found = table.parse(REAL_LOOKING[:end])
        for device in found.devices:
            assert (device.npu_id, device.name) in ((0, "910B3"), (12, "910B3"))
            assert device.health in (None, {0: "OK", 12: "Warning"}[device.npu_id])
            assert device.hbm_total_mib in (None, 65536) and device.hbm_used_mib in (None, 65521)
            assert device.power_watts in (None, 91.4) and device.aicore_percent in (None, 7)
        for process in found.processes or ():
            assert (process.npu_id, process.chip_id, process.pid) == (0, 0, 4711)
            assert process.memory_mib in (None, 1024)
        # What is cut between two of its rules looks like a smaller table.
        assert found.is_incomplete or found.fault or REAL_LOOKING[:end].rstrip().endswith("+")


#: Lines that are left out, doubled or exchanged, and characters that are replaced.
@given(
    st.lists(st.integers(0, len(REAL_LOOKING.splitlines()) - 1), max_size=25),
    st.lists(st.tuples(st.integers(0, len(REAL_LOOKING) - 1), st.characters()), max_size=8),
)
def test_a_mangled_table_gives_a_result_and_never_an_exception(order, changes):
    characters = list(REAL_LOOKING)
    for place, character in changes:
        characters[place] = character
    lines = "".join(characters).splitlines()
    assert_sound(table.parse("".join(characters)))
    assert_sound(table.parse("\n".join(lines[number] for number in order if number < len(lines))))
