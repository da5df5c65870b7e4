import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.telemetry.nvidia_smi import documents, errors, monitors, queries, table

TABLE = """\
Thu Nov 26 03:00:00 2026
+-----------------------------------------------------------------------------------------+
| NVIDIA-SMI 555.42.02              Driver Version: 555.42.06      CUDA Version: 12.5     |
|-----------------------------------------+------------------------+----------------------+
| GPU  Name                 Persistence-M | Bus-Id          Disp.A | Volatile Uncorr. ECC |
| Fan  Temp   Perf          Pwr:Usage/Cap |           Memory-Usage | GPU-Util  Compute M. |
|                                         |                        |               MIG M. |
|=========================================+========================+======================|
|   0  NVIDIA A100-SXM4-40GB          On  |   00000000:07:00.0 Off |                    0 |
|ERR!   41C    P0             63W /  400W |    1234MiB /  40960MiB |     17%   E. Process |
|                                         |                        |             Disabled |
+-----------------------------------------+------------------------+----------------------+
|   1  Tesla K80                     Off  |   00000000:08:00.0  On |                  N/A |
| 30%   N/A    P8             N/A /   N/A |     N/A  /    N/A      |     N/A      Default |
|                                         |                        |                  N/A |
+-----------------------------------------+------------------------+----------------------+

+-----------------------------------------------------------------------------------------+
| Processes:                                                                              |
|  GPU   GI   CI              PID   Type   Process name                        GPU Memory |
|        ID   ID                                                               Usage      |
|=========================================================================================|
|    0   N/A  N/A            4711      C   /usr/bin/python3 with blanks          1200MiB  |
|    0    3    1             4712    C+G   other                                     N/A  |
+-----------------------------------------------------------------------------------------+
"""


def test_a_table_tells_what_two_gpus_are_and_do():
    found = table.parse(TABLE)
    assert (found.tool_version, found.driver_version, found.cuda_version) == ("555.42.02", "555.42.06", "12.5")
    first, second = found.gpus
    assert (first.index, first.name, first.bus_id) == (0, "NVIDIA A100-SXM4-40GB", "00000000:07:00.0")
    assert (first.temperature_celsius, first.performance_state, first.power_watts) == (41, "P0", 63)
    assert (first.power_limit_watts, first.fan_percent, first.is_display_active) == (400, None, False)
    assert (first.memory_used_mib, first.memory_total_mib, first.utilisation_percent) == (1234, 40960, 17)
    assert (first.compute_mode, first.is_mig) == ("E. Process", False)
    assert (second.fan_percent, second.temperature_celsius, second.power_watts) == (30, None, None)
    assert second.memory_used_mib is second.utilisation_percent is second.is_mig is None and second.is_display_active


def test_processes_of_a_table_have_their_part_of_the_gpu_and_their_memory():
    first, second = table.parse(TABLE).processes
    assert (first.pid, first.name, first.memory_mib, first.gpu_instance) == (
        4711,
        "/usr/bin/python3 with blanks",
        1200,
        None,
    )
    assert (second.pid, second.kind, second.memory_mib, second.gpu_instance, second.compute_instance) == (
        4712,
        "C+G",
        None,
        3,
        1,
    )


def test_an_empty_panel_of_processes_is_unknown_and_one_that_says_that_there_are_none_is_not():
    lines = TABLE.splitlines()
    empty = lines[:-3] + lines[-1:]
    assert table.parse("\n".join(empty)).processes is None
    assert table.parse("\n".join([*empty[:-1], "|  No running processes found  |", empty[-1]])).processes == ()


def test_a_table_cut_anywhere_has_right_values_or_none_and_says_so():
    for end in range(len(TABLE)):
        found = table.parse(TABLE[:end])
        for gpu in found.gpus:
            assert gpu.name in ("NVIDIA A100-SXM4-40GB", "Tesla K80")
            assert gpu.memory_used_mib in (None, 1234) and gpu.memory_total_mib in (None, 40960)
            assert gpu.power_watts in (None, 63) and gpu.utilisation_percent in (None, 17)
        assert {process.pid for process in found.processes or ()} <= {4711, 4712}
        assert found.is_incomplete or found.fault or TABLE[:end].rstrip().endswith("+")


