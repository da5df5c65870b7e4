"""What stands between this process and the machine: a container, a hypervisor."""

import os
from typing import Any, Dict, Optional

from bench.environment import processor, system_files

#: Words in the paths of a process's control groups, and whose they are.
_CGROUP_WORDS = (("kubepods", "kubernetes"), ("libpod", "podman"), ("docker", "docker"), ("lxc", "lxc"))

#: Vendors and products that a virtual machine's firmware names, in lower case.
_VIRTUAL_FIRMWARE = (
    "qemu", "kvm", "vmware", "virtualbox", "xen", "bochs", "virtual machine", "openstack", "hvm domu", "amazon ec2",
    "google compute engine", "alibaba cloud", "huawei cloud", "parallels", "firecracker",
)  # fmt: skip


def container() -> Optional[str]:
    """What kind of container this process lies in, as far as there are signs of one."""
    groups = "%s %s" % (system_files.read("/proc/self/cgroup"), system_files.read("/proc/1/cgroup"))
    by_group = next((kind for word, kind in _CGROUP_WORDS if word in groups), None)
    if os.environ.get("KUBERNETES_SERVICE_HOST") or by_group == "kubernetes":
        return "kubernetes"
    if system_files.exists("/run/.containerenv"):
        return "podman"
    if system_files.exists("/.dockerenv"):
        return "docker"
    for variable in (system_files.read("/proc/1/environ") or "").split("\0"):  # readable by root alone
        if variable.startswith("container="):
            return variable.partition("=")[2]
    return by_group or system_files.read("/run/systemd/container")


def virtualisation() -> Optional[str]:
    """What the hypervisor or the virtual machine's firmware calls itself, as far as it does."""
    hypervisor = system_files.read("/sys/hypervisor/type")
    if hypervisor:
        return hypervisor
    vendor, product = (system_files.read("/sys/class/dmi/id/" + name) for name in ("sys_vendor", "product_name"))
    text = " ".join(part for part in (vendor, product) if part)
    return text if any(word in text.lower() for word in _VIRTUAL_FIRMWARE) else None


def is_virtual() -> Optional[bool]:
    """Whether a hypervisor runs this system; None where nothing says so and nothing would."""
    if virtualisation():
        return True
    flags = processor.cpuinfo().get("flags")  # x86 alone has them; "hypervisor" is CPUID leaf 1, ECX bit 31
    return None if flags is None else "hypervisor" in flags.split()


def identity() -> Dict[str, Any]:
    """Container and hypervisor."""
    kind = container()
    return {
        "is_container": kind is not None,
        "container": kind,
        "is_virtual": is_virtual(),
        "virtualisation": virtualisation(),
    }
