# SPDX-License-Identifier: Apache-2.0
"""A device that polls its ring, as programs meet it: what hands a descriptor over is its word, not a register."""

from __future__ import annotations

from functools import partial

import pytest

from dmasan.corpus.device import Device
from dmasan.corpus.outcome import SMALL
from dmasan.device.descriptor import CTRL_SIZE, SIZE, STATUS_OFFSET, Descriptor
from dmasan.device.registers import Op
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc

FRAME = 256
ENTRIES = 2


async def frames(soc: Soc, barrier: str = "dma_wmb", freed: str = "late") -> None:
    """Descriptors are emptied first, then handed over one by one, in two laps, while the device looks."""
    cpu, mac = soc.cpu(), await Device.attach(soc)
    ring = await soc.dma.alloc_coherent(ENTRIES * SIZE, "ring")
    packets = await soc.dma.alloc_coherent(ENTRIES * FRAME, "packets")
    soc.dma.ownership_words(ring, 0, SIZE, ENTRIES)
    await mac.use_ring(ring.dma_handle, ENTRIES)
    for n in range(ENTRIES):
        await cpu.str_(ring.cpu_addr + n * SIZE, 0)
    for n in range(2 * ENTRIES):
        place, lap = n % ENTRIES, n // ENTRIES
        at, target = ring.cpu_addr + place * SIZE, packets.dma_handle + place * FRAME
        entry = Descriptor(Op.FILL, 0, target, FRAME, irq=True).with_phase(1 - lap)
        await cpu.write(at + CTRL_SIZE, entry.encode()[CTRL_SIZE:])
        await soc.device.advance(3_000)  # the device looks meanwhile
        if barrier == "dsb":
            await cpu.dsb()
        elif barrier:
            await getattr(soc.io, barrier)()
        await cpu.str_(at, entry.ctrl)
        await mac.wait()
        await cpu.ldr(at + STATUS_OFFSET)
        await cpu.read(packets.cpu_addr + place * FRAME, FRAME)
    if freed == "early":
        await soc.dma.free_coherent(ring)
    await mac.halt()
    if freed == "late":
        await soc.dma.free_coherent(ring)
    await soc.dma.free_coherent(packets)


def codes(profile: str, schedule: str, **how: str) -> list[Code]:
    soc = Soc(profile=profile, policy="strict", schedule=schedule, **{**SMALL, "ring_poll": 64})
    soc.run(partial(frames, **how))
    return [hazard.code for hazard in soc.hazards]


@pytest.mark.parametrize("schedule", ["random", "adversarial"])
@pytest.mark.parametrize("profile", ["cortex-a9-pl310", "cortex-a53"])
@pytest.mark.parametrize("barrier", ["dma_wmb", "wmb", "dsb"])
def test_a_right_driver_is_silent(profile: str, schedule: str, barrier: str) -> None:
    """A DSB orders what a DMB does: behind it, what waits in the outer cache's buffer is handed over by the word too."""
    assert codes(profile, schedule, barrier=barrier) == []


@pytest.mark.parametrize("schedule", ["benign", "random"])
def test_without_a_barrier_the_word_may_overtake_the_rest(schedule: str) -> None:
    assert codes("cortex-a53", schedule, barrier="")[:1] == [Code.NO_WMB]


def test_a_ring_must_not_go_while_the_device_may_look_at_it() -> None:
    assert codes("cortex-a53", "benign", freed="early")[:1] == [Code.DEV_UNMAPPED]
