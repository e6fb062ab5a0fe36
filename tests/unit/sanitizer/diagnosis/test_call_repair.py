# SPDX-License-Identifier: Apache-2.0
"""Calls that do not match: the repair names the call and its arguments, and was told to fresh rules."""

from __future__ import annotations

import pytest

from dmasan.events import Direction
from dmasan.sanitizer import Code, Hazard
from dmasan.soc import Soc

SMALL = {"ram_mib": 16, "lowmem_mib": 12, "cma_mib": 2, "processes": 1}
FROM = Direction.FROM_DEVICE


async def twice(soc: Soc) -> None:
    buffer = await soc.kernel.kmalloc(512, "buffer")
    handle = await soc.dma.map_single(buffer, 512, FROM, "buffer")
    soc.dma.mapping_error(handle)
    await soc.dma.unmap_single(handle, 512, FROM)
    await soc.dma.unmap_single(handle, 512, FROM)


async def too_long(soc: Soc) -> None:
    buffer = await soc.kernel.kmalloc(1024, "buffer")
    handle = await soc.dma.map_single(buffer, 512, FROM, "buffer")
    soc.dma.mapping_error(handle)
    await soc.dma.unmap_single(handle, 1024, FROM)


async def again(soc: Soc) -> None:
    buffer = await soc.kernel.kmalloc(512, "buffer")
    for _ in range(2):
        handle = await soc.dma.map_single(buffer, 512, FROM, "buffer")
        soc.dma.mapping_error(handle)
    await soc.dma.unmap_single(handle, 512, FROM)


def found(program) -> Hazard:  # type: ignore[no-untyped-def]
    soc = Soc(policy="strict", **SMALL)
    soc.run(program)
    return next(each for each in soc.hazards if each.code is Code.MAP_BALANCE)


@pytest.mark.parametrize(
    ("program", "text"),
    [
        (twice, "leave out the call at test_call_repair.py:"),
        (too_long, "unmap buffer at test_call_repair.py:"),
        (again, "unmap what was mapped at test_call_repair.py:"),
    ],
)
def test_the_call_is_named_and_the_repair_verified(program, text: str) -> None:  # type: ignore[no-untyped-def]
    hazard = found(program)
    assert hazard.repair is not None and hazard.repair.startswith(text), hazard.repair
    assert hazard.repair_verified


def test_the_arguments_of_the_map_are_told() -> None:
    repair = found(too_long).repair
    assert repair is not None and repair.endswith(": 512 bytes, DMA_FROM_DEVICE")
