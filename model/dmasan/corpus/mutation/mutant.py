# SPDX-License-Identifier: Apache-2.0
"""A mutant of a program, and the edits of statements that operators are made of."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dmasan.corpus.mutation.draft import Draft, blocks, call_in, calls, method

Place = tuple[int, int]  # number of a block, and of a statement in it


@dataclass(frozen=True)
class Mutant:
    """An edited program. `settings` replace the cell's; `contract`: the call at `line` breaks a rule then, whatever data does."""

    text: str
    draft: Draft
    settings: Mapping[str, Any] = field(default_factory=dict)
    contract: bool = False
    line: int = 0


Operator = Callable[[Draft, Mapping[str, Any]], Iterator[Mutant]]  # a program, and the cell that it runs in


def places(draft: Draft, fits: Callable[[ast.stmt], bool]) -> Iterator[tuple[Place, ast.stmt]]:
    for b, block in enumerate(blocks(draft.tree)):
        for n, statement in enumerate(block):
            if fits(statement):
                yield (b, n), statement


def calls_of(draft: Draft, *names: str) -> Iterator[tuple[Place, ast.stmt]]:
    """The statements that call one of the methods."""
    return places(draft, lambda statement: method(call_in(statement)) in names)


def dropped(draft: Draft, place: Place) -> Draft:
    return replaced(draft, place)


def replaced(draft: Draft, place: Place, *new: ast.stmt) -> Draft:
    """With statements in place of one."""
    b, n = place

    def change(tree: ast.AsyncFunctionDef) -> None:
        block = list(blocks(tree))[b]
        old = block[n]
        block[n : n + 1] = [_at(old, each) for each in new] or [ast.copy_location(ast.Pass(), old)]

    return draft.edited(change)


def followed(draft: Draft, place: Place, *new: ast.stmt) -> Draft:
    """With statements behind one."""
    b, n = place

    def change(tree: ast.AsyncFunctionDef) -> None:
        block = list(blocks(tree))[b]
        block[n + 1 : n + 1] = [_at(block[n], each) for each in new]

    return draft.edited(change)


def moved(draft: Draft, place: Place, to: int) -> Draft:
    """With a statement before another one of its block (their numbers as they were)."""
    b, n = place

    def change(tree: ast.AsyncFunctionDef) -> None:
        block = list(blocks(tree))[b]
        statement = block.pop(n)
        block.insert(to if to < n else to - 1, statement)

    return draft.edited(change)


def with_call(draft: Draft, number: int, change: Callable[[ast.Call], None]) -> Draft:
    """With one of its calls, by its number in the tree, changed."""
    return draft.edited(lambda tree: change(calls(tree)[number]))


def with_calls(draft: Draft, change: Callable[[ast.Call], bool]) -> Draft | None:
    """With all calls changed that `change` changes (it says so); None if it changes none."""
    done: list[bool] = []
    edited = draft.edited(lambda tree: done.extend(change(call) for call in calls(tree)))
    return edited if any(done) else None


def renamed(call: ast.Call, name: str) -> None:
    assert isinstance(call.func, ast.Attribute)
    call.func.attr = name


def said(statement: ast.AST) -> str:
    """What a statement says, for the text of a mutant."""
    return " ".join(ast.unparse(statement).split())[:90]


def _at(old: ast.stmt, new: ast.stmt) -> ast.stmt:
    for node in ast.walk(new):
        ast.copy_location(node, old)
    return new
