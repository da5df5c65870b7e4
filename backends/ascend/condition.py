"""What `harbench doctor` looks at on an Ascend host: health, who else is on the device, driver, toolkit, rights."""

import os
from typing import Any, List, Mapping, Optional, Sequence

from backends.ascend import installation, probe, variables
from backends.findings import FAIL, PASS, UNKNOWN, WARN, Finding
from har_model.errors import UsageError

#: A device that nobody uses holds up to some GiB of HBM for its firmware (910B: 3 to 4.3 GiB seen).
_IDLE_SHARE = 0.1


def permissions(root: str, numbers: Sequence[int], logical_id: int) -> Finding:
    """The device nodes can be read and written.

    Args:
        root: the folder below which they are looked for.
        numbers: of the nodes that are there; a container has some of the host's.
        logical_id: the device that is meant: nodes are counted in their order.
    """
    if logical_id >= len(numbers):
        sentence = "There is no device %d: this host shows %d device node(s)." % (logical_id, len(numbers))
        return Finding("npu-nodes", FAIL, sentence, "Choose one that is there with --device.")
    nodes = ["davinci%d" % numbers[logical_id], "davinci_manager", "devmm_svm", "hisi_hdc"]
    paths = [os.path.join(root, "dev", node) for node in nodes]
    missing = [path for path in paths if not os.path.exists(path)]
    if missing:
        remedy = "Give the container the node, or install the driver."
        return Finding("npu-nodes", FAIL, "There is no /dev/%s." % os.path.basename(missing[0]), remedy)
    closed = [path for path in paths if not os.access(path, os.R_OK | os.W_OK)]
    if closed:
        sentence = "/dev/%s may not be read and written by this user." % os.path.basename(closed[0])
        return Finding("npu-nodes", FAIL, sentence, "Join the driver's group (HwHiAiUser), or run as root.")
    return Finding("npu-nodes", PASS, "The device nodes can be read and written.")


def stack(environment: Mapping[str, str], firmware: Optional[str] = None) -> Finding:
    """Which driver and toolkit there are: whether they go together stands in the vendor's table, which is not here.

    Args:
        environment: variables.
        firmware: its version as npu-smi prints it; None where it does not.
    """
    found = installation.versions(environment, firmware)
    sentence = "Driver %s, firmware %s, CANN %s." % tuple(
        found[name] or "unknown" for name in ("driver", "firmware", "cann")
    )
    if found["driver"] is None or found["cann"] is None:
        return Finding("npu-stack", UNKNOWN, sentence, "Their version files are missing; install or mount them.")
    remedy = "Compare them with CANN's table of versions that go together."
    return Finding("npu-stack", UNKNOWN, sentence + " Whether they go together was not checked.", remedy)


def logging(environment: Mapping[str, str]) -> Finding:
    """The runtime logs no more than errors and warnings."""
    level = environment.get("ASCEND_GLOBAL_LOG_LEVEL", "")
    if level in ("0", "1"):
        sentence = "ASCEND_GLOBAL_LOG_LEVEL=%s lets the runtime log what it does." % level
        return Finding("npu-logging", WARN, sentence, "Unset it, or set it to 3.")
    return Finding("npu-logging", PASS, "The runtime logs no more than warnings.")


def settings(environment: Mapping[str, str]) -> Finding:
    """No variable profiles, dumps, tunes, or makes the trial wait for other devices."""
    try:
        variables.check(environment, is_profiled=False)
    except UsageError as error:
        return Finding("npu-environment", FAIL, str(error))
    return Finding("npu-environment", PASS, "No variable profiles, dumps, tunes or names other devices.")


def of_device(number: int, environment: Mapping[str, str]) -> List[Finding]:
    """What npu-smi says of the chip of a logical number, of its firmware and of the driver."""
    from backends.telemetry import logical_npu, tool

    try:
        view = logical_npu.look(number)
    except tool.ToolFailed as error:
        remedy = "Run npu-smi info by hand: without it nothing proves that the NPU did the work."
        sentence = "npu-smi tells nothing of device %d: %s" % (number, error)
        return [stack(environment), Finding("npu-smi", FAIL, sentence, remedy)]
    written = installation.driver_version(installation.root_of(environment))
    found = [stack(environment, view.firmware), health(view), idle(view), chip(view)]
    return found + drivers(written, view.driver)


