# SPDX-License-Identifier: Apache-2.0
"""The engine's first channel in direct mode, as `dmasan attach` drives it."""

from __future__ import annotations

from cocotbext.dmasan.attach import Driver, Features
from dmasan.device import registers as reg
from dmasan.device.bits import Register

COPY, BEATS = 1, 16


class DirectCopy(Driver):
    features = Features(abort=True, zero_length=True)

    async def probe(self) -> None:
        await self.device.write(reg.CTRL.OFFSET, reg.CTRL.ENABLE.mask)
        await self._write(reg.CH_CFG, reg.CH_CFG.OP.put(COPY) | reg.CH_CFG.MAX_LEN.put(BEATS - 1))
        await self._write(reg.CH_IRQ_EN, reg.CH_IRQ_EN.DONE.mask | reg.CH_IRQ_EN.ERR.mask)

    def completes(self, offset: int, value: int) -> bool:
        return offset == reg.CHANNEL_BASE + reg.CH_STATUS.OFFSET and not value & reg.CH_STATUS.BUSY.mask

    async def start(self, target: int, source: int, length: int) -> None:
        await self._write(reg.CH_SRC_LO, source)
        await self._write(reg.CH_DST_LO, target)
        await self._write(reg.CH_LEN, length)
        await self._write(reg.CH_CMD, reg.CH_CMD.START.mask)

    async def finish(self) -> bool:
        await self.device.wait_irq()
        status = await self.device.read(reg.CHANNEL_BASE + reg.CH_STATUS.OFFSET)
        await self._write(reg.CH_STATUS, status)  # acknowledge
        return not status & reg.CH_STATUS.ERR.mask

    async def abort(self) -> None:
        await self._write(reg.CH_CMD, reg.CH_CMD.ABORT.mask)
        while await self.device.read(reg.CHANNEL_BASE + reg.CH_STATUS.OFFSET) & reg.CH_STATUS.BUSY.mask:
            pass
        await self._write(reg.CH_CMD, reg.CH_CMD.CLEAR.mask)

    async def _write(self, register: type[Register], value: int) -> None:
        await self.device.write(reg.CHANNEL_BASE + register.OFFSET, value)
