# SPDX-License-Identifier: Apache-2.0
"""What operations cost, in cycles of the CPU. Parameters of a profile; verdicts never use them."""

from __future__ import annotations

from dataclasses import dataclass, fields

from dmasan.config import UsageError


@dataclass(frozen=True)
class Costs:
    """Cycles of the CPU for each operation: parameters, chosen to be plausible (no manual gives most of them).

    Raises UsageError for a negative one.
    """

    l1_hit: int = 1  # an access of up to a word, or 8 bytes of a bulk access
    l2_hit: int = 8  # additional, a line from L2
    memory: int = 60  # additional, a line or a Non-cacheable access at memory
    nc_store: int = 2  # into the store buffer
    walk_step: int = 20  # one descriptor fetched by the table walker
    l1_op: int = 4  # maintenance by VA, each line
    l2_op: int = 30  # PL310 operation by PA, each line: a device write
    outer_sync: int = 30
    tlbi_local: int = 10
    tlbi_broadcast: int = 100
    ipi: int = 1500  # an interrupt to another CPU and its answer: about 2 us
    dmb: int = 4
    dsb: int = 20
    mmio: int = 40
    pte_write: int = 2

    def __post_init__(self) -> None:
        for item in fields(self):
            if getattr(self, item.name) < 0:
                raise UsageError(f"cost {item.name}: {getattr(self, item.name)} cycles, at least 0 is needed")
