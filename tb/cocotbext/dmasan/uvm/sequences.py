# SPDX-License-Identifier: Apache-2.0
"""Virtual sequences: a driver program on the memory system. `knob_sequences` has those of the world around it."""

from __future__ import annotations

from typing import Any

from pyuvm import uvm_sequence

from dmasan.device.driver import DmaEngine
from dmasan.events import Direction
from dmasan.soc import Soc

SIZE = 2048


class ProgramSequence(uvm_sequence):
    """Boots and runs `program`. `env` is the environment whose CPUs run it."""

    def __init__(self, name: str = "program", env: Any = None) -> None:
        super().__init__(name)
        self.env = env

    async def body(self) -> None:
        soc = self.env.system.soc
        await soc.boot()
        await self.program(soc)

    async def program(self, soc: Soc) -> None:
        raise NotImplementedError


class CopySequence(ProgramSequence):
    """A buffer through the engine by streaming mappings, twice, with syncs in between. `equal`: the CPU found it."""

    equal = True

    async def program(self, soc: Soc) -> None:
        cpu, engine = soc.cpu(), await DmaEngine.probe(soc)
        source, target = [await soc.kernel.kmalloc(SIZE, name) for name in ("source", "target")]
        await cpu.fill(source, SIZE, 0x11)
        await cpu.fill(target, SIZE, 0)
        s = await soc.dma.map_single(source, SIZE, Direction.TO_DEVICE, "source")
        t = await soc.dma.map_single(target, SIZE, Direction.FROM_DEVICE, "target")
        await engine.memcpy(t, s, SIZE)
        await self.give_back(soc, s)
        await cpu.fill(source, SIZE, 0x22)
        await self.hand_over(soc, s)
        await engine.memcpy(t, s, SIZE)
        await soc.dma.unmap_single(t, SIZE, Direction.FROM_DEVICE)
        await soc.dma.unmap_single(s, SIZE, Direction.TO_DEVICE)
        self.equal = bool(((await cpu.read(target, SIZE)) == 0x22).all())
        await engine.remove()

    async def give_back(self, soc: Soc, handle: int) -> None:
        await soc.dma.sync_single_for_cpu(handle, SIZE, Direction.TO_DEVICE)

    async def hand_over(self, soc: Soc, handle: int) -> None:
        await soc.dma.sync_single_for_device(handle, SIZE, Direction.TO_DEVICE)


class ForgetfulCopySequence(CopySequence):
    """A driver that forgets both syncs."""

    async def give_back(self, soc: Soc, handle: int) -> None:
        """Forgotten."""

    async def hand_over(self, soc: Soc, handle: int) -> None:
        """Forgotten."""
