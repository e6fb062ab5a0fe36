# SPDX-License-Identifier: Apache-2.0
"""How `dmasan attach` drives stream_dma: a descriptor starts a copy, the status ends it."""

from __future__ import annotations

from cocotbext.dmasan.attach import Driver, Features

DONE = 0


class StreamCopy(Driver):
    features = Features(alignment=8, abort=True, zero_length=True)

    async def start(self, target: int, source: int, length: int) -> None:
        await self.device.send(src=source, dst=target, len=length)

    async def finish(self) -> bool:
        status = await self.device.status()
        return status["code"] == DONE

    async def abort(self) -> None:
        await self.device.pin("s_abort", 1)
        await self.device.status()
        await self.device.pin("s_abort", 0)


class StreamCopy32(StreamCopy):
    """For a bus of any width up to 256 bits."""

    features = Features(alignment=32, abort=True, zero_length=True)
