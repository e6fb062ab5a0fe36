# SPDX-License-Identifier: Apache-2.0
"""What happens to a byte, in words: operations of the relation, hidden moves, calls, and where copies are."""

from __future__ import annotations

from dmasan import events as ev
from dmasan.events import Event, MappingKind
from dmasan.sanitizer.history import SEEN, Step, Touch

# Headings of the places that can hold a copy, in the order in which a value travels to memory.
HEADINGS = {
    "store_buffer": "store buffer",
    "l1": "L1",
    "other": "L1, other colour",
    "l2": "L2",
    "outer_buffer": "outer buffer",
    "posted": "posted write",
    "memory": "memory",
}

_TEXTS = {
    "load_wb": "load {n} through the cacheable alias",
    "load_wt": "load {n} through the write-through alias",
    "load_nc": "load {n} through the Non-cacheable alias",
    "store_wb": "store {n} through the cacheable alias",
    "neighbour_wb": "store to other bytes of the line, {n}, through the cacheable alias",
    "store_wt": "store {n} through the write-through alias",
    "store_nc": "store {n} through the Non-cacheable alias",
    "dev_read": "reads {n} from memory",
    "dev_write": "writes {n} to memory",
    "dev_write_posted": "writes {n}: data accepted",
    "dev_write_done": "write response (B) for {n}",
    "snoop_read": "reads {n}, snooping the caches",
    "snoop_write": "writes {n}, snooping the caches",
    "walker_read": "the page-table walker reads {n}",
    "alias_live": "a cacheable translation of the page becomes live",
    "alias_mixed": "a live translation of the page is Non-shareable",
    "alias_dead": "the last cacheable translation of the page is gone",
    "give_up": "the content is given up",
    "issue_clean": "clean {n} to the PoC by address, issued",
    "issue_invalidate": "invalidate {n} by address, issued",
    "issue_clean_invalidate": "clean and invalidate {n} by address, issued",
    "clean_own": "clean {n} by address through a Non-shareable translation",
    "invalidate_own": "invalidate {n} by address through a Non-shareable translation",
    "clean_invalidate_own": "clean and invalidate {n} by address through a Non-shareable translation",
    "outer_clean": "outer cache: clean {n}",
    "outer_invalidate": "outer cache: invalidate {n}",
    "outer_clean_invalidate": "outer cache: clean and invalidate {n}",
    "dmb": "DMB",
    "dmb_stores": "DMB ST",
    "dmb_loads": "barrier for loads",
    "dsb": "DSB: maintenance and stores before it are complete",
    "outer_sync": "outer cache sync: its buffer is drained",
    "doorbell": "doorbell: a store to a device register",
    "hand_over": "another CPU's store is handed over",
    "fill_l1": "a speculative read fills the line into L1",
    "fill_l2": "a speculative read fills the line into L2",
    "fill_other": "a speculative read fills the line into L1 under the other colour, or into another CPU's L1",
    "share_line": "the line moves from one CPU's L1 to another's",
    "evict_l1": "the line leaves L1",
    "evict_l2": "the line leaves L2",
    "evict_other": "the line of the other colour leaves L1, or that of another CPU",
    "drain_store_buffer": "the CPU's store buffer drains",
    "drain_outer_buffer": "the outer cache's buffer drains",
    "complete_posted_write": "the posted device write reaches memory",
    "complete_maintenance": "the maintenance in flight takes effect",
    "load_early": "a later load is executed early",
}
# What the end of a name says of an operation that has no text of its own.
_KINDS_OF = {
    "other": "by another CPU than the one whose buffer may hold it",
    "colour": "under another colour",
    "held": "by the CPU that has loaded the line last",
    "owned": "by the CPU that has stored to the line last",
}


def size(count: int) -> str:
    """A number of bytes."""
    for unit, name in ((1 << 20, "MiB"), (1 << 10, "KiB")):
        if count >= unit and count % unit == 0:
            return f"{count // unit} {name}"
    return f"{count} byte" + ("" if count == 1 else "s")


def operation(name: str, length: int) -> str:
    """An operation or a hidden move of the relation; one without a text of its own by its name."""
    if name.endswith(SEEN):
        return operation(name.removesuffix(SEEN), length) + ": seen to return the latest value"
    base, _, rest = name, "", ""
    while base not in _TEXTS and f"issue_{base}" not in _TEXTS and "_" in base:
        base, _, last = base.rpartition("_")
        rest = f"{last} {rest}".strip()
    text = _TEXTS.get(base) or _TEXTS.get(f"issue_{base}")
    if text is None:
        return name.replace("_", " ")
    return text.format(n=size(length)) + (f", {_KINDS_OF.get(rest, rest)}" if rest else "")


def agent(step: Step) -> str:
    """Who did it: a CPU or a channel of the device by its name, the kernel for what it changes in its tables."""
    if step.by in ("device", "seen", "race", "cpu"):
        return step.point.agent or step.by
    return step.by


def touch(each: Touch) -> str:
    return operation(each.operation, each.step.length)


_KINDS = {
    MappingKind.COHERENT: "dma_alloc_coherent",
    MappingKind.SINGLE: "dma_map_single",
    MappingKind.NONCOHERENT: "dma_alloc_pages",
    MappingKind.PAGE: "dma_map_page",
    MappingKind.SG: "dma_map_sg",
    MappingKind.RESOURCE: "dma_map_resource",
    MappingKind.STATIC: "static buffer",
}


def call(event: Event) -> str:
    """A call of the DMA API, or what else is marked in a history."""
    match event:
        case ev.DmaMap():
            return f"{_KINDS[event.kind]}: {event.name or 'a buffer'}, {size(event.length)}, {event.direction.value}"
        case ev.DmaUnmap():
            verb = _KINDS[event.kind].replace("_map_", "_unmap_").replace("_alloc_", "_free_")
            return f"{verb}: {size(event.length)}, {event.direction.value}"
        case ev.DmaSync():
            return f"dma_sync_for_{'cpu' if event.for_cpu else 'device'}: {size(event.length)}, {event.direction.value}"
        case ev.ContentUndefined():
            return f"content given up: {event.why}"
        case ev.MmioWrite():
            return f"register store: {event.value:#x} to {event.address:#x}"
        case ev.Interrupt():
            return "interrupt"
        case ev.BounceCopy():
            return f"bounce copy of {size(event.length)} {'to' if event.to_slot else 'from'} its slot"
        case ev.PolicyStep():
            return f"policy {event.policy}, {event.text}"
        case _:
            return type(event).__name__
