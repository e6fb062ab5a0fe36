# SPDX-License-Identifier: Apache-2.0
"""Whether the engine runs a job: the checks of a descriptor, in the hardware's order."""

from __future__ import annotations

from dmasan.device.attributes import Attributes, decode
from dmasan.device.channel import Config
from dmasan.device.descriptor import MAGIC, Descriptor
from dmasan.device.registers import Kind, Op

ADDRESS_BITS = 40
_END = 1 << ADDRESS_BITS
_OPERATIONS = frozenset(Op)


def attributes_of(descriptor: Descriptor, config: Config) -> tuple[Attributes, Attributes]:
    """Attributes of source and destination: the channel's, or the descriptor's own."""
    if descriptor.attr is None:
        return config.source, config.destination
    return decode(descriptor.attr & 0xFFFF), decode(descriptor.attr >> 16)


def judge_identity(descriptor: Descriptor, config: Config, phase: int | None) -> Kind:
    """Magic, then both phase bits against `phase` (None: not checked), then the operation."""
    if descriptor.magic != MAGIC:
        return Kind.DESC
    if phase is not None and not config.ignore_phase and (descriptor.phase != phase or descriptor.phase2 != phase):
        return Kind.STALE
    return Kind.NONE if descriptor.op in _OPERATIONS else Kind.DESC


def judge_job(descriptor: Descriptor, config: Config) -> Kind:
    """Attributes and addresses of what the job would move."""
    if descriptor.attr is not None and config.locked:
        return Kind.ATTR
    source, destination = attributes_of(descriptor, config)
    reads = descriptor.op in (Op.COPY, Op.SINK)
    writes = descriptor.op in (Op.COPY, Op.FILL)
    if (reads and not source.legal) or (writes and not destination.legal):
        return Kind.ATTR
    if reads and not _fits(descriptor.src, descriptor.src_stride, descriptor):
        return Kind.ADDR
    if writes and not _fits(descriptor.dst, descriptor.dst_stride, descriptor):
        return Kind.ADDR
    return Kind.NONE


def _fits(address: int, stride: int, descriptor: Descriptor) -> bool:
    """True when every row lies inside the address space."""
    if descriptor.total == 0:
        return True
    last = address + stride * (descriptor.rows - 1)
    low, high = min(address, last), max(address, last) + descriptor.length
    return low >= 0 and high <= _END
