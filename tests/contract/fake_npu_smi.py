#!/usr/bin/env python3
"""A pretended `npu-smi`: answers `info` in the layouts of several devices and driver versions, or fails as asked.

No output of a real one is copied here; the layouts follow what is known of them, and nobody ran them on a device. The
environment variable FAKE_NPU_SMI holds a JSON object, or the path of a file with one that may change between calls:

  layout         one of LAYOUTS: "910A" (oldest: no Hugepages column), "910ProB", "910B" (Atlas A2), "A3", "310",
                 "310P", "950" (no chip ids, NPU Util(%) in place of AICore(%))
  cards          how many NPUs (default 1); `npu_ids` lists their NPU IDs, where they are not 0, 1, ...
  health, power, temperature, aicore, hbm_mb, memory_mb    what an idle chip shows; power and temperature may be "NA"
  busy_aicore, process_mb    what a process on the chip adds to AICore(%) (0 while profiling) and memory
  growth_mb_per_s    how much more memory a process has for each second of its life
  pids           processes on the first chip, besides every process whose environment has HARBENCH_TRIAL and the
                 same FAKE_NPU_SMI as this tool, and which has loaded TensorFlow; these are on the logical device of
                 their ASCEND_DEVICE_ID
  process_table  false: no process table, as where the driver or the container hides it
  failure        one of FAILURES, and `fails_on`: a text; only command lines that contain it fail (default: all)
"""

import os
import sys
import time
from typing import Any, Dict, List, NoReturn, Tuple

from smi_chips import LAYOUTS, Chip, find_chips, read_state  # beside this file, which is run as a script

_DCMI = "dcmi module initialize failed. ret is %d\n"
#: What a failure prints, and its exit status.
FAILURES: Dict[str, Tuple[str, int]] = {
    "dcmi-8005": (_DCMI % -8005, 1),
    "dcmi-8020": (_DCMI % -8020, 1),
    "no-card": ("There is no NPU card on this server.\n", 1),
    "permission": ("Permission denied: the current user cannot access the device.\n", 1),
    "root-only": ("Operation not permitted, only root user on physical machine can call this api.\n", 0),
    "unsupported": ("This device does not support querying this item.\n", 0),
    "missing-library": (
        "npu-smi: error while loading shared libraries: libdrvdsmi_host.so: cannot open shared object file: No such"
        " file or directory\n",
        127,
    ),
    "junk": ("\x00\x1b[31m|||+=== NaN / NPU Chip : : 0x7f\n| 0  ||\n", 0),
    "empty": ("", 0),
    "dies": ("+-----------------------------------------", 139),
    "hang": ("", 0),
}