def test_a_gpu_that_is_lost_is_a_fault_beside_the_others():
    message = "Unable to determine the device handle for GPU 0000:17:00.0: GPU is lost.  Reboot the system\n"
    found = table.parse(TABLE + message)
    assert found.fault.kind == errors.GPU_LOST and len(found.gpus) == 2


QUERY = """\
name, index, memory.used [MiB], memory.total [MiB], power.draw [W], temperature.gpu, clocks.sm [MHz], \
clocks_throttle_reasons.gpu_idle, clocks_throttle_reasons.sw_power_cap, fan.speed [%], mig.mode.current
NVIDIA A100, 1, 12 MiB, 40960 MiB, 63.51 W, 41, 1410 MHz, Active, Active, [N/A], Disabled
NVIDIA A100, 2, [N/A], 40960 MiB, [Unknown Error], 42, 1410 MHz, Active, Not Active, 30 %, [N/A]
"""


def test_a_query_is_read_by_its_header():
    first, second = queries.parse_gpus(QUERY).gpus
    assert (first.index, first.memory_used_mib, first.power_watts, first.sm_clock_mhz) == (1, 12, 63.51, 1410)
    assert (first.throttle_reasons, second.throttle_reasons) == (("sw_power_cap",), ())
    assert (first.is_mig, second.is_mig) == (False, None)
    assert (second.memory_used_mib, second.power_watts, second.fan_percent) == (None, None, 30)
    assert second.utilisation_percent is None


def test_a_query_without_a_header_is_read_by_what_was_asked_for():
    found = queries.parse_gpus("0, 17, 1560\n", ["index", "utilization.gpu", "clocks.current.sm"])
    assert (found.gpus[0].index, found.gpus[0].utilisation_percent, found.gpus[0].sm_clock_mhz) == (0, 17, 1560)
    assert queries.parse_gpus("0, 17, 1560\n").fault.kind == errors.NOT_UNDERSTOOD


def test_a_row_with_cells_too_few_or_too_many_is_left_out_and_told():
    found = queries.parse_gpus(QUERY + "NVIDIA A100, 3, 5 MiB\n")
    assert (
        [gpu.index for gpu in found.gpus] == [1, 2]
        and found.is_incomplete
        and not queries.parse_gpus(QUERY).is_incomplete
    )


def test_a_process_name_may_hold_commas_and_blanks_and_a_header_alone_says_that_there_is_none():
    header = "pid, process_name, used_gpu_memory [MiB]\n"
    (process,) = queries.parse_processes(header + "12, /opt/a, b, c d, 44 MiB\n").processes
    assert (process.pid, process.name, process.memory_mib) == (12, "/opt/a, b, c d", 44)
    assert queries.parse_processes(header).processes == () and queries.parse_processes("").processes is None


XML = """<?xml version="1.0" ?>
<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd">
<nvidia_smi_log>
  <driver_version>550.1</driver_version><cuda_version>12.4</cuda_version><attached_gpus>2</attached_gpus>
  <gpu id="00000000:07:00.0">
    <product_name>NVIDIA A100</product_name><uuid>GPU-1</uuid>
    <bar1_memory_usage><total>1 MiB</total><used>1 MiB</used></bar1_memory_usage>
    <fb_memory_usage><total>40960 MiB</total><used>1234 MiB</used></fb_memory_usage>
    <utilization><gpu_util>N/A</gpu_util></utilization>
    <temperature><gpu_temp>41 C</gpu_temp></temperature>
    <gpu_power_readings><power_draw>63.51 W</power_draw><current_power_limit>400.00 W</current_power_limit>
    </gpu_power_readings>
    <module_power_readings><power_draw>900 W</power_draw></module_power_readings>
    <clocks><sm_clock>1410 MHz</sm_clock></clocks><max_clocks><sm_clock>1995 MHz</sm_clock></max_clocks>
    <clocks_event_reasons><clocks_event_reason_gpu_idle>Active</clocks_event_reason_gpu_idle>
      <clocks_event_reason_hw_thermal_slowdown>Active</clocks_event_reason_hw_thermal_slowdown>
      <clocks_event_reason_sync_boost>Not Active</clocks_event_reason_sync_boost></clocks_event_reasons>
    <processes><process_info><pid>12</pid><type>C</type><process_name>python</process_name>
      <used_memory>1200 MiB</used_memory></process_info></processes>
  </gpu>
</nvidia_smi_log>
"""


