"""The house rules that a machine can hold: direction of imports, names, sizes, and nothing of anyone's machine."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "config": set(),
    "ingest": {"config"},
    "processors": {"config", "ingest"},
    "storage": {"config", "ingest", "processors"},
    "alerts": {"config", "ingest", "processors"},
    "dashboard": {"config", "ingest", "processors", "storage", "alerts"},
    "simulators": {"config", "ingest"},
    "denyut": {"config", "ingest", "processors", "storage", "alerts", "dashboard", "simulators"},
}
ROOMS = [room for room in MAY_IMPORT if (ROOT / room).is_dir()]
DRAWERS = {"types", "models", "utils", "common", "helpers", "manager", "base"}
LARGEST_FILE = 400
ACROSS_ROOMS = {"flow", "servers", "torture"}
"""Folders of tests that mirror no room: the pipeline as a whole, real servers, what must not be lost."""
GENERATED = {".git", ".venv", "build", "dist", "results", "__pycache__", "denyut.egg-info", "denyut-data"}
OF_A_MACHINE = re.compile(r"(?<![\w.$}])/(?:home|Users|root|work|workspace|mnt)/\w|[A-Z]:\\\\?Users")
ADDRESS = re.compile(r"[a-z+]+://|--(?:extra-)?index-url|--find-links|--trusted-host| @ ")


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def text_files() -> Iterator[Path]:
    for path in sorted(ROOT.rglob("*")):
        inside = path.relative_to(ROOT).parts
        is_cache = any(part in GENERATED or part.endswith("_cache") or part == ".hypothesis" for part in inside)
        if path.is_file() and not is_cache and b"\0" not in path.read_bytes()[:4096]:
            yield path


def imported_modules(source: str) -> list[str]:
    """Every module that a source names in an import, also inside functions; a relative one begins with a dot."""
    modules: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules.append("." * node.level + (node.module or ""))
    return modules


def forbidden_imports(room: str, source: str) -> list[str]:
    forbidden = (set(MAY_IMPORT) | {"tests", "benchmarks"}) - MAY_IMPORT[room] - {room}
    return [module for module in imported_modules(source) if module.split(".")[0] in forbidden]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_stands_before_it_in_the_flow(room: str) -> None:
    mistakes = {
        str(path.relative_to(ROOT)): found
        for path in python_files(room)
        if (found := forbidden_imports(room, path.read_text()))
    }
    assert mistakes == {}


@pytest.mark.parametrize(
    ("room", "source", "found"),
    [
        ("config", "import numpy\nfrom ingest.devices import DeviceTable", ["ingest.devices"]),
        ("ingest", "from config.settings import City", []),
        ("ingest", "def late():\n    import processors.panes", ["processors.panes"]),
        ("processors", "from storage.points import Series", ["storage.points"]),
        ("storage", "import alerts", ["alerts"]),
        ("simulators", "from storage import points", ["storage"]),
        ("dashboard", "from denyut.pipeline import Pipeline", ["denyut.pipeline"]),
        ("denyut", "from tests.conftest import refuse", ["tests.conftest"]),
    ],
)
def test_the_direction_is_told_from_the_source(room: str, source: str, found: list[str]) -> None:
    assert forbidden_imports(room, source) == found


def test_no_import_is_relative() -> None:
    relative = [
        str(path.relative_to(ROOT))
        for path in python_files(*ROOMS, "tests", "benchmarks")
        if any(module.startswith(".") for module in imported_modules(path.read_text()))
    ]
    assert relative == []
    assert imported_modules("from ..ingest import devices") == ["..ingest"]


def test_no_file_is_a_drawer() -> None:
    drawers = [
        path
        for path in python_files(*ROOMS, "tests", "benchmarks")
        if path.stem.strip("_") in DRAWERS or (path.name == "__init__.py" and path.parent.name in DRAWERS)
    ]
    assert drawers == []


def test_no_source_file_is_longer_than_400_lines() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for path in python_files(*ROOMS, "tests", "benchmarks")
    }
    assert {name: length for name, length in lengths.items() if length > LARGEST_FILE} == {}


def has_a_subject(test: Path) -> bool:
    """Whether a test inside `tests` stands where its module, or its folder of data, stands in the rooms."""
    if len(test.parts) == 1 or test.parts[0] in ACROSS_ROOMS:
        return True
    subject = test.parent / test.stem.removeprefix("test_")
    return (ROOT / subject).is_dir() or (ROOT / subject).with_suffix(".py").is_file()


def test_tests_mirror_the_rooms() -> None:
    tests = [path.relative_to(ROOT / "tests") for path in python_files("tests") if path.name.startswith("test_")]
    assert [str(test) for test in tests if not has_a_subject(test)] == []


def test_a_test_without_a_subject_is_found() -> None:
    assert has_a_subject(Path("ingest/test_devices.py"))
    assert not has_a_subject(Path("ingest/test_elsewhere.py"))
    assert not has_a_subject(Path("processors/test_devices.py"))


def test_no_file_names_a_folder_of_someones_machine() -> None:
    named = {
        f"{path.relative_to(ROOT)}:{number}": line.strip()
        for path in text_files()
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if OF_A_MACHINE.search(line)
    }
    assert named == {}


@pytest.mark.parametrize(
    ("line", "is_found"),
    [
        ('open("/' + 'home/ayu/data.csv")', True),
        ("cd /" + "root/denyut", True),
        ('"C:' + '\\\\Users\\\\ayu"', True),
        ("volume: /var/lib/denyut", False),
        ("see docs/home/index.md", False),
    ],
)
def test_a_folder_of_a_machine_is_told_from_other_paths(line: str, is_found: bool) -> None:
    assert bool(OF_A_MACHINE.search(line)) is is_found


@pytest.mark.parametrize("path", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda path: path.name)
def test_every_requirement_is_pinned_by_version_and_hash_and_names_no_address(path: Path) -> None:
    text = path.read_text()
    assert ADDRESS.findall(text) == []
    entries = re.split(r"\n(?=\S)", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).strip())
    loose = [
        entry.splitlines()[0] for entry in entries if not re.match(r"[\w.-]+==\S+[^\n]*\\\n\s+--hash=sha256:", entry)
    ]
    assert loose == []


def pins(name: str) -> set[str]:
    """The lines that pin a version, with their environment marker."""
    text = (ROOT / "requirements" / name).read_text()
    return {line.rstrip(" \\") for line in text.splitlines() if "==" in line and not line.startswith((" ", "#"))}


def test_what_is_tested_and_measured_is_what_runs() -> None:
    assert len(pins("run.txt")) > 10
    assert pins("run.txt") <= pins("dev.txt") <= pins("bench.txt")


@pytest.mark.parametrize(
    ("lock", "extra"), [("run.txt", None), ("dev.txt", "dev"), ("bench.txt", "bench")], ids=["run", "dev", "bench"]
)
def test_the_locks_hold_what_the_project_asks_for(lock: str, extra: str | None) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [Requirement(text) for text in project["optional-dependencies"].get(extra, project["dependencies"])]
    pinned = {
        canonicalize_name(name): version for name, version in (pin.split(" ;")[0].split("==") for pin in pins(lock))
    }
    missing = [str(want) for want in asked if pinned.get(canonicalize_name(want.name), "0") not in want.specifier]
    assert missing == []
