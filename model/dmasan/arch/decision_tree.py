# SPDX-License-Identifier: Apache-2.0
"""A small decision tree for a table: from one code a configuration to nested questions about the configuration's fields."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dmasan.arch.fields import FIELDS

Codes = NDArray[np.int8]
ANY = -1
"""A table's entry that no configuration asks for."""
_CODES = max(len(field.codes) for field in FIELDS)


@dataclass(frozen=True)
class Leaf:
    code: int | None  # None: the field keeps its code


@dataclass(frozen=True)
class Switch:
    field: int
    cases: tuple[tuple[tuple[int, ...], Leaf | Switch], ...]  # codes of the field, and what follows from them


Tree = Leaf | Switch


def tree(target: Codes, rows: Codes, own: Codes | None = None) -> Tree:
    """A small decision tree for `target`, one entry a row of `rows`; `own` holds the codes that mean "unchanged".

    Greedy: it asks for the field that leaves the fewest parts open.
    """
    asked = target != ANY
    if not asked.all():
        target, rows, own = target[asked], rows[asked], None if own is None else own[asked]
    if own is not None and bool((target == own).all()):
        return Leaf(None)
    if bool((target == target[0]).all()):
        return Leaf(int(target[0]))
    field = min(range(rows.shape[1]), key=lambda each: _cost(target, rows[:, each], own, each))
    cases: dict[Tree, list[int]] = {}
    for code in np.unique(rows[:, field]):
        part = rows[:, field] == code
        branch = tree(target[part], rows[part], None if own is None else own[part])
        cases.setdefault(branch, []).append(int(code))
    if len(cases) == 1:
        return next(iter(cases))
    return Switch(field, tuple((tuple(codes), branch) for branch, codes in cases.items()))


def _cost(target: Codes, asked: Codes, own: Codes | None, field: int) -> tuple[bool, int, int, int]:
    """How little asking for a field settles: whether nothing, how many parts stay open, how many leaves there are."""
    pairs = np.bincount(asked.astype(np.int64) * _CODES + target, minlength=_CODES * _CODES)
    values = pairs.reshape(-1, _CODES) > 0  # which codes of the field go with which entries
    present = values.any(axis=1)
    single = values.sum(axis=1) == 1
    kept = np.zeros_like(single)
    if own is not None:
        kept = present & (np.bincount(asked[target != own], minlength=len(single)) == 0)
    leaves = set(values[single & ~kept].argmax(axis=1).tolist())
    still_open = int((present & ~single & ~kept).sum())
    return int(present.sum()) < 2, still_open, len(leaves) + bool(kept.any()), field