def test_a_document_is_read_by_its_groups():
    found = documents.parse_xml(XML)
    (gpu,), (process,) = found.gpus, found.processes
    assert (found.schema, found.driver_version, found.cuda_version, found.attached) == ("v12", "550.1", "12.4", 2)
    assert found.is_incomplete  # one of two
    assert (gpu.memory_used_mib, gpu.memory_total_mib, gpu.utilisation_percent) == (1234, 40960, None)
    assert (gpu.power_watts, gpu.power_limit_watts, gpu.sm_clock_mhz) == (63.51, 400, 1410)
    assert gpu.throttle_reasons == ("hw_thermal_slowdown",)
    assert (process.pid, process.memory_mib, process.bus_id) == (12, 1200, "00000000:07:00.0")


def test_a_document_that_is_cut_is_a_fault():
    assert documents.parse_xml(XML[:-5]).fault.kind == errors.NOT_UNDERSTOOD


def _with_processes(text):
    head, tail = XML.index("<process_info>"), XML.index("</process_info>") + len("</process_info>")
    return documents.parse_xml(XML[:head] + text + XML[tail:]).processes


def test_a_list_of_processes_that_is_not_told_is_unknown_and_an_empty_one_is_not():
    assert _with_processes("") == ()
    for untold in ("N/A", "Insufficient Permissions", "<process_info><pid>N/A</pid></process_info>"):
        assert _with_processes(untold) is None
    assert documents.parse_xml(XML.replace("processes>", "other>")).processes is None


LONG = """\
==============NVSMI LOG==============
Driver Version                            : 535.1
Attached GPUs                             : 2
GPU 00000000:01:00.0
    Product Name                          : NVIDIA L4
    Addressing Mode                       : Unknown Error
    MIG Mode
        Current                           : Enabled
    FB Memory Usage
        Total                             : 24564 MiB
        Used                              : 22078 MiB
    BAR1 Memory Usage
        Used                              : 4 MiB
    Utilization
        Gpu                               : 5 %
    Clocks Event Reasons
        Idle                              : Active
        HW Slowdown                       : Active
            HW Thermal Slowdown           : Active
        Sync Boost                        : Not Active
    GPU Power Readings
        Power Draw                        : 46.62 W
        Current Power Limit               : 72.00 W
    Clocks
        SM                                : 210 MHz
    Max Clocks
        SM                                : 3105 MHz
    Processes
        GPU instance ID                   : 3
        Process ID                        : 218
            Type                          : C
            Name                          : /opt/python : x
            Used GPU Memory               : 22072 MiB
        Process ID                        : 219
            Used GPU Memory               : N/A
GPU 00000000:02:00.0
    Product Name                          : NVIDIA L4
    Processes                             : None
"""


def test_indented_lines_are_read_by_what_they_stand_below():
    found = documents.parse_text(LONG)
    first, second = found.gpus
    assert (found.driver_version, found.attached, found.is_incomplete, found.fault) == ("535.1", 2, False, None)
    assert (first.memory_used_mib, first.utilisation_percent, first.power_watts) == (22078, 5, 46.62)
    assert (first.power_limit_watts, first.sm_clock_mhz, first.is_mig) == (72, 210, True)
    assert first.throttle_reasons == ("hw_slowdown", "hw_thermal_slowdown") and second.throttle_reasons is None
    assert second.memory_used_mib is None and second.bus_id == "00000000:02:00.0"
    rows = [(process.pid, process.name, process.memory_mib, process.gpu_instance) for process in found.processes]
    assert rows == [(218, "/opt/python : x", 22072, 3), (219, None, None, None)]


