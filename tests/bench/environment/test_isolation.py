import pytest

from bench.environment import isolation


@pytest.mark.parametrize(
    "files, kind",
    [
        ({}, None),
        ({"/proc/self/cgroup": "0::/user.slice/session-2.scope"}, None),
        ({"/.dockerenv": ""}, "docker"),
        ({"/run/.containerenv": ""}, "podman"),
        ({"/proc/self/cgroup": "3:cpu:/docker/0f1e"}, "docker"),
        ({"/proc/self/cgroup": "0::/machine.slice/libpod-1f.scope"}, "podman"),
        ({"/proc/self/cgroup": "3:cpu:/kubepods/burstable/pod7/docker-1", "/.dockerenv": ""}, "kubernetes"),
        ({"/proc/self/cgroup": "0::/", "/proc/1/environ": "TERM=linux\0container=lxc\0HOME=/"}, "lxc"),
        ({"/proc/self/cgroup": "3:cpu:/lxc/web"}, "lxc"),
        ({"/run/systemd/container": "systemd-nspawn\n"}, "systemd-nspawn"),
    ],
)
def test_a_container_is_known_by_its_signs(host, files, kind):
    host(files)
    assert isolation.container() == kind
    assert isolation.identity()["is_container"] is (kind is not None)


def test_a_pod_is_known_by_its_variable(host, monkeypatch):
    host({"/.dockerenv": ""})
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    assert isolation.container() == "kubernetes"


DMI = "/sys/class/dmi/id/"


@pytest.mark.parametrize(
    "files, is_virtual, name",
    [
        ({"/proc/cpuinfo": "flags\t: fpu vme hypervisor lm\n"}, True, None),
        ({"/proc/cpuinfo": "flags\t: fpu vme lm\n"}, False, None),
        ({"/proc/cpuinfo": "CPU implementer: 0x48\n"}, None, None),  # ARM has no such flag
        ({DMI + "sys_vendor": "QEMU", DMI + "product_name": "KVM Virtual Machine"}, True, "QEMU KVM Virtual Machine"),
        ({DMI + "sys_vendor": "Huawei", DMI + "product_name": "Atlas 800"}, None, None),
        ({"/sys/hypervisor/type": "xen"}, True, "xen"),
        ({}, None, None),
    ],
)
def test_a_virtual_machine_is_known_and_what_does_not_tell_is_unknown(host, files, is_virtual, name):
    host(files)
    assert (isolation.is_virtual(), isolation.virtualisation()) == (is_virtual, name)
