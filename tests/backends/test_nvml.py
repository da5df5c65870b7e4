import pytest

from backends import nvml
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
