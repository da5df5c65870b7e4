"""Log lines as TensorFlow's C++ writes them: straight to file descriptor 2, filtered by TF_CPP_MIN_LOG_LEVEL."""

import datetime
import os

_SEVERITIES = "IWEF"


def _threshold() -> int:
    text = os.environ.get("TF_CPP_MIN_LOG_LEVEL", "")
    return int(text) if text.isdigit() else 0


def line(severity: str, source: str, message: str) -> None:
    """Write one line, unless the level hides it. A FATAL line is never hidden.

    Args:
        severity: one of I, W, E, F.
        source: file and line, as in `tf_adapter/kernels/geop_npu.cc:1178`.
        message: the text; it may have several lines.
    """
    if _SEVERITIES.index(severity) < min(_threshold(), 3):
        return
    when = datetime.datetime.now().strftime("%Y-%m-%d %H:%M:%S.%f")
    os.write(2, ("%s: %s %s] %s\n" % (when, severity, source, message)).encode("utf-8"))


def die(source: str, message: str) -> None:
    """A FATAL line and the end of the process by SIGABRT."""
    line("F", source, message)
    os.abort()
