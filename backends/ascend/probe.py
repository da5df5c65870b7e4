"""Whether this host and interpreter can run on an NPU: device, adapter package, its libraries, in that order."""

import glob
import importlib.util
import os
import re
import sys
from typing import List, Mapping, Optional, Tuple

from backends import processes
from backends.ascend import installation
from backends.protocol import Probe

#: Importing TensorFlow and the adapter takes seconds; from a cold network disk, longer.
_IMPORT_SECONDS = 100
_IMPORTS = {
    "npu_bridge": "import npu_bridge.npu_init",
    "npu_device": "import npu_device; npu_device.compat.enable_v1()",
}
#: Printed when the import has ended: an adapter may leave Python before, and with exit code 0.
_IMPORTED = "harbench: the adapter is imported"
#: At the start of what the loader says; TensorFlow itself tells of CUDA's libraries that it does without.
_LOADER = re.compile(
    r"^(?!.*Could not load dynamic library).*?(\S+\.so[\w.]*): cannot open shared object", re.MULTILINE
)


def device_numbers(root: str) -> List[int]:
    """The numbers of the device nodes, in order."""
    found = (re.fullmatch(r"davinci(\d+)", os.path.basename(path)) for path in glob.glob(os.path.join(root, "dev/*")))
    return sorted(int(match.group(1)) for match in found if match)


def _without_device(root: str) -> Optional[str]:
    if not device_numbers(root):
        return (
            "This host shows no Ascend NPU (no /dev/davinci0): run on an Ascend host, or give the container its "
            "devices with ASCEND_VISIBLE_DEVICES."
        )
    if not os.path.exists(os.path.join(root, "dev/davinci_manager")):
        return (
            "An Ascend device node is there but /dev/davinci_manager is not: give the container that node too, or "
            "install the driver."
        )
    return None


def _package() -> Optional[str]:
    return next((name for name in _IMPORTS if importlib.util.find_spec(name) is not None), None)


def _last_words(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"


def explain_import(return_code: int, text: str, root: str) -> str:
    """What it means that importing the adapter failed.

    Args:
        return_code: of the process that tried; negative: a signal; 0: it left before the import had ended.
        text: everything that it printed.
        root: where version files are looked for.
    """
    missing = _LOADER.findall(text)
    if missing:
        return (
            "The Ascend adapter is installed, but the library %s cannot be loaded: CANN or the driver is missing in "
            "this environment; %s, then try again." % (os.path.basename(missing[0]), installation.setting_up(root))
        )
    if return_code < 0:
        return (
            "Importing the Ascend adapter ended the process by %s: driver, CANN and adapter do not fit together, or "
            "the device is taken (%s)." % (processes.signal_name(-return_code), _last_words(text))
        )
    if return_code == 0:
        return (
            "The Ascend adapter ended Python while it was imported, with exit code 0 (%s): driver, CANN and adapter "
            "may not fit together; %s, and use the vendor's Python."
            % (_last_words(text), installation.setting_up(root))
        )
    return "The Ascend adapter cannot be imported (%s); %s, and use the vendor's Python." % (
        _last_words(text), installation.setting_up(root),
    )  # fmt: skip


def _is_imported(text: str) -> bool:
    return _IMPORTED in text.splitlines()


def _try_import(package: str) -> Tuple[Optional[int], str]:
    """Return code and output of a process that imports the adapter; a fatal error ends that process alone.

    The code is None where it does not end.
    """
    said = b"\n%s\n" % _IMPORTED.encode()
    command = [sys.executable, "-c", "%s\nimport os\nos.write(1, %r)" % (_IMPORTS[package], said)]
    ended = processes.run(command, _IMPORT_SECONDS, is_merged=True)
    return ended.code, ended.out.decode("utf-8", "backslashreplace")


def probe(variables: Mapping[str, str]) -> Probe:
    """Look for the device, then for the adapter's package, then import it in a process of its own."""
    root = installation.root_of(variables)
    missing = _without_device(root)
    if missing:
        return Probe(False, missing)
    package = _package()
    if package is None:
        return Probe(
            False,
            "The Ascend adapter for TensorFlow is missing (no package npu_bridge): %s, and use the vendor's Python "
            "3.7; it is on no package index." % installation.setting_up(root),
        )
    if importlib.util.find_spec("tensorflow") is None:
        return Probe(
            False, "This Python has the Ascend adapter but no TensorFlow: install 1.15.0, or use the vendor's."
        )
    return_code, text = _try_import(package)
    if return_code is None:
        return Probe(
            False,
            "Importing the Ascend adapter did not end within %d s: the device, its driver or a network disk hangs; see "
            "whether npu-smi info answers." % _IMPORT_SECONDS,
        )
    if return_code != 0 or not _is_imported(text):
        return Probe(False, explain_import(return_code, text, root))
    return Probe(
        True, "The NPU backend is ready: %d device node(s), adapter %s." % (len(device_numbers(root)), package)
    )
