# SPDX-License-Identifier: Apache-2.0
"""The DMA engine in the hands of a case: single jobs from its registers, or a ring that the case itself writes.

It stands for whatever device was in the field: a device that reads a buffer (a transmitter, an encoder) is a job that
sinks it, one that writes (a receiver, a disk) is a job that fills it. Nothing here orders or maintains memory but the
barrier in `writel`, where it is used. Addresses are bus addresses, lengths bytes.
"""

from __future__ import annotations

from dmasan.config import RunError
from dmasan.device import registers as reg
from dmasan.device.attributes import NONCOHERENT, Attributes, encode
from dmasan.device.registers import Mode, Op
from dmasan.soc import Soc

_CAUSES = reg.CH_IRQ_EN.DONE.mask | reg.CH_IRQ_EN.ERR.mask
_ENDED = reg.CH_STATUS.DONE.mask | reg.CH_STATUS.ERR.mask
_POLLS = 2000
PATTERN = 0x5A5A_5A5A


class DeviceError(RunError):
    """The device stopped with an error. Stale descriptors do that; a case goes on."""


class Device:
    """One channel. `await Device.attach(soc)` makes it."""

    def __init__(self, soc: Soc, channel: int = 0) -> None:
        self._soc = soc
        self._base = reg.CHANNEL_BASE + channel * reg.CHANNEL_STRIDE
        self.relaxed = False  # the doorbell is writel_relaxed
        self.failed = False  # the last job ended with an error

    @classmethod
    async def attach(cls, soc: Soc, channel: int = 0, snoop: Attributes = NONCOHERENT) -> Device:
        """Enables the engine and the channel's interrupt; `snoop` are the attributes of all its accesses."""
        device = cls(soc, channel)
        await soc.io.writel(reg.CTRL.ENABLE.mask, reg.CTRL.OFFSET)
        await device.attributes(snoop, snoop, snoop)
        await device._write(reg.CH_FILL.OFFSET, PATTERN)
        await device._write(reg.CH_IRQ_EN.OFFSET, _CAUSES)
        return device

    async def attributes(self, reads: Attributes, writes: Attributes, descriptors: Attributes) -> None:
        """Sets the memory attributes of the three kinds of accesses."""
        await self._write(reg.CH_ATTR_SRC.OFFSET, encode(reads))
        await self._write(reg.CH_ATTR_DST.OFFSET, encode(writes))
        await self._write(reg.CH_ATTR_DESC.OFFSET, encode(descriptors))

    # --- single jobs

    async def send(self, address: int, length: int) -> None:
        """The device reads a buffer, and says so by interrupt."""
        await self.start_send(address, length)
        await self.wait()

    async def receive(self, address: int, length: int) -> None:
        """The device writes a buffer, and says so by interrupt."""
        await self.start_receive(address, length)
        await self.wait()

    async def copy(self, target: int, source: int, length: int) -> None:
        """The device copies, and says so by interrupt."""
        await self._start(Op.COPY, source, target, length)
        await self.wait()

    async def start_send(self, address: int, length: int) -> None:
        """The device begins to read."""
        await self._start(Op.SINK, address, 0, length)

    async def start_receive(self, address: int, length: int) -> None:
        """The device begins to write."""
        await self._start(Op.FILL, 0, address, length)

    async def start_copy(self, target: int, source: int, length: int) -> None:
        """The device begins to copy."""
        await self._start(Op.COPY, source, target, length)

    async def wait(self, timeout_ns: float = 1e6) -> None:
        """Sleeps until the interrupt and acknowledges it."""
        await self._soc.wait_irq(timeout_ns)
        status = await self._read(reg.CH_STATUS.OFFSET)
        self.failed = bool(status & reg.CH_STATUS.ERR.mask)
        await self._write(reg.CH_STATUS.OFFSET, _ENDED)
        if self.failed:
            await self._write(reg.CH_CMD.OFFSET, reg.CH_CMD.CLEAR.mask)

    async def stop(self) -> None:
        """Clears the run bit: a posted write, and the engine finishes what it has begun."""
        await self._write(reg.CH_CMD.OFFSET, reg.CH_CMD.ABORT.mask)

    async def idle(self) -> None:
        """Polls until the engine is idle."""
        for _ in range(_POLLS):
            if not await self._read(reg.CH_STATUS.OFFSET) & reg.CH_STATUS.BUSY.mask:
                return
        raise RunError(f"the device is still busy after {_POLLS} reads of its status")

    async def completed(self, count: int) -> None:
        """Polls until `count` descriptors or jobs are done since the reset."""
        for _ in range(_POLLS):
            if await self._read(reg.CH_DONE_CNT.OFFSET) >= count:
                return
        raise RunError(f"the device has not done {count} jobs after {_POLLS} reads of its counter")

    async def halt(self) -> None:
        """Stops, and returns when the engine touches no memory any more."""
        await self.stop()
        await self.idle()

    async def _start(self, op: Op, source: int, target: int, length: int) -> None:
        cfg = reg.CH_CFG.MODE.put(Mode.DIRECT) | reg.CH_CFG.OP.put(op) | reg.CH_CFG.MAX_LEN.put(15)
        write = self._soc.io.writel_relaxed  # the job's registers need no order among them, only START does
        await write(cfg, self._base + reg.CH_CFG.OFFSET)
        await write(source, self._base + reg.CH_SRC_LO.OFFSET)
        await write(target, self._base + reg.CH_DST_LO.OFFSET)
        await write(length, self._base + reg.CH_LEN.OFFSET)
        await self._doorbell(reg.CH_CMD.OFFSET, reg.CH_CMD.START.mask)

    # --- rings

    async def use_ring(
        self,
        address: int,
        entries: int,
        *,
        status: bool = True,
        stride: int = 0,
        prefetch: int = 0,
        early: bool = False,
    ) -> None:
        """Points the channel at a ring of descriptors; `status`: they are written back. `stride` as in `registers.Stride`.

        `early` is a fault: neither status nor interrupt waits for the responses of the writes before.
        """
        cfg = reg.CH_CFG.MODE.put(Mode.RING) | reg.CH_CFG.WB_EN.put(status) | reg.CH_CFG.MAX_LEN.put(15)
        cfg |= reg.CH_CFG.DESC_STRIDE.put(stride) | reg.CH_CFG.PREFETCH.put(prefetch)
        cfg |= reg.CH_CFG.IRQ_EARLY.put(early) | reg.CH_CFG.FI_EARLY_STATUS.put(early)
        await self._write(reg.CH_CFG.OFFSET, cfg)
        await self._write(reg.CH_RING_LEN.OFFSET, entries)
        await self._write(reg.CH_DESC_BASE_HI.OFFSET, 0)
        await self._write(reg.CH_DESC_BASE_LO.OFFSET, address)
        await self._write(reg.CH_CMD.OFFSET, reg.CH_CMD.START.mask)

    async def ring_doorbell(self, tail: int, lap: int = 0) -> None:
        """Tells that the descriptors before place `tail` are ready."""
        await self._doorbell(reg.CH_TAIL.OFFSET, reg.CH_TAIL.INDEX.put(tail) | reg.CH_TAIL.LAP.put(lap))

    async def _doorbell(self, offset: int, value: int) -> None:
        write = self._soc.io.writel_relaxed if self.relaxed else self._soc.io.writel
        await write(value, self._base + offset)

    async def _read(self, offset: int) -> int:
        return await self._soc.io.readl(self._base + offset)

    async def _write(self, offset: int, value: int) -> None:
        await self._soc.io.writel(value, self._base + offset)
