# SPDX-License-Identifier: Apache-2.0
"""Events in, hazards out: what the sanitizer says of short stories on one buffer."""

from __future__ import annotations

import numpy as np
import pytest

from dmasan import events as ev
from dmasan.arch.family import PL310, PL310_OVERRIDE, Family
from dmasan.events import CacheOp, Direction, Level, MappingKind, MemoryType, Site
from dmasan.sanitizer import Code, Effect, Sanitizer, State
from dmasan.sanitizer.blame import ALIVE
from dmasan.sanitizer.device_rules import DeviceAccess
from dmasan.schedule import Point

BASE = 0x8000_0000
BUFFER = BASE + 0x1000
LENGTH = 256
HERE = Site("driver.py", 7)


class Story:
    """A sanitizer and the words to tell it a story in."""

    def __init__(self, family: Family = PL310) -> None:
        self.sanitizer = Sanitizer(family, BASE, 1 << 16, 32, cpus=2)
        self.tell(ev.AliasChange(0, HERE, BASE, 1 << 16, True))

    def tell(self, *events: ev.Event) -> Story:
        for event in events:
            self.sanitizer.observe(event)
        return self

    def store(
        self, kind: MemoryType, line: int = 7, cpu: int = 0, offset: int = 0, length: int = LENGTH
    ) -> Story:
        return self.tell(ev.Store(1.0, Site("driver.py", line), cpu, BUFFER + offset, length, kind))

    def load(self, kind: MemoryType, stale: np.ndarray | None = None) -> Story:
        return self.tell(ev.Load(2.0, Site("driver.py", 20), 0, BUFFER, LENGTH, kind, stale))

    def maintain(self, op: CacheOp, level: Level = Level.INNER) -> Story:
        return self.tell(ev.Maintenance(1.5, HERE, 0, op, level, BUFFER, LENGTH))

    def dsb(self, cpu: int = 0) -> Story:
        return self.tell(ev.Barrier(1.6, HERE, cpu, "dsb"))

    def sync(self) -> Story:
        return self.tell(ev.OuterSync(1.7, HERE, 0))

    def coherent(self) -> Story:
        return self.tell(
            ev.PolicyStep(0.5, HERE, "double_map", "map the pages Non-cacheable"),
            ev.DmaMap(0.6, HERE, MappingKind.COHERENT, BUFFER, LENGTH, Direction.BIDIRECTIONAL, "ring"),
        )

    def streaming(self, direction: Direction) -> Story:
        return self.tell(ev.DmaMap(1.8, HERE, MappingKind.SINGLE, BUFFER, LENGTH, direction, "frame"))

    def device_reads(self, stale: np.ndarray | None = None) -> Story:
        self.sanitizer.device.read(self.burst("read"), stale)
        return self

    def device_writes(self, done: bool = True) -> Story:
        self.sanitizer.device.write(self.burst("write"), None)
        if done:
            self.sanitizer.device.done(self.burst("write"))
        return self

    def burst(self, kind: str) -> DeviceAccess:
        return DeviceAccess(Point("dma0", kind, 0), BUFFER, LENGTH, False, 3.0)

    @property
    def effects(self) -> list[Effect]:
        return [incident.effect for incident in self.sanitizer.log.incidents]

    @property
    def rules(self) -> list[Code]:
        return [incident.rule for incident in self.sanitizer.log.incidents if incident.rule]


def clean_to_poc(story: Story) -> Story:
    return story.maintain(CacheOp.CLEAN).dsb().maintain(CacheOp.CLEAN, Level.OUTER).sync()


def test_streaming_to_device_is_clean() -> None:
    story = clean_to_poc(Story().store(MemoryType.WB)).streaming(Direction.TO_DEVICE).device_reads()
    assert story.effects == []


def test_missing_outer_clean_is_a_stale_device_read() -> None:
    story = (
        Story()
        .store(MemoryType.WB)
        .maintain(CacheOp.CLEAN)
        .dsb()
        .streaming(Direction.TO_DEVICE)
        .device_reads()
    )
    assert story.effects == [Effect.STALE_DEVICE_READ]


def test_noncacheable_store_needs_dsb_and_outer_sync() -> None:
    assert Story().coherent().store(MemoryType.NC).device_reads().effects == [Effect.STALE_DEVICE_READ]
    assert Story().coherent().store(MemoryType.NC).dsb().device_reads().effects == [Effect.STALE_DEVICE_READ]
    assert Story().coherent().store(MemoryType.NC).dsb().sync().device_reads().effects == []


def test_a_barrier_acts_on_its_own_cpu() -> None:
    story = Story().coherent().store(MemoryType.NC, cpu=0).dsb(cpu=1).sync().device_reads()
    assert story.effects == [Effect.STALE_DEVICE_READ]


def test_live_alias_lets_a_noncacheable_read_hit_a_stale_l2_line_without_override() -> None:
    assert Story(PL310).coherent().device_writes().dsb().load(MemoryType.NC).effects == [Effect.STALE_CPU_READ]
    assert Story(PL310_OVERRIDE).coherent().device_writes().dsb().load(MemoryType.NC).effects == []


