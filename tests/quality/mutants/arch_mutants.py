# SPDX-License-Identifier: Apache-2.0
"""Mutants of the machine: caches, buffers, maintenance, translation."""

from __future__ import annotations

from mutant import INSIDE, Mutant

HIERARCHY, CACHE, MAINTENANCE = "arch/hierarchy.py", "arch/cache.py", "arch/maintenance.py"
BUFFER, NONCACHEABLE, MOVES = "arch/write_buffer.py", "arch/noncacheable.py", "arch/moves.py"
INDEX = "arch/indexed_cache.py"
FLUSH, OPS = "linux/cacheflush.py", "linux/cache_ops.py"
LONG, BREAK, TLB, ALIAS = "arch/long_walk.py", "arch/break_before_make.py", "arch/tlb.py", "arch/alias.py"

POLICIES = ("tests/unit/arch/test_cache_policies.py", "tests/property/test_arch_cache.py")
BUFFERS = ("tests/unit/arch/test_buffers.py", "tests/unit/arch/test_sequences.py")
TABLES = ("tests/unit/arch/test_long_tables.py", "tests/unit/arch/test_translation.py")
MMU = ("tests/oracle/test_mmu_oracle.py",)
IN_FLIGHT = ("tests/unit/arch/test_maintenance_in_flight.py",)
AHEAD = ("tests/unit/arch/test_loads_ahead.py",)
HIDDEN = ("tests/unit/arch/test_hidden_moves.py",)
OWNERSHIP = ("tests/unit/arch/test_ownership.py",)
CACHEFLUSH = ("tests/unit/linux/test_cacheflush.py",)
GRANULE = ("tests/unit/arch/test_dirty_granule.py",)
BBM = ("tests/oracle/test_break_before_make.py",)


def litmus(*cells: str) -> tuple[str, ...]:
    return tuple(f"tests/oracle/test_litmus.py::test_litmus[{cell}]" for cell in cells)


