# SPDX-License-Identifier: Apache-2.0
"""Mutants of the relation: each breaks one rule of one operation or hidden move."""

from __future__ import annotations

from mutant import DOMAINS, EVERY, LINES, ORACLE, RELATION, STORIES, Mutant

CONFIGURATION = "arch/configuration.py"
SET_WAY = ("tests/unit/sanitizer/test_set_way.py",)
LOCAL = ("tests/unit/sanitizer/test_local_maintenance.py",)


def _in(file: str, name: str, old: str, new: str, tests: tuple[str, ...] = ORACLE) -> Mutant:
    return Mutant(name, f"arch/semantics/{file}.py", old, new, tests)


RELATION_MUTANTS = (
    # hidden moves
    _in("moves", "fills of L1 ignore liveness", "c.live and not c.l1:", "not c.l1:"),
    _in("moves", "fills of L2 ignore liveness", "c.live and family.levels", "family.levels"),
    _in("moves", "no speculative fill of L1", "if family.speculates and c.live and not c.l1:", "if False:"),
    _in("moves", "no fill of L2", "if family.speculates and c.live and family.levels == 2 and not c.l2:", "if False:"),
    _in("moves", "no fill of the other colour", "if family.speculates and not c.other and (", "if False and ("),
    _in("moves", "the other colour is never evicted", "in evict_l1(family, flow.exchanged(c))", "in ()"),
    _in("moves", "a dirty line of L1 is not evicted", "    if is_dirty(c.l1):\n        value", "    if False:\n        value"),
    _in("moves", "eviction of L2 drops dirty data", "l2=ABSENT, memory=value)", "l2=ABSENT)"),
    _in("moves", "the store buffer does not drain by itself", "if is_store(c.store_buffer):\n        yield", "if False:\n        yield"),
    _in("moves", "the outer buffer does not drain by itself", "if c.outer_buffer:\n        yield", "if False:\n        yield"),
    _in("moves", "a posted write waits for its response", "if c.posted:\n        yield", "if False:\n        yield"),
    _in("moves", "maintenance waits for the DSB", "    if c.in_flight:\n        yield", "    if False:\n        yield"),
    _in("moves", "maintenance of the other colour waits for the DSB", "    if c.other_in_flight:\n        yield", "    if False:\n        yield"),
    _in("moves", "loads are never early", "if not family.loads_early or", "if True or"),
    _in("moves", "loads pass a DMB", "or order_of(c.store_buffer) == BEFORE_ALL:", "or False:"),
    _in("moves", "cacheable loads pass maintenance of the line", "if c.live and not c.in_flight:", "if c.live:"),
    _in("moves", "a core that does not speculate fills", "if family.speculates and c.live and not c.l1:", "if c.live and not c.l1:", LOCAL),
    _in("cpu", "an early load without speculation allocates nothing", "if not family.speculates and alias != NC", "if False and alias != NC", LOCAL),
    # local maintenance
    _in("local", "a line that was stored to may be elsewhere", "    if family.broadcast or family.speculates:", "    if True:", LOCAL),
    _in("local", "a line that was loaded is nowhere else", "and operation != CLEANING and shared:", "and False:", LOCAL),
    _in("local", "ownership counts where cores speculate", "    if family.broadcast or family.speculates:", "    if family.broadcast:", LOCAL),
    _in("set_way", "an invalidate by set and way drops nothing", "    if c.l1:\n        yield", "    if False:\n        yield", SET_WAY),
    # maintenance
    _in(
        "flow",
        "invalidate cleans",
        "if operation in (CLEANING, CLEANING_INVALIDATING)",
        "if operation in (CLEANING, 2, CLEANING_INVALIDATING)",
    ),
    _in(
        "flow",
        "clean and invalidate does not clean",
        "if operation in (CLEANING, CLEANING_INVALIDATING)",
        "if operation in (CLEANING,)",
    ),
    _in("flow", "clean invalidates", "if operation in (IDLE, CLEANING):", "if operation == IDLE:"),
    _in(
        "flow",
        "clean by VA reaches memory through an outer cache",
        "if family.levels == 2 and not family.outer:",
        "if family.levels == 2:",
    ),
    _in("flow", "invalidate by VA reaches an outer cache", "l2=after.l2 if family.outer else ABSENT", "l2=ABSENT"),
    _in(
        "flow",
        "maintenance is not ordered with accesses of its CPU",
        "    return complete_maintenance(family, c)\n\n\ndef noncacheable",
        "    return iter((c,))\n\n\ndef noncacheable",
    ),
    _in("flow", "maintenance always waits for the CPU's stores", "    if not family.maintenance_waits:\n", "    if False:\n"),
    _in("flow", "maintenance never waits for the CPU's stores", "    if not family.maintenance_waits:\n", "    if True:\n"),
    _in("flow", "a DMB orders no maintenance before Non-cacheable accesses", "yield from complete_ordered(family, c)\n        return", "yield c\n        return"),
    _in("maintenance", "local maintenance is broadcast", "    if not family.broadcast:", "    if False:"),
    _in("maintenance", "maintenance holds no early load back", "if family.virtual or not is_early_by(c.early, NC):", "if False:"),
    _in("maintenance", "outer clean forgets dirty lines", "if clean and is_dirty(c.l2):", "if False:"),
    _in("maintenance", "outer invalidate keeps the line", "c._replace(l2=ABSENT) if invalidate else c", "c"),
    _in("maintenance", "outer invalidate cleans", "clean=False, invalidate=True", "clean=True, invalidate=True"),
    Mutant(
        "maintenance joins what a DMB ordered",
        CONFIGURATION,
        "in_flight // _ORDERED * _ORDERED + joined(in_flight % _ORDERED, operation)",
        "joined(joined(*parts(in_flight)), operation)",
        ("tests/oracle/test_relation_outcomes.py",),
    ),
    # barriers
    _in("maintenance", "DSB does not drain", "yield flow.drain_cpu(family, after), None", "yield after, None"),
    _in("maintenance", "DSB does not complete maintenance", "in flow.complete_maintenance(family, c._replace(early=EMPTY)):", "in (c._replace(early=EMPTY),):"),
    _in("maintenance", "DSB does not complete maintenance of the other colour", "in flow.complete_other(family, complete):", "in (complete,):"),
    _in("maintenance", "DSB leaves early loads", "in flow.complete_maintenance(family, c._replace(early=EMPTY)):", "in flow.complete_maintenance(family, c):"),
    _in("maintenance", "DMB does not order stores", "_replace(store_buffer=ordered(c.store_buffer, BEFORE_ALL), in_flight", "_replace(in_flight"),
    _in("maintenance", "DMB does not order maintenance", "c.in_flight if family.virtual else in_order(c.in_flight)", "c.in_flight"),
    _in("maintenance", "DMB leaves early loads", "in_flight=in_flight, early=EMPTY), None", "in_flight=in_flight), None"),
    _in("maintenance", "DMB drains", "yield c._replace(store_buffer=ordered(c.store_buffer, BEFORE_ALL), in_flight=in_flight", "yield flow.drain_cpu(family, c)._replace(in_flight=in_flight"),
    _in("maintenance", "DMB of stores orders nothing", "yield c._replace(store_buffer=ordered(c.store_buffer, BEFORE_STORES)), None", "yield c, None"),
    _in("maintenance", "DMB of stores orders maintenance", "ordered(c.store_buffer, BEFORE_STORES)", "ordered(c.store_buffer, BEFORE_ALL)"),
    _in("flow", "a DMB of stores orders loads", "if order_of(c.store_buffer) == BEFORE_ALL else c\n\n\ndef before_store", "if order_of(c.store_buffer) != UNORDERED else c\n\n\ndef before_store"),
    _in("flow", "a DMB of stores orders no stores", "return drain_cpu(family, c) if order_of(c.store_buffer) != UNORDERED", "return drain_cpu(family, c) if order_of(c.store_buffer) == BEFORE_ALL"),
    _in("maintenance", "DMB of loads leaves early loads", "yield c._replace(early=EMPTY), None", "yield c, None"),
    _in("maintenance", "a doorbell drains everything", "yield flow.before_store(family, c), None", "yield flow.drain_cpu(family, c), None"),
    _in("maintenance", "cache sync does not drain the outer buffer", "flow.drain_outer(family, flow.before_store(family, c)) if", "flow.before_store(family, c) if"),
    # CPU accesses
    _in("cpu", "a Non-cacheable store bypasses the buffer", "value), value, NC):\n            yield after", "value), value, NC):\n            yield flow.drain_cpu(family, after)"),
    _in("flow", "a load misses its CPU's store", "if is_store(c.store_buffer) and alias_of(c.store_buffer) == alias:", "if False:"),
    _in("flow", "a Non-cacheable load misses the outer buffer", "    if c.outer_buffer:\n        return value_of", "    if False:\n        return value_of"),
    _in("flow", "a Non-cacheable load hits L2 under the override", "if family.nc_hits_l2 and c.l2 else c.memory", "if c.l2 else c.memory"),
    _in("flow", "a Non-cacheable store misses the line in L2", "if family.nc_hits_l2 and c.l2 else c.l2", "if False else c.l2"),
    _in("flow", "write-through stores miss the line", "copy(is_dirty(c.l1), value) if c.l1 else ABSENT", "c.l1"),
    _in("flow", "write-through stores dirty the line", "copy(is_dirty(c.l1), value) if c.l1 else ABSENT", "copy(True, value)"),
    _in("cpu", "an early load is forgotten", "if is_early_by(c.early, alias):", "if False:"),
    _in("cpu", "cacheable stores never wait", "if family.buffers_cacheable:", "if False:"),
    _in("cpu", "a neighbour is not dirtied", "yield (waiting if family.buffers_cacheable else flow.drain_line(waiting)), None", "yield ready, None", STORIES),
    # another CPU, another colour
    _in("other_cpu", "another CPU sees the buffer", "yield ready, flow.beyond_the_cpu(family, ready)", "yield ready, flow.seen_by_load(family, ready, 0)"),
    _in("other_cpu", "another CPU's store drains the buffer", "flow.store_beyond(family, ready, value), None", "flow.store_beyond(family, ready._replace(store_buffer=0), value), None"),
    _in("other_cpu", "another CPU's maintenance waits for the store", "flow.perform(family, ready, operation)", "flow.perform(family, flow.drain_cpu(family, ready), operation)"),
    _in("colours", "colours see each other", "value_of(c.other) if c.other else c.memory", "value_of(c.other) if c.other else flow.cached(c)"),
    _in("colours", "maintenance reaches every colour", "yield flow.exchanged(after), None", "yield after._replace(other_in_flight=after.in_flight), None"),
    # the rest of the line, and L1s that are not coherent
    _in("cpu", "the rest of a line is dirtied at once", "yield (waiting if family.buffers_cacheable else flow.drain_line(waiting)), None", "yield flow.drain_line(waiting), None", LINES),
    _in("flow", "maintenance passes what dirties its line", "    c = drain_line(c)\n    waits", "    waits", LINES),
    _in("devices", "shareability does not matter", "MIXED if family.mixed else LIVE", "LIVE", DOMAINS),
    _in("domains", "Non-shareable maintenance reaches every L1", "flow.perform_own(family, ready, operation)", "flow.perform(family, ready, operation)", DOMAINS),
    _in("flow", "Shareable maintenance reaches one L1", "    if not (apart(family, c) and c.other):", "    if True:", DOMAINS),
    _in("flow", "lines do not outlive the second translation", "(c.live == MIXED or bool(c.other))", "c.live == MIXED", EVERY),
    _in("moves", "no line moves between L1s that are apart", "    if not flow.apart(family, c) or not c.live:", "    if True:", EVERY),
    _in("moves", "every fill asks the other L1", "(c.live == MIXED or (c.live and family.virtual))", "(c.live and family.virtual)", EVERY),
    _in("devices", "a snooping write reaches L1s that are apart", "if flow.apart(family, c) else set()", "if False else set()", EVERY),
    _in("other_cpu", "every CPU uses the first L1", "if flow.apart(family, c) else (c, flow.unchanged)", "if False else (c, flow.unchanged)", EVERY),
    # devices
    _in("devices", "a posted write lands at once", "_replace(posted=HELD_STALE + value), None", "_replace(memory=value), None"),
    _in("devices", "a response completes nothing", "yield flow.complete_posted(c), None", "yield c, None"),
    _in("devices", "a snooping read misses L1", "for value in flow.snooped(family, c):\n        yield c, value\n\n\ndef snoop_write", "for value in {flow.beneath(c)}:\n        yield c, value\n\n\ndef snoop_write"),
    _in("devices", "every walker snoops", "if family.walker_snoops else {flow.beneath(c)}", "if True else {flow.beneath(c)}"),
    _in("devices", "a snooping write leaves stale lines in L1", "in {(ABSENT, ABSENT)} | unseen:", "in {(c.l1, c.other)}:"),
    _in("devices", "an alias never dies", "yield c._replace(live=DEAD), None", "yield c, None"),
    # copies
    Mutant("a write leaves the copy in L2 latest", CONFIGURATION, "_aged(c.l2)", "c.l2", RELATION),
    Mutant("given-up content stays stale in L1", CONFIGURATION, "_renewed(c.l1)", "c.l1", RELATION),
    Mutant("given-up content stays stale in memory", CONFIGURATION, "        LATEST,\n        _renewed", "        c.memory,\n        _renewed", RELATION),
    Mutant("a posted write does not hold the latest value", CONFIGURATION, "c.outer_buffer, c.posted, c.other)", "c.outer_buffer, c.other)", STORIES),
)  # fmt: skip
