# SPDX-License-Identifier: Apache-2.0
"""A verdict does not depend on where buffers lie, on names, on the order of independent steps, or on the data."""

from __future__ import annotations

import ast
from collections.abc import Awaitable, Callable

import pytest

from dmasan.corpus import CASES, device
from dmasan.corpus.case import BUGGY, FIXED
from dmasan.corpus.mutation.draft import call_in, draft_of, method
from dmasan.corpus.outcome import world
from dmasan.soc import Soc

pytestmark = pytest.mark.thorough

SAMPLE = (
    "A1",
    "B2",
    "C1",
    "D1",
    "E1",
    "F3",
    "G1",
    "H1",
    "I2",
    "J1",
    "K4",
    "L4",
    "N1",
    "P2",
    "Q1",
    "U4",
    "Z1",
)


def codes(soc: Soc, program: Callable[[Soc], Awaitable[None]]) -> list[str]:
    soc.run(program)
    return [hazard.code.name for hazard in soc.hazards]


@pytest.mark.parametrize("kind", [BUGGY, FIXED])
@pytest.mark.parametrize("name", SAMPLE)
def test_other_addresses(name: str, kind: str) -> None:
    case = CASES[name]
    variant = case.variant(kind)

    async def moved(soc: Soc) -> None:
        for size in (64, 256, 4096, 12 * 4096):
            await soc.kernel.kmalloc(size, "in the way")
        await variant.program(soc)

    there = codes(world(case, variant), moved)
    assert there == codes(world(case, variant), variant.program)


@pytest.mark.parametrize("kind", [BUGGY, FIXED])
@pytest.mark.parametrize("name", SAMPLE)
def test_constant_data(name: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """All data is the same byte: no comparison could tell anything, the verdict is the same."""
    case = CASES[name]
    variant = case.variant(kind)
    expected = codes(world(case, variant), variant.program)
    soc = world(case, variant)
    monkeypatch.setattr(device, "PATTERN", 0)
    cpu = type(soc.cpu())
    fill, write = cpu.fill, cpu.write

    async def same(self: object, va: int, length: int, value: int) -> None:
        await fill(self, va, length, 0)  # type: ignore[arg-type]

    async def plain(self: object, va: int, data: bytes) -> None:
        descriptor = len(data) in (32, 60, 64)  # what the device acts upon is no data
        await write(self, va, data if descriptor else bytes(len(data)))  # type: ignore[arg-type]

    monkeypatch.setattr(cpu, "fill", same)
    monkeypatch.setattr(cpu, "write", plain)
    assert codes(soc, variant.program) == expected


class Renamed(ast.NodeTransformer):
    """Every local variable and every text has another name."""

    def __init__(self, tree: ast.AST) -> None:
        stored = (node for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
        self.locals = {node.id for node in stored}

    def visit_Name(self, node: ast.Name) -> ast.Name:
        if node.id in self.locals:
            node.id = f"other_{node.id}"
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        if isinstance(node.value, str) and " " in node.value:
            node.value = node.value[::-1]
        return node


@pytest.mark.parametrize("name", ["A1", "C1", "G1", "K4"])
def test_other_names(name: str) -> None:
    case = CASES[name]
    variant = case.variant(BUGGY)
    draft = draft_of(variant.program, {})
    other = draft.edited(lambda tree: Renamed(tree).visit(tree))
    assert other.text() != draft.text()
    assert codes(world(case, variant), other.program()) == codes(world(case, variant), variant.program)


@pytest.mark.parametrize("name", ["A1", "A5", "F6", "S5", "W4"])
def test_another_order_of_independent_steps(name: str) -> None:
    """The allocations at the beginning, in the opposite order."""
    case = CASES[name]
    variant = case.variant(BUGGY)

    def turn(tree: ast.AsyncFunctionDef) -> None:
        places = [n for n, each in enumerate(tree.body) if method(call_in(each)) in ("memory", "kmalloc", "alloc_coherent")]
        together = [n for n in places if n - places[0] == places.index(n)]
        tree.body[together[0] : together[-1] + 1] = tree.body[together[0] : together[-1] + 1][::-1]

    other = draft_of(variant.program, {}).edited(turn)
    assert codes(world(case, variant), other.program()) == codes(world(case, variant), variant.program)