def test_hazard_names_buffer_writer_and_bytes_and_blames_the_driver_for_a_missing_barrier() -> None:
    story = Story().coherent().store(MemoryType.NC, line=12).device_reads()
    (hazard,) = story.sanitizer.log.incidents
    assert (hazard.buffer, hazard.start, hazard.length, hazard.wrong) == ("ring", 0, LENGTH, LENGTH)
    assert hazard.writer == Site("driver.py", 12)
    assert hazard.culprit == "driver.py:12"
    assert "memory stale" in hazard.copies


def test_a_stale_line_of_a_living_alias_blames_the_policy() -> None:
    story = Story(PL310).coherent().device_writes().load(MemoryType.NC)
    (hazard,) = story.sanitizer.log.incidents
    assert (hazard.culprit, hazard.step) == ("policy double_map", ALIVE)


def test_a_line_filled_before_the_alias_died_blames_the_step_that_ended_it() -> None:
    story = Story(PL310).tell(ev.PolicyStep(0.3, HERE, "unmap_linear", "alloc 5: TLB invalidation"))
    story.tell(ev.AliasChange(0.4, HERE, BASE, 1 << 16, False)).coherent().device_writes().load(MemoryType.NC)
    (hazard,) = story.sanitizer.log.incidents
    assert hazard.step.startswith("alloc 5: TLB invalidation")


@pytest.mark.parametrize("wrong_now", [0, 3])
def test_manifest_follows_this_runs_bytes(wrong_now: int) -> None:
    stale = np.zeros(LENGTH, bool)
    stale[:wrong_now] = True
    story = Story().coherent().store(MemoryType.NC).device_reads(stale if wrong_now else None)
    (hazard,) = story.sanitizer.log.incidents
    assert hazard.state is (State.MANIFEST if wrong_now else State.LATENT)
    assert hazard.manifest_bytes == wrong_now


def test_dirty_line_under_a_device_write_is_a_lost_update() -> None:
    story = Story().store(MemoryType.WB).streaming(Direction.FROM_DEVICE).device_writes()
    assert story.effects == [Effect.LOST_UPDATE]


def test_store_beside_a_stale_line_may_lose_the_neighbours_bytes() -> None:
    story = Story().streaming(Direction.FROM_DEVICE).device_writes()
    story.tell(ev.DmaUnmap(4.0, HERE, MappingKind.SINGLE, BUFFER, LENGTH, Direction.FROM_DEVICE))
    assert story.store(MemoryType.WB, offset=4, length=4).effects == [Effect.LOST_UPDATE]


def test_given_up_content_is_not_judged_until_it_is_written_again() -> None:
    story = Story().store(MemoryType.WB).tell(ev.ContentUndefined(1, HERE, BUFFER, LENGTH, "page freed"))
    assert story.coherent().device_reads().effects == []
    assert story.store(MemoryType.NC).effects == [Effect.LOST_UPDATE]  # the dirty line may still land on it


@pytest.mark.parametrize(
    ("direction", "access", "wrong"),
    [
        (Direction.TO_DEVICE, "load", False),
        (Direction.TO_DEVICE, "store", True),
        (Direction.FROM_DEVICE, "load", True),
        (Direction.FROM_DEVICE, "store", True),
    ],
)
def test_cpu_access_while_the_device_owns(direction: Direction, access: str, wrong: bool) -> None:
    story = Story().streaming(direction)
    if access == "load":
        story.load(MemoryType.WB)
    else:
        story.store(MemoryType.WB)
    code = Code.CPU_RD_OWNED if access == "load" else Code.CPU_WR_OWNED
    assert story.rules == ([code] if wrong else [])


def test_sync_for_cpu_gives_a_part_back() -> None:
    story = Story().streaming(Direction.FROM_DEVICE)
    story.tell(ev.DmaSync(2.0, HERE, BUFFER, 64, Direction.FROM_DEVICE, for_cpu=True))
    story.store(MemoryType.WB, length=64)
    assert story.rules == []
    story.store(MemoryType.WB, offset=64, length=4)
    assert story.rules == [Code.CPU_WR_OWNED]


def test_device_outside_of_what_it_was_given() -> None:
    assert Story().device_reads().rules == [Code.DEV_UNMAPPED]
    assert Story().streaming(Direction.TO_DEVICE).device_writes().rules == [Code.WRONG_DIR]


def test_one_cause_is_one_hazard() -> None:
    story = Story().coherent().store(MemoryType.NC)
    for _ in range(5):
        story.device_reads()
    assert len(story.sanitizer.log.incidents) == 1


def test_a_read_across_two_buffers_is_wrong_only_where_the_device_writes() -> None:
    sanitizer = Sanitizer(PL310, BASE, 1 << 12, 64, cpus=1)
    for at, direction in ((BASE, Direction.TO_DEVICE), (BASE + 64, Direction.FROM_DEVICE)):
        sanitizer.observe(ev.DmaMap(0.0, HERE, MappingKind.SINGLE, at, 64, direction, "buffer"))
    read = sanitizer.buffers.violations(BASE, 128, write=False)
    written = sanitizer.buffers.violations(BASE, 128, write=True)
    assert read is not None and list(read) == list(range(64, 128))
    assert written is not None and list(written) == list(range(128))
