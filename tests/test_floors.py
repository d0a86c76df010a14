"""The library stands in floors: imports run downwards only, and each floor knows only what is its own."""

import ast
from pathlib import Path

import pytest
from size import LIMITS, sizes_by_room

LIBRARY = Path(__file__).resolve().parent.parent / "hotline_lib"

FLOORS = [
    {"contract", "doubts", "errors", "exact", "masking", "processes"},
    {"journal"},
    {"fingerprint"},
    {"paths", "text_files", "indicators"},
    {"yaml_files"},
    {"params"},
    {"tickets", "published", "new_month", "ringing"},
    {"intake"},
    {"beside"},
    {"month", "simulate"},
    {"opening"},
    {"handing"},
    {"metrics"},
    {"scoring"},
    {"proofread"},
    {"present"},
    {"sampling"},
    {"bulletin"},
    {"deliver"},
    {"batch"},
    {"coverage", "rule_changes"},
    {"readiness", "months", "verify"},
    {"cli"},
    {"__main__"},
]
LEVEL = {name: level for level, names in enumerate(FLOORS) for name in names}
MODULES = sorted(path for path in LIBRARY.rglob("*.py") if path != LIBRARY / "__init__.py")


def room(path: Path) -> str:
    return path.relative_to(LIBRARY).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Every module imported anywhere in a file, inside functions too."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def rooms_below(path: Path) -> set[str]:
    parts = [name.split(".") for name in imported(path) if name.startswith("hotline_lib.")]
    return {part[1] for part in parts if part[1] in LEVEL}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(LIBRARY).as_posix())
def test_imports_run_downwards(path):
    here = room(path)
    assert here in LEVEL, f"{here} stands on no floor: put it into FLOORS"
    above = {other for other in rooms_below(path) if other != here and LEVEL[other] >= LEVEL[here]}
    assert not above


@pytest.mark.parametrize(
    ("rooms", "may_not"),
    [
        (("metrics",), {"pathlib", "ibis", "hotline_lib.paths", "hotline_lib.tickets"}),
        (("present",), {"ibis", "hotline_lib.tickets", "hotline_lib.metrics"}),
        (("batch", "deliver"), {"ibis", "hotline_lib.metrics", "hotline_lib.tickets.scan"}),
    ],
    ids=["metrics know no file", "present knows no ticket", "batch knows no metric"],
)
def test_a_floor_knows_only_its_own(rooms, may_not):
    for path in MODULES:
        if room(path) in rooms:
            found = {name for name in imported(path) for bad in may_not if name == bad or name.startswith(bad + ".")}
            assert not found, path


def test_proofreading_inherits_nothing_of_ours():
    """It knows exact arithmetic, errors, paths, params, the scheme and the names of its indicators, and how to open a file

    (any encoding, so much memory and no more) and what rules doubt in prose: no figure of the suite.
    """
    known = {
        "exact",
        "errors",
        "paths",
        "params",
        "scoring",
        "indicators",
        "doubts",
        "text_files",
        "processes",
        "proofread",
    }
    for path in MODULES:
        if room(path) == "proofread":
            assert rooms_below(path) <= known, path


def test_ibis_stays_behind_the_door():
    users = {room(path) for path in MODULES if any(name.split(".")[0] == "ibis" for name in imported(path))}
    assert users == {"tickets"}


@pytest.mark.parametrize("name", LIMITS)
def test_a_room_stays_small(name):
    """What a colleague reads in an hour: lines of code, without blank lines, comments and docstrings."""
    assert sizes_by_room()[name] <= LIMITS[name]


def test_every_room_has_a_limit():
    assert not set(sizes_by_room()) - set(LIMITS)


def test_no_module_is_longer_than_a_sitting():
    longer = {path.name for path in MODULES if len(path.read_text(encoding="utf-8").splitlines()) > 300}
    assert not longer
