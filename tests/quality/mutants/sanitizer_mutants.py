# SPDX-License-Identifier: Apache-2.0
"""Mutants of the sanitizer: of the table, the shadow, the pending ranges, the permissions and the handling of events."""

from __future__ import annotations

from mutant import AUTOMATON, DOMAINS, STORIES, WALKS, Mutant

TABLE, SHADOW, SETS = "sanitizer/automaton.py", "sanitizer/shadow.py", "sanitizer/determined.py"
CPU, CALLS = "sanitizer/cpu_rules.py", "sanitizer/calls.py"
PENDING, BUFFERS = "sanitizer/pending.py", "sanitizer/buffers.py"
DEVICE = "sanitizer/device_rules.py"
WAITING = "sanitizer/waiting_stores.py"
RANGES = ("tests/unit/sanitizer/test_pending.py",)
LENT = ("tests/unit/sanitizer/test_happens_before.py",)
LANES = ("tests/unit/sanitizer/test_set_way_on_machine.py",)

SANITIZER_MUTANTS = (
    # the table
    Mutant("a verdict ignores lost updates", SETS, "verdict |= Verdict.LOST_UPDATE", "pass", AUTOMATON),
    Mutant("a verdict ignores stale reads", SETS, "verdict |= Verdict.STALE_READ", "pass", AUTOMATON),
    Mutant("an update is lost again and again", SETS, "if self._is_intact(state) and not", "if not", AUTOMATON),
    Mutant("may-sets are not closed", SETS, "= self._closure(config)", "= frozenset((config,))", AUTOMATON),
    Mutant("the fast column passes hazards", TABLE, "        if not verdict:\n            column.fast[state]", "        if True:\n            column.fast[state]", AUTOMATON),
    Mutant("renumbering keeps old columns", TABLE, "        self._table.clear()", "        pass", AUTOMATON),
    Mutant("renumbering mixes up the states", TABLE, "fresh[inverse]", "fresh[::-1][inverse]", AUTOMATON),
    Mutant("a witness reads nothing stale", TABLE, "if self.relation.outcome(name, config).stale]", "if not self.relation.outcome(name, config).stale]", AUTOMATON),
    # the shadow
    Mutant("the memo forgets where in the line", SHADOW, '("store" + kind, offset, length, self', '("store" + kind, 0, length, self', AUTOMATON),
    Mutant("the memo forgets the operation", SHADOW, "(name, 0, 0, self", '("", 0, 0, self', AUTOMATON),
    Mutant("a store rounds to one line too few", SHADOW, "-(-(start + length) // self.line) * self.line\n        return self._store_line", "(start + length) // self.line * self.line\n        return self._store_line", AUTOMATON),
    Mutant("a long store starts in the wrong line", SHADOW, "first, last = start & -self.line,", "first, last = (start & -self.line) - self.line,", AUTOMATON),
    Mutant("a store leaves the bytes before it", SHADOW, '(f"neighbour_wb{kind}", 0, offset)', '(f"neighbour_wb{kind}", 0, 0)', AUTOMATON),
    Mutant("a store leaves the bytes behind it", SHADOW, '(f"neighbour_wb{kind}", offset + length, len(view))', '(f"neighbour_wb{kind}", len(view), len(view))', AUTOMATON),
    Mutant("the memo outlives the numbers in it", SHADOW, "self.automaton.renumber(self.states)\n            self._memo.clear()", "self.automaton.renumber(self.states)", AUTOMATON),
    # pending ranges
    Mutant("pending ranges are not per CPU", CPU, "in self.pending[e.cpu].take():", "in self.pending[0].take():", STORIES),
    Mutant("taking pending ranges leaves them", PENDING, "        self._starts, self._ends = [], []\n        return", "        return", STORIES),
    Mutant("merging shortens a range", PENDING, "max(end, ends[last - 1])", "end", RANGES),
    Mutant("a range grows over a gap", PENDING, "if last - first == 1:", "if last > first - (first > 0):", RANGES),
    # permissions and ownership
    Mutant("the device may write what it may read", BUFFERS, "needed = _WRITE if write else _READ", "needed = _READ", STORIES),
    Mutant("permissions are not checked", BUFFERS, "return np.flatnonzero((self._view(address, length) & needed) == 0)", "return np.flatnonzero(self._view(0 * address + self.base, 0))", STORIES),
    Mutant("the CPU may not read what the device reads", BUFFERS, "        if not write:\n", "        if False:\n", STORIES),
    Mutant("sync_for_cpu gives nothing back", BUFFERS, "        view &= np.uint8(0xFF & ~_OWNED)\n", "        pass\n", STORIES),
    Mutant("what the CPU stores to stays lent", CPU, "self.core.buffers.keep(e.address, e.length)", "pass", LENT),
    Mutant("the device does not take back what was lent", DEVICE, "buffers.take_back(e.address, e.length)", "pass", LENT),
    Mutant("what the CPU has kept is a lane beside the buffer", BUFFERS, "given[part] |= (view[part] & (_READ | _WRITE)) == 0", "pass", LANES),
    # events
    Mutant("DSB leaves the outer buffer's ranges unknown", CPU, "                    self.pending_outer.add(address, length)", "                    pass", STORIES),
    Mutant("a freed page keeps its content", CALLS, '            ev.ContentUndefined: self._undefined,\n', "", STORIES),
    Mutant("a new alias is not seen", CALLS, '"alias_live" if e.live else "alias_dead"', '"alias_dead"', STORIES),
    Mutant("ownership is not checked", CPU, "where = self.core.buffers.violations(e.address, e.length, write)", "where = None", STORIES),
    Mutant("Non-cacheable stores wait for no barrier", CPU, "self._now_waits(e, e.address, e.length, own)", "pass", STORIES),
    Mutant("a store stays in the buffer of the CPU that stored there first", WAITING, "for start, end in self._stored[other].touching(address, length):\n                start, end", "for start, end in ():\n                start, end", STORIES),
    Mutant("a barrier is for its own CPU's stores alone", WAITING, "for address, length in ranges:", "for address, length in ():", STORIES),
    Mutant("a CPU's DMB leaves what another may go on with", WAITING, "self._ordered[cpu] = list(self._stored[cpu])", "pass", STORIES),
    Mutant("a byte that is taken over keeps its first CPU's barriers", WAITING, "            self.pending[cpu].remove(address, length)", "            pass", STORIES),
    Mutant("a range that is taken out leaves nothing behind it", PENDING, "((before, address), (end, behind))", "((before, address),)", RANGES),
    Mutant("Non-cacheable loads are judged as cacheable", CPU, 'else "load_nc"', 'else "load_wb"', STORIES),
    Mutant("outer maintenance is taken for inner", CPU, "if e.level is Level.INNER:", "if True:", STORIES),
    Mutant("a doorbell orders nothing", CPU, '"doorbell"', '"dev_write_done"', STORIES),
    Mutant("another CPU's buffer is open to all", WAITING, "return self.core.automaton.store_waits(self.core.states(address, length))", "return False", STORIES),
    Mutant("a DMB does not hand over", WAITING, 'self.core.apply("hand_over"', 'self.core.apply("dmb_stores"', STORIES),
    Mutant("a DMB of stores is one of loads", CPU, 'not e.option.endswith("st"), not', 'True, not', STORIES),
    Mutant("a DMB of loads is one of stores", CPU, 'not e.option.endswith("ld")\n', 'True\n', STORIES),
    Mutant("an interrupt is no barrier", CPU, "        self._see(e.cpu, e)\n\n    def _outer_sync", "        pass\n\n    def _outer_sync", STORIES),
    Mutant("loads of what a device wrote wait for no barrier", "sanitizer/reporting.py", "if self.family.loads_early:", "if False:", STORIES),
    Mutant("DMB is ignored", CPU, 'elif e.name == "dmb"', 'elif e.name == "dmd"', STORIES),
    Mutant("a table walk is not judged", "sanitizer/translation_rules.py", "        if e.speculative:\n", "        if True:\n", WALKS),
    Mutant("a walk that nobody asked for is judged", "sanitizer/translation_rules.py", "        if e.speculative:\n", "        if False:\n", WALKS),
    Mutant("all CPUs of a page of mixed shareability are one", "sanitizer/cpu_rules.py", "elsewhere or first not in (None, e.cpu)", "elsewhere", DOMAINS),
    Mutant("the machine tells of no mixed shareability", "arch/alias.py", "self._changed(pa, length, state > 0, state > 1)", "self._changed(pa, length, state > 0, False)", DOMAINS),
)  # fmt: skip
