import os
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.cuda import driver
from backends.cuda.driver import Driver


def _host(tmp_path, *names):
    (tmp_path / "dev").mkdir()
    for name in names:
        (tmp_path / "dev" / name).write_bytes(b"")
    return str(tmp_path)


def test_nodes_of_gpus_are_told_from_the_drivers_own(tmp_path):
    found = driver.nodes(_host(tmp_path, "nvidia0", "nvidia11", "nvidiactl", "nvidia-uvm", "nvidia-modeset"))
    assert [os.path.basename(path) for path in found.gpus] == ["nvidia0", "nvidia11"]
    assert found.has_memory_node and found.forbidden == ()


def test_windows_subsystem_for_linux_has_one_node_of_its_own(tmp_path):
    found = driver.nodes(_host(tmp_path, "dxg"))
    assert [os.path.basename(path) for path in found.gpus] == ["dxg"] and found.has_memory_node


def test_a_host_without_a_gpu_has_none(tmp_path):
    found = driver.nodes(_host(tmp_path, "nvidiactl"))
    assert found.gpus == () and not found.has_memory_node


def test_nodes_that_may_not_be_opened_are_named(tmp_path, monkeypatch):
    root = _host(tmp_path, "nvidia0", "nvidiactl")
    monkeypatch.setattr(driver.os, "access", lambda path, mode: not path.endswith("nvidiactl"))
    assert [os.path.basename(path) for path in driver.nodes(root).forbidden] == ["nvidiactl"]


@pytest.mark.parametrize(
    "text, version",
    [
        ("NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023\nGCC version: 12.3",
         "535.104.05"),
        ("NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  590.48.01  Release Build  (x@y)  Mon", "590.48.01"),
        ("NVRM version: NVIDIA UNIX x86_64 Kernel Module  410.48  Thu Sep  6", "410.48"),
        ("GCC version:  gcc version 12.3.0", None),
        ("", None),
    ],
)  # fmt: skip
def test_the_kernel_modules_version_is_read(tmp_path, text, version):
    folder = tmp_path / "proc" / "driver" / "nvidia"
    folder.mkdir(parents=True)
    (folder / "version").write_text(text)
    assert driver.kernel_version(str(tmp_path)) == version


@given(st.text())
def test_no_text_breaks_the_reader(text):
    assert driver.version_in(text) is None or driver.version_in(text) in text


def test_a_kernel_without_the_module_tells_no_version(tmp_path):
    assert driver.kernel_version(str(tmp_path)) is None


class Library:
    """A driver's library as ctypes shows it; what it writes is in the object behind the reference."""

    def __init__(self, cuda=12040, start=0, count=2):
        self._start = start
        self.cuDriverGetVersion = self._writes(cuda)
        self.cuDeviceGetCount = self._writes(count)

    @staticmethod
    def _writes(value):
        def function(reference):
            if value is None:
                return 1
            reference._obj.value = value
            return 0

        return function

    def cuInit(self, flags):
        assert flags == 0
        return self._start


@pytest.mark.parametrize(
    "library, expected",
    [
        (Library(), Driver(None, (12, 4), 0, 2)),
        (Library(cuda=10010), Driver(None, (10, 1), 0, 2)),
        (Library(start=100), Driver(None, (12, 4), 100, None)),
        (Library(count=0), Driver(None, (12, 4), 0, 0)),
        (Library(cuda=None, count=None), Driver(None, None, 0, None)),
    ],
)
def test_the_driver_is_asked_for_its_cuda_its_start_and_its_gpus(library, expected):
    assert driver.ask(lambda name: library) == expected


@pytest.mark.parametrize(
    "name, expected",
    [
        ("cuDriverGetVersion", Driver(None, None, 0, 2)),
        ("cuDeviceGetCount", Driver(None, (12, 4), 0, None)),
        ("cuInit", Driver("it has no function cuInit, so it is no driver's")),
    ],
)
def test_a_function_that_the_library_lacks_leaves_its_answer_unknown(name, expected):
    given = Library()
    functions = {one: getattr(given, one) for one in ("cuInit", "cuDriverGetVersion", "cuDeviceGetCount")}
    del functions[name]
    assert driver.ask(lambda _: SimpleNamespace(**functions)) == expected


def test_a_library_that_cannot_be_loaded_is_said():
    def load(name):
        raise OSError("%s: cannot open shared object file" % name)

    assert driver.ask(load) == Driver("libcuda.so.1: cannot open shared object file")


def test_an_unknown_code_still_has_a_next_step():
    assert "version" in driver.meaning(803) and "dmesg" in driver.meaning(12345)


def test_the_root_can_be_another(monkeypatch):
    monkeypatch.delenv("HARBENCH_CUDA_ROOT", raising=False)
    assert driver.root() == "/"
    monkeypatch.setenv("HARBENCH_CUDA_ROOT", "/elsewhere")
    assert driver.root() == "/elsewhere"
