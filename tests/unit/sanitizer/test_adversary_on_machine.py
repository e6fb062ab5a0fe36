# SPDX-License-Identifier: Apache-2.0
"""What the adversary makes of missing barriers on the concrete machine: wrong values in this run, not in some other one."""

from __future__ import annotations

import pytest
from arch_bench import DATA, PA, WB, ArchBench, run

from dmasan.arch.profile import PROFILES
from dmasan.corpus.case import Case
from dmasan.corpus.cases.o_no_rmb import CASES
from dmasan.corpus.outcome import world
from dmasan.sanitizer import Code, State
from dmasan.sanitizer.adversary import Adversary
from dmasan.schedule import Footprint

A, PAA = WB + DATA, PA + DATA
A15 = PROFILES["cortex-a15"]


class Everything:
    def overlapping(self, address: int, length: int) -> list[tuple[int, int]]:
        return [(address, length)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_what_lies_behind_an_ownership_word_was_loaded_before_it(case: Case) -> None:
    """`while (!done); use(data)`: without dma_rmb the data is older than the word, with it nothing is wrong."""
    said = {}
    for variant in case.variants:
        soc = world(case, variant, schedule="adversarial")
        soc.run(variant.program)
        said[variant.kind] = {(hazard.code, hazard.state) for hazard in soc.hazards}
    assert said == {"buggy": {(Code.NO_RMB, State.MANIFEST)}, "fixed": set()}


def bench() -> ArchBench:
    return ArchBench(A15, schedule=Adversary(A15.relation(False), Everything(), A15.l1.line))


@pytest.mark.parametrize(("barrier", "seen"), [("dsb", 7), ("dmb", 0), ("isb", 0)])
def test_a_clean_is_not_complete_before_a_dsb(barrier: str, seen: int) -> None:
    b = bench()
    run(b.cpu.str_(A, 7))
    run(b.cpu.dccmvac(A))
    run(getattr(b.cpu, barrier)())
    assert b.device(PAA) == seen


def test_an_invalidate_is_complete_where_that_hurts_more() -> None:
    """Held it would drop the line that a speculative load brings in."""
    b = bench()
    run(b.cpu.ldr(A))
    run(b.cpu.dcimvac(A))
    run(b.cpu.dmb())
    for move in b.machine.schedule.moves(b.machine.point(), Footprint("dev_write", PAA, 4), b.machine.moves):
        b.machine.apply(move)
    b.device_write(PAA, 9)
    assert run(b.cpu.ldr(A)) == 0



def test_an_invalidated_line_is_filled_again_before_the_barrier_behind_it() -> None:
    """Speculation may bring a line back as soon as its invalidate is done; what a device writes later is then not seen."""
    b = bench()
    run(b.cpu.ldr(A))
    run(b.cpu.dcimvac(A))
    run(b.cpu.dsb())
    b.device_write(PAA, 9)
    assert run(b.cpu.ldr(A)) == 0
