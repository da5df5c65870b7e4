"""What of XLA the environment asks for; importing this module imports no TensorFlow."""

import re
from typing import Mapping, Optional

_FLAGS = "TF_XLA_FLAGS"
#: Above 0 compiles, -1 never does, whatever the session asks for; 0 leaves it to the session (TensorFlow's
#: `GetGlobalJitLevelForGraph`). Other values are taken for compiling. The last one counts.
_AUTO_JIT = re.compile(r"--tf_xla_auto_jit=(\S+)")
#: Without it nothing is compiled for the host's cores, whatever is asked for.
_ON_CPU = re.compile(r"--tf_xla_cpu_global_jit(?:=(?:true|1))?(?:\s|\Z)")


def _flags(text: str) -> Optional[str]:
    """The flags themselves: what does not begin like one is the name of a file of them; None where that is not read."""
    if not text.strip() or text.startswith("--"):
        return text
    try:
        with open(text, encoding="utf-8", errors="replace") as file:
            return " ".join(file.read().split())
    except OSError:
        return None


def asked_by(environment: Mapping[str, str], is_cpu: bool = False) -> Optional[str]:
    """In the words of a record, what the environment decides of XLA; None where it leaves that to the session.

    Args:
        is_cpu: whether the steps are computed on the host's cores.
    """
    flags = _flags(environment.get(_FLAGS, ""))
    if flags is None:
        return "unknown, %s names a file that cannot be read" % _FLAGS
    level = (_AUTO_JIT.findall(flags) or ["0"])[-1]
    if level == "0" or (is_cpu and not _ON_CPU.search(flags)):
        return None
    return "%sas %s asks: %s" % ("off, " if level == "-1" else "", _FLAGS, flags)
