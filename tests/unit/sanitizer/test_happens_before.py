# SPDX-License-Identifier: Apache-2.0
"""Doorbells, completions and the accesses that they order: short stories, told event by event."""

from __future__ import annotations

import numpy as np
import pytest

from dmasan import events as ev
from dmasan.arch.family import INTEGRATED, PL310_OVERRIDE, Family
from dmasan.events import BurstKind, Direction, MappingKind, MemoryType, Site
from dmasan.sanitizer import Code, Sanitizer
from dmasan.sanitizer.device_rules import DeviceAccess
from dmasan.sanitizer.doorbells import Reach, Start
from dmasan.sanitizer.happens_before import HappensBefore, Progress, mask
from dmasan.schedule import Point

BASE = 0x8000_0000
RING, DATA = BASE + 0x1000, BASE + 0x3000
WORD = RING + 0x30  # of each descriptor of 64 bytes
SIZE = 128
BELL = 0x4000_0000


class Registers:
    """Every store to BELL + channel is a doorbell that reaches `reach`; a load there tells what its value says."""

    reach: Reach | None = None

    def interrupts(self, descriptor: bytes) -> bool | None:
        return None

    def started(self, address: int, value: int) -> Start | None:
        return Start(address - BELL, bool(value), self.reach) if BELL <= address < BELL + 4 else None

    def observed(self, address: int, value: int) -> tuple[int, Progress] | None:
        return address - BELL, Progress(value)


class Story:
    """A coherent ring and a coherent buffer on a machine that bypasses its caches for them."""

    def __init__(self, family: Family = PL310_OVERRIDE) -> None:
        self.sanitizer = Sanitizer(family, BASE, 1 << 15, 32, cpus=2)
        self.registers = self.sanitizer.order.registers = Registers()
        self.line = 0
        for name, at in (("ring", RING), ("data", DATA)):
            self.tell(ev.DmaMap(0, self.here, MappingKind.COHERENT, at, 0x1000, Direction.BIDIRECTIONAL, name))
        self.tell(ev.OwnershipWords(0, self.here, WORD, 4, 64, 16))

    @property
    def here(self) -> Site:
        self.line += 1
        return Site("driver.py", self.line)

    def tell(self, *events: ev.Event) -> Story:
        for event in events:
            self.sanitizer.observe(event)
        return self

    def store(self, at: int, length: int = 4) -> Story:
        return self.tell(ev.Store(1, self.here, 0, at, length, MemoryType.NC))

    def load(self, at: int, length: int = 4, stale: bool = False) -> Story:
        seen = np.full(length, stale) if stale else None
        return self.tell(ev.Load(1, self.here, 0, at, length, MemoryType.NC, seen))

    def sync(self) -> Story:
        return self.tell(ev.Barrier(1, self.here, 0, "dsb"), ev.OuterSync(1, self.here, 0))

    def dmb(self) -> Story:
        return self.tell(ev.Barrier(1, self.here, 0, "dmb", "oshst"))

    def rmb(self) -> Story:
        return self.tell(ev.Barrier(1, self.here, 0, "dmb", "osh"))

    def bell(self, channel: int = 0, goes_on: bool = False, reach: Reach | None = None) -> Story:
        self.registers.reach = reach
        return self.tell(ev.MmioWrite(1, self.here, 0, BELL + channel, int(goes_on)))

    def descriptor(self, place: int) -> Story:
        """The CPU writes one, and everything before it is visible."""
        return self.store(RING + 64 * place, 48).sync()

    def look(self, progress: Progress, channel: int = 0) -> Story:
        return self.tell(ev.MmioRead(1, self.here, 0, BELL + channel, int(progress)))

    def irq(self) -> Story:
        return self.tell(ev.Interrupt(1, self.here, 0))

    # --- the device

    def access(self, at: int, length: int, kind: BurstKind, tag: int, channel: int) -> DeviceAccess:
        name = {BurstKind.DATA: "read", BurstKind.DESCRIPTOR: "descriptor", BurstKind.STATUS: "status"}[kind]
        return DeviceAccess(Point(f"dma{channel}", name, 0), at, length, False, 2, kind, channel, tag)

    def fetch(self, place: int, channel: int = 0, stale: bool = False, interrupts: bool | None = None) -> Story:
        access = self.access(RING + 64 * place, 64, BurstKind.DESCRIPTOR, place, channel)._replace(interrupts=interrupts)
        self.sanitizer.device.read(access, np.full(64, stale) if stale else None)
        return self

    def reads(self, tag: int, at: int = DATA, length: int = SIZE, channel: int = 0) -> Story:
        self.sanitizer.device.read(self.access(at, length, BurstKind.DATA, tag, channel), None)
        return self

    def writes(self, tag: int, at: int = DATA, length: int = SIZE, channel: int = 0, done: bool = True) -> Story:
        access = self.access(at, length, BurstKind.DATA, tag, channel)
        self.sanitizer.device.write(access, None)
        if done:
            self.sanitizer.device.done(access)
        return self

    def reports(self, tag: int, channel: int = 0, done: bool = True) -> Story:
        access = self.access(WORD + 64 * tag, 16, BurstKind.STATUS, tag, channel)
        self.sanitizer.device.write(access, None)
        if done:
            self.sanitizer.device.done(access)
        return self

    @property
    def rules(self) -> list[Code | None]:
        """The rules that were broken; None for a wrong value."""
        return [incident.rule for incident in self.sanitizer.log.incidents]

    @property
    def lines(self) -> list[int]:
        return [incident.site.line for incident in self.sanitizer.log.incidents]


