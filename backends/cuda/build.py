"""What CUDA this interpreter's TensorFlow was built for, read from its files without importing it."""

import ast
import importlib.util
import os
import re
from dataclasses import dataclass
from typing import Any, Dict, Optional, Tuple

from har_model.files import read_text

Version = Tuple[int, ...]

#: Distributions that bring a package `tensorflow`, as their metadata folders spell them.
_DISTRIBUTION = re.compile(
    r"((?:nvidia_|intel_)?tensorflow(?:_cpu|_gpu|_cpu_aws|_rocm)?|tf_nightly(?:_cpu|_gpu)?)-(\d[^-]*)\.(?:dist|egg)-info"
)
#: Up to 2.0 a build does not say which CUDA and cuDNN it needs: https://www.tensorflow.org/install/source#gpu
_UNSAID_CUDA, _UNSAID_CUDNN, _FIRST_THAT_SAYS = "10.0", "7", (2, 1)


def version_of(text: Optional[str]) -> Optional[Version]:
    """The leading numbers of a version: (12, 5, 1) of "12.5.1", (1, 15, 5) of "1.15.5+nv22.12"; None where none are."""
    found = re.match(r"\d+(?:\.\d+)*", text or "")
    return tuple(int(part) for part in found.group(0).split(".")) if found else None


def is_nvidias_version(version: str) -> bool:
    """Whether a version is one of NVIDIA's own builds, as "1.15.5+nv22.12" is."""
    return "nv" in version


@dataclass(frozen=True)
class Build:
    """A TensorFlow as it was built.

    Args:
        distribution: the package that brought it, as "tensorflow_cpu"; None where there is no metadata.
        version: its version; None likewise.
        is_cuda: whether it was built for CUDA; None where its files do not say.
        cuda, cudnn: the versions that it loads, as "12.5.1" and "9"; None where nothing tells.
    """

    distribution: Optional[str]
    version: Optional[str]
    is_cuda: Optional[bool]
    cuda: Optional[str] = None
    cudnn: Optional[str] = None

    @property
    def is_nvidias(self) -> bool:
        """Whether it is NVIDIA's own, whose 1.15 knows newer GPUs and toolkits."""
        return self.distribution == "nvidia_tensorflow" or is_nvidias_version(self.version or "")

    @property
    def name(self) -> str:
        """As a sentence calls it."""
        return "TensorFlow %s" % self.version if self.version else "this TensorFlow"


def assignments(source: str) -> Dict[str, Any]:
    """The constants of a `build_info.py`: of its dictionary `build_info` (from 2.3), or of the module itself."""
    try:
        statements = ast.parse(source).body
    except (SyntaxError, ValueError):
        return {}
    found: Dict[str, Any] = {}
    for statement in statements:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            found.update(_constants(statement.targets[0].id, statement.value))
    return found


def _constants(name: str, value: ast.AST) -> Dict[str, Any]:
    try:
        if name == "build_info" and isinstance(value, ast.Call):
            return {str(key): content for key, content in ast.literal_eval(value.args[0])}
        return {name: ast.literal_eval(value)}
    except (ValueError, TypeError, IndexError):
        return {}


def _text(value: Any) -> Optional[str]:
    return str(value) if value not in (None, "", False) else None


def of_texts(source: Optional[str], distribution: Optional[str], version: Optional[str]) -> Build:
    """The build, from the text of its `build_info.py` and the name and version of its package."""
    said = assignments(source or "")
    is_cuda = said.get("is_cuda_build")
    cuda = _text(said.get("cuda_version") or said.get("cuda_version_number"))
    cudnn = _text(said.get("cudnn_version") or said.get("cudnn_version_number"))
    build = Build(distribution, version, is_cuda if isinstance(is_cuda, bool) else None, cuda, cudnn)
    numbers = version_of(version)
    if build.is_cuda and not cuda and numbers and numbers < _FIRST_THAT_SAYS and not build.is_nvidias:
        return Build(distribution, version, True, _UNSAID_CUDA, _UNSAID_CUDNN)
    return build


def in_folder(site: str) -> Build:
    """The build whose package lies in a folder of packages."""
    listed = sorted(os.listdir(site)) if os.path.isdir(site) else []
    matches = [found for found in map(_DISTRIBUTION.fullmatch, listed) if found]
    # Version 1.15 has its modules in a package of another name.
    packages = ("tensorflow", "tensorflow_core")
    paths = [os.path.join(site, package, "python", "platform", "build_info.py") for package in packages]
    source = next((text for text in map(read_text, paths) if text is not None), None)
    distribution, version = matches[0].groups() if matches else (None, None)
    return of_texts(source, distribution, version)


def site_folder() -> Optional[str]:
    """The folder of packages from which this interpreter would import TensorFlow; None where it has none."""
    spec = importlib.util.find_spec("tensorflow")
    if spec is None:
        return None
    places = [os.path.dirname(spec.origin)] if spec.origin else list(spec.submodule_search_locations or ())
    return os.path.dirname(places[0]) if places else None


def find() -> Optional[Build]:
    """This interpreter's build; None where it has no TensorFlow."""
    site = site_folder()
    return None if site is None else in_folder(site)
