"""The long answers: `nvidia-smi -q -x`, which is XML, and `nvidia-smi -q`, which is the same in indented lines."""

import re
from typing import Callable, Dict, Iterable, List, Mapping, Optional, Tuple
from xml.etree import ElementTree

from backends.telemetry.nvidia_smi import errors
from backends.telemetry.nvidia_smi.report import Gpu, Process, Report, switch, throttling
from backends.telemetry.printed import PCI_BUS_ID, known, number, whole

#: From a path as "clocks/sm_clock" to the text there; None where there is none.
Lookup = Callable[[str], Optional[str]]

_SCHEMA = re.compile(r"nvsmi_device_(v[0-9]+)\.dtd")
_REASONS = ("clocks_throttle_reasons", "clocks_event_reasons")
_REASON_PREFIX = re.compile(r"clocks?_(?:throttle|event)_reasons?_")


def parse_xml(text: str) -> Report:
    """Read `nvidia-smi -q -x` of any schema; a document that is cut is not read at all."""
    try:
        root = ElementTree.fromstring(text.encode("utf-8", errors="replace"))
    except ElementTree.ParseError:
        root = ElementTree.Element("none")
    elements = root.findall("gpu")
    gpus = tuple(_gpu(element.findtext, element.get("id"), _active_in_xml(element)) for element in elements)
    schema = _SCHEMA.search(text)
    lists = [_processes_in_xml(element) for element in elements]
    listed = tuple(process for one in lists for process in one or ())
    return _report(
        text,
        gpus,
        listed if lists and None not in lists else None,
        root.findtext,
        schema.group(1) if schema else None,
    )


def _report(
    text: str, gpus: Tuple[Gpu, ...], processes: Optional[Tuple[Process, ...]], top: Lookup, schema: Optional[str]
) -> Report:
    attached = whole(top("attached_gpus"))
    return Report(
        gpus=gpus,
        processes=processes,
        fault=errors.fault_of(text, bool(gpus), "GPU"),
        text=text,
        driver_version=known(top("driver_version")),
        cuda_version=known(top("cuda_version")),
        schema=schema,
        attached=attached,
        is_incomplete=bool(gpus) and attached is not None and attached != len(gpus),
    )


def _first(text_of: Lookup, *paths: str) -> Optional[str]:
    return next((text for text in map(text_of, paths) if known(text)), None)


def _gpu(text_of: Lookup, bus_id: Optional[str], active: Optional[Iterable[str]]) -> Gpu:
    # Power of the module and of the memory stand in other groups, and memory that is seen through the bus too.
    power = ("power_readings/", "gpu_power_readings/")
    return Gpu(
        name=known(text_of("product_name")),
        uuid=known(text_of("uuid")),
        bus_id=known(bus_id),
        utilisation_percent=number(text_of("utilization/gpu_util"), "%"),
        memory_used_mib=whole(text_of("fb_memory_usage/used"), "MiB"),
        memory_total_mib=whole(text_of("fb_memory_usage/total"), "MiB"),
        power_watts=number(_first(text_of, *[group + "power_draw" for group in power]), "W"),
        power_average_watts=number(_first(text_of, *[group + "average_power_draw" for group in power]), "W"),
        power_instant_watts=number(_first(text_of, *[group + "instant_power_draw" for group in power]), "W"),
        power_limit_watts=number(
            _first(text_of, "power_readings/power_limit", *[group + "current_power_limit" for group in power]), "W"
        ),
        power_default_limit_watts=number(_first(text_of, *[group + "default_power_limit" for group in power]), "W"),
        temperature_celsius=number(_first(text_of, "temperature/gpu_temp", "temperature/gpu_current_temp"), "C"),
        sm_clock_mhz=number(_first(text_of, "clocks/sm_clock", "clocks/sm"), "MHz"),
        graphics_clock_mhz=number(_first(text_of, "clocks/graphics_clock", "clocks/graphics"), "MHz"),
        memory_clock_mhz=number(_first(text_of, "clocks/mem_clock", "clocks/memory"), "MHz"),
        fan_percent=number(text_of("fan_speed"), "%"),
        performance_state=known(text_of("performance_state")),
        compute_mode=known(text_of("compute_mode")),
        is_display_active=switch(text_of("display_active")),
        is_mig=switch(_first(text_of, "mig_mode/current_mig", "mig_mode/current")),
        throttle_reasons=None if active is None else throttling(active),
    )


