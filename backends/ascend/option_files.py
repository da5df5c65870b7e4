"""Files that a session's options name: looked into beforehand, since the record would call a broken one effective."""

import json
import os

from har_model.errors import UsageError

#: Options whose value is a file; the trial has a working folder of its own, so its whole path.
NAMES = (
    "compress_weight_conf", "customize_dtypes", "fusion_switch_file", "insert_op_file", "modify_mixlist",
    "op_precision_mode",
)  # fmt: skip
#: Those whose file is one JSON object (session configuration's reference).
OF_JSON = ("fusion_switch_file", "modify_mixlist")


def check(name: str, path: str) -> None:
    """Refuse a file that is not there, cannot be read, or is no JSON where the adapter reads JSON.

    Args:
        name: one of `NAMES`.
        path: as it was given.

    Raises:
        UsageError: it is such a file.
    """
    if not (os.path.isabs(path) and os.path.isfile(path)):
        raise UsageError("The npu option %s is the whole path of a file, and %r is none." % (name, path))
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError as error:
        raise UsageError(
            "The npu option %s names %r, which cannot be read: %s." % (name, path, error.strerror)
        ) from error
    if name in OF_JSON and not _is_json_object(name, path, content):
        raise UsageError("The npu option %s names %r, which is JSON but no object in braces." % (name, path))


def _is_json_object(name: str, path: str, content: bytes) -> bool:
    try:
        return isinstance(json.loads(content.decode("utf-8-sig")), dict)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError
        raise UsageError("The npu option %s names %r, which is not JSON: %s." % (name, path, error)) from error
