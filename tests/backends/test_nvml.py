import json
import os
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest

from backends import nvml
from bench import environment
from tests.backends import nvml_library


def test_idleness_and_a_set_clock_are_no_throttling_and_an_unknown_reason_is_a_number():
    assert nvml.throttling_of(0x1 | 0x2) == [] and nvml.throttling_of(0x8 | 0x1000) == ["hw_slowdown", "0x1000"]
    assert nvml.is_clock_set(0x2 | 0x8) and not nvml.is_clock_set(0x8 | 0x1)


def test_the_real_library_has_every_function_constant_and_code_of_its_stand_in():
    real = pytest.importorskip("pynvml")
    assert {name for name in nvml_library.ANSWERS if not callable(getattr(real, name, None))} == set()
    assert {name: getattr(real, name) for name in nvml_library.CONSTANTS} == nvml_library.CONSTANTS
    codes = {
        "NOT_SUPPORTED": nvml_library.NOT_SUPPORTED,
        "NO_PERMISSION": nvml_library.NO_PERMISSION,
        "DRIVER_NOT_LOADED": nvml_library.DRIVER_NOT_LOADED,
        "LIBRARY_NOT_FOUND": nvml_library.LIBRARY_NOT_FOUND,
        "FUNCTION_NOT_FOUND": nvml_library.FUNCTION_NOT_FOUND,
        "GPU_IS_LOST": nvml_library.LOST,
        "RESET_REQUIRED": nvml_library.RESET_REQUIRED,
        "UNKNOWN": nvml_library.UNKNOWN,
    }
    assert {name: getattr(real, "NVML_ERROR_" + name) for name in codes} == codes
    assert real.NVMLError(nvml_library.LOST).value == nvml_library.LOST
    assert not issubclass(real.NVMLLibraryMismatchError, real.NVMLError)


_MISMATCH = nvml_library.NVMLLibraryMismatchError("use a versioned function")
_LIST = "nvmlDeviceGetComputeRunningProcesses"


def _asked(function=_LIST, lacks=(), **answers):
    return nvml.Gpu(nvml_library.Library(lacks, **answers), "0").ask(function)


def _pids(listed):
    return [process.pid for process in listed]


@pytest.mark.parametrize("error", [_MISMATCH, nvml_library.NVMLError(nvml_library.FUNCTION_NOT_FOUND)])
def test_a_library_older_than_the_package_lists_processes_by_the_functions_former_name(error):
    assert _pids(_asked(**{_LIST: error, _LIST + "_v2": [[nvml_library.process(5)]]})) == [5]
    without = nvml_library.NVMLError(nvml_library.FUNCTION_NOT_FOUND)
    assert _asked(**{_LIST: error, _LIST + "_v2": without}) is None
    assert _asked(lacks=(_LIST + "_v2",), **{_LIST: error}) is None


def test_a_gpu_that_is_lost_is_lost_by_the_former_name_too():
    with pytest.raises(nvml_library.NVMLError):
        _asked(**{_LIST: _MISMATCH, _LIST + "_v2": nvml_library.NVMLError(nvml_library.LOST)})


@pytest.mark.parametrize("answer", [b"NVIDIA \xff", UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")])
def test_a_name_in_no_known_coding_is_unknown(answer):
    assert _asked("nvmlDeviceGetName", nvmlDeviceGetName=answer) is None
    assert _asked("nvmlDeviceGetName", nvmlDeviceGetName="Grafikkarte ü".encode()) == "Grafikkarte ü"


@pytest.mark.parametrize(
    "answer, expected", [(b"00000000:07:00.0", "00000000:07:00.0"), ("1:2:3.0", "1:2:3.0"), (None, None)]
)
def test_the_place_on_the_bus_is_a_text_whatever_the_release_returns(answer, expected):
    library = nvml_library.Library(nvmlDeviceGetPciInfo=SimpleNamespace(busId=answer))
    assert nvml.Gpu(library, "0").bus_id() == expected


def test_a_release_of_the_package_without_the_error_of_mismatch_is_asked_all_the_same(monkeypatch):
    monkeypatch.delattr(nvml_library.Library, "NVMLLibraryMismatchError")
    assert (
        _asked(nvmlDeviceGetName=nvml_library.NVMLError(nvml_library.NOT_SUPPORTED), function="nvmlDeviceGetName")
        is None
    )


_OLD_LIBRARY = """
#include <string.h>
typedef struct { unsigned pid; unsigned long long memory; %(more)s } Process;
int nvmlInitWithFlags(unsigned flags) { return 0; }
int nvmlShutdown(void) { return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device) { *device = (void *)1; return 0; }
int nvmlDeviceGetName(void *device, char *name, unsigned size) { strcpy(name, "\\xff\\xfe"); return 0; }
int nvmlDeviceGetComputeRunningProcesses%(form)s(void *device, unsigned *count, Process *list) {
    if (device != (void *)1) return 2;
    if (%(code)d) return %(code)d;
    if (!list) { *count = 2; return 7; }
    list[0].pid = 17; list[1].pid = 4711; *count = 2; return 0;
}
"""
_PROGRAM = """
import json
from dataclasses import asdict
from backends.cuda import facts
from backends.telemetry.nvml import Nvml
from backends.telemetry.tool import ToolFailed
source = Nvml("0", lambda: {4711})
try:
    source.read()
    said = None
except ToolFailed as error:
    said = str(error)
print(json.dumps([asdict(facts.find(0, {})), source.observation(), said]))
"""


@pytest.fixture
def older(tmp_path):
    """What the doctor's facts and the telemetry say where the real package meets an older library."""
    pytest.importorskip("pynvml")
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("needs Linux and a C compiler")

    def ask(form, more="", code=0):
        (tmp_path / "old.c").write_text(_OLD_LIBRARY % {"form": form, "more": more, "code": code})
        library = str(tmp_path / "libnvidia-ml.so.1")
        subprocess.run([compiler, "-shared", "-fPIC", "-o", library, str(tmp_path / "old.c")], check=True)
        variables = dict(os.environ, LD_LIBRARY_PATH=str(tmp_path), PYTHONPATH=environment.packages_root())
        return json.loads(subprocess.check_output([sys.executable, "-c", _PROGRAM], env=variables).decode())

    return ask


@pytest.mark.parametrize("form, more", [("_v2", "unsigned gpu, compute;"), ("", "")], ids=["450", "418"])
def test_an_older_library_lists_its_processes_and_leaves_the_rest_unknown(older, form, more):
    found, seen, fault = older(form, more)
    assert fault is None and found["processes"] == 2 and seen["is_process_seen"] is True
    assert found["name"] is seen["name"] is found["temperature_celsius"] is None


def test_a_list_that_no_form_gives_is_unknown(older):
    found, seen, fault = older("_of_another_name")
    assert (found["processes"], seen["is_process_seen"], fault) == (None, None, None)
    found, seen, fault = older("", code=nvml_library.NO_PERMISSION)
    assert (found["processes"], seen["is_process_seen"], fault) == (None, None, None)


def test_a_gpu_that_is_lost_is_lost_by_the_oldest_form_too(older):
    found, _, fault = older("", code=nvml_library.LOST)
    assert "lost" in found["error"] and "does not answer any more" in fault
