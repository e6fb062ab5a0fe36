# SPDX-License-Identifier: Apache-2.0
"""Y: the device announces completion before its writes are visible."""

from __future__ import annotations

from dmasan.corpus.case import Case, pair
from dmasan.corpus.device import Device
from dmasan.corpus.firmware import Firmware
from dmasan.device.descriptor import Descriptor
from dmasan.device.registers import Op
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc

FRAME = 1024


async def y1(soc: Soc, fixed: bool) -> None:
    """The microcode of a DMA controller raises its event without waiting for its writes."""
    cpu, firmware, pl330 = soc.cpu(), Firmware(soc), await Device.attach(soc)
    ring = await soc.dma.alloc_coherent(4 * 64, "program")
    soc.dma.ownership_words(ring, 48, 64, 4)
    target = await firmware.memory(FRAME, "target")
    await firmware.flush(target.va, FRAME)
    await cpu.write(ring.cpu_addr, Descriptor(Op.FILL, 0, target.pa, FRAME, irq=True).encode())
    await pl330.use_ring(ring.dma_handle, 4, early=not fixed)
    await pl330.ring_doorbell(1)  # <- place
    await pl330.wait()
    await firmware.invalidate(target.va, FRAME)
    await cpu.read(target.va, FRAME)  # <- place
    await pl330.halt()


CASES = (
    Case(
        "Y1",
        Code.DEV_ORDER,
        "embeddedsw 0d76b5362b 'dmaps: Add barrier before DMASEV instruction' (UG585 9.4.5)",
        "DMAST, DMASEV without a DMAWMB between: the event, and the interrupt, come before the last write has its response. "
        "The software is right, and reads an old tail.",
        pair(y1),
    ),
)
