"""Backends that other packages bring, by an entry point of the group `harbench.backends`: name = module:Class.

Whatever such a package does wrong costs its own backend, never harbench.
"""

import functools
import importlib
import re
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence, Set, Tuple

from backends import answers
from backends.protocol import LOSS_SCALE_DYNAMIC, LOSS_SCALE_FIXED, LOSS_SCALE_NONE, Backend, BackendUnavailable

ENTRY_POINT_GROUP = "harbench.backends"

#: Names of backends and kernels stand in file names and in selectors (`backend=xpu,kernel=fused`).
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_LOSS_SCALES = (LOSS_SCALE_NONE, LOSS_SCALE_FIXED, LOSS_SCALE_DYNAMIC)


class Found(NamedTuple):
    """An entry point: the backend's name, `module:Class`, and the package that has it."""

    name: str
    value: str
    package: str


def _metadata() -> Any:
    """The library that lists installed packages; None where a Python 3.7 does not have it."""
    for name in ("importlib.metadata", "importlib_metadata"):
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    return None


def why_blind() -> str:
    """Why backends of other packages cannot be seen, as the end of a sentence; empty where they can."""
    return "" if _metadata() else " (those of other packages are seen only where importlib-metadata is installed)"


def _points_of(distribution: Any) -> List[Tuple[str, str]]:
    """Names and values of a package's entry points in our group; nothing where its list cannot be read."""
    try:
        if ENTRY_POINT_GROUP not in (distribution.read_text("entry_points.txt") or ""):
            return []
        return [
            (str(point.name), str(point.value))
            for point in distribution.entry_points
            if point.group == ENTRY_POINT_GROUP
        ]
    except Exception:  # a damaged list of any package would otherwise end harbench
        return []


def _name_of(distribution: Any) -> Optional[str]:
    """The package's name; None where its metadata are damaged."""
    try:
        return distribution.metadata["Name"] or None
    except Exception:  # as above
        return None


def _all() -> Iterator[Found]:
    library, seen = _metadata(), set()  # type: Any, Set[str]
    for distribution in library.distributions() if library else ():
        points = _points_of(distribution)
        package = _name_of(distribution) if points else None
        if package not in seen:  # of a package that is there twice, Python imports the first
            for name, value in points:
                yield Found(name, value, package or "of unknown name")
            seen.update([package] if package else [])


@functools.lru_cache(maxsize=None)
def found(taken: Tuple[str, ...]) -> Tuple[Dict[str, Found], Tuple[str, ...]]:
    """Those that may be used, by name, and a sentence for each one that may not.

    Args:
        taken: names of harbench's own backends.
    """
    usable: Dict[str, Found] = {}
    refused: List[str] = []
    rivals: Set[str] = set()
    for one in _all():
        why = _fault_of_name(one, taken, usable)
        if not why:
            usable[one.name] = one
            continue
        refused.append("%s brings a backend %r (%s), which is left out: %s." % (one.package, one.name, one.value, why))
        rivals.update([one.name] if one.name in usable else [])
    return {name: one for name, one in usable.items() if name not in rivals}, tuple(refused)


def _fault_of_name(one: Found, taken: Sequence[str], usable: Dict[str, Found]) -> str:
    if one.name in taken:
        return "harbench has one of that name"
    if not _NAME.fullmatch(one.name):
        return "a name has up to 40 letters, digits, - and _"
    if one.name in usable:
        return "%s brings one of that name too, so neither is taken" % usable[one.name].package
    return ""


def origin(one: Found) -> str:
    """From where a backend is, as part of a sentence."""
    return "which the package %s brings (%s)" % (one.package, one.value)


def make(one: Found) -> Backend:
    """The backend of an entry point.

    Raises:
        BackendUnavailable: it cannot be imported or made, or is no backend of that name.
    """
    where = "The backend %r, %s," % (one.name, origin(one))
    module, _, attribute = (part.strip() for part in one.value.partition(":"))
    try:
        backend: Backend = functools.reduce(getattr, attribute.split("."), importlib.import_module(module))()  # type: ignore
        fault = fault_of(backend, one.name)
        backend = backend if fault else answers.guarded(backend, where)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever a stranger's module does when it is imported; sys.exit too
        text = " ".join(str(error).split()).rstrip(".")
        raise BackendUnavailable(
            "%s cannot be made (%s%s): mend or remove it." % (where, type(error).__name__, ": " + text if text else "")
        ) from error
    if fault:
        raise BackendUnavailable("%s is none: %s; mend or remove it." % (where, fault))
    return backend


def _is_words(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and all(map(answers.is_text, value))


def fault_of(backend: Any, name: str) -> Optional[str]:
    """What an object lacks to be the backend of that name; None where it lacks nothing."""
    if not isinstance(backend, Backend):
        return "it must be a backends.protocol.Backend, not a %s" % type(backend).__name__
    if getattr(backend, "name", None) != name:
        return "its name must be %r, not %r" % (name, getattr(backend, "name", None))
    engine = getattr(backend, "engine", None)
    if not isinstance(engine, str) or not _NAME.fullmatch(engine):
        return "its engine must be tensorflow, or a name of up to 40 letters, digits, - and _"
    for attribute in ("has_profiler", "has_speed"):
        if not isinstance(getattr(backend, attribute), bool):
            return "its %s must be True or False" % attribute
    for attribute in ("kernels", "precisions", "loss_scales"):
        if not _is_words(getattr(backend, attribute, None)):
            return "its %s must be a tuple of words" % attribute
    if not all(map(_NAME.fullmatch, backend.kernels)):
        return "its kernels have names of up to 40 letters, digits, - and _"
    if not set(backend.loss_scales) <= set(_LOSS_SCALES):
        return "its loss_scales are of %s" % ", ".join(_LOSS_SCALES)
    return None
