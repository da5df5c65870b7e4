"""The values of single options: what the adapter says of a wrong one, in its words."""

import json
import os
import re
from typing import List, Optional, Sequence

_PROFILING_SWITCHES = ("training_trace", "task_trace", "task_time", "aicpu", "hccl", "msproftx")
_PROFILING_KEYS = _PROFILING_SWITCHES + ("output", "fp_point", "bp_point", "aic_metrics")
_AIC_METRICS = (
    "PipeUtilization",
    "ArithmeticUtilization",
    "Memory",
    "MemoryL0",
    "MemoryUB",
    "ResourceConflictRatio",
    "L2Cache",
)


def folder(path: str) -> Optional[str]:
    """What is wrong with a folder that must be there to be written to."""
    if not os.path.isdir(path):
        return "the path %s is not directory." % path
    if not os.access(path, os.R_OK | os.W_OK):
        return "the path %s does't have read, write permissions." % path
    return None


def file(path: str, is_json: bool) -> Optional[str]:
    """What is wrong with a file that must be there to be read, and be a JSON object where that is wanted."""
    if not os.path.isfile(path):
        return "names the file %r, which does not exist" % path
    try:
        with open(path, "rb") as opened:
            content = opened.read()
        if is_json and not isinstance(json.loads(content.decode("utf-8-sig")), dict):
            return "names the file %r, which is no JSON object" % path
    except OSError:
        return "names the file %r, which cannot be read" % path
    except ValueError:
        return "names the file %r, which is not JSON" % path
    return None


def dump_step(text: str) -> Optional[str]:
    """What is wrong with a list of steps such as "0|5|10-20"."""
    if not re.match(r"^\d+(-\d+)?(\|\d+(-\d+)?)*$", text):
        return "dump_step string style is error, correct example:'0|5|10|50-100'"
    parts = text.split("|")
    if len(parts) > 100:
        return "dump_step only support dump <= 100 sets of data"
    ranges = [[int(end) for end in part.split("-")] for part in parts if "-" in part]
    if any(first >= last for first, last in ranges):
        return "in range steps, the first step is >= second step, correct example:'0|5|10-20'"
    return None


def listed(value: str, allowed: Sequence[str], words: str) -> Optional[str]:
    """`words` with the list, where the value is not in it."""
    return None if value in allowed else "%s should be one of the list:[%s]" % (words, ", ".join(allowed))


def input_shape(text: str, name: str) -> Optional[str]:
    """What is wrong with shapes such as "data:1,-1;label:-1"; `name` is a pattern for the name of an input."""
    parts = [part for part in text.split(";") if part]
    if not parts:
        return "input_shape is empty."
    if all(re.match(r"^%s:((\d+|-\d+),)+$" % name, part + ",") for part in parts):
        return None
    return "input_shape string style is invalid"


def dynamic_dims(text: str) -> Optional[str]:
    """What is wrong with dimensions such as "1,2;3,4"."""
    parts = [part for part in text.split(";") if part]
    if not parts:
        return "dynamic_dims is empty."
    return None if all(re.match(r"^(\d+,)+$", part + ",") for part in parts) else "dynamic_dims string style is invalid"


def local_rank_id(value: int) -> Optional[str]:
    """What is wrong with the number of a device in its group."""
    return None if 0 <= value <= 7 else "local rank id should be in [0,7]"


def local_device_list(text: str) -> Optional[str]:
    """What is wrong with devices such as "0,1"."""
    return None if re.match(r"^\d+(,\d+)*$", text) else "local_device_list style is invalid, example:'1,2,3'"


def profiling_options(text: str) -> List[str]:
    """Everything that the documents do not allow in the JSON text of profiling_options."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        return ["profiling_options is not a JSON object: %r" % text]
    wrong = ["profiling_options has no key %s" % key for key in sorted(set(found) - set(_PROFILING_KEYS))]
    wrong += [
        "profiling_options: %s is on or off" % key
        for key in _PROFILING_SWITCHES
        if found.get(key, "on") not in ("on", "off")
    ]
    if found.get("aic_metrics", _AIC_METRICS[0]) not in _AIC_METRICS:
        wrong.append("profiling_options: aic_metrics is one of %s" % ", ".join(_AIC_METRICS))
    if found.get("training_trace") == "on" and not {"fp_point", "bp_point"} <= set(found):
        wrong.append("profiling_options: training_trace needs fp_point and bp_point (empty: found by the device)")
    output = found.get("output", "")
    if folder(output):
        wrong.append("profiling_options: output must be a folder to write to, not %r" % output)
    return wrong
