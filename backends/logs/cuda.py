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
_COULD_NOT_LOAD = r"Could not (?:load|dlopen) (?:dynamic )?library '?"
_FILE = r"(?:_[a-z_]+)?\.so(?:\.[0-9]+)*"
#: A library of the toolkit; without TensorRT and CUPTI, which training does not need.
MISSING_OF_TOOLKIT = (
    _COULD_NOT_LOAD + r"(?P<library>lib(?:cudart|cublas|cublasLt|cufft|curand|cusolver|cusparse|cudnn)" + _FILE + ")"
)
#: The driver's own library.
MISSING_OF_DRIVER = _COULD_NOT_LOAD + r"(?P<library>libcuda\.so(?:\.[0-9]+)*)"
_MISSING = (re.compile(MISSING_OF_TOOLKIT), re.compile(MISSING_OF_DRIVER))
#: What TensorFlow says then: MaybeTryDlopenGPULibraries of tensorflow/core/common_runtime/gpu/gpu_device.cc.
GOES_WITHOUT = (r"Skipping registering GPU devices", r"Cannot dlopen some GPU libraries")
_GOES_WITHOUT = re.compile("|".join(GOES_WITHOUT))
#: log_device_placement: "dense/MatMul: (MatMul): /job:localhost/replica:0/task:0/device:GPU:0".
_PLACED = re.compile(
    r"^[^\n]{0,400}?\(([A-Za-z0-9_]+)\):? ?/job:[^\s]{0,80}/device:(GPU|CPU):[0-9]+[ \t]*$", re.MULTILINE
)
#: Operators in which training spends its time; variables, constants and input may well stay on the host. They are
#: matrix products and convolutions in any guise (BatchMatMulV2, _FusedMatMul, _MklMatMul), recurrent layers with their
#: backward passes, and clusters of XLA, in which the others disappear.
_HEAVY = re.compile(
    r"MatMul|Einsum|Conv[23][dD]|FusedBatchNorm|CudnnRNN|BlockLSTM|LSTMBlock|BlasLSTM|^_?Xla(?:Run|Launch)"
)


@dataclass(frozen=True)
class Created:
    """That TensorFlow created a GPU device, what it is called, and where in the text that stands."""

    number: int
    name: str
    position: int


@dataclass(frozen=True)
class Placement:
    """How many operators the log places on the GPU and on the host, and how many heavy ones on the host."""

    gpu: int
    cpu: int
    heavy_cpu: int


def is_heavy(operation: str) -> bool:
    """Whether an operation of that type is what a step spends its time in."""
    return bool(_HEAVY.search(operation))


def created_devices(text: str) -> Tuple[Created, ...]:
    """Every device of which the logger says that it was created; one of a plug-in (Apple's, Microsoft's) is no GPU."""
    logged = (match for match in _CREATED.finditer(text) if is_logged(text, match.start(), match.end()))
    matches = (match for match in logged if "PluggableDevice" not in match.group(3))
    return tuple(Created(int(match.group(1)), match.group(4).strip(), match.start()) for match in matches)


def missing_libraries(text: str) -> Tuple[str, ...]:
    """Names of the libraries of CUDA and its driver that could not be loaded, each once, in the order of the text."""
    matches = (match for pattern in _MISSING for match in pattern.finditer(text))
    return _unique(match.group("library") for match in sorted(matches, key=lambda match: match.start()))


def goes_without(text: str) -> bool:
    """Whether TensorFlow says that it registers no GPU since libraries are missing."""
    return _GOES_WITHOUT.search(text) is not None


def found_names(text: str) -> Tuple[str, ...]:
    """Names of the GPUs that TensorFlow found, which does not say that it used them."""
    return _unique(match.group(1).strip() for match in _FOUND.finditer(text))


def placement(text: str) -> Optional[Placement]:
    """Where the log places the operators; None where it does not say (log_device_placement is off)."""
    if "/device:" not in text:
        return None
    placed = [(match.group(2), match.group(1)) for match in _PLACED.finditer(text)]
    if not placed:
        return None
    gpu, cpu = ([operation for device, operation in placed if device == name] for name in ("GPU", "CPU"))
    return Placement(len(gpu), len(cpu), sum(map(is_heavy, cpu)))


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
