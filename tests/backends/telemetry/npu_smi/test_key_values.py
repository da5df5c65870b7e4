import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.telemetry.npu_smi import errors, key_values, mapping, watch

TWO_CHIPS = """
NPU ID                         : 4
Chip Count                     : 2

Chip ID                        : 0
Memory Usage Rate(%)           : 5
Aicore Usage Rate(%)           : 61
Aicore Freq(MHZ)               : 1080
Aicore curFreq(MHZ)            : 960
Temperature(C)                 : 60

Chip ID                        : 1
Memory Usage Rate(%)           : 6
Aicore Usage Rate(%)           : NA
Temperature(C)                 : 59

Chip Name                      : mcu
Temperature(C)                 : 41
NPU Real-time Power(W)         : 52.5
"""
USAGES = """
\tNPU ID                         : 4
\tHBM Capacity(MB)               : 32768
\tHBM Usage Rate(%)              : 7
\tChip ID                        : 0
\tHBM Capacity(MB)               : 65536
\tHBM Usage Rate(%)              : 9
\tChip ID                        : 1
\tChip Name                      : mcu
\tTemperature(C)                 : 41
"""


def test_a_chip_id_opens_a_block_and_the_controller_has_its_own():
    found = key_values.parse_common(TWO_CHIPS)
    assert found.npu_id == 4 and not found.is_incomplete
    assert [(chip.chip_id, chip.temperature_celsius, chip.power_watts) for chip in found.chips] == [
        (0, 60, None),
        (1, 59, None),
    ]
    assert (found.mcu.temperature_celsius, found.mcu.power_watts) == (41, 52.5)
    first, second = found.chips
    assert (first.aicore_mhz, first.aicore_rated_mhz, first.aicore_percent) == (960, 1080, 61)
    assert second.aicore_percent is second.aicore_mhz is None
    assert found.chip(1) is second and found.chip(None) is None and found.chip(2) is None


def test_a_chip_id_closes_a_block_of_usages_and_the_controller_follows():
    found = key_values.parse_usages(USAGES)
    assert [(chip.chip_id, chip.hbm_total_mib, chip.hbm_percent) for chip in found.chips] == [
        (0, 32768, 7),
        (1, 65536, 9),
    ]
    assert found.mcu.temperature_celsius == 41 and not found.is_incomplete


def test_values_whose_chip_was_cut_off_belong_to_no_chip():
    found = key_values.parse_usages(USAGES[: USAGES.index("Chip ID                        : 1")])
    assert [chip.chip_id for chip in found.chips] == [0] and found.is_incomplete


def test_a_card_that_prints_no_chip_id_has_one_chip():
    found = key_values.parse_common("NPU ID : 2\nAicore curFreq(MHZ) : 100\nNPU Real-time Power(W) : 298.6\n")
    (chip,) = found.chips
    assert (chip.chip_id, chip.aicore_mhz, chip.power_watts) == (None, 100, 298.6) and found.chip(0) is chip


@pytest.mark.parametrize("key", ["NPU Real-time Power(W)", "Power Dissipation(W)"])
def test_power_has_two_names(key):
    assert key_values.parse_gauge("NPU ID : 0\n%s : 103.5\n" % key).power_watts == 103.5


@pytest.mark.parametrize("key", ["Temperature (C)", "Temperature(C)", "NPU Temperature (C)"])
def test_temperature_has_several_names(key):
    assert key_values.parse_gauge("NPU ID : 0\n%s : 53\n" % key).temperature_celsius == 53


def test_a_gauge_without_a_value_is_a_fault():
    found = key_values.parse_gauge("NPU ID : 0\nNPU Real-time Power(W) : NA\n")
    assert found.power_watts is None and found.fault.kind == errors.NOT_UNDERSTOOD


def test_a_board_has_a_full_name_and_unknown_firmware_where_it_is_kept_from_the_user():
    text = "\tNPU ID : 0\n\tChip ID : 0\n\tChip Type : Ascend\n\tChip Name : 910A\n\tFirmware Version : NA\n"
    found = key_values.parse_board(text)
    assert (found.full_name, found.firmware_version, found.fault) == ("Ascend 910A", None, None)
    assert key_values.parse_board("nothing").full_name is None


def test_health_keeps_codes_and_the_messages_on_lines_that_go_on():
    text = "\tHealth Status : Warning\n\tError Code : 80E01801 A1\n"
    text += "\tError Information : a=b, c: d\n\n\t : more\nOther : x\n"
    found = key_values.parse_health(text)
    assert (found.health, found.error_codes, found.messages) == ("Warning", ("80E01801", "A1"), ("a=b, c: d", "more"))


