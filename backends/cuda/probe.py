"""Whether TensorFlow can use an NVIDIA GPU here: facts, looked up without a framework, and what they mean."""

from dataclasses import dataclass, field
from typing import Callable, Dict, Mapping, Optional, Tuple

from backends.cuda import build as builds
from backends.cuda import driver as drivers
from backends.cuda import libraries, variables
from backends.cuda.build import Build
from backends.cuda.driver import Driver, Nodes
from backends.protocol import Probe

#: From CUDA 11 on a driver serves every CUDA of its major version:
#: https://docs.nvidia.com/deploy/cuda-compatibility
_FIRST_COMPATIBLE = 11
#: The oldest drivers (Linux) for each: https://docs.nvidia.com/cuda/cuda-toolkit-release-notes
OLDEST_DRIVERS = {(10, 0): "410.48", (10, 1): "418.39", (11,): "450.80.02", (12,): "525.60.13", (13,): "580.65.06"}


@dataclass(frozen=True)
class Facts:
    """What is looked at, in the order in which it is.

    Args:
        nodes: device nodes.
        driver: what the driver says; None where it was not asked since there is no node.
        build: this interpreter's TensorFlow; None where there is none.
        variables: the environment.
        missing: libraries of the toolkit that cannot be loaded, each with the loader's reason.
    """

    nodes: Nodes
    driver: Optional[Driver]
    build: Optional[Build]
    variables: Mapping[str, str]
    missing: Mapping[str, str] = field(default_factory=dict)


def oldest_cuda(build: Build) -> Optional[Tuple[int, ...]]:
    """The oldest CUDA that a driver must serve for this build; None where the build does not say."""
    cuda = builds.version_of(build.cuda)
    if cuda is None:
        return None
    return cuda[:1] if cuda[0] >= _FIRST_COMPATIBLE else cuda[:2]


def is_too_old(driver: Driver, build: Build) -> bool:
    """Whether it is known that the driver does not serve the build's CUDA."""
    wanted = oldest_cuda(build)
    return bool(wanted and driver.cuda and driver.cuda[: len(wanted)] < wanted)


def _node(facts: Facts) -> Optional[str]:
    if not facts.nodes.gpus:
        return (
            "This host shows no NVIDIA GPU (no /dev/nvidia0): run on a CUDA host, or give the container its GPU with "
            "`--gpus all`."
        )
    if facts.nodes.forbidden:
        return "%s may not be opened by this user: join the group that owns it (`ls -l %s`), or ask for access." % (
            facts.nodes.forbidden[0],
            facts.nodes.forbidden[0],
        )
    return None


def _library(facts: Facts) -> Optional[str]:
    error = facts.driver.load_error if facts.driver else None
    if error is None:
        return None
    return (
        "The NVIDIA driver's library %s cannot be loaded (%s): install the driver that fits the GPU, or start the "
        "container with `--gpus all` and NVIDIA_DRIVER_CAPABILITIES=compute,utility." % (drivers.LIBRARY, error)
    )


def _with_cuda(build: Build) -> str:
    """The package with CUDA in place of a build without: its name has changed twice."""
    version = builds.version_of(build.version)
    if version is None:
        return "one with CUDA"
    name = "tensorflow-gpu" if version < (2, 1) else "tensorflow" if version < (2, 14) else "tensorflow[and-cuda]"
    return "`%s==%s`" % (name, build.version)


def _tensorflow(facts: Facts) -> Optional[str]:
    build = facts.build
    if build is None:
        return "The gpu backend needs TensorFlow, which this Python does not have; `make bench-gpu` sets it up."
    if build.is_cuda is not False:
        return None
    return "%s here (package %s) was built without CUDA: install %s, or use the Python of one of NVIDIA's images." % (
        build.name[0].upper() + build.name[1:],
        (build.distribution or "unknown").replace("_", "-"),
        _with_cuda(build),
    )


def _hidden(facts: Facts) -> Optional[str]:
    if variables.entries(facts.variables) != ():
        return None
    return "%s=%r hides every GPU: unset it, or name one, as %s=0." % (
        variables.VARIABLE, facts.variables[variables.VARIABLE], variables.VARIABLE,
    )  # fmt: skip


