# SPDX-License-Identifier: Apache-2.0
"""One possible state of the hardware for one byte: which copies of it exist, and which of them hold the latest value."""

from __future__ import annotations

from typing import NamedTuple

STALE, LATEST = 0, 1

# A cached copy: absent, or (clean, dirty) x (stale, latest).
ABSENT, CLEAN_STALE, CLEAN_LATEST, DIRTY_STALE, DIRTY_LATEST = range(5)
# A buffered store: absent, or (stale, latest). In the CPU's buffer also through which alias it went (Non-cacheable first,
# then cacheable), and whether a DMB orders it before what follows.
EMPTY, HELD_STALE, HELD_LATEST, ORDERED_STALE, ORDERED_LATEST = range(5)
_CACHEABLE = 4  # added to the four codes of a Non-cacheable store
# Maintenance in flight: none, or the operation; a DMB orders it too (the same codes plus 3).
IDLE, CLEANING, INVALIDATING, CLEANING_INVALIDATING = range(4)
ORDERED = 3


class Config(NamedTuple):
    """One state of the hardware for one byte, as small codes (see above)."""

    l1: int  # copy in some L1
    l2: int  # copy in the integrated or outer L2
    memory: int  # STALE or LATEST at the point of coherency
    store_buffer: int  # store that has not left the CPU
    outer_buffer: int  # Non-cacheable store in the outer cache's store buffer
    posted: int  # device write that was accepted and has no B response yet
    in_flight: int  # maintenance by VA that was issued and not completed by a DSB
    live: int  # 1 while a cacheable alias is live


# Memory holds the only copy, and no alias is live.
RESET = Config(ABSENT, ABSENT, LATEST, EMPTY, EMPTY, EMPTY, IDLE, 0)


def copy(dirty: bool, value: int) -> int:
    return (DIRTY_STALE if dirty else CLEAN_STALE) + value


def value_of(code: int) -> int:
    """The value of a present copy or of a buffered store."""
    return (code - 1) & 1


def held(value: int, cacheable: bool) -> int:
    """A store in the CPU's buffer."""
    return HELD_STALE + value + (_CACHEABLE if cacheable else 0)


def is_cacheable(code: int) -> bool:
    """Whether a store in the CPU's buffer went through the cacheable alias."""
    return code > _CACHEABLE


def is_ordered(code: int) -> bool:
    """Whether a DMB follows a store in the CPU's buffer."""
    return bool(code) and (code - 1) & 2 != 0


def ordered(code: int) -> int:
    """The same store, once a DMB follows it."""
    return ((code - 1) | 2) + 1 if code else EMPTY


def is_dirty(code: int) -> bool:
    return code >= DIRTY_STALE


def has_latest(c: Config) -> bool:
    """Whether any copy still holds the latest value; without one, an update is lost."""
    held = (c.l1, c.l2, c.store_buffer, c.outer_buffer, c.posted)
    return c.memory == LATEST or any(code and value_of(code) for code in held)


def _aged(code: int) -> int:
    return code - 1 if code and value_of(code) else code


def aged(c: Config) -> Config:
    """Every copy became stale: a new value has been written somewhere."""
    return Config(
        _aged(c.l1),
        _aged(c.l2),
        STALE,
        _aged(c.store_buffer),
        _aged(c.outer_buffer),
        _aged(c.posted),
        c.in_flight,
        c.live,
    )


def _renewed(code: int) -> int:
    return code + 1 if code and not value_of(code) else code


def renewed(c: Config) -> Config:
    """Every copy is as good as the latest: the content is undefined. Dirty stays dirty."""
    return Config(
        _renewed(c.l1),
        _renewed(c.l2),
        LATEST,
        _renewed(c.store_buffer),
        _renewed(c.outer_buffer),
        _renewed(c.posted),
        c.in_flight,
        c.live,
    )
