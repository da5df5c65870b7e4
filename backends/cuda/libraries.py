"""The libraries of the CUDA toolkit that TensorFlow loads by name, and which of them is missing.

TensorFlow registers no GPU at all, and goes on with the host's cores, where one of them cannot be loaded
(MaybeTryDlopenGPULibraries in tensorflow/core/platform).
"""

import ctypes
import glob
import os
from typing import Callable, Dict, List, Optional

from backends.cuda import build as builds
from backends.cuda.build import Build

#: For each major version of CUDA the version in the name of each library. Those of CUDA 10.0 all have its own.
_SONAMES: Dict[int, Dict[str, str]] = {
    11: {"cudart": "11.0", "cublas": "11", "cublasLt": "11", "cufft": "10", "cusparse": "11"},
    12: {"cudart": "12", "cublas": "12", "cublasLt": "12", "cufft": "11", "cusolver": "11", "cusparse": "12"},
    13: {"cudart": "13", "cublas": "13", "cublasLt": "13", "cufft": "12", "cusolver": "12", "cusparse": "12"},
}
_OF_TEN = ("cudart", "cublas", "cufft", "curand", "cusolver", "cusparse")
#: The first that finds its libraries in the folders of the pip packages nvidia-*, without LD_LIBRARY_PATH.
_FINDS_PIP_PACKAGES = (2, 14)


def needed(build: Build) -> List[str]:
    """The libraries that a build loads, as "libcudart.so.12"; empty where that is not known."""
    cuda, cudnn = builds.version_of(build.cuda), builds.version_of(build.cudnn)
    if cuda is None:
        return []
    if cuda[:2] == (10, 0):
        names = ["lib%s.so.10.0" % name for name in _OF_TEN]
    elif cuda[0] == 10:
        names = ["libcudart.so.%d.%d" % (cuda[0], cuda[1] if len(cuda) > 1 else 1), "libcublas.so.10"]
    else:
        names = ["lib%s.so.%s" % item for item in _SONAMES.get(cuda[0], {}).items()]
    return names + (["libcudnn.so.%d" % cudnn[0]] if cudnn else [])


def load_error(name: str) -> Optional[str]:
    """Why the system's loader does not load a library; None where it does. It is what TensorFlow does."""
    try:
        ctypes.CDLL(name)
    except OSError as error:
        return str(error)
    return None


def is_in_pip_package(name: str, site: Optional[str], build: Build) -> bool:
    """Whether a library lies in a folder of the packages nvidia-* where this TensorFlow looks for it."""
    version = builds.version_of(build.version)
    if site is None or version is None or version < _FINDS_PIP_PACKAGES:
        return False
    return bool(glob.glob(os.path.join(glob.escape(site), "nvidia", "*", "lib", name)))


def missing(build: Build, site: Optional[str], error_of: Callable[[str], Optional[str]] = load_error) -> Dict[str, str]:
    """The libraries that cannot be loaded, each with the loader's reason.

    Args:
        build: of the TensorFlow that needs them.
        site: its folder of packages.
        error_of: why a library cannot be loaded; None where it can.
    """
    wanted = [name for name in needed(build) if not is_in_pip_package(name, site, build)]
    errors = {name: error_of(name) for name in wanted}
    return {name: error for name, error in errors.items() if error is not None}


def remedy(build: Build) -> str:
    """How to get what a build needs."""
    version = builds.version_of(build.version)
    if version and version >= _FINDS_PIP_PACKAGES:
        return (
            "install them beside it with `pip install 'tensorflow[and-cuda]==%s'` (`make bench-gpu` does), or put the "
            "toolkit's folder on LD_LIBRARY_PATH" % build.version
        )
    return (
        "install CUDA %s with cuDNN %s and put their folders on LD_LIBRARY_PATH, or use NVIDIA's image of TensorFlow"
        % (build.cuda, build.cudnn or "of its time")
    )
