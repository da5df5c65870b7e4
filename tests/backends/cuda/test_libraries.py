import pytest

from backends.cuda import libraries
from backends.cuda.build import Build

_OLD = Build("tensorflow_gpu", "1.15.5", True, "10.0", "7")
_NEW = Build("tensorflow", "2.21.0", True, "12.5.1", "9")


@pytest.mark.parametrize(
    "build, some",
    [
        (_OLD, {"libcudart.so.10.0", "libcublas.so.10.0", "libcudnn.so.7", "libcurand.so.10.0"}),
        (Build("tensorflow", "2.3.0", True, "10.1", "7"), {"libcudart.so.10.1", "libcublas.so.10", "libcudnn.so.7"}),
        (Build("tensorflow", "2.11.0", True, "11.2", "8"), {"libcudart.so.11.0", "libcublas.so.11", "libcudnn.so.8"}),
        (_NEW, {"libcudart.so.12", "libcublas.so.12", "libcublasLt.so.12", "libcufft.so.11", "libcudnn.so.9"}),
    ],
)
def test_each_version_of_cuda_has_its_names(build, some):
    assert some <= set(libraries.needed(build))


def test_a_build_that_does_not_say_its_cuda_needs_nothing_that_is_known():
    assert libraries.needed(Build("nvidia_tensorflow", "1.15.5+nv22.12", True)) == []


def test_the_missing_ones_are_named_with_the_loaders_reason():
    def error_of(name):
        return "no such file: " + name if "cudnn" in name else None

    assert libraries.missing(_OLD, None, error_of) == {"libcudnn.so.7": "no such file: libcudnn.so.7"}
    assert libraries.missing(_OLD, None, lambda name: None) == {}


def _with_packages(tmp_path):
    for package, name in (("cuda_runtime", "libcudart.so.12"), ("cudnn", "libcudnn.so.9")):
        folder = tmp_path / "nvidia" / package / "lib"
        folder.mkdir(parents=True)
        (folder / name).write_bytes(b"")
    return str(tmp_path)


def test_a_current_tensorflow_finds_what_the_pip_packages_bring(tmp_path):
    missing = libraries.missing(_NEW, _with_packages(tmp_path), lambda name: "absent")
    assert "libcudart.so.12" not in missing and "libcudnn.so.9" not in missing and "libcublas.so.12" in missing


def test_an_older_one_does_not(tmp_path):
    older = Build("tensorflow", "2.12.0", True, "12.0", "9")
    assert "libcudart.so.12" in libraries.missing(older, _with_packages(tmp_path), lambda name: "absent")


def test_the_remedy_is_that_of_the_version():
    assert "tensorflow[and-cuda]==2.21.0" in libraries.remedy(_NEW)
    assert "CUDA 10.0 with cuDNN 7" in libraries.remedy(_OLD)


def test_the_systems_own_loader_is_asked():
    assert libraries.load_error("libc.so.6") is None
    assert "libsurely-not-there.so.1" in libraries.load_error("libsurely-not-there.so.1")
