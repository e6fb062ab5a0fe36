# SPDX-License-Identifier: Apache-2.0
"""A tape told again tells the same; an edit of it is a repair only where nothing is left, and nothing new comes."""

from __future__ import annotations

import pytest

from dmasan.corpus import CASES
from dmasan.corpus.case import BUGGY
from dmasan.corpus.device import Device
from dmasan.corpus.outcome import world
from dmasan.events import Direction
from dmasan.sanitizer import Code, Hazard
from dmasan.sanitizer.diagnosis import tape_repair
from dmasan.sanitizer.diagnosis.tape_edits import ACCESSES, Relocation
from dmasan.sanitizer.hazards import HazardLog
from dmasan.sanitizer.tape import Burst, tell
from dmasan.soc import Soc

SMALL = {"ram_mib": 16, "lowmem_mib": 12, "cma_mib": 2, "processes": 1}
FROM, TO = Direction.FROM_DEVICE, Direction.TO_DEVICE


def told(log: HazardLog) -> list[tuple[object, ...]]:
    return [(each.effect, each.rule, each.site, each.address, each.length) for each in log.incidents]


@pytest.mark.parametrize("name", ["C1", "G1", "K4", "N3", "O1", "P2", "S5", "T5", "W1", "Y1"])
def test_a_tape_tells_the_same_again(name: str) -> None:
    case = CASES[name]
    soc = world(case, case.variant(BUGGY))
    soc.run(case.variant(BUGGY).program)
    fresh = soc.sanitizer._diagnosis.account().again()
    tell(fresh, soc.sanitizer.tape)
    assert soc.sanitizer.log.incidents
    assert told(fresh.log) == told(soc.sanitizer.log)


def test_a_relocated_buffer_is_used_elsewhere_only() -> None:
    case = CASES["G1"]
    soc = world(case, case.variant(BUGGY))
    soc.run(case.variant(BUGGY).program)
    mapping = soc.sanitizer.buffers.past[-1]
    start, end = mapping.address, mapping.end
    moved = Relocation(start, end, 1 << 20).apply(list(soc.sanitizer.tape))
    reached = {each.address for each in moved if isinstance(each, ACCESSES)}
    reached |= {each.access.address for each in moved if isinstance(each, Burst)}
    assert not any(start <= address < end for address in reached)
    assert start + (1 << 20) in reached


async def not_handed_over(soc: Soc) -> None:
    device = await Device.attach(soc)
    buffer = await soc.kernel.kmalloc(512, "packet")
    await soc.cpu().fill(buffer, 512, 1)
    handle = await soc.dma.map_single(buffer, 512, TO, "packet")
    await device.send(handle, 512)
    await soc.dma.sync_single_for_cpu(handle, 512, TO)
    await soc.cpu().fill(buffer, 64, 2)
    await device.send(handle, 512)
    await soc.dma.unmap_single(handle, 512, TO)


async def beyond(soc: Soc) -> None:
    device = await Device.attach(soc)
    buffer = await soc.kernel.kmalloc(1024, "sectors")
    handle = await soc.dma.map_single(buffer, 1024, FROM, "sectors")
    await device.receive(handle, 1024 + 128)
    await soc.dma.unmap_single(handle, 1024, FROM)


async def period_before(soc: Soc) -> None:
    device = await Device.attach(soc)
    buffer = await soc.kernel.kmalloc(4096, "capture")
    handle = await soc.dma.map_single(buffer, 4096, FROM, "capture")
    await device.receive(handle, 2048)
    await soc.dma.sync_single_range_for_cpu(handle, 0, 1024, FROM)
    await soc.cpu().read(buffer + 1024, 1024)
    await soc.dma.unmap_single(handle, 4096, FROM)


async def left_mapped(soc: Soc) -> None:
    buffer = await soc.kernel.kmalloc(512, "ring buffer")
    await soc.dma.map_single(buffer, 512, FROM, "ring buffer")
    soc.dma.release_driver()


def found(program, policy: str) -> Hazard:  # type: ignore[no-untyped-def]
    soc = Soc(policy=policy, profile="cortex-a53", **SMALL, **({"swiotlb_mib": 1} if policy == "bounce" else {}))
    soc.run(program)
    return soc.hazards[0]


@pytest.mark.parametrize(
    ("program", "policy", "code", "text"),
    [
        (not_handed_over, "strict", Code.MISSING_CLEAN, "insert dma_sync_single_for_device(packet"),
        (not_handed_over, "bounce", Code.BOUNCE_SYNC, "insert dma_sync_single_for_device(packet"),
        (beyond, "strict", Code.DMA_ADDR, "let the transfer end with the 1024 bytes of sectors"),
        (period_before, "strict", Code.WRONG_RANGE, "let the sync at test_tape_repair.py:"),
        (left_mapped, "strict", Code.MAP_BALANCE, "unmap what was mapped at test_tape_repair.py:"),
    ],
)
def test_code_and_repair(program, policy: str, code: Code, text: str) -> None:  # type: ignore[no-untyped-def]
    hazard = found(program, policy)
    assert hazard.code is code, hazard.because
    assert hazard.repair is not None and hazard.repair.startswith(text), hazard.repair
    assert hazard.repair_verified


def test_what_cures_nothing_is_no_repair(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an edit that fits, nothing claims to be verified."""
    monkeypatch.setitem(tape_repair._BY_CODE, Code.DMA_ADDR, (tape_repair.make.waited, tape_repair.calls.other_calls))
    hazard = found(beyond, "strict")
    assert hazard.code is Code.DMA_ADDR and not hazard.repair_verified
