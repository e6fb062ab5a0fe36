# SPDX-License-Identifier: Apache-2.0
"""Mutants of the diagnosis: of the conditions, the provenance of copies, the roots, and the search for a repair."""

from __future__ import annotations

from mutant import CODES, CONTEXT, REPAIRS, WITNESSES, Mutant

FOLDER = "sanitizer/diagnosis/"
CONDITIONS, EVIDENCE, TABLE = FOLDER + "conditions.py", FOLDER + "evidence.py", FOLDER + "table.py"
PROVENANCE, ROOTS, AIM = FOLDER + "provenance.py", FOLDER + "roots.py", FOLDER + "aim.py"
CONTEXT_FILE, EDITS, REPAIR = FOLDER + "context.py", FOLDER + "edits.py", FOLDER + "repair.py"

DIAGNOSIS_MUTANTS = (
    # whose copy is wrong
    Mutant("fills are allowed behind the invalidate", EVIDENCE, "replay(self.family, NO_FILLS)", "replay(self.family)", CODES),
    Mutant("a dirty copy counts as clean", EVIDENCE, "        if self.overwritten:\n            return True\n", "", CODES),
    Mutant("nothing shares a line", EVIDENCE, "        if not shared:\n            return False", "        if True:\n            return False", CODES),
    Mutant("snooping is never flipped on", EVIDENCE, '("off", _NOT_SNOOPING), ("on", _SNOOPING)', '("off", _NOT_SNOOPING),', CODES),
    Mutant("an overwritten value counts as dropped", PROVENANCE, "    if dirty_only and (", "    if True or (", CODES),
    Mutant("a hand-over loses its maker", PROVENANCE, "made.get(source, number) if source else number", "number", CODES),
    Mutant("a write-through store makes the line", PROVENANCE, "newer = place not in CACHES and", "newer =", CODES),
    # conditions
    Mutant("every device counts as coherent", CONDITIONS, "    if maintained:\n        return False", "    if not maintained:\n        return True", CODES),
    Mutant("uncached use is not seen", CONDITIONS, "return used_uncached(e) and e.made_explicitly", "return False and e.made_explicitly", CODES),
    Mutant("speculation through the other alias is not seen", CONDITIONS, "return used_uncached(e) and e.made_by_speculation", "return False", CODES),
    Mutant("the outer cache is beyond nobody", CONDITIONS, "return e.cured_on(levels=1, outer=False, nc_hits_l2=False)", "return False", CODES),
    Mutant("a ring is nothing special", CONDITIONS, "return e.context.ring and cached", "return False and cached", CODES),
    Mutant("a barrier is never missing", CONDITIONS, "return (waits or in_flight) and e.right_when_drained", "return False", CODES),
    Mutant("a freed buffer is only unmapped", CONDITIONS, "context.coherent and context.reused >= freed", "False", CODES),
    Mutant("maintenance never misses", AIM, "        if e.cured([name for _, name in _aimed(e, call)]):", "        if False:", CODES),
    # context
    Mutant("a store into the buffer is a neighbour's", CONTEXT_FILE, " or overlap((start, length), extent) for", " for", CONTEXT),
    Mutant("the IOTLB is always told", CONTEXT_FILE, "                stale = True", "                stale = False", CONTEXT),
    Mutant("pages stay with their owner", CONTEXT_FILE, "self.mapped_since <= freed[-1] <= self.reused", "False", CONTEXT),
    # roots
    Mutant("consequences stand alone", ROOTS, "return rule.incident.site in value.decisive", "return False", CODES),
    # repair
    Mutant("a new wrong outcome is accepted", REPAIR, "            if item.touch is None or item.touch.number not in trial.wrong:\n                return False\n", "", REPAIRS),
    Mutant("what is still wrong is accepted", REPAIR, "            if (item.touch.step.site, item.touch.operation) in offences:\n                return False\n", "", REPAIRS),
    Mutant("lines of one's own are shared", EDITS, "if item.touch is None or means(calls, item.touch, address, extent)]", "]", REPAIRS),
    Mutant("cleaning cleans no outer cache", EDITS, 'CLEAN = ("issue_clean", "dsb", "outer_clean", "outer_sync")', 'CLEAN = ("issue_clean", "dsb")', REPAIRS),
    # witness
    Mutant("a lost update has no witness", "sanitizer/witness.py", "        if operation.writes and n > wrong:\n            break", "        if n > wrong:\n            break", WITNESSES),
    Mutant("the machine evicts to memory", "sanitizer/path.py", "return after.l1 == ABSENT and not written_through", "return after.l1 == ABSENT", WITNESSES),
)  # fmt: skip
