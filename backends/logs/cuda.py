"""Signs of an NVIDIA GPU in a TensorFlow log: a created device is proof, a found one is not."""

import re
from dataclasses import dataclass
from typing import Iterable, List, Optional, Tuple

from backends.logs.logger import is_logged

#: tensorflow/core/common_runtime/gpu/gpu_device.cc. TensorFlow 1.4 to 2.4: "Created TensorFlow device
#: (/job:../device:GPU:0 with .. memory) -> physical GPU (device: 0, name: ..", before that "Creating TensorFlow device
#: (/gpu:0) -> (device: 0, name: ..", later "Created device /job:../device:GPU:0 with .. memory:  -> device: 0,
#: name: ..".
_CREATED = re.compile(
    r"Creat(?:ed|ing) (?:TensorFlow )?device \(?[^\s()]*/(?:device:GPU|gpu):([0-9]{1,4})\b"
    r"([^\n]{0,120}?) -> ([^\n]{0,60}?)\bname: ([^,\n]{1,80})"
)
_FOUND = re.compile(
    r"Found device [0-9]{1,4} with properties:[^\n]{0,200}\n[^\n]{0,80}?name: ([^\n]{1,80}?)"
    r"(?: major:| computeCapability:|\n|$)"
)
_LOADED = re.compile(r"Successfully opened (?:dynamic|CUDA) library (?:libcuda|libcudart|libcublas|libcudnn)")
_ADDED = re.compile(r"Adding visible gpu devices?: [0-9]")
#: Without TensorRT and CUPTI, which training does not need.
_MISSING = re.compile(
    r"Could not (?:load|dlopen) (?:dynamic )?library '(lib(?:cuda|cudart|cublas|cublasLt|cufft|curand|cusolver|"
    r"cusparse|cudnn)(?:_[a-z_]+)?\.so[0-9.]*)'"
)
#: log_device_placement: "dense/MatMul: (MatMul): /job:localhost/replica:0/task:0/device:GPU:0".
_PLACED = re.compile(
    r"^[^\n]{0,400}?\(([A-Za-z0-9_]+)\):? ?/job:[^\s]{0,80}/device:(GPU|CPU):[0-9]+[ \t]*$", re.MULTILINE
)
#: Operators in which training spends its time; variables, constants and input may well stay on the host.
_HEAVY = re.compile(r"MatMul|Conv[23]D|CudnnRNN|BlasLSTM|BlockLSTM|Fused|Einsum")


@dataclass(frozen=True)
class Created:
    """That TensorFlow created a GPU device, what it is called, and where in the text that stands."""

    number: int
    name: str
    position: int


@dataclass(frozen=True)
class Placement:
    """How many operators the log places on the GPU and on the host, and the same for heavy ones."""

    gpu: int
    cpu: int
    heavy_gpu: int
    heavy_cpu: int


def created_devices(text: str) -> Tuple[Created, ...]:
    """Every device of which the logger says that it was created; one of a plug-in (Apple's, Microsoft's) is no GPU."""
    logged = (match for match in _CREATED.finditer(text) if is_logged(text, match.start(), match.end()))
    matches = (match for match in logged if "PluggableDevice" not in match.group(3))
    return tuple(Created(int(match.group(1)), match.group(4).strip(), match.start()) for match in matches)


def missing_libraries(text: str) -> Tuple[str, ...]:
    """Names of the CUDA libraries that could not be loaded, each once."""
    return _unique(match.group(1) for match in _MISSING.finditer(text))


def found_names(text: str) -> Tuple[str, ...]:
    """Names of the GPUs that TensorFlow found, which does not say that it used them."""
    return _unique(match.group(1).strip() for match in _FOUND.finditer(text))


def placement(text: str) -> Optional[Placement]:
    """Where the log places the operators; None where it does not say (log_device_placement is off)."""
    if "/device:" not in text:
        return None
    placed = [(match.group(2), bool(_HEAVY.search(match.group(1)))) for match in _PLACED.finditer(text)]
    if not placed:
        return None
    gpu, cpu = ([is_heavy for device, is_heavy in placed if device == name] for name in ("GPU", "CPU"))
    return Placement(len(gpu), len(cpu), sum(gpu), sum(cpu))


def is_named(text: str) -> bool:
    """Whether the log shows a GPU or its libraries at all."""
    return any(pattern.search(text) for pattern in (_CREATED, _FOUND, _LOADED, _ADDED))


def facts(text: str) -> List[str]:
    """What the log says of the GPU besides its failures."""
    created, found, missing, placed = created_devices(text), found_names(text), missing_libraries(text), placement(text)
    listed = ["GPU: " + name for name in _unique(device.name for device in created)]
    if not created:
        listed.extend("GPU found: %s (found is not used)" % name for name in found)
    if missing:
        listed.append("CUDA libraries missing: " + ", ".join(missing))
    if placed:
        listed.append("operators placed: %d on the GPU, %d on the host" % (placed.gpu, placed.cpu))
    return listed


def _unique(names: Iterable[str]) -> Tuple[str, ...]:
    return tuple(dict.fromkeys(names))
