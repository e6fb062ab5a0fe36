# SPDX-License-Identifier: Apache-2.0
"""What calls say of a byte: translations of the IOMMU, pages that change hands, and what a byte is a part of."""

from __future__ import annotations

import pytest

from dmasan import events as ev
from dmasan.events import NOWHERE, Direction, MappingKind, Site
from dmasan.sanitizer.diagnosis.context import Extents, context_of, means, untranslated
from dmasan.sanitizer.diagnosis.record import Record
from dmasan.sanitizer.history import History, Mark, Step, Touch
from dmasan.schedule import Point

HERE = Site("driver.py", 7)


def iommu(after: int, valid: bool, iova: int = 0x1000) -> Mark:
    return Mark(after, ev.IommuMap(0.0, HERE, "nic", iova, 0x8000_0000, 4096, valid))


def iotlb(after: int, iova: int, length: int) -> Mark:
    return Mark(after, ev.IotlbMaintenance(0.0, HERE, "nic", iova, length))


@pytest.mark.parametrize(
    ("marks", "stale"),
    [
        ([iommu(1, True)], False),
        ([iommu(1, True), iommu(2, False)], True),
        ([iommu(1, True), iommu(2, False), iotlb(3, 0x1000, 4096)], False),
        ([iommu(1, True), iommu(2, False), iotlb(3, 0, 0)], False),
        ([iommu(1, True), iommu(2, False), iotlb(3, 0x9000, 4096)], True),  # the wrong entry was flushed
        ([iommu(1, True), iotlb(2, 0x1000, 4096), iommu(3, False)], True),  # flushed too early
        ([iommu(1, True), iommu(9, False)], False),  # it was there at the time
    ],
)
def test_a_translation_is_stale_until_the_iotlb_is_told(marks: list[Mark], stale: bool) -> None:
    assert untranslated(marks, 0x8000_0010, 8) is stale


def record(*events: tuple[int, ev.Event]) -> Record:
    """Steps without meaning, and events after so many of them."""
    made = History(32)
    for number in range(1, 21):
        for after, event in events:
            if after == number - 1:
                made.mark(event)
        made.add(Step(Point("cpu0", "op", number), "dsb", 0x0, 1, NOWHERE, 0.0, "cpu0"))
    return Record(made)


def mapping(kind: MappingKind = MappingKind.SINGLE) -> ev.DmaMap:
    return ev.DmaMap(0.0, HERE, kind, 0x8000_0000, 256, Direction.FROM_DEVICE, "buffer")


def given_up(why: str) -> ev.ContentUndefined:
    return ev.ContentUndefined(0.0, HERE, 0x8000_0000, 4096, why)


def test_a_page_that_changes_hands_under_its_mapping() -> None:
    freed, allocated = (5, given_up("page freed")), (9, given_up("page allocated"))
    unmap = ev.DmaUnmap(0.0, HERE, MappingKind.SINGLE, 0x8000_0000, 256, Direction.FROM_DEVICE)
    assert context_of(record((2, mapping()), freed, allocated), 0x8000_0010, 8).freed_while_mapped
    assert not context_of(record((2, mapping()), freed), 0x8000_0010, 8).freed_while_mapped  # nobody else's yet
    assert not context_of(record((2, mapping()), (4, unmap), freed, allocated), 0x8000_0010, 8).freed_while_mapped
    assert not context_of(record((6, mapping()), freed, allocated), 0x8000_0010, 8).freed_while_mapped


def test_a_byte_is_a_part_of_its_mapping_or_of_what_the_device_reaches() -> None:
    made = History(32)
    for n in range(2):
        point = Point("dma0", "write", n)
        made.add(Step(point, "dev_write_posted", 0x8000_0000 + 64 * n, 64, NOWHERE, 0.0, "device"))
    reach = Record(made).device_reach
    assert reach == [(0x8000_0000, 0x8000_0080)]
    whole = Extents(reach, mapping())
    assert whole.at(0x8000_0010) == (0x8000_0000, 256)
    assert whole.at(0x8000_0200) == (0x8000_0200, 1)
    shared = Extents(reach, mapping(MappingKind.STATIC))
    assert shared.at(0x8000_0010) == (0x8000_0000, 128)
    assert shared.at(0x8000_0090) == (0x8000_0090, 1)


def test_what_was_meant_for_the_buffer_is_no_neighbour() -> None:
    store = Touch(Point("cpu0", "op", 0), "neighbour_wb", Step(Point("cpu0", "op", 0), "store", 0x8000_0008, 4, HERE, 0.0, "cpu0"))
    assert means({}, store, 0x8000_0010, (0x8000_0000, 64))
    assert not means({}, store, 0x8000_0010, (0x8000_0010, 64))
    inv = Step(Point("cpu0", "op", 1), "issue_invalidate", 0x8000_0000, 32, HERE, 0.0, "cpu0", named=(0x8000_0000, 32))
    touch = Touch(inv.point, "issue_invalidate", inv)
    assert means({}, touch, 0x8000_001C, (0x8000_001C, 1))
    assert not means({HERE: [(0x8000_0000, 16)]}, touch, 0x8000_001C, (0x8000_001C, 1))  # the call was for 16 bytes
