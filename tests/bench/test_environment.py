import os
import subprocess

import pytest

from bench import environment


def test_identity_and_volatile_facts_are_apart():
    assert not set(environment.identity()) & set(environment.volatile())


def test_usable_cores_respect_the_affinity():
    code = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); "
    code += "from bench import environment; print(environment.usable_cores())"
    import sys

    answer = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, check=True, cwd=environment.packages_root()
    )
    assert answer.stdout.strip() == b"1"


@pytest.mark.parametrize("quota, affinity, cores", [(None, 4, 4), (2.5, 4, 2), (0.5, 4, 1), (8.0, 2, 2)])
def test_usable_cores_respect_the_quota(monkeypatch, quota, affinity, cores):
    monkeypatch.setattr(environment, "cpu_quota", lambda: quota)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(affinity)), raising=False)
    assert environment.usable_cores() == cores


@pytest.mark.parametrize(
    "files, quota",
    [
        ({"/sys/fs/cgroup/cpu.max": "max 100000"}, None),
        ({"/sys/fs/cgroup/cpu.max": "150000 100000"}, 1.5),
        ({"/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1", "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000"}, None),
        ({"/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "399000", "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000"}, 3.99),
        ({}, None),
    ],
)
def test_the_quota_is_read_from_either_control_group_version(monkeypatch, files, quota):
    monkeypatch.setattr(environment, "_read", files.get)
    assert environment.cpu_quota() == quota


def test_only_variables_that_matter_are_kept(monkeypatch):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "2")
    monkeypatch.setenv("MY_PASSWORD", "secret")
    variables = environment.volatile()["variables"]
    assert variables["TF_CPP_MIN_LOG_LEVEL"] == "2" and "secret" not in str(variables)


def test_the_packages_come_from_one_folder():
    assert environment.package_folders() == [environment.packages_root()]


def test_an_installed_copy_inside_somebody_elses_checkout_has_no_revision(tmp_path, monkeypatch):
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    monkeypatch.setattr(environment, "_PACKAGES_ROOT", str(tmp_path))
    assert environment.git_state() == {"revision": None, "is_dirty": None}
