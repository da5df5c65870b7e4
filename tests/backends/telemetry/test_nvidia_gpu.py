import pytest

from backends.telemetry.nvidia_gpu import NvidiaGpu, NvidiaSmi
from backends.telemetry.nvml import Nvml
from backends.telemetry.tool import ToolFailed
from tests.backends.nvml_library import LIBRARY_NOT_FOUND, LOST, Library, NVMLError
from tests.backends.telemetry.trial_pids import pids_of

MIB = 1 << 20
_GPU = """
<gpu id="00000000:07:00.0">
  <product_name>NVIDIA T4</product_name><uuid>GPU-1a</uuid>
  <clocks_event_reasons>
    <clocks_event_reason_gpu_idle>Not Active</clocks_event_reason_gpu_idle>
    <clocks_event_reason_sw_power_cap>%s</clocks_event_reason_sw_power_cap>
  </clocks_event_reasons>
  <fb_memory_usage><total>15360 MiB</total><used>%s</used></fb_memory_usage>
  <utilization><gpu_util>%s</gpu_util></utilization>
  <temperature><gpu_temp>41 C</gpu_temp></temperature>
  <gpu_power_readings><power_draw>63.51 W</power_draw><current_power_limit>70.00 W</current_power_limit>
  </gpu_power_readings>
  <clocks><sm_clock>1410 MHz</sm_clock></clocks>
  <processes>%s</processes>
</gpu>"""
_PROCESS = "<process_info><pid>%d</pid><type>C</type><used_memory>900 MiB</used_memory></process_info>"


def document(*gpus):
    log = "<driver_version>550.1</driver_version><attached_gpus>%d</attached_gpus>%s" % (len(gpus), "".join(gpus))
    return '<?xml version="1.0" ?>\n<nvidia_smi_log>%s</nvidia_smi_log>' % log


def gpu(cap="Not Active", used="3 MiB", busy="0 %", processes=""):
    return _GPU % (cap, used, busy, processes)


class Tool:
    """nvidia-smi, which prints one text after the other, the last again and again."""

    def __init__(self, *texts):
        self._texts, self.commands = list(texts), []

    def __call__(self, command):
        self.commands.append(list(command))
        text = self._texts.pop(0) if len(self._texts) > 1 else self._texts[0]
        if isinstance(text, Exception):
            raise text
        return text


def smi(*texts, device="0", pids=(), readings_before=0):
    return NvidiaSmi(device, pids_of(pids, readings_before), Tool(*texts))


def nvml(**answers):
    return Nvml("0", set, lambda: Library(**answers))


def test_a_reading_by_nvidia_smi_is_in_the_units_of_the_columns():
    tool = Tool(document(gpu(used="900 MiB", busy="17 %")))
    found = NvidiaSmi("GPU-1a", set, tool).read()
    assert found == {
        "device_power_watts": 63.51,
        "device_memory_bytes": 900 * MIB,
        "device_temperature_celsius": 41,
        "device_utilisation_percent": 17,
        "device_clock_mhz": 1410,
        "device_energy_joules": None,
    }
    assert set(found) == set(NvidiaSmi.columns) and tool.commands == [["nvidia-smi", "-q", "-x", "-i", "GPU-1a"]]


def test_what_is_not_printed_is_unknown_and_never_zero():
    found = smi(document(gpu(used="N/A", busy="[Not Supported]"))).read()
    assert found["device_memory_bytes"] is None and found["device_utilisation_percent"] is None


def test_nvidia_smi_sees_processes_memory_and_throttling():
    texts = [document(gpu()), document(gpu("Active", "903 MiB", "97 %", _PROCESS % 77)), document(gpu())]
    watched = smi(*texts, pids={77}, readings_before=1)
    for _ in texts:
        watched.read()
    seen = watched.observation()
    assert (seen["tool"], seen["name"], seen["driver"]) == ("nvidia-smi", "NVIDIA T4", "550.1")
    assert (seen["uuid"], seen["bus_id"], seen["power_limit_watts"]) == ("GPU-1a", "00000000:07:00.0", 70.0)
    assert (seen["memory_bytes_before"], seen["memory_bytes_most"]) == (3 * MIB, 903 * MIB)
    assert seen["is_process_seen"] is True and seen["utilisation_percent_most"] == 97
    assert seen["throttle_reasons"] == ["sw_power_cap"] and seen["throttle_readings"] == {"sw_power_cap": 1}


@pytest.mark.parametrize("untold", ["N/A", "Insufficient Permissions"])
def test_a_process_is_not_new_where_none_was_told_before(untold):
    nowhere = 2**22 + 1
    texts = [document(gpu(processes=untold)), *[document(gpu(busy="97 %", processes=_PROCESS % nowhere))] * 2]
    watched = smi(*texts, pids={77}, readings_before=1)
    for _ in texts:
        watched.read()
    assert watched.observation()["is_process_new"] is None


def test_a_process_under_the_hosts_number_is_new_where_a_container_listed_none_before():
    nowhere = 2**22 + 1  # larger than any number that Linux gives a process
    texts = [document(gpu()), *[document(gpu(busy="97 %", processes=_PROCESS % nowhere))] * 2]
    watched = smi(*texts, pids={77}, readings_before=1)
    for _ in texts:
        watched.read()
    seen = watched.observation()
    assert (seen["is_process_new"], seen["is_another_seen"]) == (True, None)


@pytest.mark.parametrize(
    "text, words",
    [
        ("Unable to determine the device handle for GPU 0000:07:00.0: Unknown Error\n", "does not answer any more"),
        ("No devices were found\n", "no GPU is bound"),
        (document(gpu(), gpu()), "does not show gpu 0 alone"),
        ("", "GPU"),
    ],
)
def test_nvidia_smi_without_the_gpu_is_a_sentence(text, words):
    with pytest.raises(ToolFailed, match=words):
        smi(text).read()


def test_nvml_is_asked_and_nvidia_smi_only_where_it_cannot_be_opened():
    tool = Tool(document(gpu(busy="17 %")))
    by_nvml = NvidiaGpu(nvml(), NvidiaSmi("0", set, tool))
    assert by_nvml.observation()["id"] == "gpu 0" and by_nvml.read()["device_energy_joules"] == 0.0
    assert by_nvml.observation()["tool"] == "nvml" and tool.commands == []
    by_tool = NvidiaGpu(nvml(nvmlInit=NVMLError(LIBRARY_NOT_FOUND)), NvidiaSmi("0", set, tool))
    assert by_tool.read()["device_utilisation_percent"] == 17 and by_tool.observation()["tool"] == "nvidia-smi"


def test_where_neither_answers_nvml_says_why():
    silent = NvidiaGpu(nvml(nvmlInit=NVMLError(LIBRARY_NOT_FOUND)), smi(ToolFailed("nvidia-smi is not there")))
    with pytest.raises(ToolFailed, match="libnvidia-ml"):
        silent.read()


def test_a_gpu_that_nvml_loses_later_is_lost():
    watched = NvidiaGpu(nvml(nvmlDeviceGetPowerUsage=[63510, NVMLError(LOST)]), smi(document(gpu())))
    watched.read()
    with pytest.raises(ToolFailed, match="does not answer any more"):
        watched.read()
