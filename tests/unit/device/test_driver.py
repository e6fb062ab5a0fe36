# SPDX-License-Identifier: Apache-2.0
"""The driver on the behavioural engine, in a world without caches."""

from __future__ import annotations

import pytest
from driver_bench import LENGTH, buffers, content, world
from engine_bench import finish

from dmasan.config import RunError, UsageError
from dmasan.device import registers as reg
from dmasan.device.backend import DeviceBusError
from dmasan.device.bits import Register
from dmasan.device.burst import SLVERR
from dmasan.device.bus import Sizes
from dmasan.device.driver import DmaEngine, Settings
from dmasan.device.model import ModelBackend
from dmasan.device.plain import PlainContext
from dmasan.device.registers import Kind
from dmasan.device.transaction import (
    CompletionUnseen,
    DmaError,
    DmaResult,
    ProbeError,
    RingFull,
    Terminated,
    TxResult,
    TxState,
)


def test_a_copy_from_probe_to_remove():
    soc = world()

    async def program() -> None:
        engine = await DmaEngine.probe(soc)
        source, target, expected = await buffers(soc)
        cookie = await engine.submit(engine.prep_memcpy(target, source, LENGTH))
        assert (await engine.tx_status(cookie)).residue == LENGTH
        await engine.issue_pending()
        soc.calls.clear()
        await engine.wait(cookie)
        assert soc.calls[-1] == ("dma_rmb", 0)  # between the status word and the data
        assert await content(soc, target, LENGTH) == expected
        assert await engine.tx_status(cookie) == (await engine.tx_status(cookie))
        assert (await engine.tx_status(cookie)).state is TxState.COMPLETE
        await engine.remove()
        assert soc.backend.irq is False

    finish(program())
    assert soc.calls[-1][0] == "free"


def test_many_copies_go_round_the_ring():
    soc = world()

    async def program() -> None:
        engine = await DmaEngine.probe(soc, Settings(ring_entries=4, prefetch=2))
        source, target, expected = await buffers(soc)
        for n in range(11):
            await engine.memcpy(target + 256 * n, source + 256 * n, 256)
        assert await content(soc, target, 2816) == expected[:2816]

    finish(program())


def test_several_transactions_complete_in_order():
    soc = world()

    async def program() -> None:
        engine = await DmaEngine.probe(soc)
        source, target, expected = await buffers(soc)
        cookies = [
            await engine.submit(engine.prep_memcpy(target + 100 * n, source + 100 * n, 100)) for n in range(5)
        ]
        assert cookies == [1, 2, 3, 4, 5]
        await engine.issue_pending()
        await engine.wait(cookies[-1])
        for cookie in cookies:
            assert (await engine.tx_status(cookie)).state is TxState.COMPLETE
        assert await content(soc, target, 500) == expected[:500]

    finish(program())


def test_a_long_transfer_is_cut_into_segments_with_one_interrupt():
    engine = DmaEngine(world(), Settings(max_segment=1000), ring=None)  # type: ignore[arg-type]
    pieces = engine.prep_memcpy(0x9000, 0x5000, 2500).descriptors
    assert [(d.src, d.dst, d.length) for d in pieces] == [
        (0x5000, 0x9000, 1000), (0x5000 + 1000, 0x9000 + 1000, 1000), (0x5000 + 2000, 0x9000 + 2000, 500),
    ]  # fmt: skip
    assert [d.irq for d in pieces] == [False, False, True]


def test_memset_scatter_gather_and_rows():
    soc = world()

    async def program() -> None:
        engine = await DmaEngine.probe(soc)
        source, target, expected = await buffers(soc)
        for value in (0xA5, 0x3C):
            cookie = await engine.submit(engine.prep_memset(target, value, 777))
            await engine.issue_pending()
            await engine.wait(cookie)
            assert await content(soc, target, 778) == bytes([value]) * 777 + b"\0"
        cookie = await engine.submit(engine.prep_sg([(target, source + 9, 11), (target + 50, source, 7)]))
        await engine.issue_pending()
        await engine.wait(cookie)
        assert await content(soc, target, 11) == expected[9:20]
        assert await content(soc, target + 50, 7) == expected[:7]
        cookie = await engine.submit(engine.prep_interleaved(target, source, 10, 3, 20, 100))
        await engine.issue_pending()
        await engine.wait(cookie)
        for row in range(3):
            assert await content(soc, target + 20 * row, 10) == expected[100 * row : 100 * row + 10]

    finish(program())


