"""Who may import whom: docs/decisions/0003, held by reading the source and by importing it."""

import ast
import subprocess
import sys
from pathlib import Path
from typing import Dict, Iterable, Iterator, List, NamedTuple, Set, Tuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("har_model", "backends", "bench", "reports")
TENSORFLOW_ROOM = "backends.engines.tensorflow"
FRAMEWORKS = {"tensorflow", "torch", "keras", "jax", "mindspore"}
REPORTS_MAY_IMPORT = {
    "bench",
    "bench.record",
    "bench.cells",
    "bench.comparing.accuracies",
    "bench.comparing.compare",
    "bench.comparing.fairness",
    "bench.comparing.gates",
    "bench.comparing.match",
    "bench.comparing.naming",
    "bench.device_use",
    "bench.printable",
    "bench.resources",
    "bench.stats",
    "bench.figures",
    "bench.stats.verdict",
    "bench.units",
    "bench.errors",
    "bench.doubts",
    "bench.plan",
    "har_model.errors",
}


class Import(NamedTuple):
    """That a module imports a name, at a line; lazily: inside a function."""

    importer: str
    name: str
    line: int
    is_lazy: bool


def module_name(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def find_modules(root: Path) -> Dict[str, Path]:
    """Every module of the rooms, by its dotted name."""
    return {module_name(path, root): path for room in ROOMS for path in sorted((root / room).rglob("*.py"))}


MODULES = find_modules(ROOT)


def imported_names(node: ast.AST, importer: str, is_package: bool) -> List[str]:
    """The dotted names that a statement imports; of `from a import b` it is a.b. import_module("a") counts."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            above = importer.split(".")[: None if is_package and node.level == 1 else -(node.level - int(is_package))]
            base = ".".join(above + ([node.module] if node.module else []))
        return [base + "." + alias.name for alias in node.names]
    if isinstance(node, ast.Call) and node.args:
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        named = getattr(node.args[0], "value", getattr(node.args[0], "s", None))
        if called in ("import_module", "__import__") and isinstance(named, str):
            return [named]
    return []


def walk(node: ast.AST, is_lazy: bool) -> Iterator[Tuple[ast.AST, bool]]:
    """Every node below one, and whether it stands inside a function."""
    for child in ast.iter_child_nodes(node):
        yield child, is_lazy
        yield from walk(child, is_lazy or isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)))


def imports_of(importer: str, path: Path) -> List[Import]:
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    is_package = path.name == "__init__.py"
    return [
        Import(importer, name, getattr(node, "lineno", 0), is_lazy)
        for node, is_lazy in walk(tree, False)
        for name in imported_names(node, importer, is_package)
    ]


ALL_IMPORTS = [item for name, path in MODULES.items() for item in imports_of(name, path)]


def is_in(name: str, room: str) -> bool:
    return name == room or name.startswith(room + ".")


def is_in_any(name: str, *rooms: str) -> bool:
    return any(is_in(name, room) for room in rooms)


def our_module(name: str) -> str:
    """The module of ours which a dotted name lies in, or "" where it is none of ours."""
    while name and name not in MODULES:
        name = name.rpartition(".")[0]
    return name


def lines(offences: Iterable[Import]) -> List[str]:
    """Offences as a reader wants to see them."""
    return [f"{MODULES[item.importer].relative_to(ROOT)}:{item.line} imports {item.name}" for item in offences]


def imports_in(room: str) -> List[Import]:
    return [item for item in ALL_IMPORTS if is_in(item.importer, room)]


def imports_of_any(*names: str) -> List[Import]:
    return [item for item in ALL_IMPORTS if is_in_any(item.name, *names)]


@pytest.mark.parametrize("room", ROOMS)
def test_the_room_is_there(room: str) -> None:
    assert room in MODULES


def test_har_model_imports_nothing_of_ours_and_no_framework() -> None:
    forbidden = imports_of_any("backends", "bench", "reports", *FRAMEWORKS)
    assert lines(item for item in forbidden if is_in(item.importer, "har_model")) == []


def test_only_its_own_room_imports_tensorflow() -> None:
    found = imports_of_any("tensorflow", "keras")
    assert lines(item for item in found if not is_in(item.importer, TENSORFLOW_ROOM)) == []


def test_only_the_engines_import_a_framework() -> None:
    found = imports_of_any(*FRAMEWORKS)
    assert lines(item for item in found if not is_in(item.importer, "backends.engines")) == []


def test_backends_import_of_ours_only_har_model() -> None:
    assert lines(item for item in imports_of_any("bench", "reports") if is_in(item.importer, "backends")) == []


def test_bench_imports_of_backends_only_what_runs_on_no_device() -> None:
    allowed = {"backends", "backends.registry", "backends.protocol", "backends.proof", "backends.findings"}
    allowed.update({"backends.atc", "backends.processes"})  # text; whatever a command does
    found = [item for item in imports_in("bench") if is_in(item.name, "backends")]
    others = [item for item in found if not is_in_any(our_module(item.name), "backends.telemetry", "backends.logs")]
    assert lines(item for item in others if our_module(item.name) not in allowed) == []


@pytest.mark.parametrize("watcher", ["backends.telemetry", "backends.logs"])
def test_what_runs_in_a_trial_does_not_import_what_watches_it(watcher: str) -> None:
    # In a function of a backend it is for the parent, which has psutil and the like; what a source is, is pure Python.
    found = [item for item in imports_of_any(watcher) if not item.is_lazy]
    found = [item for item in found if our_module(item.name) != "backends.telemetry.source"]
    inside = [item for item in found if is_in_any(item.importer, "bench.trial", "bench.timed_loop", "backends")]
    assert lines(item for item in inside if not is_in(item.importer, watcher)) == []


def test_the_reader_of_logs_imports_of_ours_only_itself() -> None:
    found = [item for item in imports_in("backends.logs") if is_in_any(item.name, *ROOMS)]
    assert found and lines(item for item in found if not is_in(our_module(item.name), "backends.logs")) == []


def test_bench_imports_reports_only_in_a_function_of_the_command_line() -> None:
    # The bare package, which holds nothing, may be asked for its folder.
    found = [item for item in imports_in("bench") if item.name.startswith("reports.")]
    allowed = [item for item in found if item.is_lazy and is_in_any(item.importer, "bench.cli", "bench.commands")]
    assert lines(item for item in found if item not in allowed) == []


def test_reports_import_of_ours_only_what_a_record_and_its_statistics_need() -> None:
    found = [item for item in imports_of_any("har_model", "backends", "bench") if is_in(item.importer, "reports")]
    assert lines(item for item in found if our_module(item.name) not in REPORTS_MAY_IMPORT) == []


def test_importing_every_module_loads_no_framework() -> None:
    names = [name for name in MODULES if not is_in(name, TENSORFLOW_ROOM) and not name.endswith("__main__")]
    program = f"""
import importlib, sys
for name in {names!r}:
    importlib.import_module(name)
    loaded = sorted({FRAMEWORKS!r} & set(sys.modules))
    assert not loaded, name + " loads " + ", ".join(loaded)
"""
    command = [sys.executable, "-c", program]
    result = subprocess.run(command, cwd=str(ROOT), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    "source, importer, is_package, expected",
    [
        ("import a.b as c", "x.y", False, {"a.b"}),
        ("from a import b, c", "x.y", False, {"a.b", "a.c"}),
        ("from . import b", "x.y", False, {"x.b"}),
        ("from . import b", "x", True, {"x.b"}),
        ("from .b import c", "x.y", True, {"x.y.b.c"}),
        ("from ..b import c", "x.y.z", False, {"x.b.c"}),
        ("from ..b import c", "x.y.z", True, {"x.y.b.c"}),
        ("importlib.import_module('a.b')", "x", False, {"a.b"}),
        ("__import__('a')", "x", False, {"a"}),
        ("print('a')", "x", False, set()),
    ],
)
def test_the_reader_of_imports_resolves_names(source: str, importer: str, is_package: bool, expected: Set[str]) -> None:
    found = [name for node, _ in walk(ast.parse(source), False) for name in imported_names(node, importer, is_package)]
    assert set(found) == expected


def test_the_reader_of_imports_tells_a_lazy_import_from_another(tmp_path: Path) -> None:
    path = tmp_path / "some.py"
    path.write_text("import a\nif True:\n    import b\ndef f():\n    if True:\n        import c\n")
    assert [(item.name, item.is_lazy) for item in imports_of("some", path)] == [("a", False), ("b", False), ("c", True)]
