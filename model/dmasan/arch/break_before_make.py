# SPDX-License-Identifier: Apache-2.0
"""Which changes of a valid translation table entry need break-before-make (DDI 0487, D8.16.1; DDI 0406C, B3.10.1).

The entry must be made invalid, TLB maintenance must complete, and only then may the new entry be written. Otherwise a
TLB may hold both translations, or a mixture, or report a conflict. Permissions, the Access flag, execute-never and
shareability may be changed in place (the list from memory of DDI 0487; ARMv7 recommends, and ARMv8 requires).
"""

from __future__ import annotations

from dmasan.arch.long_descriptor import LongLeaf, LongTable, attribute, decode_long, type_of
from dmasan.arch.short_descriptor import Leaf, Table, decode_first, decode_second
from dmasan.events import MemoryType

_NORMAL = (MemoryType.WB, MemoryType.WT, MemoryType.NC)


def must_break_short(before: int, after: int, level: int) -> str | None:
    """Why the change of a short descriptor of `level` needs it; None if it does not."""
    decode = decode_first if level == 1 else decode_second
    old, new = decode(before), decode(after)
    if old is None or new is None or before == after:
        return None
    if isinstance(old, Leaf) and isinstance(new, Leaf):
        if old.kind is not new.kind:
            return "size"
        writable = old.access.writable or new.access.writable
        return _leaves(old.type, new.type, old.base != new.base, writable, not new.non_global and old.non_global)
    return _tables(old, new, old.base if isinstance(old, Table) else None, new.base)


def must_break_long(before: int, after: int, level: int, mair: int) -> str | None:
    """The same for a long descriptor; `mair` gives the memory types."""
    old, new = decode_long(before, level), decode_long(after, level)
    if old is None or new is None or before == after:
        return None
    if isinstance(old, LongLeaf) and isinstance(new, LongLeaf):
        if old.contiguous != new.contiguous:
            return "size"
        kinds = [type_of(attribute(mair, leaf.index)) for leaf in (old, new)]
        writable = not (old.read_only and new.read_only)
        return _leaves(kinds[0], kinds[1], old.base != new.base, writable, not new.non_global and old.non_global)
    return _tables(old, new, old.base if isinstance(old, LongTable) else None, new.base)


def _tables(old: object, new: object, old_base: int | None, new_base: int) -> str | None:
    """At least one of the two entries points to a table."""
    if type(old) is not type(new):
        return "size"
    return "output address" if old_base != new_base else None


def _leaves(old: MemoryType, new: MemoryType, moved: bool, writable: bool, globalised: bool) -> str | None:
    if old is not new:
        return "cacheability" if old in _NORMAL and new in _NORMAL else "memory type"
    if moved and writable:
        return "output address"
    return "global" if globalised else None