def test_the_control_word_is_written_behind_a_barrier_and_before_the_doorbell():
    soc = world()

    async def program() -> None:
        engine = await DmaEngine.probe(soc)
        source, target, _ = await buffers(soc)
        await engine.submit(engine.prep_memcpy(target, source, 64))
        soc.calls.clear()
        await engine.issue_pending()
        ring = engine._ring.cpu_addr
        doorbell = ("writel", reg.CHANNEL_BASE + reg.CH_TAIL.OFFSET)
        assert soc.calls == [("dma_wmb", 0), ("store", ring), doorbell]
        await engine.issue_pending()
        assert soc.calls[3:] == []

    finish(program())


def test_a_full_ring_refuses_until_something_completes():
    soc = world()

    async def program() -> None:
        engine = await DmaEngine.probe(soc, Settings(ring_entries=2))
        source, target, _ = await buffers(soc)
        cookie = await engine.submit(engine.prep_sg([(target, source, 8)] * 2))
        with pytest.raises(RingFull, match="1 descriptors do not fit: 0 of 2 places"):
            await engine.submit(engine.prep_memcpy(target, source, 8))
        await engine.issue_pending()
        # HEAD stands where the producer does, one lap behind: nothing is complete.
        assert (await engine.tx_status(cookie)).state is TxState.IN_PROGRESS
        await engine.wait(cookie)
        await engine.memcpy(target, source, 8)

    finish(program())


def test_an_error_fails_what_waits_and_the_channel_works_again():
    soc = world()

    async def program() -> None:
        engine = await DmaEngine.probe(soc)
        source, target, expected = await buffers(soc)
        soc.port.responses[target + 200] = SLVERR
        cookie = await engine.submit(engine.prep_memcpy(target, source, 1024))
        after = await engine.submit(engine.prep_memcpy(target + 1024, source, 64))
        await engine.issue_pending()
        with pytest.raises(DmaError, match="ERR_WR at descriptor 0, address") as failure:
            await engine.wait(cookie)
        assert (failure.value.kind, failure.value.address) == (Kind.WR, target + 128)
        assert failure.value.response == SLVERR
        assert (await engine.tx_status(after)).state is TxState.ERROR
        soc.port.responses.clear()
        await engine.memcpy(target, source, 1024)
        assert await content(soc, target, 1024) == expected[:1024]

    finish(program())


def test_a_descriptor_that_the_device_sees_too_late_is_stale():
    soc = world()

    async def program() -> None:
        engine = await DmaEngine.probe(soc, Settings(ring_entries=2))
        source, target, _ = await buffers(soc)
        for _ in range(2):
            await engine.memcpy(target, source, 64)
        cookie = await engine.submit(engine.prep_memcpy(target, source, 64))
        old = await content(soc, engine._ring.cpu_addr, 64)
        old = old[:0x2F] + old[0x2F:]
        lap = int.from_bytes(old[:4], "little")
        await engine.issue_pending()
        await soc.str_(engine._ring.cpu_addr, lap)  # memory still holds the first lap's control word
        with pytest.raises(DmaError, match=r"ERR_STALE at descriptor 0.*older than the doorbell"):
            await engine.wait(cookie)

    finish(program())


class Blind(PlainContext):
    """A CPU that never sees a status word change."""

    async def ldr(self, va: int) -> int:
        return 0


