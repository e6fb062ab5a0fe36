# SPDX-License-Identifier: Apache-2.0
"""The shape of the source: imports point downwards, files have one idea, functions fit on a screen."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODEL, BENCH = ROOT / "model" / "dmasan", ROOT / "tb" / "cocotbext"

# From the ground up: a package imports from its own floor and those below.
FLOORS = (
    ("events", "config", "schedule", "site", "markdown"),
    ("arch",),
    ("linux", "baremetal"),
    ("device",),
    ("sanitizer",),
    ("soc",),
    ("scenarios", "corpus"),
    ("report",),
    ("pytest",),  # a plugin: what it needs of cocotbext.dmasan it imports when it is used
)
FLOOR = {name: height for height, names in enumerate(FLOORS) for name in names}
LINES, FUNCTION_LINES = 500, 60


def sources() -> list[Path]:
    others = (ROOT / each for each in ("tests", "tools", "bench", "examples"))
    return sorted(chain.from_iterable(each.rglob("*.py") for each in (MODEL, BENCH, *others)))


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of every module that a file imports, wherever it does so."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names if node.module == "dmasan")


def floor_of(path: Path) -> int | None:
    first = path.relative_to(MODEL).parts[0].removesuffix(".py")
    return None if first == "__init__" else FLOOR[first]


def test_every_package_has_a_floor() -> None:
    found = {path.name.removesuffix(".py") for path in MODEL.iterdir() if path.suffix in (".py", "")}
    assert found - {"__init__", "__pycache__"} == set(FLOOR)


def test_imports_point_downwards() -> None:
    wrong = []
    for path in sorted(MODEL.rglob("*.py")):
        own = floor_of(path)
        for line, name in imports(path):
            parts = name.split(".")
            if parts[0] == "dmasan" and len(parts) > 1 and own is not None and FLOOR.get(parts[1], 0) > own:
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    assert not wrong, wrong


def test_the_sanitizer_knows_events_and_the_architecture_alone() -> None:
    """It judges any driver on any kernel: what it needs of them comes as events."""
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in sorted((MODEL / "sanitizer").rglob("*.py"))
        for line, name in imports(path)
        if name.startswith(("dmasan.linux", "dmasan.baremetal", "dmasan.device"))
    ]
    assert not wrong, wrong


@pytest.mark.parametrize("module", ["cocotb", "pyuvm", "cocotbext"])
def test_the_model_needs_no_simulator(module: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in sorted(MODEL.rglob("*.py"))
        for line, name in imports(path)
        if name.split(".")[0] == module and path.name != "pytest.py"
    ]
    assert not wrong, wrong


def test_files_are_small() -> None:
    folders = [ROOT / each for each in ("rtl", "tb", "examples", "bench")]
    designs = (folder.rglob(f"*.{kind}") for folder in folders for kind in ("sv", "v", "cpp"))
    handwritten = [*sources(), *chain.from_iterable(designs)]
    large = {
        str(path.relative_to(ROOT)): count
        for path in handwritten
        if "gen" not in path.parts and (count := len(path.read_text(encoding="utf-8").splitlines())) > LINES
    }
    assert not large


def test_functions_fit_on_a_screen() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {(node.end_lineno or 0) - node.lineno + 1}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= FUNCTION_LINES
    ]
    assert not long, long
