"""Versions of driver and toolkit, from the files of each layout."""

import platform
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.ascend import installation
from tests.contract import host

_INFO = "usr/local/Ascend/ascend-toolkit/latest/%s-linux/ascend_toolkit_install.info" % platform.machine()
_CFG = "usr/local/Ascend/ascend-toolkit/latest/version.cfg"


def _versions(root, **variables):
    return installation.versions(dict(variables, HARBENCH_ASCEND_ROOT=str(root)))


@pytest.mark.parametrize(
    "layout, driver, cann",
    [("20", "20.2.0", "20.2.rc1"), ("8", "24.1.rc1", "8.0.RC3"), ("newest", "25.5.0", "8.5.0")],
)
def test_each_layout_tells_driver_and_toolkit(tmp_path, layout, driver, cann):
    host.LAYOUTS[layout](tmp_path)
    expected = {"driver": driver, "firmware": None, "cann": cann, "machine": platform.machine()}
    assert _versions(tmp_path) == expected


def test_a_host_without_any_of_it_tells_nothing(tmp_path):
    found = _versions(tmp_path)
    assert (found["driver"], found["firmware"], found["cann"]) == (None, None, None)


def test_the_firmware_tells_its_version_where_it_left_a_file(tmp_path):
    host.write(tmp_path, "usr/local/Ascend/firmware/version.info", "Version=7.1.0.6.220\n")
    assert _versions(tmp_path)["firmware"] == "7.1.0.6.220"


def test_the_firmware_that_npu_smi_prints_goes_before_the_file(tmp_path):
    host.write(tmp_path, "usr/local/Ascend/firmware/version.info", "Version=7.1.0.6.220\n")
    assert installation.versions({"HARBENCH_ASCEND_ROOT": str(tmp_path)}, "7.3.0.1.231")["firmware"] == "7.3.0.1.231"


@pytest.mark.parametrize(
    "line, version",
    [
        ("toolkit_running_version=[7.5.0.1.129:8.0.RC3]", "8.0.RC3"),
        ("toolkit_running_version=[8.0.RC3]", "8.0.RC3"),
        ("toolkit_running_version=8.0.RC3", "8.0.RC3"),
        ("toolkit_running_version=7.5.0.1.129:8.0.RC3", "8.0.RC3"),
        ("  toolkit_running_version = [7.5.0.1.129:8.0.RC3]  ", "8.0.RC3"),
        ("toolkit_running_version=[1.8:5.1.RC1][1.9:5.1.RC2]", "5.1.RC2"),
        ("runtime_running_version=[7.5.0.1.129:8.0.RC3]", "8.0.RC3"),
        ("toolkit_running_version=[]", None),
        ("toolkit_running_version=", None),
        ("# no version here", None),
    ],
)
def test_version_cfg_is_read_in_its_forms(tmp_path, line, version):
    host.write(tmp_path, _CFG, "# version: 1.0\n%s\n" % line)
    assert _versions(tmp_path)["cann"] == version


def test_what_was_installed_goes_before_version_cfg(tmp_path):
    host.write(tmp_path, _INFO, "package_name=Ascend-cann-toolkit\nversion=8.0.RC2\n")
    host.write(tmp_path, _CFG, "toolkit_running_version=[7.5:8.0.RC3]\n")
    assert _versions(tmp_path)["cann"] == "8.0.RC2"


@pytest.mark.parametrize("name", ["ASCEND_HOME_PATH", "ASCEND_TOOLKIT_HOME"])
@pytest.mark.parametrize("ending", ["", "/%s-linux" % platform.machine()])
def test_the_toolkit_that_was_sourced_goes_before_the_newest(tmp_path, name, ending):
    host.add_cann_newest(tmp_path)
    home = "/usr/local/Ascend/ascend-toolkit/6.0.1"
    info = "%s/%s-linux/ascend_toolkit_install.info" % (home.lstrip("/"), platform.machine())
    host.write(tmp_path, info, "version=6.0.1\n")
    assert _versions(tmp_path, **{name: home + ending})["cann"] == "6.0.1"
    assert _versions(tmp_path, **{name: "/somewhere/else"})["cann"] == "8.5.0"


