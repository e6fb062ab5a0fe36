# SPDX-License-Identifier: Apache-2.0
# Generated from rtl/dma.rdl by tools/generate_registers.py; do not edit.
"""Words of the 64-byte descriptor in memory: byte offsets and fields."""

from __future__ import annotations

from dmasan.device.bits import Bits, Register


class CTRL(Register):
    """Control word."""
    OFFSET, RESET, WRITABLE = 0x0, 0x8000D500, 0x83FFFF7F
    OP = Bits(0, 0xF)  # Operation.
    IRQ = Bits(4, 0x10)  # Interrupt (DONE, cyclic: PERIOD) when complete, after coalescing.
    LAST = Bits(5, 0x20)  # List: end. Ring: the interrupt does not wait for coalescing.
    ATTR_EN = Bits(6, 0x40)  # The attr word replaces ATTR_SRC and ATTR_DST.
    MAGIC = Bits(8, 0xFF00)  # 0xD5.
    SHORT_STATUS = Bits(16, 0x3FF0000)  # Short format, written by hardware: status bits 9:0.
    PHASE = Bits(31, 0x80000000)  # Phase: complement of the lap (first lap 1). List: always 1.

class ROWS(Register):
    """Rows."""
    OFFSET, WRITABLE = 0x4, 0xFFFF
    ROWS = Bits(0, 0xFFFF)  # Rows minus one.

class NEXT_LO(Register):
    """List: next descriptor, low."""
    OFFSET, WRITABLE = 0x8, 0xFFFFFFFF
    ADDR = Bits(0, 0xFFFFFFFF)  # Address; 0 = end.

class NEXT_HI(Register):
    """List: next descriptor, high."""
    OFFSET, WRITABLE = 0xC, 0xFFFFFFFF
    ADDR = Bits(0, 0xFFFFFFFF)  # Address.

class SRC_LO(Register):
    """Source, low."""
    OFFSET, WRITABLE = 0x10, 0xFFFFFFFF
    ADDR = Bits(0, 0xFFFFFFFF)  # Address.

class SRC_HI(Register):
    """Source, high."""
    OFFSET, WRITABLE = 0x14, 0xFFFFFFFF
    ADDR = Bits(0, 0xFFFFFFFF)  # Address.

class DST_LO(Register):
    """Destination, low."""
    OFFSET, WRITABLE = 0x18, 0xFFFFFFFF
    ADDR = Bits(0, 0xFFFFFFFF)  # Address.

class DST_HI(Register):
    """Destination, high."""
    OFFSET, WRITABLE = 0x1C, 0xFFFFFFFF
    ADDR = Bits(0, 0xFFFFFFFF)  # Address.

class LEN(Register):
    """Length."""
    OFFSET, WRITABLE = 0x20, 0xFFFFFFFF
    BYTES = Bits(0, 0xFFFFFFFF)  # Bytes per row; 0 completes with DONE.

class SRC_STRIDE(Register):
    """Source stride."""
    OFFSET, WRITABLE = 0x24, 0xFFFFFFFF
    STRIDE = Bits(0, 0xFFFFFFFF)  # Signed bytes.

class DST_STRIDE(Register):
    """Destination stride."""
    OFFSET, WRITABLE = 0x28, 0xFFFFFFFF
    STRIDE = Bits(0, 0xFFFFFFFF)  # Signed bytes.

class ATTR(Register):
    """Attributes; the halves are ATTR words' bits 15:0. PHASE2 is always checked."""
    OFFSET, RESET, WRITABLE = 0x2C, 0x800, 0xFFFFFFFF
    SRC = Bits(0, 0x7FF)  # Source: cache [3:0], prot [6:4], coherent [7], domain [9:8], qos [15:12].
    PHASE2 = Bits(11, 0x800)  # Second phase bit, equal to ctrl.PHASE: it lies in the descriptor's second 32-byte line.
    SRC_QOS = Bits(12, 0xF000)  # Source AxQOS.
    DST = Bits(16, 0xFFFF0000)  # Destination, as source.

class STATUS(Register):
    """Status, written by hardware."""
    OFFSET, WRITABLE = 0x30, 0x800003F3
    DONE = Bits(0, 0x1)  # Completed without error.
    ERR = Bits(1, 0x2)  # Completed with an error.
    KIND = Bits(4, 0xF0)  # Kind of error.
    RESP = Bits(8, 0x300)  # AXI response.
    PHASE = Bits(31, 0x80000000)  # Phase of the descriptor that was run.

class BYTES(Register):
    """Bytes acknowledged, modulo 2^32."""
    OFFSET, WRITABLE = 0x34, 0xFFFFFFFF
    BYTES = Bits(0, 0xFFFFFFFF)  # Bytes.

class DIGEST(Register):
    """CRC of a SINK, else 0."""
    OFFSET, WRITABLE = 0x38, 0xFFFFFFFF
    CRC = Bits(0, 0xFFFFFFFF)  # CRC-32.

class STAMP(Register):
    """Cycle counter at completion."""
    OFFSET, WRITABLE = 0x3C, 0xFFFFFFFF
    CYCLES = Bits(0, 0xFFFFFFFF)  # Low 32 bits.
