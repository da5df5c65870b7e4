"""Every real output of nvidia-smi there is, read to the values that are right for it."""

import pytest

from backends.telemetry.nvidia_smi import documents, errors, monitors, queries, table
from tests.backends.telemetry.real_outputs import check_all, check_each, is_field, kinds_of, outputs_of

KINDS = ("csv-full", "csv", "csv-apps", "table", "dmon", "xml", "q", "err")


def check_clock(found, expected):
    """The SM's clock; one output has only the graphics clock, which is the same on that GPU."""
    assert (found.graphics_clock_mhz if found.sm_clock_mhz is None else found.sm_clock_mhz) == expected


GPU = {
    "index": is_field("index"),
    "name": is_field("name"),
    "util_pct": is_field("utilisation_percent"),
    "mem_used_mib": is_field("memory_used_mib"),
    "mem_total_mib": is_field("memory_total_mib"),
    "fb_used_mib": is_field("memory_used_mib"),
    "fb_total_mib": is_field("memory_total_mib"),
    "power_w": is_field("power_watts"),
    "power_avg_w": is_field("power_average_watts"),
    "power_instant_w": is_field("power_instant_watts"),
    "power_cap_w": is_field("power_limit_watts"),
    "power_limit_w": is_field("power_limit_watts"),
    "default_limit_w": is_field("power_default_limit_watts"),
    "temp_c": is_field("temperature_celsius"),
    "sm_mhz": check_clock,
    "pstate": is_field("performance_state"),
    "fan_pct": is_field("fan_percent"),
    "compute_mode": is_field("compute_mode"),
    "display": is_field("is_display_active"),
    "mig": is_field("is_mig"),
}


def check_gpus(found, expected):
    # The driver belongs to the host, and stands beside each GPU there.
    for gpu in expected:
        if "driver" in gpu:
            assert found.driver_version == gpu["driver"]
    check_each(GPU)(found.gpus, [{key: value for key, value in gpu.items() if key != "driver"} for gpu in expected])


PROCESS = {
    "gpu": is_field("gpu_index"),
    "gi": is_field("gpu_instance"),
    "ci": is_field("compute_instance"),
    "pid": is_field("pid"),
    "mem_mib": is_field("memory_mib"),
}
REPORT = {
    "tool": is_field("tool_version"),
    "driver": is_field("driver_version"),
    "cuda": is_field("cuda_version"),
    "schema": is_field("schema"),
    "mig_devices": is_field("mig_devices"),
    "gpus": check_gpus,
    "processes": lambda found, value: check_each(PROCESS)(found.processes, value),
}


@pytest.mark.parametrize("output", outputs_of("nvidia_smi", "table"))
def test_every_value_of_a_table_is_read_and_what_it_does_not_say_is_unknown(output):
    found = table.parse(output.text)
    check_all(found, output.expected, REPORT)
    assert found.fault is None and not found.is_incomplete and found.text == output.text


@pytest.mark.parametrize("output", outputs_of("nvidia_smi", "csv", "csv-full"))
def test_every_value_of_a_query_is_read(output):
    asked = [part for part in output.command.split() if part.startswith("--query-gpu=")]
    found = queries.parse_gpus(output.text, asked[0].split("=")[1].split(","))
    check_all(found, output.expected, REPORT)
    assert found.fault is None and not found.is_incomplete


@pytest.mark.parametrize("output", outputs_of("nvidia_smi", "csv-apps"))
def test_processes_of_a_query_are_read(output):
    found = queries.parse_processes(output.text).processes
    expected = dict(output.expected)
    assert len(found) == expected.pop("rows") and {each.memory_mib for each in found} == {expected.pop("mem_mib")}
    assert expected == {} and any(" " in each.name for each in found)


@pytest.mark.parametrize("output", outputs_of("nvidia_smi", "xml"))
def test_every_value_of_a_document_is_read(output):
    expected = dict(output.expected)
    note = expected.pop("note", "")
    found = documents.parse_xml(output.text)
    check_all(found, expected, REPORT)
    assert found.fault is None and not found.is_incomplete
    if "BAR1 9218/16384 is not device memory" in note:
        assert found.gpus[0].memory_used_mib != 9218


@pytest.mark.parametrize("output", outputs_of("nvidia_smi", "q"))
def test_a_field_with_an_error_does_not_spoil_a_healthy_gpu(output):
    found, expected = documents.parse_text(output.text), dict(output.expected)
    assert len(found.gpus) == expected.pop("gpus") and found.attached == expected.pop("attached")
    assert expected == {} and found.fault is None and found.is_incomplete
    assert found.gpus[0].name and found.gpus[0].utilisation_percent is not None


def mean(values):
    return sum(values) / len(values)


def check_figure(figure):
    def check(rows, expected):
        assert figure(rows) == (expected if expected is None else pytest.approx(expected))

    return check


def only(name):
    def value(rows):
        (found,) = {getattr(row, name) for row in rows}
        return found

    return check_figure(value)


ROWS = {
    "samples": check_figure(len),
    "rows": check_figure(len),
    "mean_power_w": check_figure(lambda rows: mean([row.power_watts for row in rows])),
    "sm_pct": only("sm_percent"),
    "sm_mhz": only("sm_clock_mhz"),
    "mem_mhz": only("memory_clock_mhz"),
}


@pytest.mark.parametrize("output", outputs_of("nvidia_smi", "dmon"))
def test_every_row_of_a_monitor_is_read(output):
    parse = monitors.parse_pmon if " pmon" in output.command else monitors.parse_dmon
    check_all(parse(output.text).rows, output.expected, ROWS)
    if " pmon" in output.command:
        assert {"NVIDIA Share.exe", "NZXT CAM.exe"} <= {row.command for row in parse(output.text).rows}


@pytest.mark.parametrize("output", outputs_of("nvidia_smi", "err"))
@pytest.mark.parametrize(
    "parse", [table.parse, queries.parse_gpus, queries.parse_processes, documents.parse_xml, documents.parse_text]
)
def test_a_message_is_a_fault_and_no_data(parse, output):
    found, expected = parse(output.text), dict(output.expected)
    assert found.gpus == tuple(expected.pop("gpus")) and found.processes is None
    kind = expected.pop("error")
    assert found.fault.kind == kind and found.fault.sentence.endswith(".")
    by_code = errors.fault_of_code(expected.pop("exit_status", 255))
    assert by_code is None or (by_code.kind, by_code.sentence) == (kind, found.fault.sentence)
    assert expected == {}


def test_no_kind_of_real_output_is_left_out():
    assert set(kinds_of("nvidia_smi")) <= set(KINDS)
