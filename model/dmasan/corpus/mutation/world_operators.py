# SPDX-License-Identifier: Apache-2.0
"""Operators on the world: where memory lies, how it is mapped, what the policy does, how the device is set."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from dmasan.corpus.mutation.call_operators import MAPS
from dmasan.corpus.mutation.draft import Draft, call_in, calls, expression, method, parse
from dmasan.corpus.mutation.mutant import (
    Mutant,
    calls_of,
    dropped,
    followed,
    replaced,
    said,
    with_call,
    with_calls,
)

Cell = Mapping[str, Any]
_SHIFT = 24  # bytes into a line


def neighbour(draft: Draft, cell: Cell) -> Iterator[Mutant]:
    """M10: a buffer begins within a line, and other data before it is written while the device has it."""
    for place, statement in calls_of(draft, "kmalloc"):
        call = call_in(statement)
        if not isinstance(statement, ast.Assign) or call is None or not isinstance(statement.targets[0], ast.Name):
            continue
        name = statement.targets[0].id
        size, *rest = (ast.unparse(each) for each in call.args)
        bigger = parse(f"{name} = {_SHIFT} + await {ast.unparse(call.func)}({', '.join([f'2 * ({size})', *rest])})")
        shifted = with_calls(replaced(draft, place, bigger), lambda c, name=name: _frees(c, name))  # type: ignore[misc]
        base = shifted or replaced(draft, place, bigger)
        for at, mapping in calls_of(base, *MAPS):
            if f"({name}," in ast.unparse(mapping):
                store = parse(f"await soc.cpu().str_({name} - {_SHIFT}, 0x600D)")
                changed = followed(base, at, store)
                body = changed.tree.body
                load = ast.copy_location(parse(f"await soc.cpu().ldr({name} - {_SHIFT})"), body[-1])
                yield Mutant(f"{name} begins {_SHIFT} bytes into a line", changed.edited(_before_end(load)))


def _frees(call: ast.Call, name: str) -> bool:
    if method(call) == "kfree" and ast.unparse(call.args[0]) == name:
        call.args[0] = expression(f"{name} - {_SHIFT}")
        return True
    return False


def _before_end(statement: ast.stmt) -> Any:
    def change(tree: ast.AsyncFunctionDef) -> None:
        last = method(call_in(tree.body[-1])) == "kfree"
        tree.body.insert(len(tree.body) - 1 if last else len(tree.body), statement)

    return change


def cached_ring(draft: Draft, cell: Cell) -> Iterator[Mutant]:
    """M11: what was coherent memory is cacheable."""
    for place, statement in calls_of(draft, "alloc_coherent"):
        call = call_in(statement)
        if isinstance(statement, ast.Assign) and call is not None and isinstance(statement.targets[0], ast.Name):
            name = statement.targets[0].id
            arguments = ", ".join(ast.unparse(each) for each in call.args)
            changed = replaced(draft, place, parse(f"{name} = await tamper.cached(soc, {arguments})"))
            for at, each in list(calls_of(changed, "free_coherent")):
                if ast.unparse(each).endswith(f"({name})"):
                    changed = dropped(changed, at)
            yield Mutant(f"cacheable: {said(statement)}", changed)


def other_cpu(draft: Draft, cell: Cell) -> Iterator[Mutant]:
    """M16: another CPU stores, and maintenance is local."""
    if cell["profile"] != "arm11mpcore":
        return
    for number, call in enumerate(calls(draft.tree)):
        if method(call) in ("dccmvac", "clean", "flush") and ast.unparse(call.func).startswith("soc.cpu(1)"):
            wrong = expression(ast.unparse(call.func).replace("cpu(1)", "cpu(0)"))
            yield Mutant(f"by the other CPU: {said(call)}", with_call(draft, number, lambda c, w=wrong: setattr(c, "func", w)))  # type: ignore[misc]


def second_alias(draft: Draft, cell: Cell) -> Iterator[Mutant]:
    """M17: coherent memory is used by its cacheable linear address."""
    for number, call in enumerate(calls(draft.tree)):
        if method(call) not in ("read", "ldr", "fill", "write", "str_") or not call.args:
            continue
        first = ast.unparse(call.args[0])
        if ".cpu_addr" in first:
            buffer = first.split(".cpu_addr")[0].split("(")[-1]
            other = first.replace(f"{buffer}.cpu_addr", f"soc.kernel.layout.linear(soc.dma.physical({buffer}))")
            yield Mutant(f"by the linear address: {said(call)}", with_call(draft, number, _first(other)))


def _first(text: str) -> Any:
    def change(call: ast.Call) -> None:
        call.args[0] = expression(text)

    return change


def live_alias(draft: Draft, cell: Cell) -> Iterator[Mutant]:
    """M18: the linear mapping of coherent memory stays, and uncached accesses hit L2."""
    coherent = any(method(call) == "alloc_coherent" for call in calls(draft.tree))
    if coherent and cell["profile"] == "cortex-a9-pl310" and cell["policy"] == "strict" and not cell.get("snoop_port"):
        yield Mutant("policy double_map", draft, {"policy": "double_map", "era": "v2.6.39", "shared_override": False})


def no_flush(draft: Draft, cell: Cell) -> Iterator[Mutant]:
    """M19: memory from CMA is handed out without a flush."""
    for number, call in enumerate(calls(draft.tree)):
        if method(call) == "NoFlush":
            yield Mutant("no flush at allocation", with_call(draft, number, lambda c: c.args.__setitem__(0, ast.Constant(False))))


def other_snooping(draft: Draft, cell: Cell) -> Iterator[Mutant]:
    """M22: the device snoops where software maintains, or the other way round; or one kind of access alone."""
    names = {"COHERENT": "NONCOHERENT", "NONCOHERENT": "COHERENT"}
    for number, call in enumerate(calls(draft.tree)):
        for keyword in call.keywords:
            if keyword.arg == "snoop" and ast.unparse(keyword.value) in names:
                other = names[ast.unparse(keyword.value)]
                yield Mutant(f"{other} in {said(call)}", with_call(draft, number, _snoop(other)))
        if method(call) == "attributes":
            for at, argument in enumerate(call.args):
                if ast.unparse(argument) in names:
                    other = names[ast.unparse(argument)]
                    text = f"{other} as argument {at} of {said(call)}"
                    yield Mutant(text, with_call(draft, number, lambda c, a=at, o=other: c.args.__setitem__(a, expression(o))))  # type: ignore[misc]


def _snoop(name: str) -> Any:
    def change(call: ast.Call) -> None:
        for keyword in call.keywords:
            if keyword.arg == "snoop":
                keyword.value = expression(name)

    return change


def overrun(draft: Draft, cell: Cell) -> Iterator[Mutant]:
    """M23: the device goes one burst beyond its buffer."""
    for number, call in enumerate(calls(draft.tree)):
        if method(call) in ("send", "receive", "start_send", "start_receive") and len(call.args) == 2:
            longer = f"({ast.unparse(call.args[1])}) + 4096"
            text = f"a page too far: {said(call)}"
            yield Mutant(text, with_call(draft, number, lambda c, t=longer: c.args.__setitem__(1, expression(t))), {}, True, call.lineno)  # type: ignore[misc]


def bad_memory(draft: Draft, cell: Cell) -> Iterator[Mutant]:
    """M25: the buffer is on the stack, or vmalloc memory."""
    for place, statement in calls_of(draft, "kmalloc"):
        call = call_in(statement)
        if not isinstance(statement, ast.Assign) or call is None or not isinstance(statement.targets[0], ast.Name):
            continue
        name, size = statement.targets[0].id, ast.unparse(call.args[0])
        maps = [c for c in calls(draft.tree) if method(c) == "map_single" and f"({name}," in ast.unparse(c)]
        if not maps:
            continue
        for what, text in (("stack", f"await soc.kernel.stack.push({size})"), ("vmalloc", f"await tamper.vmalloc(soc, {size})")):
            changed = replaced(draft, place, parse(f"{name} = {text}"))
            for at, each in list(calls_of(changed, "kfree")):
                if ast.unparse(each).endswith(f"({name})"):
                    changed = dropped(changed, at)
            yield Mutant(f"{name} is {what} memory", changed, contract=True, line=maps[0].lineno)