def test_health_without_an_error_has_none():
    found = key_values.parse_health("Health Status : OK\nError Code : NA\nError Information : NA\n")
    assert (found.health, found.error_codes, found.messages, found.fault) == ("OK", (), (), None)
    assert key_values.parse_health("Health Status : Sick\n").health is None


def test_processes_belong_to_the_chip_below_them():
    text = (
        "NPU ID : 6\n\n"
        "Process id:1976358 Process name:serve me           Process memory(MB):1336\n"
        "Process id:577293  Process name:                   Process memory(MB):72\n"
        "Chip ID : 0\n\nNo process in device.\nChip ID : 1\n"
    )
    found = key_values.parse_processes(text)
    rows = [(each.npu_id, each.chip_id, each.pid, each.name, each.memory_mib) for each in found.processes]
    assert rows == [(6, 0, 1976358, "serve me", 1336), (6, 0, 577293, None, 72)]


def test_a_text_that_says_nothing_of_processes_leaves_them_unknown():
    assert key_values.parse_processes("NPU ID : 6\nChip ID : 0\n").processes is None


MAPPING = """
\tNPU ID                         Chip ID                        Chip Logic ID                  Chip Name
\t4                              0                              0                              Ascend 910 B
\t4                              1                              1                              Ascend 910 B
\t4                              2                              -                              Mcu
\t7                              0                              2                              Ascend 910 B
"""


def test_the_mapping_leaves_out_the_controller():
    found = mapping.parse(MAPPING)
    assert found.locations == {0: (4, 0), 1: (4, 1), 2: (7, 0)}
    assert found.names[2] == "Ascend 910 B" and found.fault is None


def test_columns_of_the_mapping_are_found_by_name():
    found = mapping.parse("NPU ID    Slot ID    Chip ID    Chip Phy-ID    Chip Name   \n3    7    0    9    950\n")
    assert found.locations == {3: (3, 0)}


def test_a_watch_has_columns_by_name_and_unknown_values():
    text = (
        "NpuID(Idx)  ChipId(Idx) Pwr(W)      Temp(C)     AI Core(%)  AI Cpu(%)   Ctrl Cpu(%) Memory(%)\n"
        "5           1           NA          55          25          2           64          71\n"
        "5           1           8.7\n"
    )
    (row,) = watch.parse(text).rows
    assert (row.npu_id, row.chip_id, row.power_watts, row.temperature_celsius) == (5, 1, None, 55)
    assert (row.aicore_percent, row.ctrlcpu_percent, row.memory_percent, row.memory_bandwidth_percent) == (
        25,
        64,
        71,
        None,
    )


MESSAGES = [
    ("dcmi module initialize failed. ret is -8005\n", errors.NOT_INITIALISED, -8005),
    ("dcmi model initialized failed, because the device is used. ret is -8020", errors.IN_USE, -8020),
    ("There is no NPU card on this server.", errors.NO_CARD, None),
    ("Failed to query card total info.", errors.QUERY_FAILED, None),
    ("Operation not permitted, only root user on physical machine can call this api.", errors.NOT_PERMITTED, None),
    (
        "npu-smi: error while loading shared libraries: libdrvdsmi_host.so: cannot open shared object file: "
        "No such file or directory",
        errors.LOADER,
        None,
    ),
    ("This device does not support querying spod-info.", errors.NOT_SUPPORTED, None),
    ("bash: npu-smi: command not found", errors.NOT_FOUND, None),
]


@pytest.mark.parametrize("text, kind, code", MESSAGES)
def test_a_message_has_a_kind_and_a_sentence(text, kind, code):
    fault = errors.fault("some line before\n" + text)
    assert (fault.kind, fault.code) == (kind, code)
    assert code is None or str(code) in fault.sentence


def test_values_are_no_fault():
    assert errors.fault(TWO_CHIPS) is None and errors.fault("") is None


PARSERS = [
    key_values.parse_common,
    key_values.parse_usages,
    key_values.parse_board,
    key_values.parse_gauge,
    key_values.parse_health,
    key_values.parse_processes,
    mapping.parse,
    watch.parse,
]
REAL_LOOKING = TWO_CHIPS + USAGES + MAPPING + "Process id:12 Process name:a Process memory(MB):3\n" + MESSAGES[0][0]
PIECES = REAL_LOOKING.split(" ") + REAL_LOOKING.splitlines(True) + ["9" * 5000, ":", "\t", "  ", "٣"]


@pytest.mark.parametrize("parse", PARSERS)
@given(text=st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join)))
def test_any_text_gives_a_result_and_never_an_exception(parse, text):
    assert parse(text).text == text
