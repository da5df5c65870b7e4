import json
import os
import platform
from pathlib import Path

import pytest

from tests.contract import host

ARCH = platform.machine()


def files(variables):
    root = Path(variables["HARBENCH_ASCEND_ROOT"])
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def test_a_host_has_its_device_nodes(tmp_path):
    found = files(host.build(tmp_path, cards=2))
    assert {"dev/" + name for name in ("davinci0", "davinci1", "davinci_manager", "devmm_svm", "hisi_hdc")} <= found


def test_a_host_without_cards_has_no_nodes(tmp_path):
    assert not any(path.startswith("dev/") for path in files(host.build(tmp_path, cards=0)))


@pytest.mark.parametrize(
    "cann, path, line",
    [
        ("20", "usr/local/Ascend/driver/version.info", "Version=20.2.0"),
        ("20", "usr/local/Ascend/fwkacllib/version.info", "Version=20.2.rc1"),
        ("8", "usr/local/Ascend/driver/version.info", "Version=24.1.rc1"),
        ("8", "usr/local/Ascend/driver/version.info", "package_version=24.1.rc1"),
        (
            "8",
            "usr/local/Ascend/ascend-toolkit/latest/%s-linux/ascend_toolkit_install.info" % ARCH,
            "version=8.0.RC3",
        ),
        (
            "8",
            "usr/local/Ascend/ascend-toolkit/latest/version.cfg",
            "toolkit_running_version=[7.5.0.1.129:8.0.RC3]",
        ),
        ("8", "etc/ascend_install.info", "Driver_Install_Status=complete"),
        ("newest", "usr/local/Ascend/cann/%s-linux/ascend_toolkit_install.info" % ARCH, "version=8.5.0"),
        ("newest", "usr/local/Ascend/cann/version.cfg", "runtime_running_version=[8.5.0.1.201:8.5.0]"),
    ],
)
def test_version_files_lie_where_their_time_has_them(tmp_path, cann, path, line):
    root = Path(host.build(tmp_path, cann=cann)["HARBENCH_ASCEND_ROOT"])
    assert line in (root / path).read_text().splitlines()


def test_the_oldest_layout_has_no_toolkit_of_later_times(tmp_path):
    assert not any("ascend-toolkit" in path or "/cann" in path for path in files(host.build(tmp_path, cann="20")))


def test_a_host_without_driver_is_empty_but_for_nodes(tmp_path):
    assert all(path.startswith("dev/") for path in files(host.build(tmp_path, cann=None)))


def test_the_variables_put_the_double_the_tool_and_the_script_in_place(tmp_path):
    variables = host.build(tmp_path, variant="old", smi={"layout": "910A"}, script={"sentinel": False})
    assert variables["PYTHONPATH"].split(os.pathsep)[0] == str(host.DOUBLE / "old")
    assert os.access(os.path.join(variables["PATH"].split(os.pathsep)[0], "npu-smi"), os.X_OK)
    assert json.loads(variables["HARBENCH_DOUBLE"]) == {"sentinel": False}
    assert json.loads(Path(variables["FAKE_NPU_SMI"]).read_text()) == {"cards": 1, "layout": "910A"}


def test_a_host_without_the_adapter_sets_no_path(tmp_path):
    assert set(host.build(tmp_path, variant=None)) == {"HARBENCH_ASCEND_ROOT", "JOB_ID", "ASCEND_DEVICE_ID"}


def test_every_variant_is_a_folder_with_a_package():
    for variant in host.VARIANTS:
        packages = {path.parent.name for path in (host.DOUBLE / variant).glob("*/__init__.py")}
        assert packages in ({"npu_bridge", "hccl"}, {"npu_device"})
