"""Tables as npu-smi draws them, with whatever values a test wants."""

RULE = "+" + "=" * 27 + "+" + "=" * 17 + "+" + "=" * 54 + "+"
#: The second header row of the parts with HBM, of two chips a card, and without HBM.
HBM, PHY, NO_HBM = (
    ("Chip", "AICore(%)   Memory-Usage(MB)  HBM-Usage(MB)"),
    ("Chip  Phy-ID", "AICore(%)   Memory-Usage(MB)  HBM-Usage(MB)"),
    ("Chip    Device", "AICore(%)   Memory-Usage(MB)"),
)


def row(*cells):
    return "|" + "|".join(" %-*s" % (width, cell) for width, cell in zip((26, 16, 53), cells)) + "|"


def device(npu=0, chip="0", name="910B3", health="OK", top="91.4        41                0    / 0",
           bottom="7           0    / 0          65521/ 65536", bus="0000:C1:00.0"):  # fmt: skip
    return [row("%s     %s" % (npu, name), health, top), row(chip, bus, bottom), RULE]


def table(*devices, layout=HBM, processes=None, tool="24.1.0", driver="24.1.1"):
    chip, usage = layout
    header = [
        RULE.replace("=", "-"),
        "| npu-smi %s                 Version: %s |" % (tool, driver),
        RULE.replace("=", "-"),
        row("NPU   Name", "Health", "Power(W)    Temp(C)           Hugepages-Usage(page)"),
        row(chip, "Bus-Id", usage),
        RULE,
    ]
    lines = header + [line for rows in devices for line in rows]
    if processes is not None:
        columns = "| NPU     Chip              | Process id    | Process name             | Process memory(MB)      |"
        lines += [RULE.replace("=", "-"), columns, RULE, *processes, RULE]
    return "\n".join(lines) + "\n"


def process(npu=0, chip=0, pid=4711, name="python", memory=1024):
    return "| %s       %s                 | %s          | %s                   | %s                   |" % (
        npu, chip, pid, name, memory,
    )  # fmt: skip


def nothing_on(npu):
    return "| No running processes found in NPU %d                                                            |" % npu