DMON = """\
# gpu    pwr  gtemp  mtemp     sm    mem   mclk   pclk
# Idx      W      C      C      %      %    MHz    MHz
    0    295     37      -     88      -   3201   1980
# gpu    pwr  gtemp  mtemp     sm    mem   mclk   pclk
# Idx      W      C      C      %      %    MHz    MHz
    1      -     38
    1      -     38      -      0      1   3201   1980
"""
PMON = """\
# gpu         pid   type     sm    mem    command
# Idx           #    C/G      %      %    name
    0       2056   C+G      -      7    a b.exe
    1          -     -      -      -    -
"""


def test_monitors_are_read_by_their_headers():
    first, second = monitors.parse_dmon(DMON).rows
    assert (first.power_watts, first.sm_percent, first.memory_percent, first.sm_clock_mhz) == (295, 88, None, 1980)
    assert (second.gpu_index, second.power_watts, second.sm_percent) == (1, None, 0)
    found = monitors.parse_pmon(PMON)
    (row,) = found.rows
    assert (row.pid, row.kind, row.sm_percent, row.memory_percent, row.command) == (2056, "C+G", None, 7, "a b.exe")


MESSAGES = [
    ("Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 535.1", errors.MISMATCH),
    ("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure", errors.NOT_RUNNING),
    ("Unable to determine the device handle for GPU0000:17:00.0: Unknown Error", errors.GPU_LOST),
    ("Failed to initialize NVML: Unknown Error", errors.NVML_UNKNOWN),
    ("No devices were found", errors.NO_GPU),
    ("NVIDIA-SMI couldn't find libnvidia-ml.so library in your system.", errors.NO_LIBRARY),
    ("Failed to initialize NVML: Insufficient Permissions", errors.NOT_PERMITTED),
    ("bash: nvidia-smi: command not found", errors.NOT_FOUND),
    ('Field "power.drawn" is not a valid field to query.', errors.QUERY_REFUSED),
]


@pytest.mark.parametrize("text, kind", MESSAGES)
def test_a_message_has_a_kind_and_a_sentence(text, kind):
    assert errors.fault("some line before\n" + text).kind == kind


@pytest.mark.parametrize("code, kind", [(9, errors.NOT_RUNNING), (18, errors.MISMATCH), (15, errors.GPU_LOST)])
def test_a_code_has_the_kind_of_its_message(code, kind):
    assert errors.fault_of_code(code).kind == kind
    assert errors.fault_of_code(255) is errors.fault_of_code(0) is None


def test_values_are_no_fault():
    for text in (TABLE, QUERY, XML, LONG, DMON, PMON, ""):
        assert errors.fault(text) is None


PARSERS = [
    table.parse,
    queries.parse_gpus,
    queries.parse_processes,
    documents.parse_xml,
    documents.parse_text,
    monitors.parse_dmon,
    monitors.parse_pmon,
]
EVERYTHING = TABLE + QUERY + XML + LONG + DMON + PMON + MESSAGES[0][0] + "\n"
PIECES = EVERYTHING.split(" ") + EVERYTHING.splitlines(True) + ["9" * 5000, ":", "\t", "  ", "٣", "\0"]


@pytest.mark.parametrize("parse", PARSERS)
@given(text=st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join)))
def test_any_text_gives_a_result_and_never_an_exception(parse, text):
    assert parse(text).text == text


@pytest.mark.parametrize("parse", PARSERS)
@given(
    whole=st.sampled_from([TABLE, QUERY, XML, LONG, DMON, PMON]),
    changes=st.lists(st.tuples(st.integers(0, 10000), st.characters()), max_size=8),
    end=st.integers(0, 10000),
)
def test_a_mangled_output_gives_a_result_and_never_an_exception(parse, whole, changes, end):
    characters = list(whole)
    for place, character in changes:
        characters[place % len(characters)] = character
    text = "".join(characters)[:end]
    assert parse(text).text == text
