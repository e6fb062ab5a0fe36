# SPDX-License-Identifier: Apache-2.0
"""Mutants of the relation: each breaks one rule of one operation or hidden move."""

from __future__ import annotations

from mutant import ORACLE, RELATION, STORIES, Mutant

SEMANTICS, CONFIGURATION = "arch/semantics.py", "arch/configuration.py"


def _relation(name: str, old: str, new: str, tests: tuple[str, ...] = ORACLE) -> Mutant:
    return Mutant(name, SEMANTICS, old, new, tests)


RELATION_MUTANTS = (
    # hidden moves
    _relation("fills of L1 ignore liveness", "if c.live and not c.l1:", "if not c.l1:"),
    _relation("fills of L2 ignore liveness", "if c.live and family.levels", "if family.levels"),
    _relation("no speculative fill of L1", "if c.live and not c.l1:", "if False:"),
    _relation("no fill of L2", "if c.live and family.levels == 2 and not c.l2:", "if False:"),
    _relation("a dirty line of L1 is not evicted", "    if is_dirty(c.l1):\n        value", "    if False:\n        value"),
    _relation("eviction of L2 drops dirty data", "l2=ABSENT, memory=value)", "l2=ABSENT)"),
    _relation("the store buffer does not drain by itself", "if c.store_buffer:\n        yield", "if False:\n        yield"),
    _relation("the outer buffer does not drain by itself", "if c.outer_buffer:\n        yield", "if False:\n        yield"),
    _relation("a posted write waits for its response", "if c.posted:\n        yield", "if False:\n        yield"),
    _relation("maintenance waits for the DSB", "    if c.in_flight:\n        yield", "    if False:\n        yield"),
    # maintenance
    _relation(
        "invalidate cleans",
        "if operation in (CLEANING, CLEANING_INVALIDATING)",
        "if operation in (CLEANING, INVALIDATING, CLEANING_INVALIDATING)",
    ),
    _relation(
        "clean and invalidate does not clean",
        "if operation in (CLEANING, CLEANING_INVALIDATING)",
        "if operation in (CLEANING,)",
    ),
    _relation("clean invalidates", "if operation == CLEANING:\n            yield after", "if False:\n            yield after"),
    _relation(
        "clean by VA reaches memory through an outer cache",
        "if family.levels == 2 and not family.outer:",
        "if family.levels == 2:",
    ),
    _relation("invalidate by VA reaches an outer cache", "l2=after.l2 if family.outer else ABSENT", "l2=ABSENT"),
    _relation(
        "maintenance is not ordered with accesses of its CPU",
        "    yield from _complete_maintenance(family, _own_access(family, c))",
        "    yield _own_access(family, c)",
    ),
    _relation("outer clean forgets dirty lines", "if clean and is_dirty(c.l2):", "if False:"),
    _relation("outer invalidate keeps the line", "c._replace(l2=ABSENT) if invalidate else c", "c"),
    _relation("outer invalidate cleans", "clean=False, invalidate=True", "clean=True, invalidate=True"),
    # barriers
    _relation("DSB does not drain", "yield _drain_cpu(family, complete), None", "yield complete, None"),
    _relation("DSB does not complete maintenance", "for complete in _complete_maintenance(family, c):", "for complete in (c,):"),
    _relation("DMB does not order stores", "store_buffer=ordered(c.store_buffer), in_flight", "in_flight"),
    _relation("DMB does not order maintenance", "c.in_flight + ORDERED if IDLE", "c.in_flight if IDLE"),
    _relation("DMB drains", "yield c._replace(store_buffer=ordered(c", "yield _drain_cpu(family, c)._replace(store_buffer=EMPTY and (c"),
    _relation("a doorbell drains everything", "yield _own_access(family, c), None", "yield _drain_cpu(family, c), None"),
    _relation("cache sync does not drain the outer buffer", "_drain_outer(family, _own_access(family, c)) if", "_own_access(family, c) if"),
    # CPU accesses
    _relation("a Non-cacheable store bypasses the buffer", "value, cacheable=False):\n            yield after", "value, cacheable=False):\n            yield _drain_cpu(family, after)"),
    _relation("a Non-cacheable load misses its CPU's store", "if ready.store_buffer and not is_cacheable", "if False and not is_cacheable"),
    _relation("a Non-cacheable load misses the outer buffer", "elif ready.outer_buffer:", "elif False:"),
    _relation("a Non-cacheable load hits L2 under the override", "elif family.nc_hits_l2 and ready.l2:", "elif ready.l2:"),
    _relation("a Non-cacheable store misses the line in L2", "if family.nc_hits_l2 and c.l2 else c.l2", "if False else c.l2"),
    _relation("cacheable stores never wait", "if family.buffers_cacheable:", "if False:"),
    _relation("a neighbour is not dirtied", "yield ready._replace(l1=copy(True, value_of", "yield ready._replace(l1=copy(False, value_of", STORIES),
    # devices
    _relation("a posted write lands at once", "_replace(posted=HELD_STALE + value), None", "_replace(memory=value), None"),
    _relation("a response completes nothing", "yield _complete_posted(c), None", "yield c, None"),
    _relation("a snooping read misses L1", "yield c, value_of(c.l1) if c.l1 else _beneath(c)", "yield c, _beneath(c)"),
    _relation("a snooping write leaves stale lines in L1", "for l1 in {ABSENT, copy(False, value) if c.l1 else ABSENT}:", "for l1 in {c.l1}:"),
    _relation("an alias never dies", "yield c._replace(live=0), None", "yield c, None"),
    # copies
    Mutant("a write leaves the copy in L2 latest", CONFIGURATION, "_aged(c.l2)", "c.l2", RELATION),
    Mutant("given-up content stays stale in L1", CONFIGURATION, "_renewed(c.l1)", "c.l1", RELATION),
    Mutant("given-up content stays stale in memory", CONFIGURATION, "        LATEST,\n        _renewed", "        c.memory,\n        _renewed", RELATION),
    Mutant("a posted write does not hold the latest value", CONFIGURATION, "c.outer_buffer, c.posted)", "c.outer_buffer)", STORIES),
)  # fmt: skip
