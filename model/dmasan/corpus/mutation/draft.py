# SPDX-License-Identifier: Apache-2.0
"""The source of a driver program as a tree that can be edited and run.

Line numbers stay those of the file, so that a report of an edited program points into it.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from typing import Any

from dmasan.corpus.case import Program

_OPERATORS: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: lambda a, b: bool(a == b),
    ast.NotEq: lambda a, b: bool(a != b),
}


@dataclass(frozen=True)
class Draft:
    """An `async def` of which only `soc` is left as parameter. `names` is what it may name."""

    tree: ast.AsyncFunctionDef
    file: str
    names: Mapping[str, Any]

    def program(self) -> Program:
        """The program, compiled."""
        module = ast.Module([self.tree], [])
        ast.fix_missing_locations(module)
        space = dict(self.names)
        exec(compile(module, self.file, "exec"), space)
        program: Program = space[self.tree.name]
        return program

    def edited(self, change: Callable[[ast.AsyncFunctionDef], None]) -> Draft:
        """A copy that `change` has edited in place."""
        tree = deepcopy(self.tree)
        change(tree)
        return Draft(tree, self.file, self.names)

    def text(self) -> str:
        return ast.unparse(self.tree)


def draft_of(program: Program, more: Mapping[str, Any]) -> Draft:
    """The draft of a variant's program: what its arguments decide is decided. `more` may be named too."""
    values: dict[str, Any] = {}
    while isinstance(program, partial):
        values = {**program.keywords, **values}
        program = program.func
    lines, first = inspect.getsourcelines(program)
    tree = ast.parse(textwrap.dedent("".join(lines))).body[0]
    assert isinstance(tree, ast.AsyncFunctionDef)
    ast.increment_lineno(tree, first - 1)
    globals_: Mapping[str, Any] = getattr(program, "__globals__", {})
    return _decided(tree, inspect.getfile(program), {**globals_, **more}, values)


def draft_of_text(text: str, file: str, names: Mapping[str, Any]) -> Draft:
    """The draft of a program that is given as text."""
    tree = ast.parse(text).body[0]
    assert isinstance(tree, ast.AsyncFunctionDef)
    return Draft(tree, file, names)


def _decided(tree: ast.AsyncFunctionDef, file: str, names: Mapping[str, Any], values: Mapping[str, Any]) -> Draft:
    tree.args = ast.arguments([], [ast.arg("soc")], None, [], [], None, [])
    tree.returns = None
    known = {name: value for name, value in names.items() if isinstance(value, str | int) and name.isupper()}
    _Fold({**known, **values}, set(values)).visit(tree)
    return Draft(tree, file, names)


class _Fold(ast.NodeTransformer):
    """Puts in the values of parameters, and leaves out what they decide against."""

    def __init__(self, values: Mapping[str, Any], parameters: set[str]) -> None:
        self.values = values
        self.parameters = parameters

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self.parameters and isinstance(node.ctx, ast.Load):
            return ast.copy_location(ast.Constant(self.values[node.id]), node)
        return node

    def _constant(self, node: ast.expr) -> ast.Constant | None:
        """The value of a test that only parameters decide."""
        match node:
            case ast.Constant():
                return node
            case ast.Name() if node.id in self.values:
                return ast.Constant(self.values[node.id])
            case ast.UnaryOp(ast.Not(), inner):
                value = self._constant(inner)
                return None if value is None else ast.Constant(not value.value)
            case ast.Compare(left, [op], [right]) if type(op) in _OPERATORS:
                a, b = self._constant(left), self._constant(right)
                return None if a is None or b is None else ast.Constant(_OPERATORS[type(op)](a.value, b.value))
            case ast.Compare(left, [ast.In()], [ast.Tuple() as among]):
                a, parts = self._constant(left), [self._constant(each) for each in among.elts]
                if a is None or any(each is None for each in parts):
                    return None
                return ast.Constant(a.value in [each.value for each in parts if each is not None])
        return None

    def visit_If(self, node: ast.If) -> Any:
        self.generic_visit(node)
        test = self._constant(node.test)
        if test is None:
            node.body = node.body or [ast.copy_location(ast.Pass(), node)]
            return node
        return node.body if test.value else node.orelse

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        self.generic_visit(node)
        test = self._constant(node.test)
        if test is None:
            return node
        return node.body if test.value else node.orelse


# --- looking around in a tree


def blocks(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    """The lists of statements of a tree, outermost first."""
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                yield block


def call_in(statement: ast.stmt) -> ast.Call | None:
    """The call that a statement awaits or makes, and whose value it keeps or not."""
    value = getattr(statement, "value", None) if isinstance(statement, ast.Expr | ast.Assign) else None
    inner = value.value if isinstance(value, ast.Await) else value
    return inner if isinstance(inner, ast.Call) else None


def method(call: ast.Call | None) -> str:
    """The last part of what is called."""
    if call is None:
        return ""
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def calls(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def parse(text: str) -> ast.stmt:
    """One statement."""
    return ast.parse(text).body[0] if "await" not in text else _awaited(text)


def _awaited(text: str) -> ast.stmt:
    tree = ast.parse(f"async def _():\n    {text}").body[0]
    assert isinstance(tree, ast.AsyncFunctionDef)
    return tree.body[0]


def expression(text: str) -> ast.expr:
    tree = ast.parse(text, mode="eval")
    return tree.body
