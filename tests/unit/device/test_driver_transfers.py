# SPDX-License-Identifier: Apache-2.0
"""Scatterlists, frames of chunks and gaps, rows, and cyclic transfers through the driver."""

import pytest
from driver_bench import LENGTH, buffers, content, world
from engine_bench import finish

from dmasan.device.burst import SLVERR
from dmasan.device.driver import DmaEngine, Settings
from dmasan.device.prepare import DataChunk, InterleavedTemplate, interleaved, rows
from dmasan.device.transaction import (
    DmaError,
    RingFull,
    Terminated,
    TxResult,
    TxState,
)


def test_scatterlists_that_are_cut_differently():
    soc = world()

    async def program() -> None:
        engine = await DmaEngine.probe(soc)
        source, target, expected = await buffers(soc)
        places = [(target + 500, 100), (target, 0), (target + 900, 250), (target, 50)]
        transaction = engine.prep_scattered(places, [(source + 7, 300), (source + 1000, 100)])
        assert [d.length for d in transaction.descriptors] == [100, 200, 50, 50]
        cookie = await engine.submit(transaction)
        await engine.issue_pending()
        await engine.wait(cookie)
        stream = expected[7:307] + expected[1000:1100]
        assert await content(soc, target + 500, 100) == stream[:100]
        assert await content(soc, target + 900, 250) == stream[100:350]
        assert await content(soc, target, 50) == stream[350:]
        with pytest.raises(ValueError, match="10 bytes of destination and 11 of source"):
            engine.prep_scattered([(target, 10)], [(source, 11)])

    finish(program())


@pytest.mark.parametrize("scatter", [(True, True), (True, False), (False, True)])
def test_frames_of_several_chunks_with_gaps(scatter: tuple[bool, bool]):
    soc = world()
    chunks = [DataChunk(10, 3, 6), DataChunk(1, 0, 2), DataChunk(33, 17, 0)]

    async def program() -> None:
        engine = await DmaEngine.probe(soc)
        source, target, original = await buffers(soc)
        template = InterleavedTemplate(target, source, 20, chunks, *scatter)
        cookie = await engine.submit(engine.prep_template(template))
        await engine.issue_pending()
        await engine.wait(cookie)
        expected, read, write = bytearray(LENGTH), 0, 0
        for chunk in chunks * 20:
            expected[write : write + chunk.size] = original[read : read + chunk.size]
            read += chunk.size + (chunk.source_gap if scatter[0] else 0)
            write += chunk.size + (chunk.target_gap if scatter[1] else 0)
        assert await content(soc, target, LENGTH) == bytes(expected)

    finish(program())


def test_more_rows_than_a_descriptor_holds():
    pieces = list(rows(0x10_0000, 0x20_0000, 4, 150_000, 8, -16))
    assert [d.rows for d in pieces] == [65536, 65536, 18928]
    assert [d.dst for d in pieces] == [0x10_0000 + 8 * n for n in (0, 65536, 131072)]
    assert [d.src for d in pieces] == [0x20_0000 - 16 * n for n in (0, 65536, 131072)]
    for nothing in (lambda: list(rows(0, 0, 4, 0, 0, 0)), lambda: list(interleaved(InterleavedTemplate(0, 0, 1, [])))):
        with pytest.raises(ValueError, match="at least one"):
            nothing()


def test_a_cyclic_transfer_goes_on_until_it_is_terminated():
    soc = world()

    async def program() -> None:
        engine = await DmaEngine.probe(soc, Settings(ring_entries=8))
        source, target, expected = await buffers(soc, 4096)
        told: list[int] = []
        transaction = engine.prep_cyclic(target, source, 4096, 1024)
        transaction.callback = lambda result: told.append(transaction.periods)
        cookie = await engine.submit(transaction)
        await engine.issue_pending()
        assert await engine.wait_periods(cookie, 6) >= 6
        assert await content(soc, target, 4096) == expected
        news = bytes(reversed(expected))
        await soc.write(source, news)  # the next lap moves what is in the source then
        passed = await engine.wait_periods(cookie, 5)
        assert told[-1] == passed >= 11 and told == sorted(set(told))
        assert await content(soc, target, 4096) == news
        status = await engine.tx_status(cookie)
        assert status.state is TxState.IN_PROGRESS and 0 < status.residue <= 4096
        with pytest.raises(RingFull, match="has the ring for itself"):
            await engine.submit(engine.prep_memcpy(target, source, 8))
        with pytest.raises(ValueError, match="never completes"):
            await engine.wait(cookie)
        await engine.terminate()
        assert engine.tx_result(cookie).result is TxResult.ABORTED
        with pytest.raises(Terminated):
            await engine.wait_periods(cookie)
        await engine.memcpy(target, source + 1, 3000)  # back in ring mode
        assert await content(soc, target, 3000) == news[1:3001]

    finish(program())


def test_a_cyclic_transfer_can_pause_and_reports_its_error():
    soc = world()

    async def program() -> None:
        engine = await DmaEngine.probe(soc)
        source, target, expected = await buffers(soc, 4096)
        cookie = await engine.submit(engine.prep_cyclic(target, source, 4096, 512))
        await engine.issue_pending()
        await engine.wait_periods(cookie, 3)
        await engine.pause()
        first = await engine.tx_status(cookie)
        await soc.backend.advance(1e5)
        assert first.state is TxState.PAUSED and await engine.tx_status(cookie) == first
        await engine.resume()
        await engine.wait_periods(cookie, 20)
        soc.port.responses[target + 700] = SLVERR
        with pytest.raises(DmaError, match="ERR_WR at descriptor 1"):
            await engine.wait_periods(cookie, 20)
        assert engine.tx_result(cookie).result is TxResult.WRITE_FAILED
        soc.port.responses.clear()
        await engine.memcpy(target, source, 4096)
        assert await content(soc, target, 4096) == expected

    finish(program())


@pytest.mark.parametrize(("length", "period"), [(100, 0), (100, 30), (10, 20), (4096, 64)])
def test_a_cyclic_transfer_has_whole_periods_that_fit_the_ring(length: int, period: int):
    engine = finish(DmaEngine.probe(world()))
    with pytest.raises(ValueError, match="periods"):
        engine.prep_cyclic(0x8000, 0x9000, length, period)
