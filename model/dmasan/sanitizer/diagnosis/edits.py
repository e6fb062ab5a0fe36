# SPDX-License-Identifier: Apache-2.0
"""Edits of a program, as what they do to the story of each byte."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dmasan.events import Direction, Site
from dmasan.sanitizer.diagnosis.context import Calls, Extents, means
from dmasan.sanitizer.history import Touch

CLEAN = ("issue_clean", "dsb", "outer_clean", "outer_sync")
INVALIDATE = ("outer_invalidate", "outer_sync", "issue_invalidate", "dsb")
DISCARD = ("issue_invalidate", "dsb", "outer_invalidate", "outer_sync")  # on the way to the device: inner first
FLUSH = ("issue_clean", "dsb", "outer_clean_invalidate", "outer_sync", "issue_clean_invalidate", "dsb")
OUTER_CLEAN = ("outer_clean", "outer_sync")
OUTER_INVALIDATE = ("outer_invalidate", "outer_sync")
WMB = ("dsb", "outer_sync")
_UNCACHED = {"store_wb": "store_nc", "load_wb": "load_nc"}
_SNOOPS = {"dev_read": "snoop_read", "dev_write": "snoop_write", "dev_write_posted": "snoop_write"}
_DOES_NOT = {"snoop_read": "dev_read", "snoop_write": "dev_write"}


class Item(NamedTuple):
    """An operation of an edited story: when (a step's number, or between two), what, and the touch if it was there before."""

    when: float
    name: str
    touch: Touch | None


Apply = Callable[[int, list[Item]], list[Item]]  # address of the byte, its story


@dataclass(frozen=True)
class Edit:
    """`text` in the words of the program's author; `apply` on the story of the byte at an address."""

    text: str
    apply: Apply


def items(story: Iterable[Touch]) -> list[Item]:
    return [Item(touch.when, touch.operation, touch) for touch in story]


def ordered(story: Iterable[Item]) -> list[Item]:
    return sorted(story, key=lambda item: item.when)


def insert(text: str, at: Sequence[float], names: Sequence[str]) -> Edit:
    """The operations `names`, on every byte of the lines, at each of the moments `at`."""

    def apply(address: int, story: list[Item]) -> list[Item]:
        return ordered([*story, *(Item(when, name, None) for when in at for name in names)])

    return Edit(text, apply)


def delete(text: str, doomed: Callable[[Touch], bool]) -> Edit:
    def apply(address: int, story: list[Item]) -> list[Item]:
        return [item for item in story if item.touch is None or not doomed(item.touch)]

    return Edit(text, apply)


def replace(text: str, names: Callable[[Touch], Sequence[str] | None]) -> Edit:
    """Each touch becomes the operations that `names` says, or stays where it says None."""

    def apply(address: int, story: list[Item]) -> list[Item]:
        told: list[Item] = []
        for item in story:
            new = names(item.touch) if item.touch is not None else None
            told += [item] if new is None else [Item(item.when, name, item.touch) for name in new]
        return told

    return Edit(text, apply)


def move(text: str, moved: Callable[[Touch], bool], when: float) -> Edit:
    def apply(address: int, story: list[Item]) -> list[Item]:
        return ordered(
            item._replace(when=when) if item.touch is not None and moved(item.touch) else item for item in story
        )

    return Edit(text, apply)


def of_line(site: Site, names: Sequence[str] = ()) -> Callable[[Touch], bool]:
    """The touches of one line of the program, or those of them that are one of `names`."""
    return lambda touch: touch.step.site == site and (not names or touch.operation in names)


def separate(text: str, calls: Calls, extents: Extents) -> Edit:
    """What was meant for other data of the line no longer touches this byte."""

    def apply(address: int, story: list[Item]) -> list[Item]:
        extent = extents.at(address)
        return [item for item in story if item.touch is None or means(calls, item.touch, address, extent)]

    return Edit(text, apply)


def uncached(text: str, since: float, barriers: Sequence[tuple[float, str]]) -> Edit:
    """CPU accesses go through a Non-cacheable alias from step `since` on; the barriers of the program act on them."""

    def apply(address: int, story: list[Item]) -> list[Item]:
        told: list[Item] = []
        for item in story:
            if item.when < since:
                told.append(item)
            elif item.name in _UNCACHED:
                told.append(item._replace(name=_UNCACHED[item.name]))
            elif item.name not in ("neighbour_wb", "alias_live", "alias_mixed"):
                told.append(item)
        return ordered([*told, *(Item(when, name, None) for when, name in barriers if when >= since)])

    return Edit(text, apply)


def snoop(text: str, *, on: bool) -> Edit:
    table = _SNOOPS if on else _DOES_NOT
    return replace(text, lambda touch: [table[touch.operation]] if touch.operation in table else None)


def for_device(direction: Direction) -> tuple[str, ...]:
    """What dma_sync_single_for_device does (arch/arm/mm/dma-mapping.c:__dma_page_cpu_to_dev, v6.19)."""
    return DISCARD if direction is Direction.FROM_DEVICE else CLEAN


def for_cpu(direction: Direction) -> tuple[str, ...]:
    """What dma_sync_single_for_cpu does (arch/arm/mm/dma-mapping.c:__dma_page_dev_to_cpu, v6.19)."""
    return () if direction is Direction.TO_DEVICE else INVALIDATE
