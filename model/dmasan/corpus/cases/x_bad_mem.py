# SPDX-License-Identifier: Apache-2.0
"""X: memory that cannot be mapped for DMA: stack and vmalloc."""

from __future__ import annotations

from dmasan.corpus.case import Case, pair
from dmasan.corpus.device import Device
from dmasan.events import Direction
from dmasan.linux.layout import PAGE_SIZE
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc

STATUS = 64
TO, FROM = Direction.TO_DEVICE, Direction.FROM_DEVICE


async def x1(soc: Soc, fixed: bool) -> None:
    """A local variable is the target of a transfer."""
    cpu, card = soc.cpu(), await Device.attach(soc)
    local = await soc.kernel.kmalloc(STATUS, "block count") if fixed else await soc.kernel.stack.push(STATUS)
    handle = await soc.dma.map_single(local, STATUS, FROM, "block count")  # <- place
    await card.receive(handle, STATUS)  # <- place
    await soc.dma.unmap_single(handle, STATUS, FROM)
    await cpu.read(local, STATUS)


async def x2(soc: Soc, fixed: bool) -> None:
    """The caller of the crypto API has its result on the stack, which is vmalloc memory."""
    cpu, caam, stack = soc.cpu(), await Device.attach(soc), soc.kernel.stack
    result = await stack.push(STATUS)
    target = await soc.kernel.kmalloc(STATUS, "context") if fixed else result
    handle = await soc.dma.map_single(target, STATUS, FROM, "result")  # <- place
    if not soc.dma.mapping_error(handle):
        await caam.receive(handle, STATUS)
        await soc.dma.unmap_single(handle, STATUS, FROM)
    if fixed:
        await cpu.copy(result, target, STATUS)
    await stack.pop()


async def x3(soc: Soc, fixed: bool) -> None:
    """A vmalloc buffer for the compression unit, by __pa()."""
    cpu, kernel, nx = soc.cpu(), soc.kernel, await Device.attach(soc)
    buffer = await kernel.vmalloc.vmalloc(2 * PAGE_SIZE, "compression buffer")
    await cpu.fill(buffer, 2 * PAGE_SIZE, 0x31)
    if not fixed:
        handle = await soc.dma.map_single(buffer, PAGE_SIZE, TO, "compression buffer")  # <- place
        await nx.send(handle, PAGE_SIZE)  # <- place
        return
    for n in range(2):
        frame = kernel.vmalloc.frame_of(buffer + n * PAGE_SIZE)
        handle = await soc.dma.map_page(frame, 0, PAGE_SIZE, TO, "compression buffer")
        await nx.send(handle, PAGE_SIZE)
        await soc.dma.unmap_page(handle, PAGE_SIZE, TO)


CASES = (
    Case(
        "X1",
        Code.BAD_MEM,
        "linux 051913dada0 'mmc_block: do not DMA to stack'; firedtv 3fb80ef3bc0; eleven USB serial drivers in 12/2009",
        "A local variable is a DMA buffer: it shares lines with the live stack, it ends with its function, and where the "
        "stack is vmalloc memory its physical address is another.",
        pair(x1),
        era="v2.6.39",
    ),
    Case(
        "X2",
        Code.BAD_MEM,
        "linux c19650d6ea9 'crypto: caam - fix DMA mapping of stack memory'; ccree 'don't map AEAD key and IV on stack'",
        "Callers of the crypto API may have key, IV and result on their stack; the driver maps what it is given. With "
        "CONFIG_VMAP_STACK the result is wrong.",
        pair(x2),
        era="v6.19",
    ),
    Case(
        "X3",
        Code.BAD_MEM,
        "linux 0ba3e1011660 'crypto/nx/nx-842: Fix handling of vmalloc addresses'",
        "__pa() of a vmalloc address is the address of something else. The pages must be looked up one by one.",
        pair(x3),
        era="v3.14",
        nearest="POWER7: here ARM's linear map, with the same arithmetic",
    ),
)
