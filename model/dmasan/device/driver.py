# SPDX-License-Identifier: Apache-2.0
"""The engine's driver, in the shape of the kernel's dmaengine framework: prep, submit, issue_pending, wait.

It touches the world through `soc.cpu`, `soc.dma` and `soc.io` only, so that it runs on any backend.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

from dmasan.config import RunError
from dmasan.device import registers as reg
from dmasan.device import words
from dmasan.device.attributes import COHERENT, NONCOHERENT, encode
from dmasan.device.bits import Register
from dmasan.device.context import CoherentMemory, DriverContext
from dmasan.device.descriptor import CTRL_SIZE, SIZE, Descriptor
from dmasan.device.registers import Kind, Mode, Op
from dmasan.device.transaction import (
    CompletionUnseen,
    DmaError,
    Flags,
    ProbeError,
    RingFull,
    Terminated,
    Transaction,
    TxState,
    TxStatus,
)

CAUSES = reg.CH_STATUS
ENABLED_CAUSES = reg.CH_IRQ_EN.DONE.mask | reg.CH_IRQ_EN.ERR.mask
POLLS = 1000
_ENDED = words.STATUS.DONE.mask | words.STATUS.ERR.mask


@dataclass(frozen=True, slots=True)
class Settings:
    """How the driver runs its channel. `max_segment` (bytes) is the longest descriptor, `max_beats` the longest burst."""

    channel: int = 0
    ring_entries: int = 32
    max_beats: int = 16
    prefetch: int = 0
    max_segment: int = words.LEN.BYTES.limit
    dma_coherent: bool = False  # what the device tree says


class DmaEngine:
    """One channel of the engine. `await DmaEngine.probe(soc)` makes it; `remove` gives everything back."""

    def __init__(self, soc: DriverContext, settings: Settings, ring: CoherentMemory) -> None:
        self._soc = soc
        self._settings = settings
        self._ring = ring
        self._base = reg.CHANNEL_BASE + settings.channel * reg.CHANNEL_STRIDE
        self._next = self._lap = 0  # producer: the next free place, and its lap
        self._submitted: list[tuple[int, Descriptor]] = []  # in the ring, not yet handed to the device
        self._active: deque[Transaction] = deque()
        self._by_cookie: dict[int, Transaction] = {}
        self._cookie = 0
        self._fill = 0

    # --- probe and remove

    @classmethod
    async def probe(cls, soc: DriverContext, settings: Settings | None = None) -> DmaEngine:
        """Identifies the device, allocates the ring, starts the channel.

        Raises ProbeError for a device that is not this one, lacks the channel, or is described as `dma-coherent`
        without being it.
        """
        settings = settings or Settings()
        if settings.ring_entries < 2:
            raise ProbeError(f"ring_entries is {settings.ring_entries}: a ring has at least 2 descriptors")
        await _check_identity(soc, settings)
        ring = await soc.dma.alloc_coherent(settings.ring_entries * SIZE, "descriptor ring")
        soc.dma.ownership_words(ring, words.STATUS.OFFSET, SIZE, settings.ring_entries)
        engine = cls(soc, settings, ring)
        await engine._start()
        return engine

    async def remove(self) -> None:
        """Stops the channel and frees the ring."""
        await self.terminate()
        await self._write(reg.CH_CMD, reg.CH_CMD.ABORT.mask)
        await self._poll(CAUSES.BUSY.mask, 0, "stop")
        await self._soc.dma.free_coherent(self._ring)

    async def _start(self) -> None:
        """Brings the channel into ring mode with an empty ring."""
        settings = self._settings
        await self._soc.io.writel(reg.CTRL.ENABLE.mask, reg.CTRL.OFFSET)
        attributes = encode(COHERENT if settings.dma_coherent else NONCOHERENT)
        for register in (reg.CH_ATTR_SRC, reg.CH_ATTR_DST, reg.CH_ATTR_DESC):
            await self._write(register, attributes)
        cfg = reg.CH_CFG.MODE.put(Mode.RING) | reg.CH_CFG.WB_EN.mask
        cfg |= reg.CH_CFG.MAX_LEN.put(settings.max_beats - 1) | reg.CH_CFG.PREFETCH.put(settings.prefetch)
        await self._write(reg.CH_CFG, cfg)
        await self._write(reg.CH_RING_LEN, settings.ring_entries)
        await self._write(reg.CH_IRQ_EN, ENABLED_CAUSES)
        await self._rewind()  # the ring's memory is zeroed

    async def _restart(self) -> None:
        """Begins a new life of the ring: no control word of the old one may pass for one of the new first lap."""
        for place in range(self._settings.ring_entries):
            await self._soc.cpu().str_(self._va(place), 0)
        await self._rewind()

    async def _rewind(self) -> None:
        """Starts the (idle or halted) channel at the ring's first place."""
        self._next = self._lap = 0
        self._submitted.clear()
        await self._write(reg.CH_DESC_BASE_HI, self._ring.dma_handle >> 32)
        await self._write(reg.CH_DESC_BASE_LO, self._ring.dma_handle & 0xFFFF_FFFF)
        await self._write(reg.CH_CMD, reg.CH_CMD.START.mask)

    # --- prep: describe a job; nothing reaches memory yet

    def prep_memcpy(self, dst: int, src: int, length: int, flags: Flags = Flags.INTERRUPT) -> Transaction:
        """A copy of `length` bytes between bus addresses (`device_prep_dma_memcpy`)."""
        return self._prep((Descriptor(Op.COPY, src, dst, length),), flags)

    def prep_memset(self, dst: int, value: int, length: int, flags: Flags = Flags.INTERRUPT) -> Transaction:
        """Fills `length` bytes with the byte `value` (`device_prep_dma_memset`)."""
        transaction = self._prep((Descriptor(Op.FILL, 0, dst, length),), flags)
        transaction.fill = (value & 0xFF) * 0x0101_0101
        return transaction

    def prep_sg(self, pieces: Iterable[tuple[int, int, int]], flags: Flags = Flags.INTERRUPT) -> Transaction:
        """Several copies in a row, each (destination, source, bytes)."""
        return self._prep(tuple(Descriptor(Op.COPY, src, dst, length) for dst, src, length in pieces), flags)

    def prep_interleaved(
        self, dst: int, src: int, length: int, rows: int, dst_stride: int, src_stride: int,
        flags: Flags = Flags.INTERRUPT,
    ) -> Transaction:  # fmt: skip
        """`rows` rows of `length` bytes, the strides (signed) apart (`device_prep_interleaved_dma`)."""
        return self._prep((Descriptor(Op.COPY, src, dst, length, rows, src_stride, dst_stride),), flags)

    def _prep(self, descriptors: Iterable[Descriptor], flags: Flags) -> Transaction:
        """Cuts descriptors at the longest segment; the last one carries the interrupt."""
        pieces = [piece for d in descriptors for piece in _segments(d, self._settings.max_segment)]
        if flags & Flags.INTERRUPT and pieces:
            pieces[-1] = replace(pieces[-1], irq=True)
        return Transaction(pieces)

    # --- submit and issue

    async def submit(self, transaction: Transaction) -> int:
        """Writes the descriptors into the ring, all but their control words. Returns the cookie; raises RingFull."""
        await self._use_fill(transaction)
        if len(transaction.descriptors) > self.free_places:
            raise RingFull(
                f"{len(transaction.descriptors)} descriptors do not fit: {self.free_places} of "
                f"{self._settings.ring_entries} places of the ring are free"
            )
        for descriptor in transaction.descriptors:
            descriptor = descriptor.with_phase(1 - self._lap)
            place = self._next
            body = descriptor.encode()[CTRL_SIZE:]
            await self._soc.cpu().write(self._va(place) + CTRL_SIZE, body)
            transaction.slots.append(place)
            self._submitted.append((place, descriptor))
            self._next += 1
            if self._next == self._settings.ring_entries:
                self._next, self._lap = 0, self._lap ^ 1
        self._cookie += 1
        transaction.cookie = self._cookie
        self._by_cookie[self._cookie] = transaction
        self._active.append(transaction)
        if not transaction.descriptors:
            transaction.complete = True
        return self._cookie

    async def issue_pending(self) -> None:
        """Hands over what was submitted: control words behind the bodies, then the doorbell."""
        if not self._submitted:
            return
        # The device must not see a valid control word above an old body.
        await self._soc.io.dma_wmb()
        for place, descriptor in self._submitted:
            await self._soc.cpu().str_(self._va(place), descriptor.ctrl)
        self._submitted.clear()
        # writel orders the control words before the doorbell.
        await self._write(reg.CH_TAIL, reg.CH_TAIL.INDEX.put(self._next) | reg.CH_TAIL.LAP.put(self._lap))

    @property
    def free_places(self) -> int:
        """Places of the ring that no transaction holds."""
        return self._settings.ring_entries - sum(len(t.slots) for t in self._active)

    async def memcpy(self, dst: int, src: int, length: int, timeout_ns: float | None = None) -> None:
        """Prepares, submits and issues a copy, and waits for it."""
        cookie = await self.submit(self.prep_memcpy(dst, src, length))
        await self.issue_pending()
        await self.wait(cookie, timeout_ns)

    # --- completion

    async def wait(self, cookie: int, timeout_ns: float | None = None) -> None:
        """Sleeps until the transaction is complete (`dma_sync_wait`, by interrupt).

        The time limit is per interrupt; by default 1 ms and 50 ns per byte. Raises DmaError, Terminated, or RunError
        at the limit.
        """
        transaction = self._transaction(cookie)
        limit = timeout_ns if timeout_ns is not None else 1e6 + 50.0 * transaction.total
        while not transaction.complete and transaction.error is None:
            await self._soc.wait_irq(limit)
            await self.interrupt()
        if transaction.error is not None:
            raise transaction.error

    async def interrupt(self) -> None:
        """The interrupt handler: acknowledges the causes, completes what is done, records an error."""
        causes = await self._read(CAUSES)
        await self._write(CAUSES, causes & (ENABLED_CAUSES | CAUSES.EMPTY.mask))
        await self._reap()
        if causes & CAUSES.ERR.mask:
            await self._recover()

    async def _reap(self) -> None:
        """Completes the transactions whose last descriptor says so."""
        while self._active:
            transaction = self._active[0]
            if transaction.slots and not await self._descriptor_done(transaction):
                break
            transaction.complete = True
            transaction.slots.clear()
            self._active.popleft()

    async def _descriptor_done(self, transaction: Transaction) -> bool:
        """Reads the status word of the last descriptor. Raises CompletionUnseen if HEAD has passed it all the same."""
        place = transaction.slots[-1]
        status = await self._status_word(place)
        if not status & _ENDED and await self._passed(transaction):
            status = await self._status_word(place)  # it may have ended between the two reads
            if not status & _ENDED:
                detail = f"the device has completed it, its status word reads {status:#x}"
                raise CompletionUnseen(Kind.NONE, place, self._ring.dma_handle + place * SIZE, 0, detail)
        if not status & words.STATUS.DONE.mask:
            return False
        # What the client reads next must not be older than the status word.
        await self._soc.io.dma_rmb()
        return True

    async def _status_word(self, place: int) -> int:
        return await self._soc.cpu().ldr(self._va(place) + words.STATUS.OFFSET)

    async def _passed(self, transaction: Transaction) -> bool:
        """True when HEAD lies behind all of the oldest transaction's places."""
        head = await self._read(reg.CH_HEAD)
        entries = self._settings.ring_entries
        behind = (self._next - reg.CH_HEAD.INDEX.get(head)) % entries  # places that HEAD has yet to reach
        if behind == 0 and reg.CH_HEAD.LAP.get(head) != self._lap:
            behind = entries
        return behind + len(transaction.slots) <= sum(len(t.slots) for t in self._active)

    async def tx_status(self, cookie: int) -> TxStatus:
        """State of a transaction and the bytes that it still has to move (`device_tx_status`)."""
        transaction = self._transaction(cookie)
        await self._reap()
        if transaction.error is not None:
            return TxStatus(TxState.ERROR, transaction.total)
        if transaction.complete:
            return TxStatus(TxState.COMPLETE, 0)
        state = TxState.PAUSED if await self._read(CAUSES) & CAUSES.PAUSED.mask else TxState.IN_PROGRESS
        return TxStatus(state, await self._residue(transaction))

    async def _residue(self, transaction: Transaction) -> int:
        """Bytes of its descriptors from HEAD on, the current one counted by RESIDUE."""
        while True:
            head = await self._read(reg.CH_HEAD)
            current = await self._read(reg.CH_RESIDUE)
            if await self._read(reg.CH_HEAD) == head:
                break  # else the engine moved on between the two reads
        place = reg.CH_HEAD.INDEX.get(head)
        if place not in transaction.slots:
            return transaction.total
        at = transaction.slots.index(place)
        rest = sum(d.total for d in transaction.descriptors[at + 1 :])
        started = await self._read(CAUSES) & CAUSES.STATE.mask in (reg.State.RUN, reg.State.STATUS, reg.State.PAUSED)
        return rest + (current if started else transaction.descriptors[at].total)

    async def _recover(self) -> None:
        """After an error: reads what the hardware says, gives all waiting transactions up, starts afresh."""
        info = await self._read(reg.CH_ERR_INFO)
        low = await self._read(reg.CH_ERR_ADDR_LO)
        address = low | await self._read(reg.CH_ERR_ADDR_HI) << 32
        kind = Kind(reg.CH_ERR_INFO.KIND.get(info))
        error = DmaError(kind, reg.CH_ERR_INFO.INDEX.get(info), address, reg.CH_ERR_INFO.RESP.get(info))
        self._give_up(error)
        await self._poll(CAUSES.HALTED.mask, CAUSES.HALTED.mask, "halt after an error")
        await self._restart()

    def _give_up(self, error: Exception) -> None:
        for transaction in self._active:
            transaction.error = transaction.error or error
            transaction.slots.clear()
        self._active.clear()

    # --- control

    async def pause(self) -> None:
        """Stops issuing; returns when the bus is quiet (`device_pause`)."""
        await self._write(reg.CH_CMD, reg.CH_CMD.PAUSE.mask)
        await self._poll(CAUSES.PAUSED.mask, CAUSES.PAUSED.mask, "pause")

    async def resume(self) -> None:
        """Goes on after `pause` (`device_resume`)."""
        await self._write(reg.CH_CMD, reg.CH_CMD.RESUME.mask)

    async def terminate(self) -> None:
        """Gives up all transactions (`device_terminate_all`); returns when the engine touches no memory any more."""
        await self._write(reg.CH_CMD, reg.CH_CMD.ABORT.mask)
        await self._poll(CAUSES.BUSY.mask, 0, "abort")
        self._give_up(Terminated("the transaction was terminated"))
        await self._restart()

    async def _use_fill(self, transaction: Transaction) -> None:
        """Sets the FILL register, which all descriptors share and a busy channel refuses."""
        if transaction.fill is None or transaction.fill == self._fill:
            return
        if self._active:
            raise RingFull("a memset with another value has to wait until the ring is empty")
        await self._write(reg.CH_CMD, reg.CH_CMD.STOP.mask)
        await self._poll(CAUSES.BUSY.mask, 0, "stop")
        await self._write(reg.CH_FILL, transaction.fill)
        await self._write(reg.CH_CMD, reg.CH_CMD.START.mask)
        self._fill = transaction.fill

    # --- registers and ring

    async def _read(self, register: type[Register]) -> int:
        return await self._soc.io.readl(self._base + register.OFFSET)

    async def _write(self, register: type[Register], value: int) -> None:
        await self._soc.io.writel(value, self._base + register.OFFSET)

    async def _poll(self, mask: int, value: int, what: str) -> None:
        """Reads STATUS until its bits `mask` are `value`. Raises RunError after `POLLS` reads."""
        for _ in range(POLLS):
            if await self._read(CAUSES) & mask == value:
                return
        raise RunError(f"DMA channel {self._settings.channel} did not {what}: STATUS unchanged after {POLLS} reads")

    def _va(self, place: int) -> int:
        return self._ring.cpu_addr + place * SIZE

    def _transaction(self, cookie: int) -> Transaction:
        if cookie not in self._by_cookie:
            raise ValueError(f"no transaction has the cookie {cookie}: the last one is {self._cookie}")
        return self._by_cookie[cookie]