def test_a_status_that_cannot_be_seen_is_an_error_and_no_hang():
    soc = Blind(ModelBackend())

    async def program() -> None:
        engine = await DmaEngine.probe(soc)
        with pytest.raises(CompletionUnseen, match="the device has completed it, its status word reads 0x0"):
            await engine.memcpy(soc.port.base + 0x4000, soc.port.base + 0x3000, 64)

    finish(program())


class Slow(PlainContext):
    """A CPU on which much time passes between a load and what comes after it."""

    async def ldr(self, va: int) -> int:
        value = await super().ldr(va)
        await self.backend.advance(1e6)
        return value


def test_a_job_that_ends_between_its_status_word_and_head_is_complete():
    soc = Slow(ModelBackend())

    async def program() -> None:
        engine = await DmaEngine.probe(soc)
        source, target, expected = await buffers(soc)
        cookie = await engine.submit(engine.prep_memcpy(target, source, LENGTH))
        await engine.issue_pending()
        assert (await engine.tx_status(cookie)).state is TxState.COMPLETE
        assert await content(soc, target, LENGTH) == expected

    finish(program())


def test_terminate_stops_everything_and_the_channel_works_again():
    soc = world(latency=200)

    async def program() -> None:
        engine = await DmaEngine.probe(soc)
        source, target, expected = await buffers(soc, 100_000)
        cookie = await engine.submit(engine.prep_memcpy(target, source, 100_000))
        await engine.issue_pending()
        await soc.backend.advance(10_000)
        status = await engine.tx_status(cookie)
        assert status.state is TxState.IN_PROGRESS and 0 < status.residue < 100_000
        await engine.terminate()
        traffic = len(soc.port.log)
        await soc.backend.advance(1e6)
        assert len(soc.port.log) == traffic
        with pytest.raises(Terminated):
            await engine.wait(cookie)
        await engine.memcpy(target, source, 100_000)
        assert await content(soc, target, 100_000) == expected

    finish(program())


def test_pause_and_resume():
    soc = world()

    async def program() -> None:
        engine = await DmaEngine.probe(soc)
        source, target, expected = await buffers(soc, 50_000)
        cookie = await engine.submit(engine.prep_memcpy(target, source, 50_000))
        await engine.issue_pending()
        await soc.backend.advance(5_000)
        await engine.pause()
        first = await engine.tx_status(cookie)
        await soc.backend.advance(1e6)
        assert await engine.tx_status(cookie) == first
        assert first.state is TxState.PAUSED
        await engine.resume()
        await engine.wait(cookie)
        assert await content(soc, target, 50_000) == expected

    finish(program())


class Impostor(PlainContext):
    """A device whose register at `offset` reads `value`."""

    offset: int
    value: int

    async def readl(self, offset: int) -> int:
        return self.value if offset == self.offset else await super().readl(offset)


@pytest.mark.parametrize(
    ("register", "value", "words"),
    [(reg.ID, 0, "device ID is 0x00000000"), (reg.VERSION, 9 << 16, "version 9"), (reg.CAP1, 0, "no descriptor ring")],
)
def test_probe_refuses_another_device(register: type[Register], value: int, words: str):
    soc = Impostor(ModelBackend())
    soc.offset, soc.value = register.OFFSET, value
    with pytest.raises(ProbeError, match=words):
        finish(DmaEngine.probe(soc))


@pytest.mark.parametrize("data", [False, True])
@pytest.mark.parametrize("descriptors", [False, True])
def test_probe_refuses_dma_coherent_that_the_hardware_does_not_back(data: bool, descriptors: bool):
    soc = world(Sizes(coherent_data=data, coherent_descriptors=descriptors))
    if data and descriptors:
        engine = finish(DmaEngine.probe(soc, Settings(dma_coherent=True)))
        finish(engine.memcpy(soc.port.base + 0x8000, soc.port.base + 0x9000, 64))
        assert all(burst.snoop and burst.domain == 1 for _, burst in soc.port.log)
    else:
        with pytest.raises(UsageError, match="dma-coherent"):
            finish(DmaEngine.probe(soc, Settings(dma_coherent=True)))


