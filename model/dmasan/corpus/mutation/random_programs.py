# SPDX-License-Identifier: Apache-2.0
"""Random correct driver programs, as text: rounds of mapping, transferring, looking, and giving back."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from dmasan.corpus.device import Device
from dmasan.corpus.firmware import Firmware
from dmasan.corpus.mutation.draft import Draft, draft_of_text
from dmasan.events import Direction

NAMES = {"Device": Device, "Firmware": Firmware, "Direction": Direction}
_HEAD = (
    "async def program(soc):",
    "    cpu, firmware, device = soc.cpu(), Firmware(soc), await Device.attach(soc)",
)


def random_program(seed: int, rounds: int = 2) -> Draft:
    """The program of a seed. Each round has a buffer of its own, of one to four lines."""
    draw = Random(seed)
    lines = list(_HEAD)
    for n in range(rounds):
        kind = draw.choice((_streaming, _coherent, _raw))
        lines += [f"    {line}" for line in kind(f"b{n}", 64 * draw.randint(1, 4), draw)]
    return draft_of_text("\n".join(lines), f"<random program {seed}>/program.py", NAMES)


def _streaming(name: str, size: int, draw: Random) -> Iterator[str]:
    way = draw.choice(("TO_DEVICE", "FROM_DEVICE", "BIDIRECTIONAL"))
    direction = f"Direction.{way}"
    out, into = f"await device.send({name}_dma, {size})", f"await device.receive({name}_dma, {size})"
    yield f"{name} = await soc.kernel.kmalloc({size}, '{name}')"
    yield f"await cpu.fill({name}, {size}, {draw.randrange(256)})"
    yield f"{name}_dma = await soc.dma.map_single({name}, {size}, {direction}, '{name}')"
    for _ in range(draw.randint(1, 2)):
        if way != "FROM_DEVICE":
            yield out
        if way != "TO_DEVICE":
            yield into
        if draw.random() < 0.6:
            yield f"await soc.dma.sync_single_for_cpu({name}_dma, {size}, {direction})"
            if way != "TO_DEVICE":
                yield f"await cpu.read({name}, {size})"
            if way != "FROM_DEVICE":
                yield f"await cpu.fill({name}, {size // 2}, {draw.randrange(256)})"
            yield f"await soc.dma.sync_single_for_device({name}_dma, {size}, {direction})"
            if way != "FROM_DEVICE":
                yield out
            if way != "TO_DEVICE":
                yield into
    yield f"await soc.dma.unmap_single({name}_dma, {size}, {direction})"
    yield f"await cpu.read({name}, {size})"
    yield f"await soc.kernel.kfree({name})"


def _coherent(name: str, size: int, draw: Random) -> Iterator[str]:
    yield f"{name} = await soc.dma.alloc_coherent({size}, '{name}')"
    for _ in range(draw.randint(1, 2)):
        yield f"await cpu.fill({name}.cpu_addr, {size}, {draw.randrange(256)})"
        yield f"await device.send({name}.dma_handle, {size})"
        yield f"await device.receive({name}.dma_handle, {size})"
        yield f"await cpu.read({name}.cpu_addr, {size})"
    yield f"await soc.dma.free_coherent({name})"


def _raw(name: str, size: int, draw: Random) -> Iterator[str]:
    yield f"{name} = await firmware.memory({size}, '{name}')"
    yield f"await cpu.fill({name}.va, {size}, {draw.randrange(256)})"
    yield f"await firmware.flush({name}.va, {size})"
    for _ in range(draw.randint(1, 2)):
        yield f"await device.send({name}.pa, {size})"
        yield f"await device.receive({name}.pa, {size})"
        yield f"await firmware.invalidate({name}.va, {size})"
        yield f"await cpu.read({name}.va, {size})"
        yield f"await cpu.fill({name}.va, {size}, {draw.randrange(256)})"
        yield f"await firmware.flush({name}.va, {size})"
