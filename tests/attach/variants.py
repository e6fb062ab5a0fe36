# SPDX-License-Identifier: Apache-2.0
"""Driver classes of variants.v, and faulty ones."""

from __future__ import annotations

from cocotbext.dmasan.attach import Driver, Features

STATUS, BUSY = 0xC, 1  # of two_clock_copy


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


class OverReadCopy(SplitCopy):
    features = Features(alignment=8, zero_length=True)

    async def finish(self) -> bool:
        return (await self.device.status())["code"] == 0


class TwoClockCopy(Driver):
    """Registers: source, destination, length (starts), status {code, busy}."""

    features = Features(alignment=8, zero_length=True)

    def completes(self, offset: int, value: int) -> bool:
        return offset == STATUS and not value & BUSY

    async def start(self, target: int, source: int, length: int) -> None:
        for offset, value in ((0x0, source), (0x4, target), (0x8, length)):
            await self.device.write(offset, value)

    async def finish(self) -> bool:
        while (status := await self.device.read(STATUS)) & BUSY:
            pass
        return status >> 1 == 0


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