ARCH_MUTANTS = (
    # caches
    Mutant("LRU replaces what was used last", CACHE, "[where].argmin(axis=1)", "[where].argmax(axis=1)", POLICIES),
    Mutant("a use is not remembered", CACHE, "self._used[slots] = self._uses", "pass", POLICIES),
    Mutant("a virtual cache is indexed by the physical address", CACHE, "return (lines + (lines >> COLOUR_BIT) * self._lines_of_page) & self.set_mask", "return lines & self.set_mask", POLICIES),
    Mutant("a dropped line stays dirty", CACHE, "        self.tags[slots] = EMPTY\n        self.dirty[slots] = False", "        self.tags[slots] = EMPTY", (*POLICIES, *INSIDE)),
    Mutant("an eviction from L2 drops dirty data", HIERARCHY, "self._write_memory(l2.tags[dirty], *l2.rows(dirty), l2.dirty_bytes(dirty))", "pass", INSIDE),
    Mutant("an inclusive L2 leaves the L1s alone", HIERARCHY, "        if self.inclusive:\n            self._back_invalidate", "        if False:\n            self._back_invalidate", POLICIES),
    Mutant("dirty data in L1 is lost with an inclusive line", HIERARCHY, "        self.write_back(l2, slots)\n\n    def _back", "        l2.dirty[slots] = False\n\n    def _back", POLICIES),
    Mutant("a victim cache takes no clean lines", HIERARCHY, "if self.victim and self.l2 is not None:\n            for part", "if False:\n            for part", POLICIES),
    Mutant("a victim cache is filled by fetches", HIERARCHY, "            if self.victim:\n                return self._fetch_past", "            if False:\n                return self._fetch_past", POLICIES),
    Mutant("a dirty line stays in the L1 that it left", HIERARCHY, "            other.drop(source[dirty])", "            pass", INSIDE),
    Mutant("a store leaves the copies of other CPUs", HIERARCHY, "                        other.drop(theirs[theirs >= 0])", "                        pass", INSIDE),
    Mutant("a Non-shareable line is snooped", HIERARCHY, "        if not self.snooping:\n            l1.make_private", "        if False:\n            l1.make_private", POLICIES),
    Mutant("a store past L1 leaves L2 clean", HIERARCHY, "        l2.dirty_view[slot] = True", "        pass", POLICIES),
    Mutant("write streaming counts nothing", HIERARCHY, "past[: self.write_streaming] = False", "pass", POLICIES),
    Mutant("the index knows what was dropped", INDEX, "        self._index[lines] = 0", "        pass", POLICIES),
    Mutant("the index takes half empty caches for full ones", INDEX, "self._held < len(self.tags) or self.kept", "self.kept", POLICIES),
    Mutant("the index lacks all lines", INDEX, "tobytes() == bytes(count)", "tobytes() != b''", POLICIES),
    Mutant("a write-back writes the whole line", CACHE, "return None if self.parts is None else np.repeat", "return None if True else np.repeat", GRANULE),
    Mutant("dirty bits outlive a clean", CACHE, "                self.parts[slot] = False", "                pass", GRANULE),
    Mutant("dirty bits stay behind when a line migrates", HIERARCHY, "                l1.parts[slots[found]] = other.parts[source]", "                pass", GRANULE),
    Mutant("L2 forgets its dirty granules when more come", CACHE, "held = self.parts[slots] & self.dirty[slots, None]", "held = self.parts[slots] & False", GRANULE),
    # maintenance
    Mutant("a clean drops the line", MAINTENANCE, "            if op is not CacheOp.CLEAN:\n                l1.drop", "            if True:\n                l1.drop", POLICIES),
    Mutant("an invalidate cleans", MAINTENANCE, "            if op is not CacheOp.INVALIDATE:\n                h.write_back_l1(l1", "            if True:\n                h.write_back_l1(l1", POLICIES),
    Mutant("local maintenance reaches everybody", MAINTENANCE, "h.l1 if cpu is None else (h.l1[cpu],)", "h.l1", POLICIES),
    Mutant("maintenance searches colour 0", MAINTENANCE, "ahead = colour >> h.shift", "ahead = 0", POLICIES),
    Mutant("maintenance stops before an integrated L2", MAINTENANCE, "if h.inner_l2 is not None:", "if False:", INSIDE),
    Mutant("a core that does not speculate fills all the same", MOVES, "        if not self.machine.profile.speculates:\n            raise", "        if False:\n            raise", OWNERSHIP),
    Mutant("taking a line leaves it with the others", HIERARCHY, "        if write:\n            self._own(cpu, lines, slots)", "        if False:\n            self._own(cpu, lines, slots)", OWNERSHIP),
    Mutant("cleaning the entire cache keeps the lines", MAINTENANCE, "        h.write_back_l1(l1, slots)\n        l1.drop(slots)\n\n    def set_way", "        h.write_back_l1(l1, slots)\n\n    def set_way", OWNERSHIP),
    # hidden moves
    Mutant("prefetches fill every level", "schedule.py", "level = level if level in self.into else self.into[0]", "pass", HIDDEN),
    Mutant("any line leaves where only a victim may", "schedule.py", "if self.by_replacement else", "if False else", HIDDEN),
    Mutant("looking at the next victims moves on", CACHE, "        self._turn[full] = turn\n", "", HIDDEN),
    Mutant("an exclusive outer cache takes no clean lines", "arch/semantics/moves.py", "if family.exclusive and not c.l2:", "if False:", HIDDEN),
    Mutant("a barrier of loads leaves what was loaded early", "arch/cpu.py", '        if not option.endswith("st") or', "        if False and", AHEAD),
    Mutant("an interrupt leaves what was loaded early", "arch/machine.py", "        self.early.end()", "        pass", AHEAD),
    Mutant("a store leaves what was loaded early", "arch/accesses.py", "            self._early.changed(pa, size)", "            pass", (*AHEAD, *INSIDE)),
    Mutant("loads are executed before what a DMB orders", "arch/early_loads.py", "entry.epoch < self.noncacheable.orders_all[cpu]", "False", AHEAD),
    Mutant("a load goes back behind another", "arch/early_loads.py", "        if before:\n            return None\n", "", AHEAD),
    Mutant("maintenance of another domain is held", MAINTENANCE, " and not at_once:", ":", ("tests/property/test_arch_inside_mixed.py",)),
    Mutant("held maintenance outlives a DSB", MAINTENANCE, "        if self.in_flight[cpu] and operation not in _BESIDE", "        if self.in_flight[cpu] and operation != 'dsb' and operation not in _BESIDE", IN_FLIGHT),
    Mutant("a DMB completes maintenance", MAINTENANCE, '_BESIDE = ("dmb", ', "_BESIDE = (", IN_FLIGHT),
    Mutant("the outer cache waits for maintenance in flight", MAINTENANCE, 'not operation.startswith(("issue_", "outer_"))', 'not operation.startswith("issue_")', IN_FLIGHT),
    Mutant("maintenance overtakes what is in flight", MAINTENANCE, "if (self._held[cpu] or self.in_flight[cpu]) and not at_once:", "if self._held[cpu]:", IN_FLIGHT),
    # the kernels of old processors
    Mutant("a VIVT cache survives the change of the address space", FLUSH, "    if cache_is_vivt(kernel):\n        await flush_cache_all(kernel)\n\n\nasync def after", "    if False:\n        await flush_cache_all(kernel)\n\n\nasync def after", CACHEFLUSH),
    Mutant("vmap does not flush aliasing caches", FLUSH, "    if cache_is_aliasing(kernel):\n        await flush_cache_all(kernel)\n    else:", "    if False:\n        await flush_cache_all(kernel)\n    else:", CACHEFLUSH),
    Mutant("a page is migrated with its user's lines", "linux/movable.py", "            await cacheflush.flush_cache_page(", "            0 and await cacheflush.flush_cache_page(", CACHEFLUSH),
    Mutant("ARMv5 invalidates at unmap", "linux/dma_sync.py", "is Architecture.ARMV5 or", "is None or", CACHEFLUSH),
    Mutant("lines are taken by a load before an invalidate", OPS, "    await _take_lines(kernel, va, length, write=True)\n    if va % line:", "    await _take_lines(kernel, va, length, write=False)\n    if va % line:", CACHEFLUSH),
    # buffers
    Mutant("an entry overtakes what a DMB put before it", BUFFER, "e.cpu == entry.cpu and e.epoch < entry.epoch", "False", BUFFERS),
    Mutant("stores merge across a DMB", BUFFER, "entry.cpu == cpu and entry.epoch == epoch", "entry.cpu == cpu", BUFFERS),
    Mutant("a Non-cacheable store misses the line in the PL310", NONCACHEABLE, "None if shared_override else hierarchy.outer_l2", "None", POLICIES),
    Mutant("a Write-Through store leaves the line stale", NONCACHEABLE, "        self.hierarchy.write_hits(pa + colour, data, version)", "        pass", ("tests/unit/arch/test_mpu.py",)),
    Mutant("erratum 769419 is everywhere", MOVES, "self.machine.profile.outer_drains_alone and", "False and", POLICIES),
    Mutant("speculation passes the firewall", MOVES, "        if self.machine.forbidden:\n            self.machine.cpus[move.cpu].check_allowed(0, first", "        if False:\n            self.machine.cpus[move.cpu].check_allowed(0, first", POLICIES),
    Mutant("speculation needs no live translation", MOVES, "if not self.aliases.all_live(", "if False and (", ("tests/unit/arch/test_sequences.py", "tests/unit/arch/test_buffers.py", "tests/unit/arch/test_cpu.py", "tests/unit/arch/test_golden.py")),
    Mutant("a DMB orders stores of one line only", NONCACHEABLE, "buffer.drain_before(self.orders_all[cpu])", "pass", litmus("sb-nc-dmbs-cortex-a15")),
    Mutant("a Write-Back store that waits is not forwarded", "arch/accesses.py", "data, version = self._forwarded(pa, data, version)", "pass", litmus("sb-on-one-cpu-cortex-a15+buffered")),
    Mutant("a clean overtakes the store everywhere", "arch/cpu.py", "if self._buffered and self.machine.profile.maintenance_waits:", "if False:", litmus("clean-waits-for-the-store-cortex-a15+buffered")),
    Mutant("a clean waits for the store everywhere", "arch/cpu.py", "if self._buffered and self.machine.profile.maintenance_waits:", "if self._buffered:", litmus("clean-of-cortex-m7-without-dsb-cortex-m7")),
    Mutant("a Write-Back store that waited lands in memory", NONCACHEABLE, "        if not entry.cacheable:\n", "        if True:\n", INSIDE),
    # translation
    Mutant("APTable does not count", LONG, "read_only or entry.read_only", "read_only", MMU),
    Mutant("the Access flag does not count", LONG, "if not leaf.accessed:", "if False:", MMU),
    Mutant("walks start one level too low", LONG, "level = 4 - -(-(size - 12) // 9)", "level = 5 - -(-(size - 12) // 9)", MMU),
    Mutant("LPAE has 48-bit addresses", LONG, "if regime.bits == 32 else -1", "if False else -1", MMU),
    Mutant("TTBR1 begins with one bit less", LONG, "(1 << (self.t1sz or 0)) - 1", "(1 << (self.t1sz or 0)) - 2", MMU),
    Mutant("a contiguous group is not one entry", LONG, "CONTIGUOUS_ENTRIES if self.leaf.contiguous else 1", "1", TABLES),
    Mutant("a block outlives its invalidation", TLB, "held, shift in ((self.pages, 12), (self.sections, 20), *larger)", "held, shift in ((self.pages, 12), (self.sections, 20))", TABLES),
    Mutant("a retired translation is dead at once", ALIAS, "        self._last = self.residues.add(Residue(span, self.all_cpus, self._serial))", "        self._count(span, -1)", TABLES),
    Mutant("local TLB maintenance reaches everybody", ALIAS, "self.all_cpus if broadcast else 1 << cpu", "self.all_cpus", TABLES),
    Mutant("a change of cacheability may be made in place", BREAK, '"cacheability" if old in _NORMAL and new in _NORMAL', "None if old in _NORMAL and new in _NORMAL", BBM),
    Mutant("read-only pages may not move in place", BREAK, "if moved and writable:", "if moved:", BBM),
)  # fmt: skip