def begun() -> Story:
    """A job of channel 0 writes the buffer."""
    return Story().descriptor(0).bell().fetch(0).writes(0)


# --- from the CPU to the device


def test_what_is_stored_before_the_doorbell_is_ordered() -> None:
    assert Story().store(DATA, SIZE).descriptor(0).bell().fetch(0).reads(0).rules == []


def test_a_store_behind_the_doorbell_is_a_race_at_the_store() -> None:
    slow = Story().descriptor(0).bell().store(DATA).sync().fetch(0).reads(0)
    fast = Story().descriptor(0).bell().fetch(0).reads(0).store(DATA)
    assert slow.rules == fast.rules == [Code.CPU_WR_OWNED]
    assert len({*slow.lines}) == 1 and slow.lines[0] == 8  # the store, whoever came first


def test_a_later_doorbell_of_another_job_does_not_order_it() -> None:
    story = Story().descriptor(0).bell().fetch(0).store(DATA).descriptor(1).bell().reads(0)
    assert story.rules == [Code.CPU_WR_OWNED]
    story = Story().descriptor(0).bell().store(DATA).descriptor(1).bell().fetch(0).reads(0)
    assert story.rules == [Code.CPU_WR_OWNED]
    story = Story().descriptor(0).bell().store(DATA).sync().bell(channel=1).fetch(0).reads(0)
    assert story.rules == [Code.CPU_WR_OWNED]


def test_a_doorbell_of_another_channel_hands_nothing_over() -> None:
    story = Story().descriptor(0).bell(channel=1).store(DATA).sync().bell().fetch(0).reads(0)
    assert story.rules == []


def test_a_loop_that_stores_on_both_sides_of_the_doorbell() -> None:
    """The same line of the program, neighbouring bytes: only those behind the doorbell race."""
    story, there = Story().bell(channel=1).descriptor(0), Site("driver.py", 99)
    story.tell(ev.Store(1, there, 0, DATA, 4, MemoryType.NC)).sync().bell()
    story.tell(ev.Store(1, there, 0, DATA + 4, 4, MemoryType.NC)).sync()
    assert story.fetch(0).reads(0, DATA, 4).rules == []
    assert story.reads(0, DATA + 4, 4).rules == [Code.CPU_WR_OWNED]


