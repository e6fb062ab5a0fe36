# SPDX-License-Identifier: Apache-2.0
"""Refusals, bus errors, commands and interrupt coalescing of the engine."""

from __future__ import annotations

import pytest
from engine_bench import DATA, RING

from dmasan.device import registers as reg
from dmasan.device.burst import DECERR, SLVERR
from dmasan.device.descriptor import Descriptor
from dmasan.device.plain import BeatwiseMemory
from dmasan.device.registers import Kind, Op, State
from dmasan.events import BurstKind

DST = DATA + 0x4_0000
COPY = Descriptor(Op.COPY, DATA, DST, 256, irq=True)
CAUSES = reg.CH_STATUS

REFUSED = {
    "old phase": (COPY.with_phase(0), Kind.STALE),
    "half a line old": (Descriptor(Op.COPY, DATA, DST, 256, phase2=0), Kind.STALE),
    "magic": (Descriptor(Op.COPY, DATA, DST, 256, magic=0), Kind.DESC),
    "magic before phase": (Descriptor(Op.COPY, DATA, DST, 256, magic=0, phase=0), Kind.DESC),
    "operation": (Descriptor(7, DATA, DST, 256), Kind.DESC),
    "attributes": (Descriptor(Op.COPY, DATA, DST, 256, attr=0x0323_0325), Kind.ATTR),
    "source beyond the address space": (Descriptor(Op.COPY, (1 << 40) - 8, DST, 256), Kind.ADDR),
    "rows below zero": (Descriptor(Op.COPY, DATA, 64, 8, rows=3, dst_stride=-64), Kind.ADDR),
    "too many bytes": (Descriptor(Op.FILL, 0, 0, 1 << 31, rows=2), Kind.ADDR),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_descriptor_is_refused_and_nothing_moves(bench, name):
    descriptor, kind = REFUSED[name]
    bench.ring(COPY, descriptor, COPY)
    before = bench.get(DST + 256, 4096)
    bench.start_ring()
    bench.doorbell(3)
    bench.run()
    assert bench.error() == (kind, 1, RING + 64)
    assert bench.state() is State.HALTED
    assert bench.causes() & (CAUSES.ERR.mask | CAUSES.DONE.mask) == CAUSES.ERR.mask | CAUSES.DONE.mask
    assert reg.CH_HEAD.INDEX.get(bench.read(reg.CH_HEAD)) == 1
    assert bench.get(DST + 256, 4096) == before
    assert not bench.status(2).done
    assert len(bench.bursts("write", BurstKind.STATUS)) == 1


def test_stale_is_forgiven_where_the_test_bit_says_so(bench):
    bench.ring(COPY.with_phase(0))
    bench.start_ring(extra=reg.CH_CFG.FI_NO_STALE.mask)
    bench.doorbell(1)
    bench.run()
    assert bench.status(0).done and bench.status(0).phase == 1


def test_a_locked_channel_refuses_attributes_of_a_descriptor(bench):
    bench.write(reg.CH_ATTR_DST, reg.CH_ATTR_DST.RESET | reg.CH_ATTR_DST.LOCK.mask)
    bench.ring(Descriptor(Op.COPY, DATA, DST, 8, attr=0x0323_0323))
    bench.start_ring()
    bench.doorbell(1)
    bench.run()
    assert bench.error()[0] is Kind.ATTR


@pytest.mark.parametrize(("register", "value"), [(reg.CH_RING_LEN, 0), (reg.CH_DESC_BASE_LO, RING + 32)])
def test_a_bad_ring_is_refused_without_a_burst(bench, register, value):
    bench.start_ring()
    bench.command(reg.CH_CMD.ABORT)
    bench.run()
    bench.write(register, value & 0xFFFF_FFFF)
    bench.command(reg.CH_CMD.START)
    bench.doorbell(1)
    bench.run()
    assert bench.error()[0] is Kind.ADDR
    assert bench.memory.log == []


@pytest.mark.parametrize("response", [SLVERR, DECERR])
@pytest.mark.parametrize(
    ("address", "kind", "at"),
    [(DATA + 130, Kind.RD, DATA + 128), (DST + 130, Kind.WR, DST + 128), (RING + 70, Kind.DESC_RD, RING + 64),
     (RING + 64 + 0x3A, Kind.DESC_WB, RING + 64 + 0x30)],
)  # fmt: skip
def test_an_error_response_names_its_burst(bench, response, address, kind, at):
    bench.ring(COPY, COPY)
    bench.start_ring()
    if kind is not Kind.DESC_WB:  # a fetch touches the status bytes too
        bench.memory.responses[address] = response
    bench.doorbell(1)
    bench.run(1)
    first_fails = kind in (Kind.RD, Kind.WR)
    if kind is Kind.DESC_WB:
        bench.run()
        bench.doorbell(2)
        while not bench.bursts("read", BurstKind.DESCRIPTOR)[1:]:
            bench.engine.run_until(bench.engine.cycle + 1)
        bench.memory.responses[address] = response
    bench.doorbell(2)
    bench.run()
    assert bench.error() == (kind, 0 if first_fails else 1, at)
    assert reg.CH_ERR_INFO.RESP.get(bench.read(reg.CH_ERR_INFO)) == response
    assert bench.state() is State.HALTED
    if first_fails:
        status = bench.status(0)
        assert status.error and not status.done and status.kind is kind
        assert status.count == 256 - bench.read(reg.CH_RESIDUE) < 256


@pytest.mark.parametrize("offset", [0, 3])
@pytest.mark.parametrize("bad", [0, 5, 128, 200, 255])
def test_a_read_error_of_one_beat_names_it_and_what_came_before_is_moved(make_bench, offset, bad):
    bench = make_bench(memory=BeatwiseMemory)
    before, source = bench.get(DST, 256), bench.get(DATA + offset, 256)
    bench.memory.responses[DATA + offset + bad] = DECERR
    bench.ring(Descriptor(Op.COPY, DATA + offset, DST, 256, irq=True))
    bench.start_ring()
    bench.doorbell(1)
    bench.run()
    beat = (offset + bad) // 8  # counted from DATA; bursts have 16
    assert bench.error() == (Kind.RD, 0, DATA + max(beat // 16 * 128, offset))
    assert reg.CH_ERR_INFO.BEAT.get(bench.read(reg.CH_ERR_INFO)) == beat % 16
    moved = bench.status(0).count
    assert moved == max(beat * 8 - offset, 0) // 128 * 128
    assert bench.get(DST, 256) == source[:moved] + before[moved:]


def test_work_resumes_at_head_after_an_error(bench):
    bench.ring(COPY, COPY.with_phase(0))
    bench.start_ring()
    bench.doorbell(2)
    bench.run()
    bench.ring(COPY, first=1)
    bench.command(reg.CH_CMD.START)
    bench.run()
    assert bench.status(1).done and bench.read(reg.CH_DONE_CNT) == 2
    assert bench.error() == (Kind.NONE, 0, 0)


def test_abort_at_every_cycle_leaves_old_bytes_or_new_ones(make_bench):
    for cycle in range(0, 160, 3):
        bench = make_bench()
        old, new = bench.get(DST, 1024), bench.get(DATA, 1024)
        bench.ring(Descriptor(Op.COPY, DATA, DST, 1024))
        bench.start_ring()
        bench.doorbell(1)
        bench.run(cycle)
        bench.command(reg.CH_CMD.ABORT)
        bench.run()
        assert bench.state() is State.HALTED and bench.causes() & CAUSES.ABORTED.mask
        moved = bench.get(DST, 1024)
        assert all(m in (o, n) for m, o, n in zip(moved, old, new, strict=True))
        left = bench.read(reg.CH_RESIDUE) if bench.bursts("write") else 1024
        assert moved[: 1024 - left] == new[: 1024 - left]
        bench.ring(Descriptor(Op.COPY, DATA, DST, 1024))
        bench.command(reg.CH_CMD.START)
        bench.run()
        assert bench.get(DST, 1024) == new


def test_abort_of_an_idle_channel_says_so_at_once(bench):
    bench.command(reg.CH_CMD.ABORT)
    assert bench.causes() == CAUSES.ABORTED.mask and bench.state() is State.IDLE


def test_abort_during_the_last_status_write_halts_behind_a_complete_job(bench):
    bench.put(RING, Descriptor(Op.COPY, DATA, DST, 64).encode())
    bench.write(reg.CH_CFG, reg.CH_CFG.WB_EN.mask | reg.CH_CFG.MODE.put(reg.Mode.LIST))
    bench.write(reg.CH_DESC_BASE_LO, RING)
    bench.command(reg.CH_CMD.START)
    while bench.state() is not State.STATUS:
        bench.run(1)
    bench.command(reg.CH_CMD.ABORT)
    bench.run()
    assert bench.status(0).done and bench.read(reg.CH_DONE_CNT) == 1
    assert bench.state() is State.HALTED
    assert bench.causes() == CAUSES.ABORTED.mask | CAUSES.DONE.mask


def test_pause_drains_and_resume_goes_on(bench):
    bench.ring(Descriptor(Op.COPY, DATA, DST, 4096))
    bench.start_ring()
    bench.doorbell(1)
    bench.run(150)
    bench.command(reg.CH_CMD.PAUSE)
    bench.run()
    assert bench.state() is State.PAUSED
    issued = len(bench.memory.log)
    bench.run()
    assert len(bench.memory.log) == issued
    assert 0 < bench.read(reg.CH_RESIDUE) < 4096
    bench.command(reg.CH_CMD.RESUME)
    bench.run()
    assert bench.status(0).done


def test_stop_halts_behind_the_current_descriptor(bench):
    bench.ring(*(Descriptor(Op.COPY, DATA, DST + 0x1000 * n, 4096) for n in range(3)))
    bench.start_ring()
    bench.doorbell(3)
    bench.run(100)
    bench.command(reg.CH_CMD.STOP)
    bench.run()
    assert bench.state() is State.HALTED and bench.causes() & CAUSES.STOPPED.mask
    assert bench.read(reg.CH_DONE_CNT) == 1
    bench.command(reg.CH_CMD.START)
    bench.run()
    assert bench.read(reg.CH_DONE_CNT) == 3


def test_nothing_starts_while_the_engine_is_disabled(bench):
    bench.write_global(reg.CTRL, 0)
    bench.ring(COPY)
    bench.start_ring()
    bench.doorbell(1)
    bench.run()
    assert bench.memory.log == []
    bench.write_global(reg.CTRL, reg.CTRL.ENABLE.mask)
    bench.run()
    assert bench.status(0).done


def coalesce(bench, threshold: int, timeout: int, *descriptors: Descriptor) -> None:
    bench.write(reg.CH_COALESCE, reg.CH_COALESCE.THRESHOLD.put(threshold) | reg.CH_COALESCE.TIMEOUT.put(timeout))
    bench.ring(*descriptors)
    bench.start_ring(irq=CAUSES.DONE.mask)
    bench.doorbell(len(descriptors))


def interrupt_count(bench, index: int) -> int:
    """Descriptors that were complete when the interrupt rose."""
    bench.engine.run_until(bench.engine.cycle + 100_000, stop_at_irq=True)
    assert bench.engine.irq
    return bench.read(reg.CH_DONE_CNT)


def test_coalescing_by_threshold_timer_and_last(make_bench):
    few = Descriptor(Op.COPY, DATA, DST, 64, irq=True)
    last = Descriptor(Op.COPY, DATA, DST, 64, irq=True, last=True)
    bench = make_bench()
    coalesce(bench, 3, 0, few, few, few, few)
    assert interrupt_count(bench, 0) == 3
    bench = make_bench()
    coalesce(bench, 3, 0, few, last, few)
    assert interrupt_count(bench, 0) == 2
    bench = make_bench()
    coalesce(bench, 9, 20, few, few)
    assert interrupt_count(bench, 0) == 2
    assert bench.engine.cycle > 20 * 64
    bench = make_bench()
    coalesce(bench, 9, 0, few, few)
    bench.run()
    assert not bench.engine.irq and bench.read(reg.CH_DONE_CNT) == 2


def test_early_interrupt_comes_before_the_status_has_its_b(bench):
    bench.ring(COPY)
    bench.start_ring(extra=reg.CH_CFG.IRQ_EARLY.mask)
    bench.doorbell(1)
    bench.engine.run_until(100_000, stop_at_irq=True)
    assert ("write", BurstKind.STATUS) == (bench.memory.log[-1][0], bench.memory.log[-1][1].kind)


def test_early_status_is_written_before_the_data_is_complete(bench):
    bench.ring(COPY)
    bench.start_ring(extra=reg.CH_CFG.FI_EARLY_STATUS.mask)
    bench.doorbell(1)
    bench.run()
    order = [(what, burst.kind) for what, burst in bench.memory.log]
    assert order.index(("write", BurstKind.STATUS)) < order.index(("done", BurstKind.DATA))
    assert bench.status(0).done


@pytest.mark.parametrize("op", [Op.COPY, Op.FILL])
def test_the_watchdog_stops_a_channel_that_waits_too_long(bench, op):
    job = Descriptor(op, DATA, DST, 256, irq=True)
    bench.ring(job)
    bench.write_global(reg.WDOG, bench.engine.sizes.latency - 2)
    bench.start_ring()
    bench.doorbell(1)
    bench.run()
    assert bench.error()[0] is Kind.TIMEOUT
    assert bench.state() is State.HALTED
    assert bench.causes() == CAUSES.ERR.mask
    assert reg.CH_HEAD.INDEX.get(bench.read(reg.CH_HEAD)) == 0
    bench.write_global(reg.WDOG, bench.engine.sizes.latency + 300)
    bench.command(reg.CH_CMD.START)
    bench.run()
    assert bench.error()[0] is Kind.NONE
    assert bench.status(0).done


def test_the_watchdog_watches_only_what_is_outstanding(bench):
    bench.ring(COPY)
    bench.write_global(reg.WDOG, bench.engine.sizes.latency + 300)
    bench.start_ring()
    bench.run(5000)  # the channel waits for its doorbell
    bench.doorbell(1)
    bench.run()
    assert bench.error()[0] is Kind.NONE
    assert bench.status(0).done


def test_the_watchdog_leaves_a_job_that_is_complete(bench):
    """Its bytes are acknowledged while the channel drains: it retires, and then the channel halts."""
    bench.ring(Descriptor(Op.FILL, 0, DST, 8, irq=True))
    bench.start_ring()
    bench.doorbell(1)
    bench.run(bench.engine.sizes.latency + 2)  # the descriptor is there, the write is on its way
    bench.write_global(reg.WDOG, 3)
    bench.run()
    assert bench.error()[0] is Kind.TIMEOUT
    assert bench.state() is State.HALTED
    assert bench.causes() & (CAUSES.ERR.mask | CAUSES.DONE.mask) == CAUSES.ERR.mask | CAUSES.DONE.mask
    assert reg.CH_HEAD.INDEX.get(bench.read(reg.CH_HEAD)) == 1
