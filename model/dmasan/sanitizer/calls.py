# SPDX-License-Identifier: Apache-2.0
"""What the kernel does beside accesses: translations, content given up, policy steps, and the calls of the DMA API."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dmasan import events as ev
from dmasan.events import MappingKind
from dmasan.sanitizer.buffers import Mapping, runs
from dmasan.sanitizer.codes import Code
from dmasan.sanitizer.order_rules import check_taken
from dmasan.sanitizer.reporting import Core
from dmasan.sanitizer.rules import Handlers


class CallRules:
    """Applies the kernel's calls to the shadow and to the table of buffers."""

    def __init__(self, core: Core) -> None:
        self.core = core

    def handlers(self) -> Handlers:
        return {
            ev.AliasChange: self._alias,
            ev.ContentUndefined: self._undefined,
            ev.DescriptorWrite: self._descriptor,
            ev.DmaMap: self._map,
            ev.DmaUnmap: self._unmap,
            ev.DmaSync: self._sync,
            ev.OwnershipWords: self._words,
            ev.PolicyStep: self._step,
            ev.PoolBlock: self._block,
            ev.PoolMisuse: self._misuse,
        }

    def _alias(self, e: ev.AliasChange) -> None:
        name = "alias_mixed" if e.mixed else "alias_live" if e.live else "alias_dead"
        self.core.apply(name, e.address, e.length, e, "kernel")

    def _undefined(self, e: ev.ContentUndefined) -> None:
        if e.why.endswith("freed"):
            check_taken(self.core, e, e.address, e.length, e.why)
        self.core.apply("give_up", e.address, e.length, e, "kernel")

    def _descriptor(self, e: ev.DescriptorWrite) -> None:
        if e.valid_to_valid:
            self.core.log.note("break-before-make: a valid translation was replaced by another valid one")

    def _step(self, e: ev.PolicyStep) -> None:
        self.core.policy_steps.append((self.core.history.count, e))

    def _map(self, e: ev.DmaMap) -> None:
        if not self.core.buffers.holds(e.address, e.length):
            return  # no RAM: dma_map_resource
        mapping = Mapping(e.kind, e.address, e.length, e.direction, e.name, e.site)
        if e.kind is MappingKind.COHERENT and self.core.policy_steps:
            mapping.policy = self.core.policy_steps[-1][1].policy
        lacking = self._lacking(e.address, e.length)
        self.core.buffers.add(mapping)
        self._given(lacking)

    def _unmap(self, e: ev.DmaUnmap) -> None:
        what = "free" if e.kind is MappingKind.COHERENT else "unmap"
        ended = self.core.buffers.find(e.address, e.length)
        if ended is not None:
            for start, count in self.core.buffers.alone_in(ended):
                check_taken(self.core, e, start, count, what)
            self.core.buffers.remove(e.address, e.length)

    def _sync(self, e: ev.DmaSync) -> None:
        if not self.core.buffers.holds(e.address, e.length):
            return
        if e.for_cpu:
            check_taken(self.core, e, e.address, e.length, "sync for the CPU")
            self.core.buffers.give_to_cpu(e.address, e.length)
        else:
            mapping = self.core.buffers.at(e.address, e.length)
            lacking = self._lacking(e.address, e.length)
            self.core.buffers.give_to_device(
                e.address, e.length, mapping.direction if mapping else e.direction
            )
            self._given(lacking)

    def _lacking(self, address: int, length: int) -> list[tuple[bool, int, NDArray[np.bool_]]]:
        """Which bytes of a range the device may not read or write."""
        if not self.core.order.started:
            return []
        buffers = self.core.buffers
        return [(write, address, ~buffers.permits(address, length, write)) for write in (False, True)]

    def _given(self, lacking: list[tuple[bool, int, NDArray[np.bool_]]]) -> None:
        """What the device lacked and may touch now is given from now on, not from an earlier doorbell on."""
        for write, address, lacked in lacking:
            given = lacked & self.core.buffers.permits(address, len(lacked), write)
            for start, end in runs(given):
                self.core.order.give(address + start, address + end, write)

    def _block(self, e: ev.PoolBlock) -> None:
        """Its page is mapped as ever, but a block that is free is nobody's, or the next one's soon."""
        if e.given:
            self.core.buffers.restore(e.address, e.length)
        else:
            check_taken(self.core, e, e.address, e.length, "free of the block")
            self.core.buffers.withhold(e.address, e.length)

    def _misuse(self, e: ev.PoolMisuse) -> None:
        lost = "the pool is destroyed while a block of it was not given back: its page is lost"
        text = lost if e.lost else "a block of a pool is freed that is free already"
        self.core.add(Code.MAP_BALANCE, e, text, e.address, e.length)

    def _words(self, e: ev.OwnershipWords) -> None:
        self.core.buffers.declare(e.address, e.length, e.stride, e.count)