def test_a_channel_that_goes_on_sees_what_was_stored_meanwhile() -> None:
    story = Story().descriptor(0).bell().fetch(0).look(Progress.RESTING).store(DATA).sync()
    assert story.bell(goes_on=True).reads(0).rules == []


def test_a_store_to_a_descriptor_behind_the_doorbell() -> None:
    assert Story().descriptor(0).bell().store(RING).sync().fetch(0).rules == [Code.NO_WMB]


def test_bytes_of_the_same_line_that_the_device_does_not_touch() -> None:
    assert Story().descriptor(0).bell().fetch(0).reads(0, DATA, 8).store(DATA + 8).rules == []
    assert Story().descriptor(0).bell().store(DATA + 8).sync().fetch(0).reads(0, DATA, 8).rules == []


def test_a_cyclic_transfer_is_ordered_by_its_pace() -> None:
    story = Story().descriptor(0).bell().fetch(0).reads(0).reports(0).look(Progress.JOBS)
    story.store(DATA, SIZE).sync().fetch(0).reads(0)
    assert story.rules == []


def test_nothing_is_judged_before_the_first_doorbell() -> None:
    assert Story().sync().reads(0).store(DATA).rules == []


def test_a_barrier_behind_the_doorbell_comes_too_late() -> None:
    story = Story().store(RING, 48).bell().sync().fetch(0)
    assert story.rules == [None]
    assert story.sanitizer.hazards[0].code is Code.NO_WMB


def test_a_barrier_before_the_jobs_own_doorbell_is_in_time() -> None:
    story = Story().store(DATA).bell(channel=1).sync().descriptor(0).bell().fetch(0).reads(0)
    assert story.rules == []


def test_what_two_raced_for_has_no_latest_value() -> None:
    story = Story().descriptor(0).bell().fetch(0).reads(0).store(DATA)
    assert story.rules == [Code.CPU_WR_OWNED]
    assert story.sanitizer.raced == []
    assert story.look(Progress.ENDED).bell(channel=1).reads(0, channel=1).rules == [Code.CPU_WR_OWNED]


def test_a_doorbell_releases_what_it_drains_itself() -> None:
    assert Story(INTEGRATED).store(RING, 48).dmb().bell().fetch(0).rules == []


def test_a_direct_job_starts_at_its_own_doorbell() -> None:
    story = Story().bell().reads(0).look(Progress.ENDED).store(DATA, SIZE).sync().bell().reads(0)
    assert story.rules == []


def test_the_doorbell_that_makes_a_descriptor_reachable_releases_it() -> None:
    """A START of the empty ring behind the descriptor releases nothing; the TAIL that includes it does."""
    start, tail = (), ((RING, RING + 64),)
    story = Story().descriptor(0).bell(reach=start).store(DATA, SIZE).sync().bell(reach=tail)
    assert story.fetch(0).reads(0).rules == []
    story = Story().descriptor(0).bell(reach=start).bell(reach=tail).store(DATA).sync().fetch(0).reads(0)
    assert (story.rules, story.lines) == ([Code.CPU_WR_OWNED], [9])


def test_a_tail_before_the_descriptor_leaves_it_to_the_start() -> None:
    story = Story().bell(reach=((RING, RING + 64),)).descriptor(0).bell(reach=()).fetch(0).reads(0)
    assert story.rules == []
    story = Story().bell(reach=((RING, RING + 64),)).descriptor(0).bell(reach=()).store(DATA).sync().fetch(0).reads(0)
    assert story.rules == [Code.CPU_WR_OWNED]


# --- from the device to the CPU


@pytest.mark.parametrize("observed", [Progress.JOBS, Progress.RESTING, Progress.ENDED, "irq", "word"])
def test_an_observed_completion_orders_the_device_before_the_cpu(observed: Progress | str) -> None:
    story = begun().reports(0)
    if observed == "irq":
        story.irq()
    elif observed == "word":
        story.load(WORD).rmb()
    else:
        story.look(Progress(observed)).rmb()  # readl: a load of Device memory alone orders no Normal ones
    assert story.load(DATA, SIZE).store(DATA).rules == []


