# SPDX-License-Identifier: Apache-2.0
"""What operations cost, in cycles of the CPU. Parameters of a profile; verdicts never use them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from dmasan.config import UsageError


def _cost(cycles: int, text: str, source: str) -> int:
    return field(default=cycles, metadata={"text": text, "source": source})


@dataclass(frozen=True)
class Costs:
    """Cycles of the CPU for each operation: parameters, chosen to be plausible (no manual gives most of them). Each field says
    in its metadata what it is (`text`) and where the figure comes from (`source`).

    Raises UsageError for a negative one.
    """

    l1_hit: int = _cost(1, "an access of up to a word, or 8 bytes of a bulk access", "assumed: the unit, loads that hit are pipelined")
    l2_hit: int = _cost(8, "additional, a line from L2", "assumed")
    memory: int = _cost(60, "additional, a line or a Non-cacheable access at memory", "assumed: about 75 ns of DRAM at the CPU's clock")
    nc_store: int = _cost(2, "into the store buffer", "assumed")
    walk_step: int = _cost(20, "one descriptor fetched by the table walker", "assumed: between a hit in L2 and memory")
    l1_op: int = _cost(4, "maintenance by VA, each line", "assumed: a few cycles (M)")
    l2_op: int = _cost(30, "PL310 operation by PA, each line: a device write", "assumed: a posted device write, tens of cycles (M)")
    outer_sync: int = _cost(30, "PL310 Cache Sync, and the poll behind it", "assumed: as one more register access")
    tlbi_local: int = _cost(10, "one page", "assumed")
    tlbi_broadcast: int = _cost(100, "one page, on all CPUs", "assumed: a DVM message and its answers, 100 and more (M)")
    ipi: int = _cost(1500, "an interrupt to another CPU and its answer", "assumed: about 2 us at 800 MHz (M)")
    dmb: int = _cost(4, "the barrier itself", "assumed")
    dsb: int = _cost(20, "without what it waits for", "assumed")
    mmio: int = _cost(40, "a device register", "assumed: a Device access over a peripheral bus")
    pte_write: int = _cost(2, "one entry, on top of its store", "assumed: set_pte_ext writes two words (arch/arm/mm/proc-v7-2level.S)")

    def __post_init__(self) -> None:
        for item in fields(self):
            if getattr(self, item.name) < 0:
                raise UsageError(f"cost {item.name}: {getattr(self, item.name)} cycles, at least 0 is needed")
