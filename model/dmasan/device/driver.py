# SPDX-License-Identifier: Apache-2.0
"""The engine's driver, in the shape of the kernel's dmaengine framework: prep, submit, issue_pending, wait.

It touches the world through `soc.cpu`, `soc.dma` and `soc.io` only, so that it runs on any backend.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from dmasan.config import RunError
from dmasan.device import registers as reg
from dmasan.device import words
from dmasan.device.attributes import COHERENT, NONCOHERENT, encode
from dmasan.device.bits import Register
from dmasan.device.context import CoherentMemory, DriverContext
from dmasan.device.descriptor import CTRL_SIZE, SIZE, Descriptor
from dmasan.device.prepare import InterleavedTemplate, interleaved, periods, rows, scattered, segments
from dmasan.device.probe import Settings, check_identity
from dmasan.device.registers import Kind, Mode, Op
from dmasan.device.transaction import (
    CompletionUnseen,
    DmaError,
    DmaResult,
    Flags,
    ProbeError,
    RingFull,
    Terminated,
    Transaction,
    TxState,
    TxStatus,
)

CAUSES = reg.CH_STATUS
ENABLED_CAUSES = reg.CH_IRQ_EN.DONE.mask | reg.CH_IRQ_EN.ERR.mask | reg.CH_IRQ_EN.PERIOD.mask
POLLS = 1000
TRIES = 8  # to read HEAD and RESIDUE of the same descriptor
_ENDED = words.STATUS.DONE.mask | words.STATUS.ERR.mask


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
        self._cyclic = False  # the channel is configured for a cyclic transfer
        self._stopping = False  # ABORT is given, the end not awaited
        self._first_period = 0  # DONE_CNT when the cyclic transfer began

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
        await check_identity(soc, settings)
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
        await self._soc.io.writel(reg.CTRL.ENABLE.mask, reg.CTRL.OFFSET)
        attributes = encode(COHERENT if self._settings.dma_coherent else NONCOHERENT)
        for register in (reg.CH_ATTR_SRC, reg.CH_ATTR_DST, reg.CH_ATTR_DESC):
            await self._write(register, attributes)
        await self._configure(self._settings.ring_entries)
        await self._write(reg.CH_IRQ_EN, ENABLED_CAUSES)
        await self._rewind()  # the ring's memory is zeroed

    async def _configure(self, entries: int, cyclic: bool = False) -> None:
        """CFG and RING_LEN of the (idle or halted) channel."""
        settings = self._settings
        cfg = reg.CH_CFG.MODE.put(Mode.RING) | reg.CH_CFG.WB_EN.mask | reg.CH_CFG.CYCLIC.put(cyclic)
        cfg |= reg.CH_CFG.MAX_LEN.put(settings.max_beats - 1) | reg.CH_CFG.PREFETCH.put(settings.prefetch)
        await self._write(reg.CH_CFG, cfg)
        await self._write(reg.CH_RING_LEN, entries)
        self._cyclic = cyclic

    async def _restart(self) -> None:
        """Begins a new life of the ring: no control word of the old one may pass for one of the new first lap."""
        if self._cyclic:
            await self._configure(self._settings.ring_entries)
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

    def prep_scattered(
        self, dst_sg: Iterable[tuple[int, int]], src_sg: Iterable[tuple[int, int]], flags: Flags = Flags.INTERRUPT
    ) -> Transaction:
        """A copy between scatterlists of (bus address, bytes), however they are cut; of equal length, else ValueError.

        `device_prep_dma_sg`, which Linux had up to v4.13.
        """
        return self._prep(scattered(dst_sg, src_sg), flags)

    def prep_interleaved(
        self, dst: int, src: int, length: int, count: int, dst_stride: int, src_stride: int,
        flags: Flags = Flags.INTERRUPT,
    ) -> Transaction:  # fmt: skip
        """`count` rows of `length` bytes, the strides (signed) apart."""
        return self._prep(rows(dst, src, length, count, dst_stride, src_stride), flags)

    def prep_template(self, template: InterleavedTemplate, flags: Flags = Flags.INTERRUPT) -> Transaction:
        """Frames of several chunks with gaps (`device_prep_interleaved_dma`)."""
        return self._prep(interleaved(template), flags)

    def prep_cyclic(self, dst: int, src: int, length: int, period: int) -> Transaction:
        """A copy of `length` bytes that repeats for ever, with an interrupt every `period` bytes.

        `device_prep_dma_cyclic`, of which memory takes both ends. It ends by `terminate`. Raises ValueError where the
        length is no whole number of periods or the ring has fewer places than there are periods.
        """
        descriptors = periods(dst, src, length, period)
        if len(descriptors) > self._settings.ring_entries or period > self._settings.max_segment:
            raise ValueError(
                f"{len(descriptors)} periods of {period} bytes: the ring has {self._settings.ring_entries} places "
                f"of at most {self._settings.max_segment} bytes"
            )
        return Transaction(descriptors, cyclic=True)

    def _prep(self, descriptors: Iterable[Descriptor], flags: Flags) -> Transaction:
        """Cuts descriptors at the longest segment; the last one carries the interrupt."""
        pieces = [piece for d in descriptors for piece in segments(d, self._settings.max_segment)]
        if flags & Flags.INTERRUPT and pieces:
            pieces[-1] = replace(pieces[-1], irq=True)
        return Transaction(pieces)

    # --- submit and issue

    async def submit(self, transaction: Transaction) -> int:
        """Writes the descriptors into the ring, all but their control words. Returns the cookie; raises RingFull."""
        if self._stopping:
            await self.synchronize()
        if self._cyclic or (transaction.cyclic and self._active):
            raise RingFull("a cyclic transfer has the ring for itself")
        await self._use_fill(transaction)
        if transaction.cyclic:
            await self._halt_at_first_place()
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
        if self._active[-1].cyclic:
            await self._begin_cycle(len(self._active[-1].slots))
            return
        await self._write(reg.CH_TAIL, reg.CH_TAIL.INDEX.put(self._next) | reg.CH_TAIL.LAP.put(self._lap))

    async def _halt_at_first_place(self) -> None:
        """Stops the channel, which is idle, and has the next descriptors begin the ring."""
        await self._write(reg.CH_CMD, reg.CH_CMD.STOP.mask)
        await self._poll(CAUSES.BUSY.mask, 0, "stop")
        self._next = self._lap = 0

    async def _begin_cycle(self, entries: int) -> None:
        """Starts the halted channel on the ring's first `entries` places, round and round without a doorbell."""
        await self._configure(entries, cyclic=True)
        self._first_period = await self._read(reg.CH_DONE_CNT)
        await self._rewind()

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
        at the limit, ValueError for a cyclic transaction.
        """
        transaction = self._transaction(cookie)
        if transaction.cyclic:
            raise ValueError(f"the transaction with the cookie {cookie} is cyclic: it never completes, wait for periods")
        limit = timeout_ns if timeout_ns is not None else 1e6 + 50.0 * transaction.total
        while not transaction.complete and transaction.error is None:
            await self._soc.wait_irq(limit)
            await self.interrupt()
        if transaction.error is not None:
            raise transaction.error

    async def wait_periods(self, cookie: int, count: int = 1, timeout_ns: float = 1e6) -> int:
        """Sleeps until `count` more periods of a cyclic transaction have passed; how many have since its start.

        The time limit is per interrupt. Raises DmaError, Terminated, or RunError at the limit.
        """
        transaction = self._transaction(cookie)
        wanted = transaction.periods + count
        while transaction.periods < wanted and transaction.error is None:
            await self._soc.wait_irq(timeout_ns)
            await self.interrupt()
        if transaction.error is not None:
            raise transaction.error
        return transaction.periods

    async def interrupt(self) -> None:
        """The interrupt handler: acknowledges the causes, completes what is done, records an error."""
        causes = await self._read(CAUSES)
        await self._write(CAUSES, causes & (ENABLED_CAUSES | CAUSES.EMPTY.mask))
        await self._reap()
        if causes & CAUSES.PERIOD.mask and self._cyclic:
            # One interrupt may stand for several periods.
            passed = await self._read(reg.CH_DONE_CNT) - self._first_period
            self._active[0].periods = passed & reg.CH_DONE_CNT.COUNT.limit
            self._active[0].report()
        if causes & CAUSES.ERR.mask:
            await self._recover()

    async def _reap(self) -> None:
        """Completes the transactions whose last descriptor says so."""
        while self._active and not self._active[0].cyclic:
            transaction = self._active[0]
            if transaction.slots and not await self._descriptor_done(transaction):
                break
            transaction.complete = True
            transaction.slots.clear()
            self._active.popleft()
            transaction.report()

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
            return TxStatus(TxState.ERROR, transaction.residue)
        if transaction.complete:
            return TxStatus(TxState.COMPLETE, 0)
        state = TxState.PAUSED if await self._read(CAUSES) & CAUSES.PAUSED.mask else TxState.IN_PROGRESS
        return TxStatus(state, await self._residue(transaction))

    def tx_result(self, cookie: int) -> DmaResult:
        """How a transaction ended: what its `callback` is told (`struct dmaengine_result`)."""
        return self._transaction(cookie).result

    async def _progress(self) -> tuple[int, int]:
        """HEAD's place and the bytes that its job still has to move, of the same moment if the engine is slow enough."""
        for _ in range(TRIES):
            head = await self._read(reg.CH_HEAD)
            left = await self._read(reg.CH_RESIDUE)
            if await self._read(reg.CH_HEAD) == head:
                break  # else it moved on between the two reads
        return reg.CH_HEAD.INDEX.get(head), left

    async def _residue(self, transaction: Transaction) -> int:
        """Bytes of its descriptors from HEAD on, the current one counted by RESIDUE."""
        place, left = await self._progress()
        if place not in transaction.slots:
            return transaction.total
        started = await self._read(CAUSES) & CAUSES.STATE.mask in (reg.State.RUN, reg.State.STATUS, reg.State.PAUSED)
        return _from(transaction, place, left if started else None)

    async def _recover(self) -> None:
        """After an error: reads what the hardware says, gives all waiting transactions up, starts afresh."""
        info = await self._read(reg.CH_ERR_INFO)
        low = await self._read(reg.CH_ERR_ADDR_LO)
        address = low | await self._read(reg.CH_ERR_ADDR_HI) << 32
        kind = Kind(reg.CH_ERR_INFO.KIND.get(info))
        error = DmaError(kind, reg.CH_ERR_INFO.INDEX.get(info), address, reg.CH_ERR_INFO.RESP.get(info))
        await self._poll(CAUSES.HALTED.mask, CAUSES.HALTED.mask, "halt after an error")
        await self._give_up(error, all_moved=kind is Kind.DESC_WB)
        await self._restart()

    async def _give_up(self, error: Exception, all_moved: bool = False) -> None:
        """Ends all transactions. The halted engine's RESIDUE is 0 where HEAD's job has not begun, or has `all_moved`."""
        place, left = await self._progress()
        ended, reached = list(self._active), False
        self._active.clear()
        for transaction in ended:
            if place in transaction.slots:
                transaction.residue = _from(transaction, place, left if left or all_moved else None)
                reached = True
            else:
                transaction.residue = transaction.total if reached else 0
            transaction.error = transaction.error or error
            transaction.slots.clear()
            transaction.report()

    # --- control

    async def pause(self) -> None:
        """Stops issuing; returns when the bus is quiet (`device_pause`)."""
        await self._write(reg.CH_CMD, reg.CH_CMD.PAUSE.mask)
        await self._poll(CAUSES.PAUSED.mask, CAUSES.PAUSED.mask, "pause")

    async def resume(self) -> None:
        """Goes on after `pause` (`device_resume`)."""
        await self._write(reg.CH_CMD, reg.CH_CMD.RESUME.mask)

    async def terminate(self) -> None:
        """Gives up all transactions; returns when the engine touches no memory any more (`dmaengine_terminate_sync`)."""
        await self.terminate_async()
        await self.synchronize()

    async def terminate_async(self) -> None:
        """Has the engine stop and does not wait for it: its memory may not be touched before `synchronize`."""
        await self._write(reg.CH_CMD, reg.CH_CMD.ABORT.mask)
        self._stopping = True

    async def synchronize(self) -> None:
        """Returns when the engine has stopped; what it had to do then has failed (`device_synchronize`)."""
        if not self._stopping:
            return
        await self._poll(CAUSES.BUSY.mask, 0, "abort")
        self._stopping = False
        await self._give_up(Terminated("the transaction was terminated"))
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


def _from(transaction: Transaction, place: int, left: int | None) -> int:
    """Bytes of its descriptors from `place` on; of the first of them `left`, all of it where that is None."""
    at = transaction.slots.index(place)
    first = transaction.descriptors[at].total if left is None else left
    return first + sum(d.total for d in transaction.descriptors[at + 1 :])