@pytest.mark.parametrize("write", [False, True])
def test_an_access_before_the_completion_is_observed(write: bool) -> None:
    code = Code.CPU_WR_OWNED if write else Code.CPU_RD_OWNED
    fast = begun().reports(0)
    slow = Story().descriptor(0).bell()
    for story in (fast, slow):
        story.store(DATA + 32) if write else story.load(DATA + 32)
    slow.sync().fetch(0).writes(0)
    assert fast.rules == slow.rules == [code]


def test_a_word_that_is_seen_old_tells_nothing() -> None:
    assert begun().reports(0, done=False).load(WORD, stale=True).load(DATA).rules == [Code.CPU_RD_OWNED]


def test_a_completion_tells_nothing_of_later_jobs() -> None:
    story = begun().reports(0).descriptor(1).bell().fetch(1).writes(1, DATA + 256)
    assert story.load(WORD).rmb().load(DATA).rules == []
    assert story.load(DATA + 256).rules == [Code.CPU_RD_OWNED]


def test_a_completion_tells_of_all_jobs_before_it() -> None:
    story = begun().reports(0).descriptor(1).bell().fetch(1).writes(1, DATA + 256).reports(1)
    assert story.load(WORD + 64).rmb().load(DATA).load(DATA + 256).rules == []


def test_a_word_orders_no_loads_without_a_barrier() -> None:
    for barrier in (None, "oshst", "osh", "oshld"):
        story = begun().reports(0).load(WORD)
        if barrier:
            story.tell(ev.Barrier(1, story.here, 0, "dmb", barrier))
        story.load(WORD).load(DATA)
        found = [rule for rule in story.rules if rule]  # without a rule: the value may be stale
        assert found == ([Code.NO_RMB] if barrier in (None, "oshst") else [])
        assert len(story.rules) == 2 * len(found)


def test_a_store_behind_a_word_needs_no_barrier() -> None:
    """It depends on what was loaded (DDI 0406C, A3.8.2)."""
    assert begun().reports(0).load(WORD).store(DATA).rules == []


def test_what_came_with_a_word_is_visible_with_it() -> None:
    story = begun().reports(0, done=False).load(WORD).rmb()
    assert story.load(WORD + 4).sanitizer.log.incidents == []


@pytest.mark.parametrize("observed", ["irq", Progress.JOBS])
def test_a_job_without_its_status_is_not_complete_for_what_tells_of_another(observed: Progress | str) -> None:
    story = begun().reports(0).descriptor(1).bell().fetch(1).writes(1, DATA + 256)
    story = story.irq() if observed == "irq" else story.look(Progress(observed)).rmb()
    assert story.load(DATA).rules == []
    assert story.load(DATA + 256).rules == [Code.CPU_RD_OWNED]


def two_jobs(first: bool, second: bool) -> Story:
    """Two jobs that have reported by now, with and without an interrupt."""
    story = Story().descriptor(0).descriptor(1).bell()
    story.fetch(0, interrupts=first).writes(0).reports(0)
    return story.fetch(1, interrupts=second).writes(1, DATA + 256).reports(1)


@pytest.mark.parametrize("observed", ["irq", Progress.FIRST])
def test_an_interrupt_tells_of_the_first_job_that_interrupts(observed: Progress | str) -> None:
    """On a slower device with the same control flow only that one is complete."""

    def seen(story: Story) -> Story:
        return story.irq() if observed == "irq" else story.look(Progress.FIRST).rmb()

    assert seen(two_jobs(True, True)).load(DATA).rules == []
    assert seen(two_jobs(True, True)).load(DATA + 256).rules == [Code.CPU_RD_OWNED]
    assert seen(seen(two_jobs(True, True))).load(DATA + 256).rules == []
    assert seen(two_jobs(False, True)).load(DATA).load(DATA + 256).rules == []
    assert two_jobs(True, True).look(Progress.JOBS).rmb().load(DATA).load(DATA + 256).rules == []


