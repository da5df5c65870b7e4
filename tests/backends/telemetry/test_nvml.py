import json
import os
import sys
from types import SimpleNamespace

import pytest

from backends.nvml import load_library
from backends.telemetry.nvml import Nvml
from backends.telemetry.sampler import Sampler
from backends.telemetry.tool import ToolFailed
from tests.backends.nvml_library import (
    ANSWERS,
    DRIVER_NOT_LOADED,
    FUNCTION_NOT_FOUND,
    LIBRARY_NOT_FOUND,
    LOST,
    NO_PERMISSION,
    NOT_SUPPORTED,
    RESET_REQUIRED,
    UNKNOWN,
    Library,
    NVMLError,
    process,
)
from tests.backends.telemetry.test_sampler import Given
from tests.backends.telemetry.trial_pids import pids_of


def source(device="0", pids=(), readings_before=0, **answers):
    library = Library(**answers)
    return Nvml(device, pids_of(pids, readings_before), lambda: library)


def test_a_reading_is_in_the_units_of_the_columns():
    found = source(nvmlDeviceGetTotalEnergyConsumption=[5000000, 5063510])
    assert found.read()["device_energy_joules"] == 0.0
    assert found.read() == {
        "device_power_watts": 63.51,
        "device_memory_bytes": 1 << 30,
        "device_temperature_celsius": 41,
        "device_utilisation_percent": 17,
        "device_clock_mhz": 1410,
        "device_energy_joules": 63.51,
    }
    assert set(found.read()) == set(Nvml.columns)


@pytest.mark.parametrize(
    "device, call",
    [
        ("3", ("nvmlDeviceGetHandleByIndex", 3)),
        ("GPU-1", ("nvmlDeviceGetHandleByUUID", "GPU-1")),
        ("00000000:07:00.0", ("nvmlDeviceGetHandleByPciBusId", "00000000:07:00.0")),
    ],
)
def test_a_gpu_is_found_by_index_or_uuid_or_bus_id_and_once(device, call):
    library = Library()
    watched = Nvml(device, set, lambda: library)
    watched.read(), watched.read()
    assert library.calls.count(call) == 1 and library.calls.count(("nvmlInit",)) == 1
    assert watched.observation()["id"] == "gpu %s" % device


@pytest.mark.parametrize("code", [NOT_SUPPORTED, NO_PERMISSION, FUNCTION_NOT_FOUND, UNKNOWN])
def test_a_value_that_is_not_supported_is_unknown_and_the_others_go_on(code):
    refused = {name: NVMLError(code) for name in ANSWERS if not name.startswith(("nvmlInit", "nvmlDeviceGetHandle"))}
    power = dict(refused, nvmlDeviceGetPowerUsage=63510)
    assert {name for name, value in source(**power).read().items() if value is not None} == {"device_power_watts"}
    watched = source(pids={77}, **refused)
    assert set(watched.read().values()) == {None}
    seen = watched.observation()
    assert (seen.pop("tool"), seen.pop("id")) == ("nvml", "gpu 0") and set(seen.values()) == {None}


@pytest.mark.parametrize(
    "answers, words",
    [
        ({"nvmlInit": NVMLError(LIBRARY_NOT_FOUND)}, "libnvidia-ml.so is not found"),
        ({"nvmlInit": NVMLError(DRIVER_NOT_LOADED)}, "driver is not running"),
        ({"nvmlDeviceGetHandleByIndex": NVMLError(2)}, "NVML says of gpu 0: error 2"),
        ({"nvmlDeviceGetPowerUsage": NVMLError(LOST)}, "does not answer any more"),
        ({"nvmlDeviceGetComputeRunningProcesses": NVMLError(RESET_REQUIRED)}, "error 16"),
    ],
)
def test_an_error_of_nvml_is_a_sentence(answers, words):
    with pytest.raises(ToolFailed, match=words):
        source(**answers).read()


def test_a_missing_package_is_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynvml", None)
    with pytest.raises(ToolFailed, match="nvidia-ml-py is missing"):
        Nvml("0", set).read()


def test_the_observation_tells_what_it_is_and_what_was_seen():
    watched = source(
        pids={77},
        readings_before=1,
        nvmlDeviceGetMemoryInfo=[SimpleNamespace(used=used) for used in (100, 900, 200)],
        nvmlDeviceGetUtilizationRates=[SimpleNamespace(gpu=gpu) for gpu in (0, 97, 5)],
        nvmlDeviceGetCurrentClocksEventReasons=[0x1, 0x4 | 0x2, 0x44, 0],
        nvmlDeviceGetComputeRunningProcesses=[[], [process(77)], [process(os.getpid())]],
    )
    for _ in range(4):
        watched.read()
    seen = watched.observation()
    assert json.loads(json.dumps(seen)) == seen
    assert seen == {
        "tool": "nvml",
        "name": "NVIDIA A100",
        "driver": "550.1",
        "id": "gpu 0",
        "uuid": "GPU-1",
        "bus_id": "00000000:07:00.0",
        "power_limit_watts": 400.0,
        "is_process_seen": True,
        "is_process_new": None,
        "is_another_seen": True,
        "memory_bytes_before": 100,
        "memory_bytes_most": 900,
        "utilisation_percent_before": 0,
        "utilisation_percent_most": 97,
        "health": None,
        "throttle_reasons": ["hw_thermal_slowdown", "sw_power_cap"],
        "throttle_readings": {"hw_thermal_slowdown": 1, "sw_power_cap": 2},
        "raw": None,
    }