async def _check_identity(soc: DriverContext, settings: Settings) -> None:
    """ID, VERSION and capabilities against what the driver was told."""
    identity = await soc.io.readl(reg.ID.OFFSET)
    if identity != reg.ID.RESET:
        raise ProbeError(f"device ID is {identity:#010x}, not {reg.ID.RESET:#010x}: this is not the DMA engine")
    major = reg.VERSION.MAJOR.get(await soc.io.readl(reg.VERSION.OFFSET))
    if major != reg.VERSION.MAJOR.get(reg.VERSION.RESET):
        raise ProbeError(f"device version {major} is not {reg.VERSION.MAJOR.get(reg.VERSION.RESET)}")
    channels = reg.CAP0.NCH.get(await soc.io.readl(reg.CAP0.OFFSET))
    if not 0 <= settings.channel < channels:
        raise ProbeError(f"channel {settings.channel} does not exist: the device has 0 to {channels - 1}")
    features = await soc.io.readl(reg.CAP1.OFFSET)
    if not features & reg.CAP1.SG.mask:
        raise ProbeError("the device has no descriptor ring (CAP1.SG is 0)")
    coherent = reg.CAP1.COHERENT_DATA.mask | reg.CAP1.COHERENT_DESC.mask
    if settings.dma_coherent and features & coherent != coherent:
        raise ProbeError("the device is described as dma-coherent, but CAP1 says that its port does not snoop")


def _segments(descriptor: Descriptor, most: int) -> Iterable[Descriptor]:
    """`descriptor` cut into pieces of at most `most` bytes per row; one of several rows stays whole."""
    if descriptor.rows > 1 or descriptor.length <= most:
        yield descriptor
        return
    for start in range(0, descriptor.length, most):
        source = descriptor.src + start if descriptor.op != Op.FILL else 0
        size = min(most, descriptor.length - start)
        yield replace(descriptor, src=source, dst=descriptor.dst + start, length=size)
