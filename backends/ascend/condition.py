"""What `harbench doctor` looks at on an Ascend host: health, who else is on the device, driver, toolkit, rights."""

import os
from typing import Any, List, Mapping, Optional

from backends.ascend import installation, probe, variables
from backends.findings import FAIL, PASS, UNKNOWN, WARN, Finding
from har_model.errors import HarbenchError

#: A device that nobody uses holds up to some GiB of HBM for its firmware (910B: 3 to 4.3 GiB seen).
_IDLE_SHARE = 0.1


def permissions(root: str, number: int) -> Finding:
    """The device nodes can be read and written."""
    nodes = ["davinci%d" % number, "davinci_manager", "devmm_svm", "hisi_hdc"]
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


def stack(environment: Mapping[str, str]) -> Finding:
    """Driver and toolkit are there and tell their versions."""
    found = installation.versions(environment)
    sentence = "Driver %s, firmware %s, CANN %s." % tuple(
        found[name] or "unknown" for name in ("driver", "firmware", "cann")
    )
    remedy = "Compare them with CANN's table of versions that go together."
    if found["driver"] is None or found["cann"] is None:
        return Finding("npu-stack", UNKNOWN, sentence, "Their version files are missing; install or mount them.")
    return Finding("npu-stack", PASS, sentence, remedy)


def logging(environment: Mapping[str, str]) -> Finding:
    """The runtime does not log each call."""
    level = environment.get("ASCEND_GLOBAL_LOG_LEVEL", "")
    if level in ("0", "1"):
        sentence = "ASCEND_GLOBAL_LOG_LEVEL=%s lets the runtime log what it does." % level
        return Finding("npu-logging", WARN, sentence, "Unset it, or set it to 3.")
    return Finding("npu-logging", PASS, "The runtime logs no more than warnings.")


def of_device(number: int) -> List[Finding]:
    """What npu-smi says of the chip of a logical number."""
    from backends.telemetry import logical_npu

    try:
        view = logical_npu.look(number)
    except HarbenchError as error:
        remedy = "Run npu-smi info by hand."
        return [Finding("npu-device", UNKNOWN, "npu-smi tells nothing: %s" % error, remedy)]
    return [health(view), idle(view), chip(view)]


def health(view: Any) -> Finding:
    """The chip calls itself well. `view` is a `backends.telemetry.logical_npu.View`, here and below."""
    word = view.device.health
    state = {"OK": PASS, "Warning": WARN, "Alarm": FAIL, "Critical": FAIL}.get(word or "", UNKNOWN)
    sentence = "%s says of its health: %s." % (view.name, word or "nothing")
    return Finding("npu-health", state, sentence, None if state == PASS else "npu-smi info -t health says why.")


def idle(view: Any) -> Finding:
    """Nobody else works on the chip or holds its memory."""
    device = view.device
    processes = view.processes
    used, total, busy = device.device_memory_used_mib, device.device_memory_total_mib, device.aicore_percent
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
    if processes is None or used is None:
        return Finding("npu-idle", UNKNOWN, "npu-smi does not list the processes on %s." % view.name)
    return Finding("npu-idle", PASS, "Nobody else is on %s." % view.name)


def chip(view: Any) -> Finding:
    """Which chip it is, and its clock."""
    rated, current = view.rated_mhz, view.current_mhz
    clock = "its clock is unknown" if rated is None else "AI cores at %s of %g MHz" % (current or "unknown", rated)
    sentence = "%s, family %s, driver %s; %s." % (view.name, view.family.value, view.driver or "unknown", clock)
    return Finding("npu-chip", PASS, sentence)


def examine(device: Optional[int], environment: Mapping[str, str]) -> List[Finding]:
    """Every finding; none of them where the host has no device, which the probe says."""
    root = installation.root_of(environment)
    if not probe.device_numbers(root):
        return []
    number = variables.device_of(device, environment)
    return [permissions(root, number), stack(environment), logging(environment)] + of_device(number)
