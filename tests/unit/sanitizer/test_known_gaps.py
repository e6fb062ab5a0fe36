# SPDX-License-Identifier: Apache-2.0
"""What the sanitizer does not find yet, each with the program that shows it."""

from __future__ import annotations

import pytest

from dmasan.soc import Soc


@pytest.mark.xfail(strict=True, reason="a byte has one store buffer in the relation, and it forwards to every CPU")
def test_a_store_that_another_cpu_reads_without_a_barrier() -> None:
    found: list[int] = []

    async def program(soc: Soc) -> None:
        buffer = await soc.dma.alloc_coherent(4096, "buffer")
        await soc.cpu(0).str_(buffer.cpu_addr, 1)
        found.append(await soc.cpu(1).ldr(buffer.cpu_addr))

    soc = Soc(policy="strict", schedule="random", random_rate=0.0)
    soc.run(program)
    assert found == [0], "the store is still in its CPU's buffer"
    assert soc.hazards
