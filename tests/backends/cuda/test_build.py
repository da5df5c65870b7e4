import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.cuda import build
from backends.cuda.build import Build

#: As the files of three times are written.
_DICTIONARY = '''"""Auto-generated."""
import collections
build_info = collections.OrderedDict([('cpu_compiler', 'clang'), ('cuda_compute_capabilities', ['sm_60', 'compute_90']),
 ('cuda_version', '12.5.1'), ('cudnn_version', '9'), ('is_cuda_build', True), ('is_rocm_build', False)])
'''
_NAMES = "is_rocm_build = False\nis_cuda_build = True\ncuda_version_number = '10.1'\ncudnn_version_number = '7'\n"
_BARE = "from __future__ import print_function\n\nis_rocm_build = False\nis_cuda_build = %s\n"


def site(tmp_path, files):
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return str(tmp_path)


@pytest.mark.parametrize(
    "package, metadata, text, expected",
    [
        ("tensorflow", "tensorflow-2.21.0.dist-info", _DICTIONARY, ("tensorflow", "2.21.0", True, "12.5.1", "9")),
        ("tensorflow", "tensorflow_gpu-2.1.0.dist-info", _NAMES, ("tensorflow_gpu", "2.1.0", True, "10.1", "7")),
        ("tensorflow_core", "tensorflow_gpu-1.15.5.dist-info", _BARE % True,
         ("tensorflow_gpu", "1.15.5", True, "10.0", "7")),
        ("tensorflow_core", "tensorflow-1.15.5.dist-info", _BARE % False, ("tensorflow", "1.15.5", False, None, None)),
        ("tensorflow_core", "nvidia_tensorflow-1.15.5+nv22.12.dist-info", _BARE % True,
         ("nvidia_tensorflow", "1.15.5+nv22.12", True, None, None)),
        ("tensorflow", "tensorflow_cpu-2.21.0.dist-info", _BARE % False,
         ("tensorflow_cpu", "2.21.0", False, None, None)),
        ("tensorflow", "other-1.0.dist-info", "", (None, None, None, None, None)),
    ],
)  # fmt: skip
def test_a_build_is_read_without_importing_it(tmp_path, package, metadata, text, expected):
    folder = site(tmp_path, {metadata + "/METADATA": "", package + "/python/platform/build_info.py": text})
    assert build.in_folder(folder) == Build(*expected)


def test_nothing_is_known_of_a_package_without_files(tmp_path):
    assert build.in_folder(str(tmp_path / "absent")) == Build(None, None, None)


@pytest.mark.parametrize(
    "distribution, version, is_nvidias",
    [("nvidia_tensorflow", "1.15.5", True), ("tensorflow", "1.15.5+nv21.06", True), ("tensorflow", "1.15.5", False)],
)
def test_nvidias_builds_are_told_from_others(distribution, version, is_nvidias):
    assert Build(distribution, version, True).is_nvidias == is_nvidias


@given(st.text())
def test_no_text_breaks_the_reader(text):
    assert isinstance(build.assignments(text), dict)
    assert isinstance(build.of_texts(text, None, text), Build)


@pytest.mark.parametrize(
    "text, numbers",
    [("12.5.1", (12, 5, 1)), ("9", (9,)), ("1.15.5+nv22.12", (1, 15, 5)), ("2.4.0-rc1", (2, 4, 0)), ("", None),
     (None, None), ("unknown", None)],
)  # fmt: skip
def test_versions_are_read_as_numbers(text, numbers):
    assert build.version_of(text) == numbers


def test_this_pythons_own_tensorflow_is_read_as_it_says_of_itself():
    tensorflow = pytest.importorskip("tensorflow")
    found = build.find()
    assert found.version == tensorflow.__version__
    assert found.is_cuda == tensorflow.test.is_built_with_cuda()
    assert os.path.isdir(os.path.join(build.site_folder(), "tensorflow"))
