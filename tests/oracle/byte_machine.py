# SPDX-License-Identifier: Apache-2.0
"""The memory system of one byte, for the brute-force oracle: its states, hidden moves and operations.

One CPU, one device, one byte, absolute versions: a write at position k of the sequence leaves version k, 0 is the
initial content. An operation is *issued* into a queue (CPU queue, outer buffer, posted device writes), where draining
is a hidden move; "complete when it returns" and every barrier are then a *filter*: of all states reachable by hidden
moves, only those in which the thing has happened remain. So no operation has a second, hand-made definition of what
it waits for.

Decisions, with the reason or source (fields of `Machine` hold those that a family, or a dispute, may change):

 1. Liveness: only fills need a live cacheable alias; maintenance acts by line whatever alias is live (golden file).
    `um` changes liveness and orders nothing. `WB` and `rWB` through a dead alias would fault: ValueError.
 2. Lines are never written speculatively; a clean line may vanish and a dirty one be written back at any time,
    keeping a clean copy or not (DDI 0406C A3.5, DDI 0487 B2). Invalidate never cleans (golden file); that the line
    may have been written back just before is a hidden move.
 3. CPU stores wait in a queue in program order. Stores through one alias to one byte stay in order (coherence,
    DDI 0487 B2.3); stores through two aliases may pass each other (mismatched attributes, DDI 0406C A3.5: loss of
    uniprocessor semantics). Two buffered stores need not merge: the older may land late, alone.
 4. Maintenance by VA executes in program order with cacheable accesses and with other maintenance of the same line;
    non-cacheable accesses pass it unless a DMB or DSB stands between (DDI 0487 D7.5.8 / DDI 0406C B2.2.7, from
    memory). It may wait in the queue until `dsb`; a cacheable store behind it then waits with it.
 5. DMB: everything issued before it takes effect before anything of that CPU issued after it on this byte. A load
    executes at its place (no early load here), so it waits for all that a DMB ordered before it.
 6. MMIO stores (`bell`, and the PL310 operations, which are MMIO stores too) are unordered with Normal stores unless
    a DMB stands between: then those stores have left the CPU when the MMIO store acts (DDI 0406C A3.8.3; `writel`
    is `dmb oshst` + store on arm64, commit 22ec71615d82). A DMB never completes maintenance for another observer;
    only DSB does. `bell` stands for "the device has seen the doorbell"; it has no other effect.
 7. A load forwards from the newest queued store of its own alias, and sees no queued store of the other alias.
    (That it may see it is covered: the store may drain first.) The NC load sees the outer buffer too.
 8. PL310: an NC store leaves the CPU into the outer buffer, which drains by itself and surely at `osync`
    (arch/arm/mm/cache-l2x0.c: cache sync; erratum 769419 is its never draining by itself). The look-up in L2 is done
    when the entry drains (DDI 0284G table 4.4, of the predecessor L210: "write to the L2 when write buffer drained"):
    hit -> L2 and memory take the value in one step, the line stays dirty if it was; miss -> memory, no allocation
    ("write-through no write-allocate", DDI 0246). The NC load looks up L2 without allocating. Override (AUX_CTRL bit
    22): neither looks up. `cl2 iv2 ci2` do not drain the outer buffer (the kernel issues a sync for that).
    A *write* of the same line that reaches PL310 later (L1 write-back, clean, snooping write) does not overtake the
    buffer: hazards drain it (DDI 0284G 4, "in the case of hazards the line causing the hazard is drained"), and without
    that a store that DMB or DSB ordered first could undo a later cacheable one. *Reads* by the other alias are
    given no such promise, although the same hazard check would give it: mismatched attributes (A3.5), the wider choice.
 9. L2 is neither inclusive nor exclusive (exclusive mode off, the kernel's setting): a fill allocates in L1, in L2 or in
    both, from L2 if present. A dirty L1 victim goes to L2; see DIRTY_VICTIM_MAY_SKIP_ABSENT_L2.
10. L1 clean on the PL310 families pushes the line into L2, dirty there ("to the PoC" of the CPU ends before an outer
    cache). On the integrated family maintenance by VA acts on both levels at one moment: no state shows a line
    invalidated in one level and refilled from the other half-way (DDI 0487: effect to the PoC).
11. Without an outer cache `cl2 iv2 ci2 osync` do nothing at all (the kernel's outer_cache functions are NULL).
12. Device writes of one master and kind land in issue order (AXI4 A6.3, same ID), so `dw` lands after earlier `dwx`;
    reads do not wait for posted writes (no order between AXI channels) and `sdw` takes another path and passes them.
13. A snooping read looks in L1, then L2 if the port sees it, then memory; it sees no CPU queue and no outer buffer and
    allocates nothing. A snooping write removes each copy in L1, removes or updates (clean) that in L2 and writes memory, or stays dirty in
    an L2 that the port sees (ACP write with AxCACHE write-back, allocate): a non-snooping read then misses it.
14. The other CPU (`oWB oNC orWB orNC ocl oiv oci`): what it does is complete when it returns, and it has no queue of its
    own. It sees no queued store of the first CPU and waits for none, except for what a DMB of the first CPU ordered: a
    program that goes on elsewhere after a DMB has handed over (DDI 0406C A3.8.3, a DMB is cumulative). Broadcast
    maintenance reaches all CPUs' L1, local maintenance only that of the CPU that issues it (arm-linux: ARM11MPCore,
    smp_plat.h:cache_ops_need_broadcast). There the L1s are coherent (MESI): a dirty line is in one only; a clean one may be
    in both, filled from the other or from memory.
15. A load executed early (`loads_early`): a load of Normal memory may be satisfied at any time after whatever is ordered
    before it; then it returns what it found. `rmb` (DMB of loads), `dmb` and every DSB empty it: no load behind them is
    satisfied before them. So does an own store to the byte (coherence) and, for the cacheable alias, own maintenance of the
    line (decision 4). Loads keep it: those behind may have been satisfied early too, in order. A store of another CPU
    leaves it alone.
16. `dmbst`: a DMB of stores orders stores before later stores, to a device register too, and nothing before or after loads
    or maintenance (DDI 0487: a DMB of loads and stores orders it). Machines with virtual colours have one barrier only.
17. Cortex-M7: maintenance does not wait for the CPU's buffered stores, DMB or not; only a DSB before it helps
    (DUI 0646 4.8.7).
18. Virtual colours and virtual tags: two lines of L1 may hold the byte, one for each of two colours (`y...` is an access or
    maintenance through the second one). Neither sees the other; a fill comes from memory; maintenance by VA acts on its
    colour, in program order with other maintenance and accesses of that colour, and before later Non-cacheable
    accesses; a DMB orders nothing more of it. Machines with such caches have no snooping devices, and their cacheable stores reach the
    cache at once.
19. Write-through memory (`WT rWT`), where it is cached: a store waits in the store buffer and reaches a line of L1, if
    there is one, and memory at one moment; the line's dirtiness is left alone, none is allocated. A load looks up L1, and
    forwards from its own alias. Elsewhere it is Non-cacheable (DDI 0388 7.1). WB and WT aliases are mismatched too.
20. `walk`, a read by the page-table walker: it looks up L1 and L2 like a snooping read where the walker is coherent,
    else what is below L1 (arch/arm/mm/proc-v7-2level.S: on UP each entry is cleaned to the PoU); it sees no queue.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

DIRTY_VICTIM_MAY_SKIP_ABSENT_L2 = True
"""A dirty L1 victim whose line is absent in L2 may go straight to memory.

