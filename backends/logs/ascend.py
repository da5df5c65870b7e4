"""Signs of a Huawei Ascend NPU in a log: compiled graphs are proof, lines of the adapter are hints."""

import functools
import re
from collections import Counter
from dataclasses import dataclass
from typing import List, Pattern, Tuple

from backends.logs.logger import is_logged

#: The adapter writes it for each graph that it compiled (tf_adapter/kernels/geop_npu.cc, GeOp::BuildGraph), since about
#: November 2021. Before it stand file and line, which vary; older builds write no blank after the colon. What another
#: stream wrote may be glued to it: before the logger's prefix anything, behind the number a time stamp.
_COMPILED = re.compile(
    r"The model has been compiled on the Ascend AI processor, current graph id is: ?"
    r"([0-9]{1,9}?)(?=20[0-9]{2}-[0-9]{2}-[0-9]{2}[ T]|(?![0-9]))"
)
_ADAPTER = re.compile(r"tf_adapter/|\[GePlugin\]|\[GEOP\]|\bGeOp[0-9]+_[0-9]+")
_PACKAGE = re.compile(r"npu_bridge|npu_device")
_DRIVER = re.compile(r"Ascend Driver: Version=([0-9A-Za-z.]+)")
#: mark_noneed_optimize_pass.cc and om_partition_subgraphs_pass.cc of the adapter.
_MIXED = re.compile(r"mix_compile_mode(?: is|:) True")
_PERFORMANCE = re.compile(r"Graph engine run [0-9]+ times for graph [0-9]+ cost [0-9]+ ms")


@dataclass(frozen=True)
class Compiled:
    """That a graph was compiled on the NPU, and where in the text that stands."""

    graph_id: int
    position: int


@functools.lru_cache(maxsize=1)  # a reading asks several times
def compiled_graphs(text: str) -> Tuple[Compiled, ...]:
    """Every compiled graph in the order of the text, again where it was compiled again; none that is only quoted."""
    logged = (match for match in _COMPILED.finditer(text) if is_logged(text, match.start(), match.end()))
    return tuple(Compiled(int(match.group(1)), match.start()) for match in logged)


def compiled_graph_ids(text: str) -> Tuple[int, ...]:
    """Ids of the graphs that the log says were compiled on the NPU. Without one, nothing is proven.

    Compiled is not executed, and one graph on the NPU is not every operator on it.
    """
    return tuple(graph.graph_id for graph in compiled_graphs(text))


def is_mixed(text: str) -> bool:
    """Whether the adapter was told to leave operators that it does not support on the host."""
    return _MIXED.search(text) is not None


def has_adapter_lines(text: str) -> bool:
    """Whether the adapter itself wrote something."""
    return _ADAPTER.search(text) is not None


def is_named(text: str) -> bool:
    """Whether the log shows the adapter or its package: a hint that an NPU was meant, no proof that it worked."""
    return any(pattern.search(text) for pattern in (_ADAPTER, _PACKAGE, _DRIVER, _PERFORMANCE))


def _count_lines(pattern: Pattern[str], text: str) -> int:
    return sum(1 for line in text.split("\n") if pattern.search(line))


def _graphs_fact(ids: Tuple[int, ...]) -> str:
    counts = Counter(ids)
    shown = ["%d" % key if times == 1 else "%d (%d times)" % (key, times) for key, times in counts.items()]
    listed = ", ".join(shown[:12]) + (", ..." if len(shown) > 12 else "")
    return "graphs compiled: %d (%s %s)" % (len(ids), "id" if len(counts) == 1 else "ids", listed)


def _unequal_fact(ids: Tuple[int, ...]) -> List[str]:
    """In a log of several processes each compiles every graph: fewer of the last one is a known cause of a hang."""
    counts = Counter(ids)
    if len(counts) < 2:
        return []
    most, graphs = Counter(counts.values()).most_common(1)[0]
    last_id, last = list(counts.items())[-1]
    if most < 2 or graphs < 2 or last >= most:
        return []
    return [
        "graph %d was compiled %d times, others %d times: if this is the log of several cards, not all of them "
        "compiled the same graphs, and the rest waits for them" % (last_id, last, most)
    ]


def facts(text: str) -> List[str]:
    """What the log says of the NPU besides its failures."""
    ids = compiled_graph_ids(text)
    found = [_graphs_fact(ids)] + _unequal_fact(ids) if ids else []
    lines = 0 if ids else _count_lines(_ADAPTER, text)
    if lines:
        found.append(
            "lines of the adapter: %d, a hint that graphs reached it, no proof that the NPU did the work" % lines
        )
    elif not ids and _PACKAGE.search(text):
        found.append("the adapter's package is named: a hint that an NPU was meant, no proof")
    if is_mixed(text):
        found.append("mix_compile_mode is on: operators that the NPU does not support stay on the host")
    found.extend("graph executions: " + match.group(0) for match in list(_PERFORMANCE.finditer(text))[:1])
    found.extend("Ascend driver: " + match.group(1) for match in list(_DRIVER.finditer(text))[:1])
    return found
