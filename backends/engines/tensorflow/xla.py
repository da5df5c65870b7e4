"""What of XLA the environment asks for; importing this module imports no TensorFlow."""

import re
from typing import Mapping, Optional

_FLAGS = "TF_XLA_FLAGS"
#: Above 0 compiles, -1 never does, whatever the session asks for; 0 leaves it to the session (TensorFlow's
#: `GetGlobalJitLevelForGraph`). Other values are taken for compiling. The last one counts.
_AUTO_JIT = re.compile(r"--?tf_xla_auto_jit=(\S+)")


def asked_by(environment: Mapping[str, str]) -> Optional[str]:
    """In the words of a record, what the environment decides of XLA; None where it leaves that to the session."""
    flags = environment.get(_FLAGS, "")
    level = (_AUTO_JIT.findall(flags) or ["0"])[-1]
    if level == "0":
        return None
    return "%sas %s asks: %s" % ("off, " if level == "-1" else "", _FLAGS, flags)