def health(view: Any) -> Finding:
    """The chip calls itself well. `view` is a `backends.telemetry.logical_npu.View`, here and below."""
    word = view.device.health
    state = {"OK": PASS, "Warning": WARN, "Alarm": FAIL, "Critical": FAIL}.get(word or "", UNKNOWN)
    sentence = "%s says of its health: %s." % (view.name, word or view.device.health_text or "nothing")
    remedy = None if state == PASS else "`npu-smi info -t health -i %d` says why." % view.device.npu_id
    return Finding("npu-health", state, sentence, remedy)


def idle(view: Any) -> Finding:
    """Nobody else works on the chip or holds its memory."""
    device = view.device
    processes = view.processes
    used, total, busy = device.device_memory_used_mib, device.device_memory_total_mib, view.utilisation_percent
    remedy = "End them, or choose another device with --device."
    if processes:
        return Finding("npu-idle", FAIL, "%d process(es) are on %s." % (len(processes), view.name), remedy)
    if busy:
        return Finding("npu-idle", FAIL, "The AI cores of %s are %.0f %% busy." % (view.name, busy), remedy)
    if used is not None and total and used > _IDLE_SHARE * total:
        sentence = "%s holds %d of %d MiB although it shows no process: perhaps one of another container." % (
            view.name, used, total,
        )  # fmt: skip
        return Finding("npu-idle", WARN, sentence, remedy)
    if processes is None:
        return Finding("npu-idle", UNKNOWN, "npu-smi does not list the processes on %s." % view.name)
    if used is None:
        return Finding("npu-idle", UNKNOWN, "npu-smi does not tell the memory in use on %s." % view.name)
    if busy is None:
        return Finding("npu-idle", UNKNOWN, "npu-smi does not tell how busy %s is." % view.name)
    return Finding("npu-idle", PASS, "Nobody else is on %s." % view.name)


def chip(view: Any) -> Finding:
    """Which chip it is, and its clock: that of an idle chip is below the rated one, which is no fault."""
    from backends.telemetry.npu_smi.chips import Family

    rated, current, family = view.rated_mhz, view.current_mhz, view.family.value
    is_clock_known = rated is not None and current is not None
    clock = "its AI cores are at %g of %g MHz" % (current, rated) if is_clock_known else "its clock is unknown"
    sentence = "%s, family %s, driver %s; %s." % (view.name, family, view.driver or "unknown", clock)
    if not is_clock_known:
        remedy = "See what `npu-smi info -t common -i %d` prints." % view.device.npu_id
        return Finding("npu-chip", UNKNOWN, sentence, remedy)
    if view.family is Family.UNCERTAIN:
        return Finding("npu-chip", UNKNOWN, sentence, "Its name does not tell what it computes: look it up yourself.")
    return Finding("npu-chip", PASS, sentence)


def drivers(written: Optional[str], running: Optional[str]) -> List[Finding]:
    """One finding where the driver has two versions; none where they agree or one of them is unknown.

    Args:
        written: in its version file.
        running: as npu-smi prints it.
    """
    if written is None or running is None or written.lower() == running.lower():
        return []
    sentence = "The driver's version file says %s, npu-smi says %s." % (written, running)
    remedy = (
        "Restart the host where the driver was updated; in a container, mount the host's version.info and npu-smi. "
        "Until then it is open which driver the figures are of."
    )
    return [Finding("npu-driver", WARN, sentence, remedy)]


def installed(status: Optional[str]) -> List[Finding]:
    """One finding where the driver was not wholly installed; none where it was, or where nothing tells.

    Args:
        status: as its installer left it in /etc/ascend_install.info.
    """
    if status is None or status.lower() == "complete":
        return []
    sentence = "/etc/ascend_install.info says of the driver's installation: %s, not complete." % status
    return [Finding("npu-driver-install", WARN, sentence, "Install the driver again, then restart the host.")]


def examine(device: Optional[int], environment: Mapping[str, str]) -> List[Finding]:
    """Every finding; none of them where the host has no device, which the probe says."""
    root = installation.root_of(environment)
    numbers = probe.device_numbers(root)
    if not numbers:
        return []
    general = [logging(environment), settings(environment)] + installed(installation.install_status(root))
    try:
        number = variables.device_of(device, environment)
    except UsageError as error:
        return [stack(environment)] + general + [Finding("npu-device", FAIL, str(error))]
    return [permissions(root, numbers, number)] + general + of_device(number, environment)
