"""A second run in the same log (`>> train.log`): a process that started behind the last proof and shows no device."""

import re

from backends.logs import ascend, cuda

#: What TensorFlow writes once in a process, and before it opens a device or compiles a graph: which instructions the
#: processor has (cpu_feature_guard.cc; since 2.12, in other words, on import, which a worker for data does too), its
#: frequency (cpu_utils.cc), and that it looked for CUDA. Then what begins a run: nohup and ModelArts.
_START = re.compile(
    r"cpu_feature_guard\.cc:[0-9]{1,5}\] (?!This TensorFlow binary is optimized to use)"
    r"|Failed to find bogomips"
    r"|failed call to cuInit"
    r"|Could not load dynamic library 'libcuda(?:rt)?\.so"
    r"|Could not find cuda drivers"
    r"|nohup: ignoring input"
    r"|\[ModelArts Service Log\]\[init\]"
)

#: What is said of it.
DOUBT = (
    "A process started behind the last line that proves the work of the device, and nothing shows that this one used "
    "it too: keep a log of its own for each run, or show the device's process and utilisation while it runs."
)


def is_started_without_device(text: str, last_proof: int) -> bool:
    """Whether a process started behind the last proof, and no line of the adapter or of a GPU follows."""
    start = _START.search(text, last_proof)
    if not start:
        return False
    rest = text[start.start() :]
    return not ascend.has_adapter_lines(rest) and not cuda.is_named(rest)