PL310 allocates on an L1 victim only by the AWCACHE allocate hint and its force-write-allocate bits 24:23, and an L2 that
is full of locked ways cannot; both outcomes are allowed. It adds no outcome: victim to L2, L2 write-back and drop are
hidden moves too, and together they lead to the same state."""


@dataclass(frozen=True)
class Machine:
    """One family of memory systems, and the decisions that another implementation might take differently."""

    has_l2: bool
    """A second level below L1, in front of memory."""
    outer: bool = False
    """That level is an outer cache (PL310): maintenance by PA of its own, outer buffer, beyond the CPU's PoC."""
    nc_hits_l2: bool = False
    """Non-cacheable accesses look up L2 (PL310 shareable attribute override off, AUX_CTRL bit 22 = 0)."""
    cacheable_stores_buffered: bool = True
    """Cacheable stores pass through the CPU's store buffer (DDI 0388 A9 store buffer; DDI 0489 5.9.2)."""
    snoop_sees_l2: bool = True
    """The coherent port looks up L2: ACP misses go to PL310 like any cacheable read of the cluster."""
    snoop_write_may_stay_in_l2: bool = True
    """Decision 13; False: a snooping write always reaches memory."""
    outer_buffer_before_writes: bool = True
    """Decision 8; False: an L1 write-back or a snooping write overtakes a store in the outer buffer."""
    outer_buffer_before_reads: bool = False
    """Decision 8; True: fills, cacheable loads and snooping reads wait for the outer buffer."""
    outer_buffer_before_operations: bool = False
    """Decision 8; True: cacheable accesses and maintenance (by VA and by PA) of the line all find the buffer empty. An L1
    operation that has nothing to write never reaches PL310, so there is no ground for it."""
    outer_maintenance_drains: bool = False
    """Decision 8; True: `cl2 iv2 ci2` drain the outer buffer (PL310 drains it at accesses to its registers, DDI 0246 2.5,
    from memory; but the kernel follows them with a cache sync, so nothing is promised here)."""
    mmio_lands_ordered_stores: bool = True
    """Decision 6; False: an MMIO store leaves the queue alone even after a DMB."""
    nc_ordered_with_maintenance: bool = False
    """Decision 4; True: maintenance in flight is ordered with NC accesses of the same line too."""
    nc_looks_up_on_entry: bool = False
    """Decision 8; True: the look-up in L2 is done when an NC store enters the outer buffer, not when it leaves."""
    unmap_is_dsb: bool = False
    """Decision 1; True: `um` drains like `dsb` (real TLB maintenance completes only by a DSB; the golden file's words
    give `um` no such effect, so none is promised here)."""
    snooping_write_after_posted: bool = False
    """Decision 12; True: `sdw` lands after the device's posted writes."""
    broadcast: bool = True
    """Maintenance by VA reaches every CPU's L1; False: only that of the CPU that issues it (decision 14)."""
    loads_early: bool = False
    """Decision 15."""
    maintenance_waits: bool = True
    """Decision 17; False: maintenance does not wait for buffered stores."""
    colours: bool = False
    """Decision 18: L1 may hold the byte twice."""
    write_through: bool = False
    """Decision 19: Write-Through memory is cached."""
    walker_snoops: bool = True
    """Decision 20."""
    single_slots: bool = False
    """Decisions 3 and 5; True: one entry of each kind: a buffered store merges into the queued one of its alias, a
    posted device write and maintenance wait for their predecessor, a cacheable store waits for maintenance in flight,
    and whatever is issued after a DMB waits at once for what the DMB ordered, instead of standing behind it."""