@pytest.mark.parametrize("settings", [Settings(channel=2), Settings(ring_entries=1)])
def test_probe_refuses_settings_that_do_not_exist(settings: Settings):
    with pytest.raises(ProbeError):
        finish(DmaEngine.probe(world(), settings))


def test_waiting_for_an_interrupt_has_a_limit():
    soc = world()

    async def program() -> None:
        await DmaEngine.probe(soc)
        start = soc.backend.now_ns
        with pytest.raises(RunError, match=r"no interrupt from the DMA engine within 5000 ns.*channel 0 WAIT"):
            await soc.wait_irq(5000)
        assert soc.backend.now_ns == pytest.approx(start + 5000, abs=10)

    finish(program())


def test_a_backend_without_a_soc_says_so():
    with pytest.raises(RunError, match="before it is bound"):
        finish(ModelBackend().advance(10))


def test_a_register_that_does_not_exist_is_an_external_abort():
    with pytest.raises(DeviceBusError):
        finish(world().readl(0xF00))


OUTCOMES = {
    "nothing": (None, TxResult.NOERROR, 0),
    "a read": ("source", TxResult.READ_FAILED, 1024 - 256),
    "a write": ("target", TxResult.WRITE_FAILED, 1024 - 256),
    "the descriptor": ("descriptor", TxResult.READ_FAILED, 1024),
    "a descriptor that is none": ("magic", TxResult.ABORTED, 1024),
}


@pytest.mark.parametrize("what", OUTCOMES)
def test_how_transactions_end_and_what_they_leave(what: str):
    """Three in a row; the second one fails after two of its eight bursts, and takes the third one along."""
    place, result, residue = OUTCOMES[what]
    soc = world()

    async def program() -> None:
        engine = await DmaEngine.probe(soc)
        source, target, _ = await buffers(soc, 4096)
        told: list[tuple[int, DmaResult]] = []
        cookies = []
        for n in range(3):
            transaction = engine.prep_memcpy(target + 1024 * n, source + 1024 * n, 1024)
            transaction.callback = lambda outcome, n=n: told.append((n, outcome))
            cookies.append(await engine.submit(transaction))
        ring = engine._ring.cpu_addr
        broken = {"source": source + 1024 + 300, "target": target + 1024 + 300, "descriptor": ring + 64 + 8}
        if place in broken:
            soc.port.responses[broken[place]] = SLVERR
        await engine.issue_pending()
        if place == "magic":
            await soc.str_(ring + 64, 0)
        if place is None:
            await engine.wait(cookies[2])
        else:
            with pytest.raises(DmaError):
                await engine.wait(cookies[2])
        failed = result is not TxResult.NOERROR
        expected = [DmaResult(TxResult.NOERROR, 0), DmaResult(result, residue), DmaResult(result, 1024 * failed)]
        assert told == list(enumerate(expected))
        assert [engine.tx_result(cookie) for cookie in cookies] == expected
        assert (await engine.tx_status(cookies[1])).residue == residue

    finish(program())


def test_terminate_in_two_steps():
    soc = world(latency=200)

    async def program() -> None:
        engine = await DmaEngine.probe(soc)
        source, target, expected = await buffers(soc, 100_000)
        cookies = [await engine.submit(engine.prep_memcpy(target, source, 50_000)) for _ in range(2)]
        await engine.issue_pending()
        await soc.backend.advance(20_000)
        await engine.terminate_async()
        assert engine.tx_result(cookies[0]).result is TxResult.NOERROR  # nothing is known yet
        await engine.synchronize()
        left = engine.tx_result(cookies[0])
        assert left.result is TxResult.ABORTED and 0 < left.residue < 50_000
        moved = 50_000 - left.residue
        assert await content(soc, target, moved) == expected[:moved]
        assert engine.tx_result(cookies[1]) == DmaResult(TxResult.ABORTED, 50_000)
        await engine.terminate_async()
        await engine.memcpy(target, source, 50_000)  # submit waits for the end of what was terminated
        assert await content(soc, target, 50_000) == expected[:50_000]

    finish(program())
