"""The walls of the house: who may know whom, and that the door opens quickly.

Each wall is a look at the import statements; nothing is imported for it, except where start-up itself is tested.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from gait.cli import COMMANDS

REPOSITORY = Path(__file__).resolve().parents[1]
GAIT = REPOSITORY / "gait"
BRIDGE = REPOSITORY / "firmware_bridge"

#: Floor of every room. A file stands above all it imports; inside a folder files may import each other, in no circle.
FLOORS = {
    "gait.version": 0,
    "gait.errors": 1,
    "gait.folder": 2,
    "gait.units": 1,
    "gait.rotations": 1,
    "gait.blocks": 1,
    "gait.recording": 2,
    "gait.dsp": 2,
    "gait.timeline": 3,
    "gait.readers": 3,
    "gait.calibration": 3,
    "gait.synthetic": 4,  # reads nothing, but writes sample data through readers.write_csv
    "gait.motion": 4,
    "gait.gravity": 5,
    "gait.bouts": 6,
    "gait.contacts": 7,
    "gait.standing": 7,
    "gait.slip": 8,
    "gait.strides": 8,
    "gait.facing": 10,
    "gait.torso": 9,
    "gait.quality": 10,
    "gait.set_off": 10,
    "gait.steady": 10,
    "gait.series": 11,
    "gait.readiness": 11,
    "gait.measures": 11,
    "gait.traits": 12,
    "gait.analysis": 13,
    "gait.pipeline": 14,
    "gait.history": 15,
    "gait.report": 16,
    "gait.tables": 16,
    "gait.exchange": 17,
    "gait.results": 17,
    "gait.batch": 18,
    "gait.live": 18,
    "gait.commands": 19,
    "gait.cli": 20,
    "gait.__main__": 21,
}

#: Package -> the only files that may import it.
ONLY_IN = {
    "vqf": {"gait/motion.py"},
    "sqlite3": {"gait/history/store.py"},
    "serial": {"firmware_bridge/link.py"},
    "dask": {"gait/batch/cluster.py"},
    "distributed": {"gait/batch/cluster.py"},
    "duckdb": {"gait/batch/sql.py", "gait/exchange/parquet.py"},
    "fit_tool": {"gait/exchange/fit.py"},
    "fitdecode": {"gait/exchange/activity.py"},
    "fsspec": {"gait/batch/remote.py"},
    "threadpoolctl": {"gait/batch/worker.py"},
    "starlette": {"gait/live/server.py"},
    "uvicorn": {"gait/live/server.py"},
    "pylsl": {"gait/live/outlet.py"},
}

#: Modules that are not on every system; the analysis path must do without. The bridge may fall back on them.
POSIX_ONLY = {
    "fcntl",
    "termios",
    "resource",
    "pwd",
    "grp",
    "pty",
    "tty",
    "syslog",
    "posix",
    "readline",
    "crypt",
}

#: What `gait --help` must not wait for.
HEAVY = {
    "numpy", "pandas", "scipy", "matplotlib", "vqf", "jinja2", "rich", "serial", "dask", "distributed", "duckdb", "fsspec",
    "shtab", "platformdirs", "starlette", "uvicorn", "asyncio",
}  # fmt: skip


def _files(root: Path) -> list[Path]:
    return sorted(root.rglob("*.py"))


def _module(path: Path) -> str:
    parts = path.relative_to(REPOSITORY).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(path: Path) -> set[str]:
    """Modules named in a file's import statements, with what is taken from them."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; say the whole name"
            assert node.module is not None
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def _known(name: str, modules: set[str]) -> str | None:
    """The module of ours that a name lives in."""
    while name:
        if name in modules:
            return name
        name = name.rpartition(".")[0]
    return None


def _room(module: str) -> str:
    return ".".join(module.split(".")[:2])


GAIT_FILES = {_module(path): path for path in _files(GAIT)}
ALL_FILES = GAIT_FILES | {_module(path): path for path in _files(BRIDGE)}


