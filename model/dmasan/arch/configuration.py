# SPDX-License-Identifier: Apache-2.0
"""One possible state of the hardware for one byte: which copies of it exist, and which of them hold the latest value."""

from __future__ import annotations

from typing import NamedTuple

STALE, LATEST = 0, 1

# A cached copy: absent, or (clean, dirty) x (stale, latest).
ABSENT, CLEAN_STALE, CLEAN_LATEST, DIRTY_STALE, DIRTY_LATEST = range(5)
# A buffered store: absent, or (stale, latest). In the CPU's buffer also what a barrier orders behind it (two more codes for
# each): nothing, later stores (DMB ST), all that follows (DMB); through which alias it went (six more for each); and whether
# a cacheable store to the rest of the line waits too (eighteen more). Last three: nothing but that, by order.
EMPTY, HELD_STALE, HELD_LATEST = range(3)
UNORDERED, BEFORE_STORES, BEFORE_ALL = range(3)
NC, WB, WT = range(3)  # aliases: Non-cacheable, write-back, write-through
_ALIAS = 6
_LINE = 3 * _ALIAS
LINE = 2 * _LINE + 1
# Cacheable aliases of the page: none, live, live in two shareability domains at once.
DEAD, LIVE, MIXED = range(3)
# Maintenance in flight: none, or the operation; what a DMB orders counts four times.
IDLE, CLEANING, INVALIDATING, CLEANING_INVALIDATING = range(4)
_ORDERED = 4


class Config(NamedTuple):
    """One state of the hardware for one byte, as small codes (see above)."""

    l1: int  # copy in some L1
    l2: int  # copy in the integrated or outer L2
    memory: int  # STALE or LATEST at the point of coherency
    store_buffer: int  # store that has not left the CPU
    outer_buffer: int  # Non-cacheable store in the outer cache's store buffer
    posted: int  # device write that was accepted and has no B response yet
    in_flight: int  # maintenance by VA that was issued and not completed by a DSB
    live: int  # whether a cacheable alias is live (see above)
    early: int = EMPTY  # what a load that comes later has found already: (stale, latest), two more for each alias
    other: int = ABSENT  # copy in the L1 under another virtual colour, or in an L1 that is not coherent with the first
    other_in_flight: int = IDLE  # maintenance of that colour


# Memory holds the only copy, and no alias is live.
RESET = Config(ABSENT, ABSENT, LATEST, EMPTY, EMPTY, EMPTY, IDLE, 0)


def copy(dirty: bool, value: int) -> int:
    return (DIRTY_STALE if dirty else CLEAN_STALE) + value


def value_of(code: int) -> int:
    """The value of a present copy, of a buffered store or of an early load."""
    return (code - 1) & 1


def held(value: int, alias: int = NC, cacheable: bool = False) -> int:
    """A store in the CPU's buffer, through an alias; `cacheable` stands for the write-back one."""
    return HELD_STALE + value + _ALIAS * (WB if cacheable else alias)


def is_store(code: int) -> bool:
    """Whether a store to the byte is in the CPU's buffer."""
    return EMPTY < code < LINE


def alias_of(code: int) -> int:
    """The alias through which a store in the CPU's buffer went."""
    return (code - 1) % _LINE // _ALIAS


def is_cacheable(code: int) -> bool:
    """Whether a store to the byte is in the CPU's buffer that went through a cacheable alias."""
    return is_store(code) and alias_of(code) != NC


def order_of(code: int) -> int:
    """What a barrier orders behind what is in the CPU's buffer."""
    if code >= LINE:
        return code - LINE
    return (code - 1) % _ALIAS // 2 if code else UNORDERED


def ordered(code: int, order: int) -> int:
    """The same, once a barrier follows that orders `order` behind it."""
    more = max(0, order - order_of(code))
    return code + (more if code >= LINE else 2 * more) if code else EMPTY


def line_waits(code: int) -> bool:
    """Whether a cacheable store to the rest of the line waits in the CPU's buffer."""
    return code > _LINE


def with_line(code: int) -> int:
    """One more cacheable store in the CPU's buffer, to the rest of the line; nothing there is ordered."""
    return code if line_waits(code) else code + _LINE if code else LINE


def without_line(code: int) -> int:
    """The stores to the rest of the line have left the CPU's buffer."""
    return EMPTY if code >= LINE else code - _LINE if line_waits(code) else code


def without_store(code: int) -> int:
    """The store to the byte has left the CPU's buffer."""
    return code if code >= LINE else LINE + order_of(code) if line_waits(code) else EMPTY


def found_early(value: int, alias: int) -> int:
    """An early load through an alias."""
    return HELD_STALE + value + 2 * alias


def alias_of_early(code: int) -> int:
    """The alias of an early load."""
    return (code - 1) // 2


def is_early_by(code: int, alias: int) -> bool:
    return bool(code) and alias_of_early(code) == alias


def ordered_part(in_flight: int) -> int:
    """The maintenance in flight that a DMB orders before what follows."""
    return in_flight // _ORDERED


def joined(earlier: int, operation: int) -> int:
    """Two maintenance operations that take effect one after the other, as one."""
    if IDLE in (earlier, operation):
        return earlier or operation
    if earlier == INVALIDATING:
        return INVALIDATING
    return CLEANING_INVALIDATING if operation == INVALIDATING else max(earlier, operation)


def issued(in_flight: int, operation: int) -> int:
    """One more operation in flight, behind those that a DMB orders and joined with those that none does."""
    return in_flight // _ORDERED * _ORDERED + joined(in_flight % _ORDERED, operation)


def in_order(in_flight: int) -> int:
    """The same maintenance, once a DMB follows it."""
    return _ORDERED * joined(in_flight // _ORDERED, in_flight % _ORDERED)


def parts(in_flight: int) -> tuple[int, int]:
    """What is in flight, in the order in which it takes effect."""
    return in_flight // _ORDERED, in_flight % _ORDERED


def without_order(in_flight: int) -> int:
    """What is left in flight when that which a DMB orders has taken effect."""
    return in_flight % _ORDERED


def is_dirty(code: int) -> bool:
    return code >= DIRTY_STALE


def has_latest(c: Config) -> bool:
    """Whether any copy still holds the latest value; without one, an update is lost. An early load is no copy."""
    held = (c.l1, c.l2, c.store_buffer if is_store(c.store_buffer) else EMPTY, c.outer_buffer, c.posted, c.other)
    return c.memory == LATEST or any(code and value_of(code) for code in held)


def _aged(code: int) -> int:
    return code - 1 if code and value_of(code) else code


def aged(c: Config) -> Config:
    """Every copy became stale: a new value has been written somewhere."""
    return Config(
        _aged(c.l1),
        _aged(c.l2),
        STALE,
        _aged(c.store_buffer) if is_store(c.store_buffer) else c.store_buffer,
        _aged(c.outer_buffer),
        _aged(c.posted),
        c.in_flight,
        c.live,
        _aged(c.early),
        _aged(c.other),
        c.other_in_flight,
    )


def _renewed(code: int) -> int:
    return code + 1 if code and not value_of(code) else code


def renewed(c: Config) -> Config:
    """Every copy is as good as the latest: the content is undefined. Dirty stays dirty."""
    return Config(
        _renewed(c.l1),
        _renewed(c.l2),
        LATEST,
        _renewed(c.store_buffer) if is_store(c.store_buffer) else c.store_buffer,
        _renewed(c.outer_buffer),
        _renewed(c.posted),
        c.in_flight,
        c.live,
        _renewed(c.early),
        _renewed(c.other),
        c.other_in_flight,
    )