_VIRTUAL = Machine(
    has_l2=False,
    cacheable_stores_buffered=False,
    colours=True,
    write_through=True,
    walker_snoops=False,
    nc_ordered_with_maintenance=True,
)
FAMILIES: dict[str, Machine] = {
    # The golden file's model text: "cacheable stores reach the cache at once"; maintenance acts to the PoC.
    "one-level": Machine(has_l2=False, cacheable_stores_buffered=False),
    "integrated": Machine(has_l2=True, loads_early=True),
    "pl310": Machine(has_l2=True, outer=True, nc_hits_l2=True, loads_early=True),
    "pl310-override": Machine(has_l2=True, outer=True, nc_hits_l2=False, loads_early=True),
    # ARM11MPCore; Cortex-M7; ARM926, and ARM1136 and ARM1176 with large ways.
    "one-level-local": Machine(has_l2=False, broadcast=False, loads_early=True, walker_snoops=False),
    "m7": Machine(has_l2=False, maintenance_waits=False, write_through=True, loads_early=True),
    "vivt": _VIRTUAL,
    "vipt-aliasing": replace(_VIRTUAL, loads_early=True),
}

DISPUTABLE = (
    "cacheable_stores_buffered",
    "snoop_sees_l2",
    "snoop_write_may_stay_in_l2",
    "outer_buffer_before_writes",
    "outer_buffer_before_reads",
    "outer_buffer_before_operations",
    "outer_maintenance_drains",
    "mmio_lands_ordered_stores",
    "nc_ordered_with_maintenance",
    "nc_looks_up_on_entry",
    "unmap_is_dsb",
    "snooping_write_after_posted",
    "loads_early",
    "maintenance_waits",
    "single_slots",
)
"""The fields of `Machine` that are decisions rather than hardware; `byte_oracle.explanations` reverses them."""

SECOND_COLOUR = {f"y{op}": op for op in ("WB", "rWB", "cl", "iv", "ci", "clx", "ivx", "cix")}
"""What acts through the second colour, and what it does there."""
OTHER_CPU = {f"o{op}": op for op in ("WB", "NC", "rWB", "rNC", "cl", "iv", "ci")}
"""What the other CPU does, complete when it returns."""
READS = frozenset({"dr", "rWB", "rNC", "rWT", "sdr", "walk", "orWB", "orNC", "yrWB"})
WRITES = frozenset({"WB", "NC", "WT", "dw", "dwx", "sdw", "oWB", "oNC", "yWB"})
OPERATIONS = READS | WRITES | frozenset(SECOND_COLOUR) | frozenset(OTHER_CPU) | frozenset(
    "cl iv ci clx ivx cix cl2 iv2 ci2 osync dsb dmb dmbst rmb bell um db".split()
)
NEED_LIVE_ALIAS = frozenset({"WB", "rWB", "WT", "rWT", "oWB", "orWB", "yWB", "yrWB"})


class Copy(NamedTuple):
    """The byte in one cache: its version, and whether its line is dirty there."""

    version: int
    dirty: bool


class Entry(NamedTuple):
    """One element of the CPU queue: `N` / `W` / `T` store (Non-cacheable, write-back, write-through), `c` / `i` / `x`
    clean, invalidate, both; `|` a DMB, `:` a DMB of stores. `second`: through the second colour."""

    kind: str
    version: int
    second: bool = False


class State(NamedTuple):
    """All copies of the byte, and everything that is on its way. Queues are oldest first.

    `second` is the other line of L1 that may hold the byte: the other colour's, or that of the other CPU's L1 where
    maintenance is local. `early`: what loads that are satisfied already have found, by alias.
    """

    l1: Copy | None
    l2: Copy | None
    memory: int
    queue: tuple[Entry, ...]
    outer_buffer: tuple[int, ...]
    posted: tuple[int, ...]
    second: Copy | None = None
    early: tuple[tuple[str, int], ...] = ()


START = State(None, None, 0, (), (), ())
DMB = Entry("|", 0)
DMB_OF_STORES = Entry(":", 0)
MAINTENANCE = frozenset("cix")
STORES = frozenset("NWT")
