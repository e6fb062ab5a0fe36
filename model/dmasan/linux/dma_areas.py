# SPDX-License-Identifier: Apache-2.0
"""What kind of memory a driver wants to map: only the linear map of lowmem has a physical address by arithmetic.

Sources: kernel/dma/debug.c (check_for_stack, check_for_illegal_area, debug_dma_map_single), virt_addr_valid in
arch/arm/include/asm/memory.h, v6.19.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel

LINEAR, STACK, VMALLOC, IMAGE, INVALID = "linear", "stack", "vmalloc", "kernel image", "invalid"
HIGHMEM = "highmem"  # a page without address in the kernel, mapped by page


def area_of(kernel: Kernel, va: int, size: int) -> str:
    """The area that [va, va + size) lies in: a name of this module."""
    if kernel.stack.holds(va):
        return STACK
    layout = kernel.layout
    if layout.space.is_vmalloc(va):
        return VMALLOC
    if not layout.is_linear(va) or not layout.is_linear(va + size - 1):
        return INVALID
    return IMAGE if layout.page(layout.physical(va)) < kernel.image_pages else LINEAR