def _active_in_xml(element: ElementTree.Element) -> Optional[List[str]]:
    groups = [group for group in map(element.find, _REASONS) if group is not None]
    if not groups:
        return None
    return [_REASON_PREFIX.sub("", each.tag) for each in groups[0] if (each.text or "").strip() == "Active"]


def _processes_in_xml(element: ElementTree.Element) -> Optional[List[Process]]:
    """The processes on a GPU; None where they are not told, or not all of them (`N/A`, `Insufficient Permissions`)."""
    told = element.find("processes")
    if told is None or (told.text or "").strip():
        return None
    entries = told.findall("process_info")
    found = _processes([each.findtext for each in entries], element.get("id"))
    return found if len(found) == len(entries) else None


def _processes(entries: List[Lookup], bus_id: Optional[str]) -> List[Process]:
    found: List[Process] = []
    for text_of in entries:
        pid = whole(text_of("pid"))
        if pid is not None:
            found.append(
                Process(
                    pid=pid,
                    bus_id=known(bus_id),
                    kind=known(text_of("type")),
                    name=known(text_of("process_name")),
                    memory_mib=whole(text_of("used_memory"), "MiB"),
                    gpu_instance=whole(text_of("gpu_instance_id")),
                    compute_instance=whole(text_of("compute_instance_id")),
                )
            )
    return found


_GPU_LINE = re.compile(r"GPU\s+(%s)" % PCI_BUS_ID)
#: Names of lines that are other in XML.
_IN_XML = {
    "gpu_uuid": "uuid",
    "utilization/gpu": "utilization/gpu_util",
    "process_id": "pid",
    "name": "process_name",
    "used_gpu_memory": "used_memory",
}
Values = Dict[str, str]


def parse_text(text: str) -> Report:
    """Read `nvidia-smi -q`."""
    blocks: List[Tuple[Optional[str], List[str]]] = [(None, [])]
    for line in text.splitlines():
        found = _GPU_LINE.fullmatch(line.strip())
        if found:
            blocks.append((found.group(1), []))
        else:
            blocks[-1][1].append(line)
    values = [(bus_id, _values(lines), _process_values(lines)) for bus_id, lines in blocks[1:]]
    gpus = tuple(_gpu(each.get, bus_id, _active_in_text(each)) for bus_id, each, _ in values)
    listed = [process for bus_id, _, entries in values for process in _processes([e.get for e in entries], bus_id)]
    is_none_told = bool(values) and all(each.get("processes") == "None" for _, each, _ in values)
    return _report(text, gpus, tuple(listed) or (() if is_none_told else None), _values(blocks[0][1]).get, None)


def _name(printed: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", printed.strip().lower()).strip("_")


def _values(lines: List[str]) -> Values:
    """Values by the path that the indentation makes."""
    values: Values = {}
    above: List[Tuple[int, str]] = []
    for line in lines:
        key, colon, value = line.partition(" : ")
        depth = len(line) - len(line.lstrip())
        above = [(other, name) for other, name in above if other < depth] + [(depth, _name(key))]
        path = "/".join(name for _, name in above)
        if colon:
            values.setdefault(_IN_XML.get(path, path), value.strip())
    return values


def _process_values(lines: List[str]) -> List[Values]:
    """The entries of the last group, of which each begins with a process id."""
    starts = [place for place, line in enumerate(lines) if line.strip() == "Processes"]
    entries: List[Values] = []
    instances: Values = {}
    for line in lines[starts[0] + 1 :] if starts else []:
        key, colon, value = line.partition(" : ")
        name = _IN_XML.get(_name(key), _name(key))
        if name.endswith("_instance_id"):
            instances[name] = value.strip()
        elif name == "pid":
            entries.append(dict(instances, pid=value.strip()))
            instances = {}
        elif colon and entries:
            entries[-1].setdefault(name, value.strip())
    return entries


def _active_in_text(values: Mapping[str, str]) -> Optional[List[str]]:
    found = {path: value for path, value in values.items() if path.split("/")[0] in _REASONS and "/" in path}
    return [path.rsplit("/", 1)[1] for path, value in found.items() if value == "Active"] if found else None