def test_a_folder_without_a_version_does_not_hide_one_behind_it(tmp_path):
    (tmp_path / "usr/local/Ascend/cann").mkdir(parents=True)
    host.write(tmp_path, _INFO, "version=7.0.0\n")
    assert _versions(tmp_path)["cann"] == "7.0.0"


def test_an_empty_value_leaves_the_next_line_its_own():
    found = installation.pairs("Driver_Upgrade=\n\nDriver_Install_Status=failed\r\n\tVersion = \t24.1.rc1 \nlast =")
    assert found == {"Driver_Upgrade": "", "Driver_Install_Status": "failed", "Version": "24.1.rc1", "last": ""}


@given(st.dictionaries(st.from_regex(r"[A-Za-z_][A-Za-z0-9_.]{0,8}", fullmatch=True), st.text("a=. [];5", max_size=9)))
def test_every_line_is_one_pair_whatever_its_value(values):
    text = "".join("%s=%s\n" % item for item in values.items())
    assert installation.pairs(text) == {name: value.strip() for name, value in values.items()}


def test_a_file_of_any_bytes_is_read(tmp_path):
    path = host.write(tmp_path, "usr/local/Ascend/driver/version.info")
    path.write_bytes(b"\xff\xfe=1\nVersion = 24.1.rc1 \r\npackage_version=24.1\n\x00")
    assert _versions(tmp_path)["driver"] == "24.1.rc1"


def test_the_scripts_to_source_are_one_of_the_toolkit_and_one_of_the_adapter(tmp_path):
    assert installation.set_env_scripts(str(tmp_path)) == []
    for place in ("cann", "ascend-toolkit", "tfplugin", "tfplugin/latest"):
        host.write(tmp_path, "usr/local/Ascend/%s/set_env.sh" % place)
    wanted = ["/usr/local/Ascend/cann/set_env.sh", "/usr/local/Ascend/tfplugin/set_env.sh"]
    assert installation.set_env_scripts(str(tmp_path)) == wanted


def test_what_sets_the_environment_up_is_scripts_or_variables_where_cann_has_no_script(tmp_path):
    assert installation.setting_up(str(tmp_path)) == "source CANN's and tfplugin's set_env.sh"
    host.add_cann_20(tmp_path)
    assert "docs/ascend.md shows for CANN 20.x" in installation.setting_up(str(tmp_path))
    host.add_cann_8(tmp_path)
    assert installation.setting_up(str(tmp_path)) == "source /usr/local/Ascend/ascend-toolkit/set_env.sh"


_DOCS = Path(__file__).resolve().parents[3] / "docs"


def _exports(page):
    """The commands of a page that set the environment of CANN 20.x up."""
    blocks = re.findall(r"^```\n(.*?)^```", (_DOCS / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    (block,) = [one for one in blocks if "fwkacllib" in one]
    return "".join(line + "\n" for line in block.splitlines() if line.startswith("export"))


@pytest.mark.parametrize("page", ["ascend.md", "ascend.zh-CN.md"])
@pytest.mark.parametrize("before, ending", [("", ""), ("/before", ":/before")])
def test_each_page_shows_the_variables_of_the_oldest_cann(page, before, ending):
    names = ("LD_LIBRARY_PATH", "PYTHONPATH", "ASCEND_OPP_PATH", "PATH")
    show = "".join('/usr/bin/printf "%%s\\n" "$%s"\n' % name for name in names)
    given = {"PATH": "/bin", "LD_LIBRARY_PATH": before, "PYTHONPATH": before}
    shown = subprocess.check_output(["/bin/sh", "-c", _exports(page) + show], env=given, universal_newlines=True)
    ascend = "/usr/local/Ascend/"
    assert shown.splitlines() == [
        ":".join(ascend + one for one in ("driver/lib64/common", "driver/lib64/driver", "fwkacllib/lib64")) + ending,
        ":".join(ascend + one + "/python/site-packages" for one in ("fwkacllib", "tfplugin")) + ending,
        ascend + "opp",
        ascend + "fwkacllib/ccec_compiler/bin:/bin",
    ]
