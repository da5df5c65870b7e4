"""The C++ logger of TensorFlow and its adapters: what it wrote itself, told from what only quotes it."""

import re

from backends.logs.quotation import is_quoted

#: "2022-12-01 00:19:17.618028: I tf_adapter/kernels/geop_npu.cc:854] ", "I compiler_depend.ts:805] ",
#: "I0000 00:00:1742485702.762730   82189 gpu_device.cc:2019] ": a stamp, a letter for the level, file and line
#: (tensorflow/core/platform/default/logging.cc, absl/log). Other output may be glued before it.
_PREFIX = re.compile(
    r"(?P<level>(?:20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9:.]{8,16}: )?(?:[IWEF] |[IWEF][0-9]{4} [0-9:. ]{8,60} ))?"
    r"[A-Za-z0-9_./+-]{1,300}\.[A-Za-z]{1,4}:[0-9]{1,7}\] \Z"
)
#: How long that may be: the path of a source file is the longest part.
_PREFIX_CHARACTERS = 400
#: The longest mark that ends a quotation, as it is looked for behind the message.
_MARK_CHARACTERS = 8


def is_logged(text: str, start: int, end: int) -> bool:
    """Whether the logger itself wrote the message from `start` to `end`.

    Directly before it stand a source file and its line. A script that looks for the message, a comment and prose
    repeat it without them, or as a quotation.
    """
    line = text.rfind("\n", 0, start) + 1
    prefix = _PREFIX.search(text, max(line, start - _PREFIX_CHARACTERS), start)
    if not prefix:
        return False
    before = text[max(line, prefix.start() - _PREFIX_CHARACTERS) : prefix.start()]
    behind = text[end : end + _MARK_CHARACTERS]
    return not is_quoted(before, behind) and (bool(prefix.group("level")) or not before.strip(" \t"))