class Tool:
    """The answers to one command line."""

    def __init__(self, state: Dict[str, Any]) -> None:
        self.state = state
        self.layout = LAYOUTS[state["layout"]]
        self.chips = find_chips(state, self.layout)

    def used_mb(self, chip: Chip) -> int:
        """Memory in use on a chip, where its processes have theirs."""
        idle = self.state["hbm_mb"] if self.layout.hbm_mb else self.state["memory_mb"]
        return int(idle) + sum(process.memory_mb for process in chip.processes)

    def aicore(self, chip: Chip) -> int:
        """Use of the AI cores, in percent."""
        return int(self.state["busy_aicore"] if chip.processes else self.state["aicore"])

    def wanted(self, options: Dict[str, str]) -> List[Chip]:
        """The chips of -i and -c."""
        chips = [chip for chip in self.chips if options.get("-i") in (None, str(chip.npu_id))]
        return [chip for chip in chips if options.get("-c") in (None, str(chip.chip_id))]

    def table(self) -> str:
        """The table of `npu-smi info`."""
        title = " npu-smi %-26s Version: %s" % (self.layout.version, self.layout.version)
        hugepages = "Hugepages-Usage(page)" if self.layout.has_hugepages else ""
        memory = "Memory-Usage(MB)" + ("  HBM-Usage(MB)" if self.layout.hbm_mb else "")
        lines = [_rule("-", whole=True), _whole(title), _rule("-")]
        first, second = "NPU   Name", self.layout.second_columns
        if not self.layout.has_chip_ids:
            first, second = _split("NPU ID", "Name"), _split("", "")
        lines += [_row(first, "Health", "Power(W)    Temp(C)          " + hugepages)]
        lines += [_row(second, "Bus-Id", "%-11s %s" % (self.layout.busy_column, memory)), _rule("=")]
        for chip in self.chips:
            lines += self._chip_rows(chip) + [_rule("=")]
        if self.state["process_table"]:
            lines += self._process_rows()
        return "\n".join(lines) + "\n"

    def _chip_rows(self, chip: Chip) -> List[str]:
        state, layout = self.state, self.layout
        pages = "0    / 0" if layout.has_hugepages else ""
        first = "%-11s %-16s %s" % (state["power"], state["temperature"], pages)
        if layout.hbm_mb:
            ddr = "%-4s / %-10s" % (state["memory_mb"] if layout.memory_mb else 0, layout.memory_mb)
            second = "%-11d %s %5d/ %-5d" % (self.aicore(chip), ddr, self.used_mb(chip), layout.hbm_mb)
        else:
            second = "%-11d %-4d / %d" % (self.aicore(chip), self.used_mb(chip), layout.memory_mb)
        place = "%-5d %d" % (chip.chip_id, chip.logic_id) if "  " in layout.second_columns else str(chip.chip_id)
        bus = "0000:%02X:00.0" % (0xC1 + chip.logic_id)
        name = "%-5d %s" % (chip.npu_id, layout.name)
        if not layout.has_chip_ids:
            name, place = _split(str(chip.npu_id), layout.name), _split("", "")
        return [_row(name, state["health"], first), _row(place, bus, second)]

    def _process_rows(self) -> List[str]:
        heads = "%-24s | %s" % ("Process name", "Process memory(MB)")
        has_chip_ids = self.layout.has_chip_ids
        lines = [_rule("-"), _row("NPU     Chip" if has_chip_ids else "NPU ID", "Process id", heads), _rule("=")]
        for chip in self.chips:
            for pid, name, memory in chip.processes:
                place = "%-7d %d" % (chip.npu_id, chip.chip_id) if has_chip_ids else str(chip.npu_id)
                lines.append(_row(place, str(pid), "%-24s | %d" % (name, memory)))
            if not chip.processes:
                lines.append(_whole(" No running processes found in NPU %d" % chip.npu_id))
            lines.append(_rule("="))
        return lines

    def listing(self) -> str:
        """`npu-smi info -l`."""
        npu_ids = sorted({chip.npu_id for chip in self.chips})
        pairs = [("Total Count", len(npu_ids))]
        for npu_id in npu_ids:
            pairs += [("NPU ID", npu_id), ("Chip Count", self.layout.chips)]
        return _pairs(pairs)

    def mapping(self) -> str:
        """`npu-smi info -m`; each card has a controller besides its chips, where these have numbers at all."""
        if not self.layout.has_chip_ids:
            return self._mapping_by_slot()
        form = "\t%-30s %-30s %-30s %s\n"
        text = form % ("NPU ID", "Chip ID", "Chip Logic ID", "Chip Name")
        for chip in self.chips:
            text += form % (chip.npu_id, chip.chip_id, chip.logic_id, "Ascend " + self.layout.name)
            if chip.chip_id == self.layout.chips - 1:
                text += form % (chip.npu_id, chip.chip_id + 1, "-", "Mcu")
        return text

    def _mapping_by_slot(self) -> str:
        form = "%-15s %-15s %-16s %-20s %s\n"
        rows = [(chip.npu_id, chip.npu_id, 0, chip.npu_id, self.layout.name) for chip in self.chips]
        return form % ("NPU ID", "Slot ID", "Chip ID", "Chip Phy-ID", "Chip Name") + "".join(form % row for row in rows)

    def _place(self, chip: Chip) -> List[Tuple[str, Any]]:
        place: List[Tuple[str, Any]] = [("NPU ID", chip.npu_id), ("Chip ID", chip.chip_id)]
        return place if self.layout.has_chip_ids else place[:1]

    def common(self, chip: Chip) -> List[Tuple[str, Any]]:
        """`-t common` of one chip."""
        state, layout = self.state, self.layout
        total = layout.hbm_mb or layout.memory_mb
        share = 100 * self.used_mb(chip) // total
        pairs = self._place(chip)
        pairs += [("Memory Usage Rate(%)", 100 * state["memory_mb"] // layout.memory_mb if layout.memory_mb else 0)]
        pairs += [("HBM Usage Rate(%)", share)] if layout.hbm_mb else []
        pairs += [("Aicore Usage Rate(%)", self.aicore(chip)), ("Aicore Freq(MHZ)", 1000)]
        pairs += [("Aicore curFreq(MHZ)", 1000 if chip.processes else 800), ("Aicore Count", layout.aicores)]
        pairs += [("Temperature(C)", state["temperature"])]
        return pairs if layout.is_power_of_card else pairs + [self._power()]

    def controller(self) -> List[Tuple[str, Any]]:
        """What `-t common` prints of the card's controller."""
        return [("Chip Name", "mcu"), ("Temperature(C)", 40), self._power()]

    def _power(self) -> Tuple[str, Any]:
        return self.layout.power_key, self.state["power"]

    def usages(self, chip: Chip) -> List[Tuple[str, Any]]:
        """`-t usages` of one chip; the chip's number comes last."""
        kind, total = ("HBM", self.layout.hbm_mb) if self.layout.hbm_mb else ("DDR", self.layout.memory_mb)
        share = 100 * self.used_mb(chip) // int(total or 1)
        pairs = [("%s Capacity(MB)" % kind, total), ("%s Usage Rate(%%)" % kind, share)]
        pairs += [("Aicore Usage Rate(%)", self.aicore(chip)), ("Aicpu Usage Rate(%)", 0)]
        pairs += [("Ctrlcpu Usage Rate(%)", 2), ("%s Bandwidth Usage Rate(%%)" % kind, 0)]
        if self.layout.version >= "24":
            pairs += [("Aivector Usage Rate(%)", 0), ("Aicube Usage Rate(%)", self.aicore(chip))]
            pairs += [("NPU Utilization(%)", self.aicore(chip))]
        if not self.layout.has_chip_ids:
            return self._place(chip) + pairs
        return [("NPU ID", chip.npu_id), ("Chip Count", self.layout.chips)] + pairs + [("Chip ID", chip.chip_id)]

    def typed(self, kind: str, chip: Chip) -> List[Tuple[str, Any]]:
        """`-t KIND` of one chip."""
        memory = ("HBM" if self.layout.hbm_mb else "DDR") + " Capacity(MB)"
        version = self.layout.version
        rest: Dict[str, List[Tuple[str, Any]]] = {
            "power": [self._power()],
            "temp": [
                ("NPU Temperature (C)" if self.layout.has_chip_ids else "Temperature (C)", self.state["temperature"])
            ],
            "memory": [(memory, self.layout.hbm_mb or self.layout.memory_mb), ("Clock Speed(MHz)", 1200)],
            "health": [("Health Status", self.state["health"])],
            "board": [("Software Version", version), ("Firmware Version", "1." + version), ("Chip Count", 1)],
        }
        return self._place(chip) + rest[kind]

    def proc_mem(self, chip: Chip) -> str:
        """`-t proc-mem` of one chip: a process is one line, and the chip's number comes last."""
        form = "\tProcess id:%-10d Process name:%-16s Process memory(MB):%d\n"
        rows = "".join(form % process for process in chip.processes) or "\tNo process in device.\n"
        return _pairs([("NPU ID", chip.npu_id)]) + rows + _pairs([("Chip ID", chip.chip_id)])

    def watch_row(self, chip: Chip) -> str:
        """One line of `info watch`."""
        share = 100 * self.used_mb(chip) // int(self.layout.hbm_mb or self.layout.memory_mb)
        places = "%-12d%-13d" % (chip.npu_id, chip.chip_id)
        values = (self.state["power"], self.state["temperature"], self.aicore(chip), 0, 2, share, 0)
        return places + "".join("%-13s" % value for value in values).rstrip() + "\n"


#: What `-t` can be asked for; the rest, as spod-info, is refused in a sentence and with exit code 0.
_KINDS = ("common", "usages", "power", "temp", "memory", "health", "board")
_WATCH_COLUMNS = ("Pwr(W)", "Temp(C)", "AI Core(%)", "AI Cpu(%)", "Ctrl Cpu(%)", "Memory(%)", "Memory BW(%)")


def watch(tool_state: Dict[str, Any], options: Dict[str, str]) -> NoReturn:
    """`info watch`: a line for each chip, again and again, until somebody ends it."""
    names = "".join("%-13s" % name for name in _WATCH_COLUMNS).rstrip()
    sys.stdout.write("NpuID(Idx)  ChipId(Idx)  " + names + "\n")
    while True:
        tool = Tool(tool_state)
        sys.stdout.write("".join(tool.watch_row(chip) for chip in tool.wanted(options)))
        sys.stdout.flush()
        time.sleep(float(options.get("-d", "1")))
        tool_state = read_state()


def _rule(mark: str, whole: bool = False) -> str:
    widths = (91,) if whole else (22, 15, 52)
    return "+" + "+".join(mark * width for width in widths) + "+"


def _row(first: str, second: str, third: str) -> str:
    return "| %-20s | %-13s | %-50s |" % (first, second, third)


def _split(first: str, second: str) -> str:
    return "%-6s | %-11s" % (first, second)


def _whole(text: str) -> str:
    return "|%-91s|" % text


def _pairs(pairs: List[Tuple[str, Any]]) -> str:
    return "".join("\t%-30s : %s\n" % pair for pair in pairs)


def _options(arguments: List[str]) -> Dict[str, str]:
    flags = [at for at, argument in enumerate(arguments) if argument.startswith("-")]
    return {arguments[at]: (arguments[at + 1] if at + 1 < len(arguments) else "") for at in flags}


def _fail(failure: str) -> NoReturn:
    text, status = FAILURES[failure]
    stream = sys.stderr if failure == "missing-library" else sys.stdout  # the loader's own words
    stream.write(text)
    stream.flush()
    if failure == "hang":
        time.sleep(3600)
    if failure == "dies":
        os.kill(os.getpid(), 11)
    raise SystemExit(status)


def answer(arguments: List[str], state: Dict[str, Any]) -> str:
    """What the tool prints."""
    options, tool = _options(arguments), Tool(state)
    if arguments[:2] == ["info", "watch"]:
        watch(state, options)
    if arguments == ["info"]:
        return tool.table()
    if arguments == ["info", "-l"]:
        return tool.listing()
    if arguments == ["info", "-m"]:
        return tool.mapping()
    kind, chips = options.get("-t"), tool.wanted(options)
    if arguments[:1] != ["info"] or kind is None or "-i" not in options:
        raise SystemExit("Error parameter of -%s" % " ".join(arguments))
    if not chips:
        raise SystemExit("Error parameter of -i or -c: no such device")
    if kind == "proc-mem":
        return "".join(tool.proc_mem(chip) for chip in chips)
    if kind not in _KINDS:
        return "This device does not support querying %s.\n" % kind
    blocks = [tool.controller()] if kind == "common" and tool.layout.is_power_of_card else []
    show = {"common": tool.common, "usages": tool.usages}.get(kind, lambda chip: tool.typed(kind, chip))
    return "\n".join(_pairs(block) for block in [show(chip) for chip in chips] + blocks)


def main() -> None:
    """Answer the command line."""
    arguments, state = sys.argv[1:], read_state()
    if state["failure"] and state["fails_on"] in " ".join(arguments):
        _fail(state["failure"])
    sys.stdout.write(answer(arguments, state))


if __name__ == "__main__":
    main()
