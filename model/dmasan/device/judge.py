# SPDX-License-Identifier: Apache-2.0
"""Whether the engine runs a job: the checks of a descriptor or direct job, in the hardware's order."""

from __future__ import annotations

from dmasan.device.attributes import Attributes, decode
from dmasan.device.channel import Config
from dmasan.device.descriptor import MAGIC, Descriptor
from dmasan.device.registers import Kind, Mode, Op

ADDRESS_BITS = 40
_END = 1 << ADDRESS_BITS
_MOST_BYTES = 1 << 32  # of a job in all


def judge_fetch(config: Config, address: int) -> Kind:
    """What forbids the fetch of a descriptor at `address`: then there is no burst at all."""
    size = 32 if config.short else 64
    empty = config.mode is Mode.RING and config.ring_length == 0
    if config.base % size or config.base >= _END or empty or address >= _END:
        return Kind.ADDR
    return Kind.NONE if config.descriptors.legal else Kind.ATTR


def handed_over(descriptor: Descriptor, phase: int) -> bool:
    """Whether a device that polls its ring takes a descriptor: by the phase bit of its control word, the ownership bit.

    What else is wrong with one that it takes is judged as ever.
    """
    return descriptor.phase == phase


def judge(descriptor: Descriptor, config: Config, phase: int | None) -> Kind:
    """What is wrong with a job, the gravest first; `phase` is the one that both bits must have (None: unchecked)."""
    direct = config.mode is Mode.DIRECT
    if not direct and descriptor.magic != MAGIC:
        return Kind.DESC
    if phase is not None and (descriptor.phase != phase or descriptor.phase2 != phase):
        return Kind.STALE
    if descriptor.op > max(Op):
        return Kind.DESC
    if descriptor.attr is not None and config.locked:
        return Kind.ATTR
    return judge_movement(descriptor, config)


def judge_movement(descriptor: Descriptor, config: Config) -> Kind:
    """Attributes and address ranges of what the job moves."""
    if descriptor.total == 0:
        return Kind.NONE
    source, destination = attributes_of(descriptor, config)
    reads, writes = descriptor.op != Op.FILL, descriptor.op != Op.SINK
    if (reads and not source.legal) or (writes and not destination.legal):
        return Kind.ATTR
    if reads and not _inside(descriptor.src, descriptor.src_stride, descriptor):
        return Kind.ADDR
    if writes and not _inside(descriptor.dst, descriptor.dst_stride, descriptor):
        return Kind.ADDR
    return Kind.ADDR if descriptor.total >= _MOST_BYTES else Kind.NONE


def attributes_of(descriptor: Descriptor, config: Config) -> tuple[Attributes, Attributes]:
    """Attributes of source and destination: the channel's, or the descriptor's own."""
    if descriptor.attr is None:
        return config.source, config.destination
    return decode(descriptor.attr & 0xFFFF), decode(descriptor.attr >> 16)


def _inside(address: int, stride: int, descriptor: Descriptor) -> bool:
    """True when every row lies inside the address space."""
    far = address + stride * (descriptor.rows - 1)
    return min(address, far) >= 0 and max(address, far) + descriptor.length <= _END
