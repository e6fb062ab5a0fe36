# SPDX-License-Identifier: Apache-2.0
"""What the programs of the variations are made of: directions, rings in coherent memory, and the case around a program."""

from __future__ import annotations

from typing import Any

from dmasan.corpus.case import Case, Program, pair, triple
from dmasan.corpus.device import Device
from dmasan.device import words
from dmasan.device.descriptor import CTRL_SIZE, Descriptor
from dmasan.device.registers import Op
from dmasan.events import Direction
from dmasan.linux.dma import CoherentBuffer
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc

TO, FROM, BOTH = Direction.TO_DEVICE, Direction.FROM_DEVICE, Direction.BIDIRECTIONAL
ST = words.STATUS.OFFSET
DONE = words.STATUS.DONE.mask
ENTRY = 64  # bytes of a descriptor with its status
BOUNCE = {"swiotlb_mib": 1}
SNOOPS = {"snoop_port": True}


def variation(name: str, code: Code, program: Program, *, wrong_fix: bool = False, **cell: Any) -> Case:
    """A case of a program with a parameter `fixed`, or `variant` if it has a wrong fix too."""
    return Case(name, code, "a variation", "a variation", (triple if wrong_fix else pair)(program), **cell)


async def ring_of(soc: Soc, device: Device, entries: int = 4, **settings: Any) -> CoherentBuffer:
    """A ring in coherent memory whose status words are declared, known to the device, and empty."""
    ring = await soc.dma.alloc_coherent(entries * ENTRY, "ring")
    soc.dma.ownership_words(ring, ST, ENTRY, entries)
    await device.use_ring(ring.dma_handle, entries, **settings)
    return ring


async def hand_over(soc: Soc, ring: CoherentBuffer, index: int, entry: Descriptor) -> None:
    """A descriptor, its control word last."""
    cpu, at = soc.cpu(), ring.cpu_addr + index * ENTRY
    await cpu.write(at + CTRL_SIZE, entry.encode()[CTRL_SIZE:])
    await soc.io.dma_wmb()
    await cpu.str_(at, entry.ctrl)


def receive_into(target: int, length: int, **flags: Any) -> Descriptor:
    """The device writes `length` bytes at bus address `target`."""
    return Descriptor(Op.FILL, 0, target, length, **{"irq": True, **flags})


def send_from(source: int, length: int, **flags: Any) -> Descriptor:
    """The device reads `length` bytes at bus address `source`."""
    return Descriptor(Op.SINK, source, 0, length, **{"irq": True, **flags})


async def polled(soc: Soc, ring: CoherentBuffer, index: int = 0) -> None:
    """Returns when the status of a descriptor says done; nothing orders what comes later."""
    while not await soc.cpu().ldr(ring.cpu_addr + index * ENTRY + ST) & DONE:
        pass


async def out_of_linear_map(soc: Soc, frame: int) -> None:
    """A page of lowmem leaves the linear map, and the TLBs know it."""
    linear = soc.kernel.linear
    await linear.split_range(frame, 1)
    await linear.unmap(frame, 1)
    await linear.flush_tlb(frame, 1)
