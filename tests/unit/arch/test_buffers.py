# SPDX-License-Identifier: Apache-2.0
"""Store buffers: merging, forwarding, order, capacity."""

import numpy as np
from arch_bench import DATA, NC, PA, WB, ArchBench, held, run

from dmasan.arch.write_buffer import Entry, WriteBuffer
from dmasan.schedule import Move, MoveKind

A = DATA


def buffer(capacity: int = 4) -> tuple[WriteBuffer, list[Entry]]:
    left: list[Entry] = []
    return WriteBuffer(8, capacity, left.append), left


def put(b: WriteBuffer, address: int, data: bytes, epoch: int = 0, cpu: int = 0) -> None:
    b.put(address, data, bytes(len(data)), cpu, epoch)


def test_stores_to_one_granule_merge() -> None:
    b, left = buffer()
    put(b, 0x100, b"\x01\x02")
    put(b, 0x101, b"\x03\x04\x05")
    assert len(b.entries) == 1
    assert b.drain()
    assert bytes(left[0].data[:4]) == b"\x01\x03\x04\x05"
    assert list(left[0].runs()) == [(0, 4)]


def test_a_store_is_cut_at_granules() -> None:
    b, _ = buffer()
    put(b, 0x106, bytes(range(4)))
    assert [(e.address, list(e.runs())) for e in b.entries] == [(0x100, [(6, 8)]), (0x108, [(0, 2)])]


def test_the_oldest_leaves_for_want_of_room() -> None:
    b, left = buffer(capacity=2)
    for address in (0x100, 0x200, 0x300):
        put(b, address, b"\x01")
    assert [e.address for e in left] == [0x100]


def test_an_entry_never_overtakes_what_a_dmb_put_before_it() -> None:
    b, left = buffer()
    put(b, 0x100, b"\x01", epoch=0)
    put(b, 0x200, b"\x02", epoch=0, cpu=1)
    put(b, 0x300, b"\x03", epoch=1)
    assert b.drain_range(0x300, 0x301)
    assert [e.address for e in left] == [0x100, 0x300]  # the other CPU's has no part in this order
    assert [e.address for e in b.entries] == [0x200]


def test_without_a_dmb_stores_leave_in_any_order() -> None:
    b, left = buffer()
    put(b, 0x100, b"\x01")
    put(b, 0x300, b"\x03")
    b.drain_range(0x300, 0x301)
    assert [e.address for e in left] == [0x300]


def test_a_later_store_to_the_granule_does_not_merge_across_a_dmb() -> None:
    b, left = buffer()
    put(b, 0x100, b"\x01", epoch=0)
    put(b, 0x100, b"\x02", epoch=1)
    assert [bytes(e.data[:1]) for e in left] == [b"\x01"]
    assert [bytes(e.data[:1]) for e in b.entries] == [b"\x02"]


def test_forwarding_covers_only_the_bytes_held() -> None:
    b = ArchBench(schedule=held())
    run(b.cpu.write(NC + A, bytes(range(16))))
    run(b.cpu.dsb())
    run(b.cpu.strh(NC + A + 3, 0xBBAA))
    assert run(b.cpu.read(NC + A, 8)).tolist() == [0, 1, 2, 0xAA, 0xBB, 5, 6, 7]
    assert b.machine.device_read(PA + A, 8).tolist() == list(range(8))


def test_drain_moves_take_one_line_or_all() -> None:
    b = ArchBench(schedule=held())
    run(b.cpu.str_(NC + A, 1))
    run(b.cpu.str_(NC + A + 64, 2))
    assert b.machine.apply(Move(MoveKind.DRAIN, "store_buffer", 0, PA + A + 64))
    assert (b.device(PA + A), b.device(PA + A + 64)) == (0, 2)
    assert b.machine.apply(Move(MoveKind.DRAIN, "store_buffer"))
    assert b.device(PA + A) == 1
    assert not b.machine.apply(Move(MoveKind.DRAIN, "store_buffer"))


def test_bulk_stores_leave_only_what_fits_in_the_buffers() -> None:
    b = ArchBench("cortex-a9-pl310", schedule=held())
    run(b.cpu.fill(NC + A, 65536, 0x5A))
    memory = b.machine.device_read(PA + A, 65536)
    held_bytes = 3 * 32 + 4 * 8
    assert (memory[:-held_bytes] == 0x5A).all()
    assert not memory[-held_bytes:].any()
    assert (run(b.cpu.read(NC + A, 65536)) == 0x5A).all()
    run(b.cpu.dsb())
    run(b.cpu.outer_sync())
    assert (b.machine.device_read(PA + A, 65536) == np.uint8(0x5A)).all()


def test_an_ordered_store_lands_before_a_later_load() -> None:
    b = ArchBench(schedule=held())
    run(b.cpu.str_(NC + A, 1))
    run(b.cpu.dmb("ld"))
    run(b.cpu.ldr(WB + A))
    assert b.device(PA + A) == 0  # a load-only option orders no store
    run(b.cpu.dmb())
    run(b.cpu.str_(NC + A + 64, 2))
    assert b.device(PA + A) == 0  # a store stays behind it in the buffer
    run(b.cpu.ldr(WB + A + 128))  # of any line: another CPU may have seen what this load shows
    assert b.device(PA + A) == 1 and b.device(PA + A + 64) == 0


def test_a_dmb_of_stores_orders_stores_alone() -> None:
    b = ArchBench(schedule=held())
    run(b.cpu.str_(NC + A, 1))
    run(b.cpu.dmb("st"))
    run(b.cpu.dccimvac(WB + A))
    run(b.cpu.ldr(WB + A + 128))
    assert b.device(PA + A) == 0  # neither maintenance nor a load is behind it (DDI 0487, D7.5.8)
    run(b.cpu.str_(WB + A + 256, 2))
    assert b.device(PA + A) == 1  # a store that others may see at once is


def test_a_load_behind_a_dmb_finds_the_store_that_moves_on_to_the_outer_buffer() -> None:
    b = ArchBench("cortex-a9-pl310", schedule=held())
    run(b.cpu.str_(NC + A, 1))
    run(b.cpu.dmb())
    assert run(b.cpu.ldr(NC + A)) == 1
