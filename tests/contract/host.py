"""A pretended Ascend host: device nodes, version files and `npu-smi` below a folder, and the variables to it."""

import json
import os
import platform
import sys
from pathlib import Path
from typing import Any, Dict, Mapping, Optional

HERE = Path(__file__).resolve().parent
DOUBLE = HERE / "double"
#: Folders of the double, each to be put on PYTHONPATH alone.
VARIANTS = ("old", "new", "tf2")
NODES = ("davinci_manager", "devmm_svm", "hisi_hdc")


def write(root: Path, path: str, text: str = "") -> Path:
    """A file below the root, with its folders."""
    found = root / path
    found.parent.mkdir(parents=True, exist_ok=True)
    found.write_text(text, encoding="utf-8")
    return found


def add_device_nodes(root: Path, cards: int = 1) -> None:
    """`/dev/davinci0` and so on, and what every process needs besides; plain files."""
    for name in NODES + tuple("davinci%d" % card for card in range(cards)):
        write(root, "dev/" + name)


def add_driver(root: Path, version: str, is_newer: bool = True) -> None:
    """`driver/version.info` and `/etc/ascend_install.info`."""
    text = "Version=%s\nascendhal_version=7.35.19\n" % version
    if is_newer:
        text += "aicpu_version=1.0\nInnerversion=V100R001C15SPC006B220\npackage_version=%s\n" % version
    write(root, "usr/local/Ascend/driver/version.info", text)
    installed = "Driver_Install_Type=full\nDriver_Install_Status=complete\n"
    write(root, "etc/ascend_install.info", installed + "Driver_Install_Path_Param=/usr/local/Ascend\n")


def _toolkit_info(version: str, path: str) -> str:
    pairs = [("package_name", "Ascend-cann-toolkit"), ("version", version), ("innerversion", "V100R001C19SPC001B100")]
    pairs += [("compatible_version", "[V100R001C15,V100R001C18]"), ("arch", platform.machine()), ("os", "linux")]
    return "".join("%s=%s\n" % pair for pair in pairs + [("path", path)])


def _version_cfg(inner: str, version: str) -> str:
    parts = ("runtime", "compiler", "opp", "toolkit", "hccl")
    lines = ["%s_running_version=[%s:%s]\n" % (part, inner, version) for part in parts]
    return "# version: 1.0\n" + "".join(lines)


def add_cann_20(root: Path) -> None:
    """The layout of CANN 20.x: fwkacllib, tfplugin and so on, without `ascend-toolkit/latest`."""
    add_driver(root, "20.2.0", is_newer=False)
    for part in ("fwkacllib", "tfplugin", "opp", "toolkit"):
        write(root, "usr/local/Ascend/%s/version.info" % part, "Version=20.2.rc1\n")


def add_cann_8(root: Path, version: str = "8.0.RC3", inner: str = "7.5.0.1.129") -> None:
    """The layout of CANN 5 to 8: `ascend-toolkit/latest`."""
    add_driver(root, "24.1.rc1")
    latest = "usr/local/Ascend/ascend-toolkit/latest/"
    path = "/usr/local/Ascend/ascend-toolkit/%s/%s-linux" % (version, platform.machine())
    write(root, "%s%s-linux/ascend_toolkit_install.info" % (latest, platform.machine()), _toolkit_info(version, path))
    write(root, latest + "version.cfg", _version_cfg(inner, version))
    write(root, "usr/local/Ascend/ascend-toolkit/set_env.sh", "export ASCEND_HOME_PATH=%s\n" % path)


def add_cann_newest(root: Path, version: str = "8.5.0", inner: str = "8.5.0.1.201") -> None:
    """The newest layout: `cann`."""
    add_driver(root, "25.5.0")
    path = "/usr/local/Ascend/cann-%s/%s-linux" % (version, platform.machine())
    info = "usr/local/Ascend/cann/%s-linux/ascend_toolkit_install.info" % platform.machine()
    write(root, info, _toolkit_info(version, path))
    write(root, "usr/local/Ascend/cann/version.cfg", _version_cfg(inner, version))
    write(root, "usr/local/Ascend/cann/set_env.sh", "export ASCEND_HOME_PATH=%s\n" % path)


LAYOUTS = {"20": add_cann_20, "8": add_cann_8, "newest": add_cann_newest}


def install_npu_smi(folder: Path) -> Path:
    """Put an executable `npu-smi` into a folder; returns its path."""
    path = write(folder, "npu-smi", '#!/bin/sh\nexec "%s" "%s" "$@"\n' % (sys.executable, HERE / "fake_npu_smi.py"))
    path.chmod(0o755)
    return path


def _prepended(name: str, folder: Path) -> str:
    return os.pathsep.join([str(folder)] + [part for part in [os.environ.get(name)] if part])


def build(
    folder: Path,
    variant: Optional[str] = "new",
    cann: Optional[str] = "8",
    cards: int = 1,
    smi: Optional[Mapping[str, Any]] = None,
    script: Optional[Mapping[str, Any]] = None,
) -> Dict[str, str]:
    """A host below a folder.

    Args:
        folder: an empty folder for it.
        variant: which double is importable: one of VARIANTS, or None for a host without the adapter.
        cann: one of LAYOUTS, or None for a host without driver and toolkit.
        cards: how many device nodes there are; 0: none, not even the managing ones.
        smi: what `npu-smi` shows, written to a file that a test may change (`folder/smi.json`); None: no npu-smi.
        script: what the double does, for HARBENCH_DOUBLE.

    Returns:
        The variables to set, beside those that the process has.
    """
    root = folder / "root"
    root.mkdir(parents=True, exist_ok=True)
    if cards:
        add_device_nodes(root, cards)
    if cann is not None:
        LAYOUTS[cann](root)
    found = {"HARBENCH_ASCEND_ROOT": str(root), "JOB_ID": "10087", "ASCEND_DEVICE_ID": "0"}
    if variant is not None:
        found["PYTHONPATH"] = _prepended("PYTHONPATH", DOUBLE / variant)
    if smi is not None:
        install_npu_smi(folder / "bin")
        state = write(folder, "smi.json", json.dumps(dict({"cards": cards}, **smi)))
        found.update(PATH=_prepended("PATH", folder / "bin"), FAKE_NPU_SMI=str(state))
    if script is not None:
        found["HARBENCH_DOUBLE"] = json.dumps(dict(script))
    return found