def _start(facts: Facts) -> Optional[str]:
    driver = facts.driver
    if driver is None or driver.start_code is None:
        return None
    listed = facts.variables.get(variables.VARIABLE)
    if listed is not None and (driver.start_code == 100 or driver.count == 0):
        return "%s=%r names no GPU that is here: `nvidia-smi -L` lists them." % (variables.VARIABLE, listed)
    if driver.start_code != 0 and not facts.nodes.has_memory_node:
        return (
            "CUDA does not start (cuInit returned %d) and /dev/nvidia-uvm is missing: run `nvidia-modprobe -u` as "
            "root, or give the container that node." % driver.start_code
        )
    if driver.start_code != 0:
        return "The driver does not start (cuInit returned %d): %s." % (
            driver.start_code,
            drivers.meaning(driver.start_code),
        )
    if driver.count is None:
        return "The driver starts and does not tell how many GPUs it sees: look at nvidia-smi, or reinstall it."
    return "The driver starts and sees no GPU: look at nvidia-smi." if driver.count == 0 else None


def _old_driver(facts: Facts) -> Optional[str]:
    driver, build = facts.driver, facts.build
    if driver is None or build is None or driver.cuda is None or not is_too_old(driver, build):
        return None
    wanted = oldest_cuda(build) or ()
    version = OLDEST_DRIVERS.get(wanted)
    return "The driver serves CUDA up to %d.%d, and %s needs %s: install driver %s, or an older TensorFlow." % (
        driver.cuda[0], driver.cuda[1], build.name, build.cuda,
        "%s or newer" % version if version else "of a newer version",
    )  # fmt: skip


def _toolkit(facts: Facts) -> Optional[str]:
    if not facts.missing or facts.build is None:
        return None
    return (
        "%s, built for CUDA %s, would run on the host's cores, since it cannot load %s (%s): %s."
        % (
            facts.build.name[0].upper() + facts.build.name[1:],
            facts.build.cuda,
            ", ".join(facts.missing),
            next(iter(facts.missing.values())),
            libraries.remedy(facts.build),
        )
    )  # fmt: skip


_FAULTS: Tuple[Callable[[Facts], Optional[str]], ...] = (
    _node, _library, _tensorflow, _hidden, _start, _old_driver, _toolkit,
)  # fmt: skip


def _pairing(facts: Facts) -> str:
    """What the driver and TensorFlow say of the CUDA between them."""
    driver, build = facts.driver, facts.build
    if driver is None or driver.cuda is None or build is None or builds.version_of(build.cuda) is None:
        return "whether the driver fits TensorFlow's CUDA cannot be told"
    return "%s was built for CUDA %s, the driver serves CUDA up to %d.%d, which suffices" % (
        build.name,
        build.cuda,
        *driver.cuda[:2],
    )


def judge(facts: Facts) -> Probe:
    """The first thing that is missing, or that nothing is."""
    fault = next((sentence for sentence in (check(facts) for check in _FAULTS) if sentence), None)
    if fault is not None:
        return Probe(False, fault)
    count = facts.driver.count if facts.driver else None
    visible = "1 GPU is" if count == 1 else "%s GPUs are" % count
    return Probe(True, "The gpu backend is ready: %s visible; %s." % (visible, _pairing(facts)))


def look(environment: Mapping[str, str]) -> Facts:
    """This host's facts; nothing is asked of a driver where no device node is."""
    found, build = drivers.nodes(drivers.root()), builds.find()
    driver = drivers.ask() if found.gpus and not found.forbidden else None
    is_worth_it = driver is not None and driver.load_error is None and build is not None
    absent: Dict[str, str] = libraries.missing(build, builds.site_folder()) if is_worth_it and build else {}
    return Facts(found, driver, build, dict(environment), absent)


def probe(environment: Mapping[str, str]) -> Probe:
    """Look for device nodes, driver, TensorFlow's build and the libraries that it needs, and say what is missing."""
    return judge(look(environment))
