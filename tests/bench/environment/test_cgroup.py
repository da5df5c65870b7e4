import pytest

from bench.environment import cgroup, memory, processor

V2_MOUNT = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate"
V1_MOUNTS = (
    "31 25 0:27 / /sys/fs/cgroup/cpu,cpuacct rw shared:11 - cgroup cgroup rw,cpu,cpuacct\n"
    "32 25 0:28 / /sys/fs/cgroup/memory rw shared:12 - cgroup cgroup rw,memory"
)


def v1(group, root="/", folder="/sys/fs/cgroup/cpu,cpuacct", **files):
    mounts = V1_MOUNTS.replace("0:27 / ", "0:27 %s " % root)
    tree = {"/proc/self/cgroup": "4:memory:%s\n3:cpu,cpuacct:%s\n" % (group, group), "/proc/self/mountinfo": mounts}
    return dict(tree, **{folder + "/cpu.cfs_%s_us" % name: text for name, text in files.items()})


def v2(group, **limits):
    tree = {"/proc/self/cgroup": "0::%s\n" % group, "/proc/self/mountinfo": V2_MOUNT}
    places = {name.replace("__", "/"): text for name, text in limits.items()}
    return dict(tree, **{"/sys/fs/cgroup/%scpu.max" % place: text for place, text in places.items()})


@pytest.mark.parametrize(
    "files, quota",
    [
        (v2("/", **{"": "max 100000\n"}), None),
        (v2("/", **{"": "150000 100000\n"}), (150000, 100000)),  # a container sees its own group at the top
        (v2("/", **{"": "max"}), None),
        (v2("/", **{"": "nonsense here"}), None),
        (v2("/a/b", a__b__="200000 100000", a__="50000 100000"), (50000, 100000)),  # a tighter one above
        (v2("/a/b", a__b__="max 100000", a__="300000 100000"), (300000, 100000)),
        (v2("/a/b"), None),
        (v2("/../other", **{"": "150000 100000"}), (150000, 100000)),  # a group outside of the namespace
        (v1("/", quota="-1", period="100000"), None),
        (v1("/", quota="399000", period="100000"), (399000, 100000)),
        (v1("/", quota="50000", period="0"), None),
        (v1("/", quota="50000"), None),
        # Docker on version 1: the mount shows the container's own group, under the path it has on the host.
        (v1("/docker/1f", root="/docker/1f", quota="50000", period="100000"), (50000, 100000)),
        # Kubernetes on version 1, seen from the host.
        (
            v1("/kubepods/pod7/c", folder="/sys/fs/cgroup/cpu,cpuacct/kubepods/pod7", quota="250000", period="100000"),
            (250000, 100000),
        ),
        ({}, None),
    ],
)
def test_the_quota_is_the_tightest_of_our_own_group_and_those_above(host, files, quota):
    host(files)
    found = cgroup.quota()
    assert (found and (found.quota_us, found.period_us)) == quota
    assert cgroup.cpu_quota() == (quota and quota[0] / quota[1])


def test_in_a_hybrid_hierarchy_the_version_with_the_processor_is_read(host):
    files = v1("/job", folder="/sys/fs/cgroup/cpu,cpuacct/job", quota="150000", period="100000")
    files["/proc/self/cgroup"] += "0::/job\n"
    files["/proc/self/mountinfo"] += "\n33 25 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw"
    host(files)
    assert (cgroup.version(), cgroup.cpu_quota()) == (1, 1.5)


@pytest.mark.parametrize("files, version", [(v2("/"), 2), (v1("/"), 1), ({}, None)])
def test_the_version_is_known_where_there_are_control_groups(host, files, version):
    host(files)
    assert cgroup.version() == version


@pytest.mark.parametrize(
    "limit, allowed, cores",
    [("max", 4, 4), ("250000", 4, 2), ("50000", 4, 1), ("800000", 2, 2), ("399000", 8, 3)],
)
def test_usable_cores_are_the_affinity_cut_by_the_quota(host, limit, allowed, cores):
    host(v2("/", **{"": limit + " 100000"}), cores=range(allowed))
    assert processor.usable_cores() == cores


def test_without_affinity_every_core_is_usable(host):
    host({}, cores=None)
    assert processor.usable_cores() == 8


def test_the_memory_limit_leaves_room_of_what_is_not_file_cache(host):
    folder = "/sys/fs/cgroup/a/"
    host(
        dict(
            v2("/a/b"),
            **{
                "/sys/fs/cgroup/a/b/memory.max": "max",
                folder + "memory.max": "1000000",
                folder + "memory.current": "700000",
                folder + "memory.stat": "anon 300000\ninactive_file 400000\n",
            },
        )
    )
    assert cgroup.memory_limit_bytes() == 1000000
    assert cgroup.memory_room_bytes() == memory.available_bytes() == 700000


def test_the_memory_limit_of_version_1_that_means_none_is_none(host):
    host(dict(v1("/"), **{"/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712"}))
    assert cgroup.memory_limit_bytes() is None and cgroup.memory_room_bytes() is None


def test_the_memory_limit_of_version_1_counts_the_cache_of_groups_below(host):
    folder = "/sys/fs/cgroup/memory/"
    host(
        dict(
            v1("/"),
            **{
                folder + "memory.limit_in_bytes": "1000",
                folder + "memory.usage_in_bytes": "900",
                folder + "memory.stat": "inactive_file 100\ntotal_inactive_file 300\n",
            },
        )
    )
    assert (cgroup.memory_limit_bytes(), cgroup.memory_room_bytes()) == (1000, 400)
