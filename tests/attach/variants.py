# SPDX-License-Identifier: Apache-2.0
"""Driver classes of variants.v, and faulty ones."""

from __future__ import annotations

from cocotbext.dmasan.attach import Driver, Features


class Axi3Copy(Driver):
    features = Features(alignment=4)

    async def start(self, target: int, source: int, length: int) -> None:
        await self.device.send(data=length << 64 | target << 32 | source)

    async def finish(self) -> bool:
        return (await self.device.status())["data"] == 0


class SplitCopy(Driver):
    features = Features(alignment=32)

    async def start(self, target: int, source: int, length: int) -> None:
        await self.device.send(src=source, dst=target, len=length)

    async def finish(self) -> bool:
        await self.device.wait_irq()
        return (await self.device.status())["code"] == 0


class Raises(SplitCopy):
    async def finish(self) -> bool:
        raise LookupError("planted")


class NeverEnds(SplitCopy):
    async def finish(self) -> bool:
        while not await self.device.read(0x800) & 2:
            pass
        return True


class WrongField(SplitCopy):
    async def start(self, target: int, source: int, length: int) -> None:
        await self.device.send(source=source)