@pytest.mark.parametrize(
    "compute, graphics, is_seen",
    [
        ([process(77)], [], True),
        ([], [process(77)], True),
        ([process(78)], [], False),
        ([], [], None),  # as in a container
        ([process(78)], NVMLError(NOT_SUPPORTED), None),
        (NVMLError(NO_PERMISSION), [process(77)], True),
    ],
)
def test_a_process_is_seen_or_was_not_or_nobody_can_tell(compute, graphics, is_seen):
    answers = {"nvmlDeviceGetComputeRunningProcesses": compute, "nvmlDeviceGetGraphicsRunningProcesses": graphics}
    once = {name: answer if isinstance(answer, Exception) else [answer] for name, answer in answers.items()}
    watched = source(pids={77}, **once)
    watched.read()
    assert watched.observation()["is_process_seen"] is is_seen


_NOWHERE = 2**31 - 1  # larger than any number that Linux gives a process


@pytest.mark.parametrize(
    "graphics, listed, is_new, is_another",
    [
        ([[]], [[], [process(_NOWHERE)]], True, None),  # a container that shows the host's numbers
        ([[]], [[], [process(_NOWHERE)], []], None, True),
        ([[]], [[process(_NOWHERE)]], None, True),
        ([[]], [[]], None, None),  # a container that shows none
        (NVMLError(NOT_SUPPORTED), [[], [process(_NOWHERE)]], None, True),
    ],
)
def test_that_a_gpu_had_no_process_is_believed_where_it_has_one_later(graphics, listed, is_new, is_another):
    answers = {"nvmlDeviceGetComputeRunningProcesses": listed, "nvmlDeviceGetGraphicsRunningProcesses": graphics}
    watched = source(pids={77}, readings_before=1, **answers)
    for _ in range(3):
        watched.read()
    seen = watched.observation()
    assert (seen["is_process_new"], seen["is_another_seen"]) == (is_new, is_another)


def test_reasons_never_told_are_unknown_and_none_active_are_none():
    untold = {"nvmlDeviceGetCurrentClocks%sReasons" % name: NVMLError(NOT_SUPPORTED) for name in ("Event", "Throttle")}
    silent, told = source(**untold), source()
    silent.read(), told.read()
    assert silent.observation()["throttle_reasons"] is None and told.observation()["throttle_reasons"] == []


def test_reasons_are_asked_for_by_their_former_name_where_the_driver_is_older():
    new = NVMLError(FUNCTION_NOT_FOUND)
    old = source(nvmlDeviceGetCurrentClocksEventReasons=new, nvmlDeviceGetCurrentClocksThrottleReasons=0x20)
    old.read()
    assert old.observation()["throttle_reasons"] == ["sw_thermal_slowdown"]


def test_an_energy_counter_that_began_anew_is_unknown():
    watched = source(nvmlDeviceGetTotalEnergyConsumption=[5000, 9000, 100])
    assert [watched.read()["device_energy_joules"] for _ in range(3)] == [0.0, 4.0, None]


def test_texts_may_be_bytes():
    watched = source(nvmlDeviceGetName=b"Tesla K80")
    watched.read()
    assert watched.observation()["name"] == "Tesla K80"


def test_a_gpu_that_is_lost_ends_the_source_and_the_others_go_on():
    good = Given(1.0, 2.0, 3.0, n=4)
    lost = source(nvmlDeviceGetPowerUsage=[63510, NVMLError(LOST)])
    sampler = Sampler([lost, good], 0.001)
    sampler.start()
    assert good.asked.wait(60)
    columns = sampler.stop(patience_seconds=60)
    assert columns["cpu_seconds"][:3] == [1.0, 2.0, 3.0] and columns["device_power_watts"][:2] == [63.51, None]
    (fault,) = columns["faults"]
    assert fault.startswith("The GPU could not be read after") and "does not answer any more" in fault
    assert columns["device"]["name"] == "NVIDIA A100"


def test_without_a_driver_the_real_library_is_a_sentence():
    real = pytest.importorskip("pynvml")
    try:
        real.nvmlInit()
    except real.NVMLError:
        with pytest.raises(ToolFailed, match="NVIDIA driver|libnvidia-ml|NVML"):
            Nvml("0", set, load_library).read()
    else:
        pytest.skip("there is a driver")
