# SPDX-License-Identifier: Apache-2.0
"""What an alias policy is, and the steps that several of them share.

A policy decides how memory for dma_alloc_coherent is taken and mapped, and what becomes of the cacheable mapping that
lowmem pages already have. Each step is announced with `kernel.step`, so that a report can name it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from dmasan.config import Cell, Knobs
from dmasan.linux import cache_ops
from dmasan.linux.errors import DmaApiError, OutOfMemory
from dmasan.linux.layout import PAGE_SHIFT, PAGE_SIZE, Zone
from dmasan.linux.protections import Protection

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel


@dataclass(frozen=True)
class Mapping:
    """A coherent allocation: `count` frames from `first`, at kernel address `va`."""

    first: int
    count: int
    va: int


class Policy:
    """How the kernel deals with the alias. `alloc` and `free` follow the kernel's order, step by step."""

    name: ClassVar[str]
    summary: ClassVar[str]
    cma_zone: Zone = Zone.LOWMEM  # where this policy wants its CMA area

    @classmethod
    def of(cls, cell: Cell) -> Policy:
        """The policy for a cell. Raises UsageError where the cell cannot have it."""
        return cls()

    @classmethod
    def nomap_mib(cls, knobs: Knobs) -> int:
        """How much of lowmem is reserved and has no linear mapping, MiB."""
        return 0

    def small_pages_at_boot(self, era: str) -> bool:
        """Whether the linear map of the CMA area is made of small pages at boot."""
        return False

    @classmethod
    def hypothetical(cls, profile: str, era: str) -> str | None:
        """Why no kernel of this era did this on this profile; None if one did."""
        return None

    def clears(self, era: str) -> bool:
        """Whether memory comes zeroed."""
        return True

    def declare(self, kernel: Kernel) -> None:
        """What memory the policy reserves before boot, beside the default area."""

    async def boot(self, kernel: Kernel) -> None:
        """What the policy prepares once: a pool, a property of the device."""

    async def alloc(self, kernel: Kernel, count: int, name: str) -> Mapping:
        """`count` pages, mapped and zeroed. Raises OutOfMemory, CmaBusy, or DmaApiError for pages it cannot deal with."""
        raise NotImplementedError

    async def free(self, kernel: Kernel, mapping: Mapping) -> None:
        """Undoes `alloc`."""
        raise NotImplementedError


def detail(kernel: Kernel, first: int, count: int) -> str:
    """The physical range that a step acts on."""
    start = kernel.layout.pa(first)
    return f"{start:#010x}-{start + (count << PAGE_SHIFT) - 1:#010x}"


def require_lowmem(kernel: Kernel, policy: str, first: int) -> None:
    """Raises DmaApiError if the CMA area lies in highmem, where there is no linear mapping to work on."""
    if kernel.layout.zone(first) is not Zone.LOWMEM:
        kernel.dma_memory.release(first)
        raise DmaApiError(f"policy {policy} works on the linear mapping: its CMA area must be in lowmem")


async def vmap(kernel: Kernel, first: int, count: int, prot: Protection = Protection.DMACOHERENT) -> int:
    """The second mapping. Without memory for it the pages go back, and OutOfMemory is raised (__alloc_from_contiguous)."""
    try:
        return (await kernel.vmalloc.vmap(first, count, prot)).va
    except OutOfMemory:
        kernel.dma_memory.release(first)
        raise


async def split(kernel: Kernel, first: int, count: int) -> None:
    """Small pages in the linear map. Without memory for the tables the pages go back, and OutOfMemory is raised."""
    try:
        await kernel.linear.split_range(first, count)
    except OutOfMemory:
        kernel.dma_memory.release(first)
        raise


async def flush(kernel: Kernel, va: int, first: int, count: int) -> None:
    """Clean and invalidate, inner by VA and then outer by PA."""
    await cache_ops.dmac_flush_range(kernel, va, count * PAGE_SIZE)
    await cache_ops.outer_flush_range(kernel, kernel.layout.pa(first), count * PAGE_SIZE)
