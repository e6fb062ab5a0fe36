# SPDX-License-Identifier: Apache-2.0
"""The 64-byte descriptor in memory, and the 16 status bytes that the hardware writes back into it.

Little endian. Two phase bits, one in each half, tell a descriptor of this lap from memory older than the doorbell;
they flip each lap of the ring.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

from dmasan.device import words
from dmasan.device.registers import Kind, Op

SIZE = 64
SHORT_SIZE = 32
STATUS_OFFSET = words.STATUS.OFFSET
STATUS_SIZE = SIZE - STATUS_OFFSET
CTRL_SIZE = 4
MAGIC = words.CTRL.MAGIC.get(words.CTRL.RESET)
STRIDES = {0: 64, 1: 128, 2: 32}  # bytes from descriptor to descriptor, by CFG.DESC_STRIDE

_BODY = struct.Struct("<IIQQQIiiI")  # ctrl, rows, next, src, dst, len, src_stride, dst_stride, attr
_SHORT = struct.Struct("<IIQQ")  # ctrl, len, src, dst
_STATUS = struct.Struct("<IIII")
_ATTRIBUTES = words.ATTR.SRC.mask | words.ATTR.SRC_QOS.mask | words.ATTR.DST.mask


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What software hands to the engine: `rows` rows of `length` bytes, rows `src_stride`/`dst_stride` bytes apart.

    `attr` is None, or the two 16-bit attribute halves (source low) that replace the channel's. `op` may be a number
    that is no operation: the hardware answers with ERR_DESC.
    """

    op: int = Op.COPY
    src: int = 0
    dst: int = 0
    length: int = 0
    rows: int = 1
    src_stride: int = 0
    dst_stride: int = 0
    next: int = 0
    irq: bool = False
    last: bool = False
    attr: int | None = None
    phase: int = 1
    phase2: int = 1
    magic: int = MAGIC

    @property
    def total(self) -> int:
        """Bytes that it moves."""
        return 0 if self.op == Op.NOP else self.length * self.rows

    def with_phase(self, phase: int) -> Descriptor:
        return replace(self, phase=phase, phase2=phase)

    @property
    def ctrl(self) -> int:
        """The control word, which makes the descriptor valid and is therefore written last."""
        return (
            words.CTRL.OP.put(self.op)
            | words.CTRL.IRQ.put(self.irq)
            | words.CTRL.LAST.put(self.last)
            | words.CTRL.ATTR_EN.put(self.attr is not None)
            | words.CTRL.MAGIC.put(self.magic)
            | words.CTRL.PHASE.put(self.phase)
        )

    def encode(self) -> bytes:
        """The 64 bytes, status words cleared. Raises struct.error or ValueError where a value does not fit."""
        attr = ((self.attr or 0) & _ATTRIBUTES) | words.ATTR.PHASE2.put(self.phase2)
        fields = (self.ctrl, self.rows - 1, self.next, self.src, self.dst, self.length)
        return _BODY.pack(*fields, self.src_stride, self.dst_stride, attr) + bytes(STATUS_SIZE)

    def encode_short(self) -> bytes:
        """The 32-byte short format; what it cannot hold (rows, strides, next, attributes) must be unset."""
        return _SHORT.pack(replace(self, attr=None).ctrl, self.length, self.src, self.dst) + bytes(8)


def decode(raw: bytes) -> Descriptor:
    """The descriptor in 64 bytes (its status words are not looked at)."""
    ctrl, rows, link, src, dst, length, src_stride, dst_stride, attr = _BODY.unpack_from(raw)
    return Descriptor(
        ctrl & 0xF,
        src,
        dst,
        length,
        (rows & words.ROWS.ROWS.mask) + 1,
        src_stride,
        dst_stride,
        link,
        bool(ctrl & words.CTRL.IRQ.mask),
        bool(ctrl & words.CTRL.LAST.mask),
        attr & _ATTRIBUTES if ctrl & words.CTRL.ATTR_EN.mask else None,
        words.CTRL.PHASE.get(ctrl),
        words.ATTR.PHASE2.get(attr),
        words.CTRL.MAGIC.get(ctrl),
    )


def decode_short(raw: bytes) -> Descriptor:
    """The descriptor in the 32 bytes of the short format."""
    ctrl, length, src, dst = _SHORT.unpack_from(raw)
    full = _BODY.pack(ctrl & ~words.CTRL.ATTR_EN.mask, 0, 0, src, dst, length, 0, 0, 0)
    return replace(decode(full), phase2=words.CTRL.PHASE.get(ctrl))


@dataclass(frozen=True, slots=True)
class Status:
    """The last 16 bytes: outcome, bytes acknowledged (`count`), CRC of a SINK, low half of the cycle counter."""

    done: bool = False
    error: bool = False
    kind: Kind = Kind.NONE
    response: int = 0
    phase: int = 0
    count: int = 0
    digest: int = 0
    stamp: int = 0

    @property
    def word(self) -> int:
        return (
            words.STATUS.DONE.put(self.done)
            | words.STATUS.ERR.put(self.error)
            | words.STATUS.KIND.put(self.kind)
            | words.STATUS.RESP.put(self.response)
            | words.STATUS.PHASE.put(self.phase)
        )

    def encode(self) -> bytes:
        return _STATUS.pack(self.word, self.count & 0xFFFF_FFFF, self.digest, self.stamp & 0xFFFF_FFFF)

    def encode_short(self, ctrl: int) -> bytes:
        """The control word as the short format has it: the lower half is that of `ctrl`."""
        short = words.CTRL.SHORT_STATUS.put(self.word & words.CTRL.SHORT_STATUS.limit)
        return (ctrl & 0xFFFF | short | words.CTRL.PHASE.put(self.phase)).to_bytes(CTRL_SIZE, "little")


def decode_status(raw: bytes) -> Status:
    """The status in 16 bytes. Raises ValueError for a kind that does not exist."""
    word, count, digest, stamp = _STATUS.unpack(raw)
    return Status(
        bool(word & words.STATUS.DONE.mask),
        bool(word & words.STATUS.ERR.mask),
        Kind(words.STATUS.KIND.get(word)),
        words.STATUS.RESP.get(word),
        words.STATUS.PHASE.get(word),
        count,
        digest,
        stamp,
    )
