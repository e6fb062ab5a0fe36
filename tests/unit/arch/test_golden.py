# SPDX-License-Identifier: Apache-2.0
"""The golden sequences of one line, on the concrete machine: over many seeded schedules its reads return each value that
they may, and no other."""

import json
from pathlib import Path
from random import Random

import pytest
from arch_bench import DATA, NC, PA, TABLE, WB, ArchBench, held, run

from dmasan.arch.short_descriptor import first_level_entry
from dmasan.schedule import Move, MoveKind

GOLDEN = Path(__file__).parents[2] / "oracle" / "golden" / "line-outcomes.json"
CASES = json.loads(GOLDEN.read_text(encoding="utf-8"))["cases"]
MOVES = [
    Move(MoveKind.FILL, "l1", 0, PA + DATA),
    Move(MoveKind.EVICT, "l1", 0, PA + DATA),
    Move(MoveKind.DRAIN, "store_buffer"),
]
RUNS = 60


async def unmap(b: ArchBench) -> None:
    await b.cpu.set_descriptor(first_level_entry(TABLE, WB + DATA), 0, va=WB + DATA, level=1)
    await b.cpu.tlbimvais(WB + DATA, 1 << 20)


async def operate(b: ArchBench, name: str, value: int) -> int | None:
    """One operation; the value that a read returned. Maintenance goes by the alias that is never unmapped."""
    wb, nc = WB + DATA, NC + DATA
    match name:
        case "WB":
            await b.cpu.str_(wb, value)
        case "NC":
            await b.cpu.str_(nc, value)
        case "cl":
            await b.cpu.dccmvac(nc)
        case "iv":
            await b.cpu.dcimvac(nc)
        case "ci":
            await b.cpu.dccimvac(nc)
        case "dsb":
            await b.cpu.dsb()
        case "um":
            await unmap(b)
            for done in b.machine.aliases.complete(0):  # TLB maintenance complete, the store buffer as it was
                b.cpu.tlb.invalidate(done.va, done.length)
        case "dw":
            b.device_write(PA + DATA, value)
        case "dr":
            return b.device(PA + DATA)
        case "rWB":
            return await b.cpu.ldr(wb)
        case "rNC":
            return await b.cpu.ldr(nc)
        case _:
            raise AssertionError(name)
    return None


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: " ".join(case["ops"]) + (" live" if case["cacheable_alias_live"] else "")
)
def test_reads_return_what_they_may_and_nothing_else(case: dict) -> None:  # type: ignore[type-arg]
    wanted = [set(read["may_return"]) for read in case["reads"]]
    seen: list[set[int]] = [set() for _ in wanted]
    for seed in range(RUNS):
        draw = Random(seed)
        b = ArchBench(schedule=held(), observe=False, sections=2, cpus=1)
        if not case["cacheable_alias_live"]:
            run(operate(b, "um", 0))
        reads = iter(seen)
        for position, name in enumerate(case["ops"], 1):
            for _ in range(draw.randrange(4)):
                move = draw.choice(MOVES)
                if move.kind is not MoveKind.FILL or b.machine.aliases.is_live(PA + DATA):
                    b.machine.apply(move)
            value = run(operate(b, name, position))
            if value is not None:
                next(reads).add(value)
    assert seen == wanted