def test_two_reads_are_no_conflict() -> None:
    assert Story().descriptor(0).bell().fetch(0).reads(0).load(DATA).rules == []
    story = Story().descriptor(0).bell().load(DATA).store(DATA + 64).sync().fetch(0)
    assert story.reads(0, DATA, 32).rules == []
    assert story.reads(0, DATA, 65).lines == [9]  # the store alone


# --- the device's own order


def test_a_status_before_the_data_is_acknowledged() -> None:
    assert Story().descriptor(0).bell().fetch(0).writes(0, done=False).reports(0).rules == [Code.DEV_ORDER]


def test_a_status_before_any_data() -> None:
    """The next use of the descriptor is another job: it is fetched again."""
    assert Story().descriptor(0).bell().fetch(0).reports(0).writes(0).rules == [Code.DEV_ORDER]
    assert Story().descriptor(0).bell().fetch(0).writes(0).reports(0).fetch(0).writes(0).rules == []


def test_an_interrupt_before_the_status_is_acknowledged() -> None:
    assert begun().reports(0, done=False).irq().load(DATA).rules == [Code.DEV_ORDER]


# --- calls


@pytest.mark.parametrize("pace", ["fast", "slow"])
def test_a_free_while_the_device_is_at_work(pace: str) -> None:
    story = Story().descriptor(0).bell()
    free = ev.DmaUnmap(1, Site("driver.py", 99), MappingKind.COHERENT, DATA, 0x1000, Direction.BIDIRECTIONAL)
    if pace == "fast":
        story.fetch(0).writes(0).tell(free)
    else:
        story.tell(free).fetch(0).writes(0)
    assert (story.rules, story.lines) == ([Code.DEV_UNMAPPED], [99])


def test_a_mapping_of_the_same_bytes_keeps_them_the_devices() -> None:
    story = Story()
    for name in ("first", "second"):
        story.tell(ev.DmaMap(0, story.here, MappingKind.SINGLE, DATA + 0x1000, 64, Direction.TO_DEVICE, name))
    story.descriptor(0).bell().fetch(0).reads(0, DATA + 0x1000, 64)
    story.tell(ev.DmaUnmap(1, story.here, MappingKind.SINGLE, DATA + 0x1000, 64, Direction.TO_DEVICE))
    assert story.rules == []


def mapped(direction: Direction) -> tuple[Story, int]:
    """A story with a streaming mapping beside the coherent buffers."""
    story, at = Story(), DATA + 0x2000
    story.tell(ev.DmaMap(0, story.here, MappingKind.SINGLE, at, 64, direction, "mapped"))
    return story, at


def test_what_was_taken_is_reported_once() -> None:
    story, at = mapped(Direction.FROM_DEVICE)
    story.descriptor(0).bell().fetch(0).writes(0, at, 64)
    story.tell(ev.DmaSync(1, Site("driver.py", 99), at, 64, Direction.FROM_DEVICE, for_cpu=True)).load(at)
    assert (story.rules, story.lines) == ([Code.DEV_UNMAPPED], [99])


def test_what_is_given_behind_the_doorbell_was_not_the_devices() -> None:
    story, at = mapped(Direction.TO_DEVICE)
    story.tell(ev.DmaSync(1, story.here, at, 64, Direction.TO_DEVICE, for_cpu=True)).store(at).descriptor(0).bell()
    story.tell(ev.DmaSync(1, story.here, at, 64, Direction.TO_DEVICE, for_cpu=False)).fetch(0).reads(0, at, 64)
    assert story.rules == [Code.DEV_UNMAPPED]


