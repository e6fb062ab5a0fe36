# SPDX-License-Identifier: Apache-2.0
"""Operators on maintenance and on calls of the DMA API: left out, another one, another direction, another range."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dmasan.corpus.mutation.draft import Draft, call_in, calls, expression, method, parse
from dmasan.corpus.mutation.mutant import (
    Mutant,
    calls_of,
    dropped,
    followed,
    renamed,
    replaced,
    said,
    with_call,
    with_calls,
)

Cell = Mapping[str, Any]
CLEANS = ("clean", "flush", "dccmvac", "dccimvac", "sync_single_for_device", "sync_single_range_for_device", "sync_sg_for_device")
INVALIDATES = ("invalidate", "dcimvac", "sync_single_for_cpu", "sync_single_range_for_cpu", "sync_sg_for_cpu")
PRIMITIVES = ("clean", "flush", "invalidate")
RANGED = (*PRIMITIVES, "dccmvac", "dccimvac", "dcimvac")
SYNCS = ("sync_single_for_cpu", "sync_single_for_device", "sync_single_range_for_cpu", "sync_single_range_for_device")
MAPS = ("map_single", "map_page", "map_sg")
UNMAPS = ("unmap_single", "unmap_page", "unmap_sg")
_DIRECTIONS = ("TO_DEVICE", "FROM_DEVICE", "BIDIRECTIONAL")
_SHORT = {"TO": "TO_DEVICE", "FROM": "FROM_DEVICE", "BOTH": "BIDIRECTIONAL"}


def no_clean(draft: Draft, cell: Cell) -> Iterator[Mutant]:
    """M1: a clean on the way to the device is left out."""
    for place, statement in calls_of(draft, *CLEANS):
        yield Mutant(f"without {said(statement)}", dropped(draft, place))
    for number, call in enumerate(calls(draft.tree)):
        if method(call) in MAPS:
            yield Mutant(f"{said(call)} with SKIP_CPU_SYNC", with_call(draft, number, _skips))


def no_invalidate(draft: Draft, cell: Cell) -> Iterator[Mutant]:
    """M2: an invalidate on the way to the CPU is left out."""
    for place, statement in calls_of(draft, *INVALIDATES):
        yield Mutant(f"without {said(statement)}", dropped(draft, place))
    for number, call in enumerate(calls(draft.tree)):
        if method(call) in UNMAPS:
            yield Mutant(f"{said(call)} with SKIP_CPU_SYNC", with_call(draft, number, _skips))


def _skips(call: ast.Call) -> None:
    call.keywords = [each for each in call.keywords if each.arg != "attrs"]
    call.keywords.append(ast.keyword("attrs", expression("DmaAttr.SKIP_CPU_SYNC")))


def no_second_invalidate(draft: Draft, cell: Cell) -> Iterator[Mutant]:
    """M3: of two invalidates of one range only the first is left."""
    found = list(calls_of(draft, "invalidate", "dcimvac", "flush"))
    for k, (place, statement) in enumerate(found):
        call = call_in(statement)
        earlier = [call_in(each) for _, each in found[:k]]
        if call is not None and any(e is not None and ast.dump(e.args[0]) == ast.dump(call.args[0]) for e in earlier):
            yield Mutant(f"without the second {said(statement)}", dropped(draft, place))


def other_operation(draft: Draft, cell: Cell) -> Iterator[Mutant]:
    """M4: an invalidate cleans too, or a clean and invalidate only invalidates."""
    other = {"invalidate": "flush", "flush": "invalidate", "dcimvac": "dccimvac", "dccimvac": "dcimvac"}
    for number, call in enumerate(calls(draft.tree)):
        if method(call) in other:
            name = other[method(call)]
            yield Mutant(f"{name} in {said(call)}", with_call(draft, number, lambda c, name=name: renamed(c, name)))  # type: ignore[misc]


def other_side(draft: Draft, cell: Cell) -> Iterator[Mutant]:
    """M5: sync_for_cpu in place of sync_for_device, and the other way round."""
    for number, call in enumerate(calls(draft.tree)):
        if method(call) in SYNCS:
            name = method(call).replace("cpu", "DEV").replace("device", "cpu").replace("DEV", "device")
            yield Mutant(f"{name} in {said(call)}", with_call(draft, number, lambda c, name=name: renamed(c, name)))  # type: ignore[misc]


def other_direction(draft: Draft, cell: Cell) -> Iterator[Mutant]:
    """M6: another direction at the map, at the unmap, or everywhere."""
    for which, names in (("map", MAPS), ("unmap", UNMAPS), ("every call", (*MAPS, *UNMAPS, *SYNCS))):
        for turn in (1, 2):

            def change(call: ast.Call, names: tuple[str, ...] = names, turn: int = turn) -> bool:
                return method(call) in names and _turned(call, turn)

            edited = with_calls(draft, change)
            if edited is not None:
                yield Mutant(f"another direction at {which} (+{turn})", edited)


def _turned(call: ast.Call, turn: int) -> bool:
    for n, argument in enumerate(call.args):
        name = None
        if isinstance(argument, ast.Name):
            name = _SHORT.get(argument.id)
        elif isinstance(argument, ast.Attribute) and argument.attr in _DIRECTIONS:
            name = argument.attr
        if name is not None:
            other = _DIRECTIONS[(_DIRECTIONS.index(name) + turn) % 3]
            call.args[n] = expression(f"Direction.{other}")
            return True
    return False


_RANGES: tuple[tuple[str, int, str], ...] = (
    ("from a line further on", 0, "({}) + 64"),
    ("one byte less", 1, "({}) - 1"),
    ("a line less", 1, "max(1, ({}) - 64)"),
    ("half", 1, "max(1, ({}) // 2)"),
    ("sizeof of a pointer", 1, "min(4, {})"),
)


def other_range(draft: Draft, cell: Cell) -> Iterator[Mutant]:
    """M7: maintenance, or a sync, of another range."""
    for number, call in enumerate(calls(draft.tree)):
        name = method(call)
        if name not in RANGED and name not in SYNCS:
            continue
        first = 1 if "range" in name else 0
        for what, which, form in _RANGES:
            at = first + which
            if at < len(call.args):
                yield Mutant(f"{what} in {said(call)}", with_call(draft, number, _formed(at, form)))


def _formed(at: int, form: str) -> Callable[[ast.Call], None]:
    def change(call: ast.Call) -> None:
        call.args[at] = expression(form.format(ast.unparse(call.args[at])))

    return change


def outer(draft: Draft, cell: Cell) -> Iterator[Mutant]:
    """M15: the outer cache is forgotten, comes first, or is not synced."""
    for place, statement in calls_of(draft, "outer_clean", "outer_flush", "outer_invalidate", "outer_sync"):
        yield Mutant(f"without {said(statement)}", dropped(draft, place))
    if "pl310" not in cell["profile"]:
        return
    for place, statement in calls_of(draft, *PRIMITIVES):
        call = call_in(statement)
        assert call is not None
        if not ast.unparse(call.func).startswith("firmware."):
            continue
        rest = ", ".join(ast.unparse(each) for each in call.args)
        for how in ("inner_only", "wrong_order"):
            new = parse(f"await tamper.{how}(soc, {method(call)!r}, {rest})")
            yield Mutant(f"{how.replace('_', ' ')}: {said(statement)}", replaced(draft, place, new))


def unbalanced(draft: Draft, cell: Cell) -> Iterator[Mutant]:
    """M29: an unmap twice, or of another length."""
    for place, statement in calls_of(draft, *UNMAPS):
        again = parse(ast.unparse(statement))
        yield Mutant(f"twice: {said(statement)}", followed(draft, place, again), contract=True, line=statement.lineno)
    for number, call in enumerate(calls(draft.tree)):
        if method(call) in ("unmap_single", "unmap_page"):
            yield Mutant(f"half of {said(call)}", with_call(draft, number, _formed(1, "({}) // 2")), contract=True, line=call.lineno)


def no_sync_of_slot(draft: Draft, cell: Cell) -> Iterator[Mutant]:
    """M24: behind a bounce buffer, a sync is left out, or has another offset."""
    if cell["policy"] != "bounce":
        return
    for place, statement in calls_of(draft, *SYNCS):
        yield Mutant(f"without {said(statement)}", dropped(draft, place))
    for number, call in enumerate(calls(draft.tree)):
        if method(call) in SYNCS:
            at = 1 if "range" in method(call) else 0
            yield Mutant(f"64 bytes further on in {said(call)}", with_call(draft, number, _formed(at, "({}) + 64")))
