from dataclasses import replace

import pytest

from backends.cuda import condition, facts
from backends.findings import UNKNOWN
from har_model.errors import UsageError
from tests.backends.nvml_library import (
    DRIVER_NOT_LOADED,
    LIBRARY_NOT_FOUND,
    LOST,
    NOT_SUPPORTED,
    Library,
    NVMLError,
)

SILENT = (
    "nvmlDeviceGetUtilizationRates",
    "nvmlDeviceGetMigMode",
    "nvmlDeviceGetCurrentClocksEventReasons",
    "nvmlDeviceGetCurrentClocksThrottleReasons",
    "nvmlDeviceGetTotalEccErrors",
    "nvmlDeviceGetPowerManagementLimit",
)


def _facts(library, device=None, variables=None):
    return facts.find(device, variables or {}, lambda: library)


def test_what_nvml_tells_becomes_plain_facts():
    library = Library(nvmlDeviceGetName=b"Some GPU", nvmlDeviceGetCurrentClocksEventReasons=0x4 | 0x40 | 0x2 | 0x1)
    found = _facts(library)
    assert found.name == "Some GPU"
    assert (found.processes, found.memory_used_bytes, found.utilisation_percent) == (1, 1 << 30, 17)
    assert found.throttle_reasons == ["sw_power_cap", "hw_thermal_slowdown"] and found.is_clock_set is True
    assert (found.power_limit_watts, found.power_default_watts) == (250.0, 300.0)
    assert (found.temperature_celsius, found.slowdown_celsius) == (41, 90)
    assert found.is_persistent is True and found.is_mig is False and found.is_display_active is False
    assert library.calls[-1] == ("nvmlShutdown",)
    assert len(condition.judge(found)) == 10


@pytest.mark.parametrize("how", [{name: NVMLError(NOT_SUPPORTED) for name in SILENT}, {"lacks": SILENT}])
def test_what_nvml_does_not_tell_is_unknown_and_the_rest_is_kept(how):
    found = _facts(Library(**how))
    unknown = (
        "utilisation_percent",
        "is_mig",
        "throttle_reasons",
        "is_clock_set",
        "ecc_corrected",
        "power_limit_watts",
    )
    assert {getattr(found, name) for name in unknown} == {None}
    assert found.temperature_celsius == 41


@pytest.mark.parametrize(
    "device, listed, asked",
    [
        (2, None, ("nvmlDeviceGetHandleByIndex", 2)),
        (None, None, ("nvmlDeviceGetHandleByIndex", 0)),
        (1, "4,6", ("nvmlDeviceGetHandleByIndex", 6)),
        (None, "GPU-12ab", ("nvmlDeviceGetHandleByUUID", "GPU-12ab")),
    ],
)
def test_the_gpu_that_would_be_used_is_asked(device, listed, asked):
    library = Library()
    _facts(library, device, {} if listed is None else {"CUDA_VISIBLE_DEVICES": listed})
    assert asked in library.calls


@pytest.mark.parametrize("function", ["nvmlDeviceGetHandleByIndex", "nvmlDeviceGetMemoryInfo"])
def test_a_gpu_that_is_not_there_or_has_gone_is_one_unknown(function):
    found = _facts(Library(**{function: NVMLError(LOST)}))
    assert "GPU 0: error 15" in found.error and found.name is None


def test_hidden_gpus_are_not_asked():
    assert "hides" in _facts(Library(), None, {"CUDA_VISIBLE_DEVICES": ""}).error


def _no_package():
    raise ImportError("no pynvml")


def test_without_the_package_the_facts_say_so():
    assert "nvidia-ml-py" in facts.find(None, {}, _no_package).error


def _says(code):
    return lambda: Library(nvmlInit=NVMLError(code))


@pytest.mark.parametrize(
    "load, variables, named, others",
    [
        (_no_package, {}, "pip install nvidia-ml-py", ("driver", "CUDA_VISIBLE_DEVICES")),
        (_says(LIBRARY_NOT_FOUND), {}, "driver", ("pip", "nvidia-ml-py", "CUDA_VISIBLE_DEVICES")),
        (_says(DRIVER_NOT_LOADED), {}, "driver", ("pip", "nvidia-ml-py", "CUDA_VISIBLE_DEVICES")),
        (_says(LOST), {}, "nvidia-smi", ("pip", "nvidia-ml-py", "driver")),
        (Library, {"CUDA_VISIBLE_DEVICES": ""}, "unset", ("pip", "nvidia-ml-py", "driver")),
    ],
)
def test_of_what_nvml_needs_what_is_missing_is_named_alone(load, variables, named, others):
    (finding,) = condition.judge(replace(facts.find(None, variables, load), forbidden_nodes=()))
    assert finding.state == UNKNOWN and named in finding.remedy
    assert not [word for word in others if word in finding.sentence + finding.remedy]


def test_a_device_beyond_the_list_is_refused():
    with pytest.raises(UsageError):
        _facts(Library(), 3, {"CUDA_VISIBLE_DEVICES": "0"})
