"""What of XLA the environment asks for; importing this module imports no TensorFlow."""

from typing import Mapping, Optional

_FLAGS = "TF_XLA_FLAGS"


def asked_by(environment: Mapping[str, str]) -> Optional[str]:
    """In the words of a record, that the environment has XLA compile; None where it does not."""
    flags = environment.get(_FLAGS, "")
    return "as %s asks: %s" % (_FLAGS, flags) if "auto_jit" in flags else None
