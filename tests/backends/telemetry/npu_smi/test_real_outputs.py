"""Every real output of npu-smi there is, read to the values that are right for it."""

import pytest

from backends.telemetry.npu_smi import errors, key_values, mapping, table, watch
from tests.backends.telemetry.real_outputs import check_all, check_each, is_field, kinds_of, outputs_of

TABLES = ("table-910A", "table-910B", "table-A3", "table-310P", "table-310", "table-950")
OTHERS = ("kv-m", "kv-common", "kv-usages", "kv-board", "kv-power", "kv-temp", "kv-health", "kv-watch")

VERSIONS = {"tool": is_field("tool_version"), "driver": is_field("driver_version")}
DEVICE = {
    "npu": is_field("npu_id"),
    "chip": is_field("chip_id"),
    "name": is_field("name"),
    "health": is_field("health"),
    "power_w": is_field("power_watts"),
    "temp_c": is_field("temperature_celsius"),
    "bus": is_field("bus_id"),
    "aicore_pct": is_field("aicore_percent"),
    "npu_util_pct": is_field("npu_utilisation_percent"),
    "ddr_used_mb": is_field("memory_used_mib"),
    "ddr_total_mb": is_field("memory_total_mib"),
    "mem_used_mb": is_field("device_memory_used_mib"),
    "mem_total_mb": is_field("device_memory_total_mib"),
    "hbm_used_mb": is_field("hbm_used_mib"),
    "hbm_total_mb": is_field("hbm_total_mib"),
    "device_or_phy": is_field("phy_id"),
}
PROCESS = {
    "npu": is_field("npu_id"),
    "chip": is_field("chip_id"),
    "pid": is_field("pid"),
    "name": is_field("name"),
    "mem_mb": is_field("memory_mib"),
}
TABLE = dict(
    VERSIONS,
    devices=lambda found, value: check_each(DEVICE)(found.devices, value),
    processes=lambda found, value: check_each(PROCESS)(found.processes, value),
    process_info_missing_for_npu=lambda found, value: is_field("npus_without_list")(found, tuple(value)),
)


@pytest.mark.parametrize("output", outputs_of("npu_smi", *TABLES))
def test_every_value_of_a_table_is_read_and_what_it_does_not_say_is_unknown(output):
    found = table.parse(output.text)
    check_all(found, output.expected, TABLE)
    assert found.fault is None and found.unknown_headings == () and found.text == output.text


@pytest.mark.parametrize("output", outputs_of("npu_smi", *TABLES))
def test_a_table_is_incomplete_where_lines_are_left_out_or_it_breaks_off_or_a_device_is_missing(output):
    is_cut = "..." in output.text or not output.text.rstrip().endswith("+")
    is_missing = "npu-smi 26.0.rc2" in output.text  # it tells of the processes of an NPU that has no rows
    assert table.parse(output.text).is_incomplete == (is_cut or is_missing)


@pytest.mark.parametrize("output", outputs_of("npu_smi", "table-invented"))
def test_of_a_table_that_the_tool_never_prints_what_is_known_is_read_and_the_strange_headings_are_named(output):
    found, expected = table.parse(output.text), dict(output.expected)
    assert expected.pop("accept") == "or a refusal naming the unknown header"
    (device,) = expected["devices"]
    strange = {"chip", "aicore_pct", "hbm_used_mb", "hbm_total_mb"}  # below and beside the strange headings
    for key in strange:
        assert device.pop(key) is not None
        DEVICE[key](found.devices[0], None)
    check_all(found, expected, TABLE)
    assert found.unknown_headings == ("Device-Chip-Id", "HBM(MB)")


CHIP = {
    "chip": is_field("chip_id"),
    "temp_c": is_field("temperature_celsius"),
    "power_w": is_field("power_watts"),
    "aicore_mhz": is_field("aicore_rated_mhz"),
    "aicore_cur_mhz": is_field("aicore_mhz"),
    "aicore_count": is_field("aicore_count"),
    "aicore_pct": is_field("aicore_percent"),
    "aicpu_pct": is_field("aicpu_percent"),
    "ctrlcpu_pct": is_field("ctrlcpu_percent"),
    "npu_util_pct": is_field("npu_utilisation_percent"),
    "hbm_usage_pct": is_field("hbm_percent"),
    "hbm_total_mb": is_field("hbm_total_mib"),
    "ddr_usage_pct": is_field("ddr_percent"),
    "ddr_total_mb": is_field("ddr_total_mib"),
}
CARD = {
    "npu": is_field("npu_id"),
    "chips": lambda found, value: check_each(CHIP)(found.chips, value),
    "mcu": lambda found, value: check_all(found.mcu, value, CHIP),
}