def _neighbours(path: Path) -> set[str]:
    modules = set(ALL_FILES)
    return {known for name in _imports(path) if (known := _known(name, modules))} - {"gait"}


@pytest.mark.parametrize("module", sorted(set(GAIT_FILES) - {"gait"}))
def test_a_file_stands_above_all_it_imports(module: str) -> None:
    room = _room(module)
    assert room in FLOORS, f"{room} has no floor; give it one in FLOORS, above all it imports"
    for other in _neighbours(GAIT_FILES[module]):
        if not other.startswith("gait.") or _room(other) == room:
            continue
        below = FLOORS[_room(other)]
        assert below < FLOORS[room], f"{module} (floor {FLOORS[room]}) imports {other} (floor {below})"


def test_no_circle() -> None:
    graph = {module: _neighbours(path) - {module} for module, path in ALL_FILES.items() if module != "gait"}
    done: set[str] = set()

    def walk(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, f"circle: {' -> '.join((*way[way.index(module) :], module))}"
        if module in done:
            return
        for other in graph.get(module, ()):
            # A package's own __init__ opens the door to its files; that is no way back.
            if not module.startswith(f"{other}."):
                walk(other, (*way, module))
        done.add(module)

    for module in graph:
        walk(module, ())


@pytest.mark.parametrize("package", sorted(ONLY_IN))
def test_some_packages_live_in_one_file(package: str) -> None:
    for path in _files(GAIT) + _files(BRIDGE):
        if any(name.split(".")[0] == package for name in _imports(path)):
            assert path.relative_to(REPOSITORY).as_posix() in ONLY_IN[package], f"{path} imports {package}"


def test_the_bridge_has_never_heard_of_gait() -> None:
    for path in _files(BRIDGE):
        assert not any(name.split(".")[0] == "gait" for name in _imports(path)), path


def test_gait_meets_the_bridge_at_few_doors() -> None:
    doors = ("gait/readers/wire.py", "gait/readers/arrivals.py", "gait/live/session.py", "gait/cli.py")
    for path in _files(GAIT):
        where = path.relative_to(REPOSITORY).as_posix()
        if where in doors or where.startswith("gait/commands/"):
            continue
        assert not any(name.split(".")[0] == "firmware_bridge" for name in _imports(path)), where


def test_nothing_on_the_analysis_path_is_posix_only() -> None:
    for path in _files(GAIT):
        foreign = {name.split(".")[0] for name in _imports(path)} & POSIX_ONLY
        assert not foreign, f"{path} imports {foreign}"


def _at_the_top(path: Path) -> set[str]:
    """Modules that a file imports when it is imported itself, not when a function of it is called."""
    found: set[str] = set()
    waiting: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
        waiting += ast.iter_child_nodes(node)
    return found


def test_the_bridge_opens_on_every_system() -> None:
    """What POSIX alone has is imported in the function that needs it, which says so where it is missing."""
    for path in _files(BRIDGE):
        foreign = {name.split(".")[0] for name in _at_the_top(path)} & POSIX_ONLY
        assert not foreign, f"{path} imports {foreign} at its top"


def test_every_file_says_what_lives_here_and_what_does_not() -> None:
    for path in _files(GAIT) + _files(BRIDGE):
        if path.name == "__init__.py":
            continue
        words = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        assert "Lives here:" in words or path.name == "version.py", path
        assert "Not here:" in words or path.name == "version.py", path


@pytest.mark.parametrize("words", [["--help"], ["--version"], [], *([name, "--help"] for name in COMMANDS)])
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    code = (
        "import sys, gait.cli\n"
        f"status = gait.cli.main({words!r})\n"
        "print('HEAVY', sorted({name.split('.')[0] for name in sys.modules} & set(sys.argv[1:])))\n"
        "raise SystemExit(status)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *HEAVY], capture_output=True, text=True, cwd=REPOSITORY, check=True
    )
    assert done.stdout.splitlines()[-1] == "HEAVY []"
