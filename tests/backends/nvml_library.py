"""A stand-in for the module pynvml: one GPU."""

from types import SimpleNamespace

NOT_SUPPORTED, NO_PERMISSION, DRIVER_NOT_LOADED, LIBRARY_NOT_FOUND, FUNCTION_NOT_FOUND = 3, 4, 9, 12, 13
LOST, RESET_REQUIRED, UNKNOWN = 15, 16, 999


class NVMLLibraryMismatchError(Exception):
    pass


class NVMLError(Exception):
    def __init__(self, value):
        super().__init__("error %d" % value)
        self.value = value


def process(pid):
    return SimpleNamespace(pid=pid, usedGpuMemory=1)


#: What the functions of NVML answer; an exception is raised, a list of answers is gone through.
ANSWERS = {
    "nvmlInit": None,
    "nvmlShutdown": None,
    "nvmlDeviceGetHandleByIndex": "handle",
    "nvmlDeviceGetHandleByUUID": "handle",
    "nvmlDeviceGetHandleByPciBusId": "handle",
    "nvmlDeviceGetName": "NVIDIA A100",
    "nvmlSystemGetDriverVersion": "550.1",
    "nvmlSystemGetCudaDriverVersion": 12040,
    "nvmlDeviceGetUUID": "GPU-1",
    "nvmlDeviceGetPciInfo": SimpleNamespace(busId="00000000:07:00.0"),
    "nvmlDeviceGetEnforcedPowerLimit": 400000,
    "nvmlDeviceGetPowerManagementLimit": 250000,
    "nvmlDeviceGetPowerManagementDefaultLimit": 300000,
    "nvmlDeviceGetUtilizationRates": SimpleNamespace(gpu=17, memory=3),
    "nvmlDeviceGetMemoryInfo": SimpleNamespace(used=1 << 30, total=1 << 35, free=0),
    "nvmlDeviceGetPowerUsage": 63510,
    "nvmlDeviceGetTemperature": 41,
    "nvmlDeviceGetTemperatureThreshold": 90,
    "nvmlDeviceGetClockInfo": 1410,
    "nvmlDeviceGetApplicationsClock": 1200,
    "nvmlDeviceGetDefaultApplicationsClock": 1300,
    "nvmlDeviceGetTotalEnergyConsumption": 5000000,
    "nvmlDeviceGetTotalEccErrors": 0,
    "nvmlDeviceGetCurrentClocksEventReasons": 0,
    "nvmlDeviceGetCurrentClocksThrottleReasons": 0,
    "nvmlDeviceGetComputeRunningProcesses": [[process(77)]],
    "nvmlDeviceGetGraphicsRunningProcesses": [[]],
    "nvmlDeviceGetComputeRunningProcesses_v2": [[process(77)]],
    "nvmlDeviceGetGraphicsRunningProcesses_v2": [[]],
    "nvmlDeviceGetDisplayActive": 0,
    "nvmlDeviceGetPersistenceMode": 1,
    "nvmlDeviceGetMigMode": (0, 1),
}
CONSTANTS = {
    "NVML_TEMPERATURE_GPU": 0,
    "NVML_TEMPERATURE_THRESHOLD_SLOWDOWN": 1,
    "NVML_CLOCK_SM": 1,
    "NVML_MEMORY_ERROR_TYPE_CORRECTED": 0,
    "NVML_MEMORY_ERROR_TYPE_UNCORRECTED": 1,
    "NVML_VOLATILE_ECC": 0,
}


class Library:
    """The module; what is in `lacks` is not in it, what is in `answers` is answered otherwise than in ANSWERS."""

    NVMLError = NVMLError
    NVMLLibraryMismatchError = NVMLLibraryMismatchError

    def __init__(self, lacks=(), **answers):
        self.__dict__.update(CONSTANTS)
        self._answers = {name: answer for name, answer in {**ANSWERS, **answers}.items() if name not in lacks}
        self.calls = []

    def __getattr__(self, name):
        if name not in self._answers:
            raise AttributeError(name)
        return lambda *arguments: self._answer(name, arguments)

    def _answer(self, name, arguments):
        self.calls.append((name, *arguments))
        answer = self._answers[name]
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if isinstance(answer, Exception):
            raise answer
        return answer
