"""Which driver, toolkit and adapter a host has: read from their version files, whatever their layout."""

import glob
import os
import platform
import re
from typing import Dict, List, Mapping, Optional

from har_model.files import read_text

#: The files lie below this folder in tests.
ROOT_VARIABLE = "HARBENCH_ASCEND_ROOT"
_ASCEND = "usr/local/Ascend"
#: A toolkit's folder from the newest layout to the oldest.
_TOOLKITS = ("cann", "ascend-toolkit/latest", "nnae/latest", "fwkacllib", "toolkit")


def root_of(variables: Mapping[str, str]) -> str:
    """The folder below which device nodes and version files are looked for."""
    return variables.get(ROOT_VARIABLE) or "/"


def pairs(text: str) -> Dict[str, str]:
    """The `name=value` lines of a text; a value may be empty."""
    found = re.findall(r"^[ \t]*([A-Za-z_][\w.]*)[ \t]*=[ \t]*(.*?)[ \t\r]*$", text, re.MULTILINE)
    return dict(found)


def _value(path: str, *names: str) -> Optional[str]:
    found = pairs(read_text(path) or "")
    return next((found[name] for name in names if found.get(name)), None)


def driver_version(root: str) -> Optional[str]:
    """The driver's, from driver/version.info."""
    return _value(os.path.join(root, _ASCEND, "driver/version.info"), "Version", "package_version")


def install_status(root: str) -> Optional[str]:
    """How the driver's installer ended, `complete` where it did; None where it left no word in its file."""
    return _value(os.path.join(root, "etc/ascend_install.info"), "Driver_Install_Status")


def firmware_version(root: str) -> Optional[str]:
    """The firmware's, where its package left a file."""
    return _value(os.path.join(root, _ASCEND, "firmware/version.info"), "Version", "package_version")


def _of_component(text: str) -> Optional[str]:
    """The public version of an entry of version.cfg: "[7.5.0.1.129:8.0.RC3]", the last one where there are several."""
    inner = re.findall(r"[^][,;\"'\s]+", text)
    return inner[-1].rpartition(":")[2] or None if inner else None


def _toolkit_version_in(folder: str) -> Optional[str]:
    for path in sorted(glob.glob(os.path.join(folder, "*-linux", "ascend_*_install.info"))):
        version = _value(path, "version")
        if version:
            return version
    running = _value(os.path.join(folder, "version.cfg"), "toolkit_running_version", "runtime_running_version")
    if running:
        return _of_component(running)
    return _value(os.path.join(folder, "version.info"), "Version")


def _toolkit_folders(root: str, variables: Mapping[str, str]) -> List[str]:
    """Where a toolkit may be: where set_env.sh says, which may be the folder of one architecture; then by layout."""
    named = variables.get("ASCEND_HOME_PATH") or variables.get("ASCEND_TOOLKIT_HOME") or ""
    places: List[str] = []
    if named:
        folder = os.path.join(root, named.strip("/"))
        places = [folder] + ([os.path.dirname(folder)] if folder.endswith("-linux") else [])
    return places + [os.path.join(root, _ASCEND, name) for name in _TOOLKITS]


def toolkit_version(root: str, variables: Mapping[str, str]) -> Optional[str]:
    """CANN's version; of several toolkits that of the one in use, else of the newest layout."""
    found = (_toolkit_version_in(folder) for folder in _toolkit_folders(root, variables))
    return next((version for version in found if version), None)


def set_env_scripts(root: str) -> List[str]:
    """The scripts that set the environment up, as a person would source them: the toolkit's, then the adapter's."""
    alternatives = (("cann", "ascend-toolkit", "nnae"), ("tfplugin", "tfplugin/latest"))
    there = [
        [name for name in names if os.path.isfile(os.path.join(root, _ASCEND, name, "set_env.sh"))]
        for names in alternatives
    ]
    return ["/%s/%s/set_env.sh" % (_ASCEND, names[0]) for names in there if names]


def setting_up(root: str) -> str:
    """What sets the environment up on a host, in the words of a sentence: its scripts, or variables where it has none.

    CANN 20.x, which lies in `fwkacllib`, came without such scripts.
    """
    scripts = set_env_scripts(root)
    if scripts:
        return "source %s" % " and ".join(scripts)
    if os.path.isdir(os.path.join(root, _ASCEND, "fwkacllib")):
        return "set the variables that docs/ascend.md shows for CANN 20.x, which has no set_env.sh"
    return "source CANN's and tfplugin's set_env.sh"


def versions(variables: Mapping[str, str], firmware: Optional[str] = None) -> Dict[str, Optional[str]]:
    """What a record says of the stack; None is not known.

    Args:
        variables: of the environment.
        firmware: as npu-smi prints it; where it does not, a file may tell.
    """
    root = root_of(variables)
    return {
        "driver": driver_version(root),
        "firmware": firmware or firmware_version(root),
        "cann": toolkit_version(root, variables),
        "machine": platform.machine(),
    }
