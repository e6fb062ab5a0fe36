# SPDX-License-Identifier: Apache-2.0
"""The shape of the source: imports point downwards, files have one idea, functions fit on a screen."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
MODEL, BENCH = ROOT / "model" / "dmasan", ROOT / "tb" / "cocotbext"

# From the ground up: a package imports from its own floor and those below.
FLOORS = (
    ("events", "config", "schedule", "site", "markdown", "zeroed"),
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


class Shape(NamedTuple):
    """What is asked of a file: line and full name of every module that it imports; line, name and length of functions."""

    imports: tuple[tuple[int, str], ...]
    functions: tuple[tuple[int, str, int], ...]


@cache
def shape(path: Path) -> Shape:
    """Each file is read once. Its tree is not kept: those of all files take hundreds of megabytes."""
    nodes = list(statements(ast.parse(path.read_text(encoding="utf-8"))))
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return Shape(
        tuple(chain.from_iterable(map(imported, nodes))),
        tuple((node.lineno, node.name, (node.end_lineno or 0) - node.lineno + 1) for node in functions),
    )


def statements(node: ast.AST) -> Iterator[ast.stmt]:
    """All below a node, at any depth. `ast.walk` visits every expression too, where no statement can be."""
    for block in ("body", "handlers", "orelse", "finalbody", "cases"):
        for child in getattr(node, block, ()):
            if isinstance(child, ast.stmt):
                yield child
            yield from statements(child)


def imported(node: ast.stmt) -> Iterator[tuple[int, str]]:
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
        for line, name in shape(path).imports:
            parts = name.split(".")
            if parts[0] == "dmasan" and len(parts) > 1 and own is not None and FLOOR.get(parts[1], 0) > own:
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    assert not wrong, wrong


def test_the_sanitizer_knows_events_and_the_architecture_alone() -> None:
    """It judges any driver on any kernel: what it needs of them comes as events."""
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in sorted((MODEL / "sanitizer").rglob("*.py"))
        for line, name in shape(path).imports
        if name.startswith(("dmasan.linux", "dmasan.baremetal", "dmasan.device"))
    ]
    assert not wrong, wrong


@pytest.mark.parametrize("module", ["cocotb", "pyuvm", "cocotbext"])
def test_the_model_needs_no_simulator(module: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in sorted(MODEL.rglob("*.py"))
        for line, name in shape(path).imports
        if name.split(".")[0] == module and path.name != "pytest.py"
    ]
    assert not wrong, wrong


def test_no_statement_is_overlooked() -> None:
    """Wherever one can be."""
    tree = ast.parse(
        "match a:\n case 1:\n  import b\n"
        "async def c():\n try:\n  d()\n except E as e:\n  import f\n else:\n  g()\n finally:\n  import h\n"
        "class C:\n while i:\n  with j:\n   import k\n else:\n  l()\n"
        "for m in n:\n if o:\n  p()\n elif q:\n  import r\n else:\n  s()\n"
    )
    every = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    assert {id(node) for node in statements(tree)} == {id(node) for node in every}


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
        f"{path.relative_to(ROOT)}:{line} {name}: {length}"
        for path in sources()
        for line, name, length in shape(path).functions
        if length > FUNCTION_LINES
    ]
    assert not long, long