@pytest.mark.parametrize("output", outputs_of("npu_smi", "kv-common", "kv-usages"))
def test_a_chip_has_its_own_values_and_the_controller_of_the_card_overwrites_none(output):
    parse = key_values.parse_common if output.kind == "kv-common" else key_values.parse_usages
    found = parse(output.text)
    check_all(found, output.expected, CARD)
    assert found.fault is None and not found.is_incomplete
    assert (found.mcu is None) == ("mcu" not in output.expected)


BOARD = {
    "chip_type": is_field("chip_type"),
    "chip_name": is_field("chip_name"),
    "version": is_field("chip_version"),
    "firmware": is_field("firmware_version"),
    "bus": is_field("bus_id"),
}
GAUGE = {"npu": is_field("npu_id"), "power_w": is_field("power_watts"), "temp_c": is_field("temperature_celsius")}
HEALTH = {
    "health": is_field("health"),
    "error_codes": lambda found, value: is_field("error_codes")(found, tuple(value)),
    "messages": lambda found, value: is_field("messages")(found, found.messages[:value]),
}


@pytest.mark.parametrize(
    "parse, checks, output",
    [
        pytest.param(parse, checks, *parameter.values, id=parameter.id, marks=parameter.marks)
        for kind, parse, checks in (
            ("kv-board", key_values.parse_board, BOARD),
            ("kv-power", key_values.parse_gauge, GAUGE),
            ("kv-temp", key_values.parse_gauge, GAUGE),
            ("kv-health", key_values.parse_health, HEALTH),
        )
        for parameter in outputs_of("npu_smi", kind)
    ],
)
def test_the_shorter_answers_are_read(parse, checks, output):
    found = parse(output.text)
    check_all(found, output.expected, checks)
    assert found.fault is None
    if "messages" in output.expected:
        assert len(found.messages) == output.expected["messages"] and all(found.messages)


@pytest.mark.parametrize("output", outputs_of("npu_smi", "kv-m"))
def test_a_logical_id_means_a_chip_of_a_card(output):
    found = mapping.parse(output.text)
    assert found.locations == {int(logical): tuple(chip) for logical, chip in output.expected.items()}
    assert found.fault is None


def mean(values):
    return sum(values) / len(values)


WATCH_ROW = {
    "npu": is_field("npu_id"),
    "power_w": is_field("power_watts"),
    "temp_c": is_field("temperature_celsius"),
    "aicore_pct": is_field("aicore_percent"),
    "memory_pct": is_field("memory_percent"),
    "npu_util_pct": is_field("npu_utilisation_percent"),
}


def check_figure(figure, tolerance=0.0):
    def check(rows, expected):
        assert figure(rows) == pytest.approx(expected, abs=tolerance)

    return check


WATCH = {
    "samples": check_figure(len),
    "first": lambda rows, value: check_all(rows[0], value, WATCH_ROW),
    "mean_power_w": check_figure(lambda rows: mean([row.power_watts for row in rows]), 0.001),
    "max_aicore_pct": check_figure(lambda rows: max(row.aicore_percent for row in rows)),
    "mean_aicore_pct": check_figure(lambda rows: mean([row.aicore_percent for row in rows]), 0.01),
}


@pytest.mark.parametrize("output", outputs_of("npu_smi", "kv-watch"))
def test_every_row_of_a_watch_is_read(output):
    check_all(watch.parse(output.text).rows, output.expected, WATCH)


KINDS = {
    "-8020": (errors.IN_USE, -8020),
    "loader": (errors.LOADER, None),
    "no card": (errors.NO_CARD, None),
    "unsupported": (errors.NOT_SUPPORTED, None),
}


@pytest.mark.parametrize("output", outputs_of("npu_smi", "err"))
def test_a_message_is_a_fault_and_no_data(output):
    expected = dict(output.expected)
    found, listed = table.parse(output.text), key_values.parse_processes(output.text)
    assert found.devices == tuple(expected.pop("devices")) and found.processes is None
    assert (listed.processes or ()) == tuple(expected.pop("processes"))
    error = expected.pop("error")
    if error == "none":  # it was asked for processes, and there are none
        assert listed.processes == () and listed.fault is None
    else:
        assert (found.fault.kind, found.fault.code) == KINDS[error] and found.fault.sentence.endswith((".", ")"))
        assert listed.processes is None and listed.fault == found.fault
    assert expected == {}


def test_no_kind_of_real_output_is_left_out():
    assert set(kinds_of("npu_smi")) <= {*TABLES, *OTHERS, "table-invented", "err"}