@pytest.mark.parametrize("stored", [0, 4])
def test_what_was_lent_is_taken_back_by_coming_to_it(stored: int) -> None:
    """What the CPU has only looked at is the device's again with its access; of what the CPU has stored to it may have nothing."""
    story, at = mapped(Direction.BIDIRECTIONAL)
    story.tell(ev.DmaSync(1, story.here, at, 64, Direction.BIDIRECTIONAL, for_cpu=True)).load(at, 64)
    if stored:
        story.store(at + 16, stored).sync()
    story.descriptor(0).bell().fetch(0).reads(0, at, 64)
    assert story.rules == [Code.DEV_UNMAPPED] * bool(stored)
    story.writes(0, at, 64).reports(0).irq().load(at + 32)
    assert story.rules[-1:] == [Code.CPU_RD_OWNED]


# --- what is read ahead


def test_a_descriptor_that_is_read_ahead_is_judged_when_the_device_acts() -> None:
    story = Story().descriptor(0).descriptor(1).bell().fetch(0).reads(0).reports(0, done=False)
    story.store(RING + 64, 48).fetch(1)  # while the job before it is not over
    assert story.rules == []
    story.reads(1, DATA + 256)
    assert story.rules == [Code.NO_WMB]


def test_a_descriptor_that_was_read_ahead_and_dropped_is_not_judged() -> None:
    story = Story().descriptor(0).descriptor(1).bell().fetch(0).reads(0).reports(0, done=False)
    story.store(RING + 64, 48).fetch(1).look(Progress.ENDED).sync().bell().fetch(1).reads(1)
    assert story.rules == []


def test_of_two_fetches_the_last_one_counts() -> None:
    story = Story().descriptor(0).descriptor(1).bell().fetch(0).reads(0).reports(0, done=False)
    story.store(RING + 64, 48).fetch(1).sync().bell().fetch(1)
    story.sanitizer.device.done(story.access(WORD, 16, BurstKind.STATUS, 0, 0))
    assert story.reads(1, DATA + 256).rules == []


# --- ownership words narrow


@pytest.mark.parametrize("family", [INTEGRATED, PL310_OVERRIDE], ids=lambda family: family.name)
def test_the_device_that_saw_the_word_sees_what_the_barrier_ordered_before_it(family: Family) -> None:
    """Two stores with dma_wmb in between, no doorbell; a polling device. A barrier behind the word is too late."""
    for barrier in ("between", "behind", "none"):
        story = Story(family)
        story.tell(ev.MmioWrite(0, story.here, 0, BELL + 1, 0))
        story.store(RING, 32)
        if barrier == "between":
            story.dmb()
        story.store(WORD)
        if barrier == "behind":
            story.dmb()
        stale = np.zeros(64, np.bool_)
        story.sanitizer.device.read(story.access(RING, 64, BurstKind.DESCRIPTOR, 0, 0), stale)
        assert bool(story.rules) == (barrier != "between")


def test_what_was_seen_is_in_the_history() -> None:
    story = begun()
    story.reports(0, done=False).load(WORD)
    assert any(touch.operation == "load_nc=" for touch in story.sanitizer.history.of(WORD))


def test_masks() -> None:
    assert mask([], 0, 4) is None
    assert mask([(2, 3)], 0, 4).tolist() == [False, False, True, False]  # type: ignore[union-attr]
    assert mask([(8, 9)], 0, 4) is None


def test_line_stamps_are_four_bytes() -> None:
    order = HappensBefore(BASE, 1 << 16, 64)
    assert order.stored.itemsize == order.used.itemsize == 4
    assert len(order.stored) == (1 << 16) // 64 + 1


@pytest.mark.parametrize(("beat", "judged"), [(8, True), (16, False)])
def test_lanes_of_a_rounded_beat_depend_on_the_width_of_the_port(beat: int, judged: bool) -> None:
    story = Story()
    story.sanitizer.device.beat = beat
    story.tell(ev.DmaMap(0, story.here, MappingKind.SINGLE, DATA + 0x2000, 8, Direction.TO_DEVICE, "short"))
    story.reads(0, DATA + 0x2000, 16)
    assert bool(story.rules) == judged
