import pytest

from backends.cuda import condition, nvml
from har_model.errors import UsageError


class NVMLError(Exception):
    pass


class _Fields:
    def __init__(self, **fields):
        self.__dict__.update(fields)


class Library:
    """nvidia-ml-py as it answers for one GPU; what is in `fails` raises, what is in `lacks` is not there."""

    NVMLError = NVMLError
    NVML_CLOCK_SM, NVML_TEMPERATURE_GPU, NVML_TEMPERATURE_THRESHOLD_SLOWDOWN, NVML_VOLATILE_ECC = 1, 0, 1, 0
    NVML_MEMORY_ERROR_TYPE_CORRECTED, NVML_MEMORY_ERROR_TYPE_UNCORRECTED = 0, 1

    def __init__(self, fails=(), lacks=(), **answers):
        self.asked, self._fails, self._lacks, self.is_open = [], fails, lacks, False
        self._answers = {
            "nvmlDeviceGetName": b"Some GPU",
            "nvmlSystemGetDriverVersion": "550.54.14",
            "nvmlSystemGetCudaDriverVersion": 12040,
            "nvmlDeviceGetMemoryInfo": _Fields(used=5, total=100),
            "nvmlDeviceGetUtilizationRates": _Fields(gpu=7),
            "nvmlDeviceGetComputeRunningProcesses": [_Fields(pid=1)],
            "nvmlDeviceGetDisplayActive": 0,
            "nvmlDeviceGetCurrentClocksThrottleReasons": 0x4 | 0x40 | 0x2 | 0x1,
            "nvmlDeviceGetApplicationsClock": 1200,
            "nvmlDeviceGetDefaultApplicationsClock": 1300,
            "nvmlDeviceGetPowerManagementLimit": 250000,
            "nvmlDeviceGetPowerManagementDefaultLimit": 300000,
            "nvmlDeviceGetTemperature": 41,
            "nvmlDeviceGetTemperatureThreshold": 90,
            "nvmlDeviceGetPersistenceMode": 1,
            "nvmlDeviceGetMigMode": [0, 1],
            "nvmlDeviceGetTotalEccErrors": 0,
            "nvmlDeviceGetHandleByIndex": "handle",
            "nvmlDeviceGetHandleByUUID": "handle",
            **answers,
        }

    def __getattr__(self, name):
        if name in ("nvmlInit", "nvmlShutdown"):
            return lambda: self.__dict__.update(is_open=name == "nvmlInit")
        if name.startswith("_") or name in self._lacks or name not in self._answers:
            raise AttributeError(name)
        return lambda *arguments: self._answer(name, arguments)

    def _answer(self, name, arguments):
        self.asked.append((name,) + arguments)
        if name in self._fails:
            raise NVMLError("Not Supported")
        return self._answers[name]


def _facts(library, device=None, variables=None):
    return nvml.facts(device, variables or {}, lambda: library)


def test_what_nvml_tells_becomes_plain_facts():
    library = Library()
    facts = _facts(library)
    assert facts["name"] == "Some GPU" and facts["driver"] == "550.54.14" and facts["driver_cuda"] == (12, 4)
    assert (facts["processes"], facts["memory_used_bytes"], facts["utilisation_percent"]) == (1, 5, 7)
    assert facts["throttle_reasons"] == ["power cap", "thermal, by hardware"] and facts["is_clock_set"] is True
    assert (facts["power_limit_watts"], facts["power_default_watts"]) == (250.0, 300.0)
    assert (facts["temperature_celsius"], facts["slowdown_celsius"]) == (41, 90)
    assert facts["is_persistent"] is True and facts["is_mig"] is False and facts["is_display_active"] is False
    assert not library.is_open  # it was closed again
    assert len(condition.findings(facts)) == 11


@pytest.mark.parametrize("how", ["fails", "lacks"])
def test_what_nvml_does_not_tell_is_unknown_and_the_rest_is_kept(how):
    silent = ["nvmlDeviceGetUtilizationRates", "nvmlDeviceGetMigMode", "nvmlDeviceGetCurrentClocksThrottleReasons",
              "nvmlDeviceGetTotalEccErrors", "nvmlDeviceGetPowerManagementLimit"]  # fmt: skip
    facts = _facts(Library(**{how: silent}))
    unknown = (
        "utilisation_percent",
        "is_mig",
        "throttle_reasons",
        "is_clock_set",
        "ecc_corrected",
        "power_limit_watts",
    )
    assert {facts[name] for name in unknown} == {None}
    assert facts["temperature_celsius"] == 41


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
    assert asked in library.asked


def test_a_gpu_that_is_not_there_is_one_unknown():
    facts = _facts(Library(fails=["nvmlDeviceGetHandleByIndex"]))
    assert "GPU 0: Not Supported" in facts["error"] and "name" not in facts


def test_hidden_gpus_are_not_asked():
    assert "hides" in _facts(Library(), None, {"CUDA_VISIBLE_DEVICES": ""})["error"]


def test_without_the_package_the_facts_say_so():
    def library():
        raise ImportError("no pynvml")

    assert "nvidia-ml-py" in nvml.facts(None, {}, library)["error"]


def test_a_device_beyond_the_list_is_refused():
    with pytest.raises(UsageError):
        _facts(Library(), 3, {"CUDA_VISIBLE_DEVICES": "0"})
