# SPDX-License-Identifier: Apache-2.0
# Generated from rtl/dma.rdl by tools/generate_registers.py; do not edit.
"""Register map of the engine: byte offsets, fields, encodings. CH_* count from their channel."""

from __future__ import annotations

from enum import IntEnum

from dmasan.device.bits import Bits, Register

CHANNEL_BASE = 0x100
CHANNEL_STRIDE = 0x100

class State(IntEnum):
    """Encoding `state_e`."""
    IDLE = 0  # Not started, or a direct job or list has ended.
    WAIT = 1  # Ring started and empty, or CTRL.ENABLE is 0: waits for the doorbell.
    FETCH = 2  # Descriptor fetch outstanding.
    RUN = 3  # Data moves.
    STATUS = 4  # Status write-back outstanding.
    PAUSED = 5  # Paused: everything issued has drained.
    DRAIN = 6  # Error or abort: waits for what is on the bus.
    HALTED = 7  # Stopped by an error, ABORT or STOP. START resumes at HEAD.

class Mode(IntEnum):
    """Encoding `mode_e`."""
    DIRECT = 0  # One job from the SRC..ATTR registers.
    LIST = 1  # Linked list from DESC_BASE, `next` = 0 or LAST ends it.
    RING = 2  # Ring of RING_LEN descriptors at DESC_BASE, TAIL is the doorbell.

class Stride(IntEnum):
    """Encoding `stride_e`."""
    STRIDE_64 = 0  # 64-byte descriptors, 64 bytes apart.
    STRIDE_128 = 1  # 64-byte descriptors, 128 bytes apart.
    SHORT_32 = 2  # Short format, 32 bytes: ctrl, len, src, dst; status goes into ctrl[25:16].

class Op(IntEnum):
    """Encoding `op_e`."""
    NOP = 0  # Nothing moves; completes with DONE.
    COPY = 1  # Memory to memory.
    FILL = 2  # FILL register, repeated little endian from the first byte of each row, to DST.
    SINK = 3  # Read SRC, CRC-32 (reflected 0xEDB88320, seed = FILL, final XOR ones) to DIGEST.

class Kind(IntEnum):
    """Encoding `kind_e`."""
    NONE = 0  # No error.
    RD = 1  # SLVERR or DECERR on a data read beat.
    WR = 2  # SLVERR or DECERR on a data write response.
    DESC_RD = 3  # Error response to a descriptor fetch.
    DESC_WB = 4  # Error response to a status write-back.
    DESC = 5  # Bad descriptor: wrong magic or unknown operation.
    STALE = 6  # Magic right but a phase bit is old: memory older than the doorbell was read.
    ATTR = 7  # Illegal attributes, or a descriptor overrides a locked word.
    ADDR = 8  # Address range wraps or exceeds ADDR_W, ring length 0, or misaligned DESC_BASE.
    TIMEOUT = 9  # Watchdog: no progress on an outstanding transaction.

class ID(Register):
    """Identification: the bytes "DMA1" in memory order."""
    OFFSET, RESET = 0x0, 0x31414D44
    MAGIC = Bits(0, 0xFFFFFFFF)  # 0x31414D44.

class VERSION(Register):
    """Version."""
    OFFSET, RESET = 0x4, 0x100
    PATCH = Bits(0, 0xFF)  # Patch.
    MINOR = Bits(8, 0xFF00)  # Minor.
    MAJOR = Bits(16, 0xFF0000)  # Major.

class CAP0(Register):
    """Sizes of this instance."""
    OFFSET = 0x8
    NCH = Bits(0, 0xF)  # Channels.
    LOG2_BEAT = Bits(4, 0xF0)  # log2 of bytes per beat.
    ADDR_W = Bits(8, 0xFF00)  # Address bits.
    LOG2_FIFO = Bits(16, 0x1F0000)  # log2 of the data FIFO's beats.
    LOG2_MAX_BURST = Bits(24, 0xF000000)  # log2 of the longest burst in beats.

class CAP1(Register):
    """Features of this instance; a feature that is 0 is refused with ERR DESC."""
    OFFSET = 0xC
    SG = Bits(0, 0x1)  # List and ring descriptors.
    RECT = Bits(1, 0x2)  # Rows and strides.
    UNALIGNED = Bits(2, 0x4)  # Any byte alignment.
    FILL = Bits(3, 0x8)  # FILL.
    SINK = Bits(4, 0x10)  # SINK with CRC.
    CYCLIC = Bits(5, 0x20)  # Cyclic rings.
    ACE = Bits(6, 0x40)  # AxDOMAIN and AxSNOOP are driven.
    COHERENT_DATA = Bits(7, 0x80)  # The data port's accesses can snoop (strap_coherent_data): a `dma-coherent` description is valid.
    COHERENT_DESC = Bits(8, 0x100)  # Descriptor accesses can snoop (strap_coherent_desc).
    PMU = Bits(9, 0x200)  # Performance counters.
    STREAM = Bits(10, 0x400)  # Stream ports.
    SHORT_DESC = Bits(11, 0x800)  # Short 32-byte descriptors.
    WRITE_LINE = Bits(12, 0x1000)  # CFG.WRITE_LINE has an effect.
    FAULT_INJECT = Bits(13, 0x2000)  # CFG.FI_* bits have an effect.

class CTRL(Register):
    """Global control."""
    OFFSET, WRITABLE, ACTING = 0x10, 0x1, 0x2
    ENABLE = Bits(0, 0x1)  # Channels may start new descriptors.
    SOFT_RESET = Bits(1, 0x2)  # Aborts all channels, drains, then resets all registers (ENABLE too); reads 1 until done.

class STATUS(Register):
    """Global state."""
    OFFSET = 0x14
    IDLE = Bits(0, 0x1)  # No job in work (channels may be in WAIT) and nothing outstanding on the bus.
    DRAINING = Bits(1, 0x2)  # A channel drains (abort, error, soft reset).
    OUT_RD = Bits(8, 0xFF00)  # Read bursts outstanding.
    OUT_WR = Bits(16, 0xFF0000)  # Write bursts outstanding.

class IRQ_PEND(Register):
    """Channels that raise the interrupt."""
    OFFSET = 0x18
    CHANNELS = Bits(0, 0xFF)  # Bit n: channel n has an enabled cause.

class SCRATCH(Register):
    """No function."""
    OFFSET, WRITABLE = 0x1C, 0xFFFFFFFF
    VALUE = Bits(0, 0xFFFFFFFF)  # Any value.

class WDOG(Register):
    """Watchdog."""
    OFFSET, WRITABLE = 0x20, 0xFFFFFFFF
    CYCLES = Bits(0, 0xFFFFFFFF)  # Cycles without progress on an outstanding transaction until ERR TIMEOUT; 0 = off.

class PMU_CTRL(Register):
    """Performance counters: control. The counter registers show the last snapshot."""
    OFFSET, ACTING = 0x40, 0x6
    SNAPSHOT = Bits(1, 0x2)  # Copy all live counters to the registers, atomically.
    CLEAR = Bits(2, 0x4)  # Clear the live counters (after a snapshot in the same write).

class PMU_CYCLES(Register):
    """Clock cycles."""
    OFFSET = 0x44
    COUNT = Bits(0, 0xFFFFFFFF)  # Count, wraps.

class PMU_BUSY(Register):
    """Cycles with a job in work."""
    OFFSET = 0x48
    COUNT = Bits(0, 0xFFFFFFFF)  # Count, wraps.

class PMU_R_BEATS(Register):
    """R beats accepted, descriptors included."""
    OFFSET = 0x4C
    COUNT = Bits(0, 0xFFFFFFFF)  # Count, wraps.

class PMU_W_BEATS(Register):
    """W beats accepted, status included."""
    OFFSET = 0x50
    COUNT = Bits(0, 0xFFFFFFFF)  # Count, wraps.

class PMU_R_STALL(Register):
    """Cycles with read bursts outstanding and no R beat."""
    OFFSET = 0x54
    COUNT = Bits(0, 0xFFFFFFFF)  # Count, wraps.

class PMU_W_STALL(Register):
    """Cycles with WVALID and not WREADY."""
    OFFSET = 0x58
    COUNT = Bits(0, 0xFFFFFFFF)  # Count, wraps.

class PMU_AR_WAIT(Register):
    """Cycles with ARVALID and not ARREADY."""
    OFFSET = 0x5C
    COUNT = Bits(0, 0xFFFFFFFF)  # Count, wraps.

class PMU_AW_WAIT(Register):
    """Cycles with AWVALID and not AWREADY."""
    OFFSET = 0x60
    COUNT = Bits(0, 0xFFFFFFFF)  # Count, wraps.

class PMU_ZSTRB(Register):
    """W beats with all strobes 0."""
    OFFSET = 0x64
    COUNT = Bits(0, 0xFFFFFFFF)  # Count, wraps.

class PMU_FIFO_MAX(Register):
    """Most beats reserved in the data FIFO."""
    OFFSET = 0x68
    COUNT = Bits(0, 0xFFFFFFFF)  # Count, wraps.

class PMU_DESCS(Register):
    """Descriptors fetched."""
    OFFSET = 0x6C
    COUNT = Bits(0, 0xFFFFFFFF)  # Count, wraps.

class PMU_MAX_OUT(Register):
    """Most bursts outstanding."""
    OFFSET = 0x70
    RD = Bits(0, 0xFFFF)  # Reads.
    WR = Bits(16, 0xFFFF0000)  # Writes.

class CH_CMD(Register):
    """Commands, write one to act, read as zero."""
    OFFSET, ACTING = 0x0, 0x3F
    START = Bits(0, 0x1)  # Start, or resume at HEAD after an error, STOP or ABORT. Clears sticky causes and the coalescing count. No effect while BUSY.
    PAUSE = Bits(1, 0x2)  # Issue nothing more; STATUS.PAUSED once drained.
    RESUME = Bits(2, 0x4)  # End of PAUSE.
    STOP = Bits(3, 0x8)  # Halt after the current descriptor (at once in WAIT).
    ABORT = Bits(4, 0x10)  # Halt now: accepted bursts finish, writes without data finish with WSTRB 0.
    CLEAR = Bits(5, 0x20)  # Clear sticky causes and ERR_INFO; HALTED becomes IDLE.

class CH_STATUS(Register):
    """State and sticky causes (write one to clear; a set in the same cycle wins)."""
    OFFSET, ACTING = 0x4, 0x3F00
    STATE = Bits(0, 0xF)  # State code.
    BUSY = Bits(4, 0x10)  # Not IDLE and not HALTED: job registers are locked.
    PAUSED = Bits(5, 0x20)  # Paused and drained.
    HALTED = Bits(6, 0x40)  # Halted by error, ABORT or STOP until START or CLEAR.
    DONE = Bits(8, 0x100)  # Direct job or list ended; or descriptors with the IRQ flag completed, after coalescing.
    ERR = Bits(9, 0x200)  # Error, see ERR_INFO. Never coalesced.
    EMPTY = Bits(10, 0x400)  # Ring ran empty (HEAD reached TAIL).
    PERIOD = Bits(11, 0x800)  # Cyclic: a descriptor with the IRQ flag completed, after coalescing.
    ABORTED = Bits(12, 0x1000)  # ABORT finished: the bus is quiet.
    STOPPED = Bits(13, 0x2000)  # STOP finished.

class CH_IRQ_EN(Register):
    """Interrupt enables, at the positions of the causes in STATUS."""
    OFFSET, WRITABLE = 0x8, 0x3F00
    DONE = Bits(8, 0x100)  # DONE raises irq.
    ERR = Bits(9, 0x200)  # ERR raises irq.
    EMPTY = Bits(10, 0x400)  # EMPTY raises irq.
    PERIOD = Bits(11, 0x800)  # PERIOD raises irq.
    ABORTED = Bits(12, 0x1000)  # ABORTED raises irq.
    STOPPED = Bits(13, 0x2000)  # STOPPED raises irq.

class CH_CFG(Register):
    """Configuration of the channel; locked while BUSY."""
    OFFSET, RESET, WRITABLE, LOCKED = 0xC, 0x10F08, 0x3FFFFFFF, 0x3FFFFFFF
    MODE = Bits(0, 0x3)  # Mode.
    CYCLIC = Bits(2, 0x4)  # Ring without doorbell: all RING_LEN descriptors run for ever, phase is not checked, the IRQ flag gives PERIOD.
    WB_EN = Bits(3, 0x8)  # Write the 16 status bytes back (short format: 4).
    DESC_STRIDE = Bits(4, 0x30)  # Distance and format of descriptors.
    PREFETCH = Bits(6, 0xC0)  # Descriptors read ahead: 0, 1 or 2.
    MAX_LEN = Bits(8, 0xFF00)  # Longest burst in beats, minus one; larger than the hardware's limit (CAP0) means that limit.
    OP = Bits(16, 0xF0000)  # Operation of a direct job.
    OUT_LIMIT = Bits(20, 0x1F00000)  # Most outstanding bursts in each direction; 0 = as many as the hardware can.
    IRQ_EARLY = Bits(25, 0x2000000)  # Relaxed order for tests: cause set when the status write is issued, before its B.
    DEV_SINGLE = Bits(26, 0x4000000)  # Bursts of Device type (AxCACHE 000x) are split to single beats.
    WRITE_LINE = Bits(27, 0x8000000)  # AWSNOOP WriteLineUnique for full aligned 64-byte lines (reserved: reads back, no effect unless CAP1.WRITE_LINE).
    FI_NO_STALE = Bits(28, 0x10000000)  # Fault injection: the phase bits are not checked, stale descriptors run.
    FI_EARLY_STATUS = Bits(29, 0x20000000)  # Fault injection: the status write does not wait for the data's B responses.

class CH_COALESCE(Register):
    """Interrupt coalescing of DONE and PERIOD in list and ring mode."""
    OFFSET, WRITABLE = 0x10, 0xFFFF00FF
    THRESHOLD = Bits(0, 0xFF)  # Completed descriptors with the IRQ flag per interrupt; 0 and 1: each. The LAST flag and errors do not wait.
    TIMEOUT = Bits(16, 0xFFFF0000)  # Longest delay of a pending completion, in units of 64 cycles; 0 = no limit.

class CH_SRC_LO(Register):
    """Direct job: source address, low."""
    OFFSET, WRITABLE, LOCKED = 0x14, 0xFFFFFFFF, 0xFFFFFFFF
    ADDR = Bits(0, 0xFFFFFFFF)  # Address bits 31:0, any alignment.

class CH_SRC_HI(Register):
    """Direct job: source address, high."""
    OFFSET, WRITABLE, LOCKED = 0x18, 0xFFFFFFFF, 0xFFFFFFFF
    ADDR = Bits(0, 0xFFFFFFFF)  # Address bits 63:32.

class CH_DST_LO(Register):
    """Direct job: destination address, low."""
    OFFSET, WRITABLE, LOCKED = 0x1C, 0xFFFFFFFF, 0xFFFFFFFF
    ADDR = Bits(0, 0xFFFFFFFF)  # Address bits 31:0, any alignment.

class CH_DST_HI(Register):
    """Direct job: destination address, high."""
    OFFSET, WRITABLE, LOCKED = 0x20, 0xFFFFFFFF, 0xFFFFFFFF
    ADDR = Bits(0, 0xFFFFFFFF)  # Address bits 63:32.

class CH_LEN(Register):
    """Direct job: length of a row."""
    OFFSET, WRITABLE, LOCKED = 0x24, 0xFFFFFFFF, 0xFFFFFFFF
    BYTES = Bits(0, 0xFFFFFFFF)  # Bytes; 0 completes at once.

class CH_ROWS(Register):
    """Direct job: number of rows."""
    OFFSET, WRITABLE, LOCKED = 0x28, 0xFFFF, 0xFFFF
    ROWS = Bits(0, 0xFFFF)  # Rows minus one.

class CH_SSTRIDE(Register):
    """Direct job: source stride."""
    OFFSET, WRITABLE, LOCKED = 0x2C, 0xFFFFFFFF, 0xFFFFFFFF
    STRIDE = Bits(0, 0xFFFFFFFF)  # Signed bytes from row to row.

class CH_DSTRIDE(Register):
    """Direct job: destination stride."""
    OFFSET, WRITABLE, LOCKED = 0x30, 0xFFFFFFFF, 0xFFFFFFFF
    STRIDE = Bits(0, 0xFFFFFFFF)  # Signed bytes from row to row.

class CH_FILL(Register):
    """Pattern of FILL, seed of SINK (all modes)."""
    OFFSET, WRITABLE, LOCKED = 0x34, 0xFFFFFFFF, 0xFFFFFFFF
    VALUE = Bits(0, 0xFFFFFFFF)  # Pattern, byte 0 first; CRC seed before the initial XOR with ones.

class CH_ATTR_SRC(Register):
    """Attributes of source reads."""
    OFFSET, RESET, WRITABLE, LOCKED = 0x38, 0x323, 0x8000F3FF, 0x8000F3FF
    CACHE = Bits(0, 0xF)  # AxCACHE. 0011 NC (reset), 1111 WB, 0001/0000 Device. [3:2] without [1] is ERR ATTR.
    PROT = Bits(4, 0x70)  # AxPROT: [0] privileged, [1] non-secure, [2] instruction.
    COHERENT = Bits(7, 0x80)  # AxUSER[0] of bursts with this word.
    DOMAIN = Bits(8, 0x300)  # AxDOMAIN: 0 non-shareable, 1 inner, 2 outer, 3 system. Device (CACHE 000x) needs 3; cacheable (CACHE[3:2] not 0) forbids 3; else ERR ATTR.
    QOS = Bits(12, 0xF000)  # AxQOS.
    LOCK = Bits(31, 0x80000000)  # A descriptor with ATTR_EN is refused with ERR ATTR.

class CH_ATTR_DST(Register):
    """Attributes of destination writes."""
    OFFSET, RESET, WRITABLE, LOCKED = 0x3C, 0x323, 0x8000F3FF, 0x8000F3FF
    CACHE = Bits(0, 0xF)  # AxCACHE. 0011 NC (reset), 1111 WB, 0001/0000 Device. [3:2] without [1] is ERR ATTR.
    PROT = Bits(4, 0x70)  # AxPROT: [0] privileged, [1] non-secure, [2] instruction.
    COHERENT = Bits(7, 0x80)  # AxUSER[0] of bursts with this word.
    DOMAIN = Bits(8, 0x300)  # AxDOMAIN: 0 non-shareable, 1 inner, 2 outer, 3 system. Device (CACHE 000x) needs 3; cacheable (CACHE[3:2] not 0) forbids 3; else ERR ATTR.
    QOS = Bits(12, 0xF000)  # AxQOS.
    LOCK = Bits(31, 0x80000000)  # A descriptor with ATTR_EN is refused with ERR ATTR.

class CH_ATTR_DESC(Register):
    """Attributes of descriptor fetches and status write-backs."""
    OFFSET, RESET, WRITABLE, LOCKED = 0x40, 0x323, 0x8000F3FF, 0x8000F3FF
    CACHE = Bits(0, 0xF)  # AxCACHE. 0011 NC (reset), 1111 WB, 0001/0000 Device. [3:2] without [1] is ERR ATTR.
    PROT = Bits(4, 0x70)  # AxPROT: [0] privileged, [1] non-secure, [2] instruction.
    COHERENT = Bits(7, 0x80)  # AxUSER[0] of bursts with this word.
    DOMAIN = Bits(8, 0x300)  # AxDOMAIN: 0 non-shareable, 1 inner, 2 outer, 3 system. Device (CACHE 000x) needs 3; cacheable (CACHE[3:2] not 0) forbids 3; else ERR ATTR.
    QOS = Bits(12, 0xF000)  # AxQOS.
    LOCK = Bits(31, 0x80000000)  # A descriptor with ATTR_EN is refused with ERR ATTR.

class CH_DESC_BASE_LO(Register):
    """Address of the ring or of the first descriptor, low. Writing it sets HEAD = TAIL = 0, lap 0."""
    OFFSET, WRITABLE, LOCKED = 0x44, 0xFFFFFFFF, 0xFFFFFFFF
    ADDR = Bits(0, 0xFFFFFFFF)  # Address bits 31:0; aligned to 64 bytes (short format: 32).

class CH_DESC_BASE_HI(Register):
    """Address of the ring or of the first descriptor, high."""
    OFFSET, WRITABLE, LOCKED = 0x48, 0xFFFFFFFF, 0xFFFFFFFF
    ADDR = Bits(0, 0xFFFFFFFF)  # Address bits 63:32.

class CH_RING_LEN(Register):
    """Ring length."""
    OFFSET, WRITABLE, LOCKED = 0x4C, 0xFFFF, 0xFFFF
    COUNT = Bits(0, 0xFFFF)  # Number of descriptors, 1 to 65535.

class CH_TAIL(Register):
    """Producer: first descriptor that is not yet ready. Writing it is the doorbell; allowed while BUSY."""
    OFFSET, WRITABLE = 0x50, 0x8000FFFF
    INDEX = Bits(0, 0xFFFF)  # Index, 0 to RING_LEN-1.
    LAP = Bits(31, 0x80000000)  # Lap of the producer; same index and other lap than HEAD: ring full.

class CH_HEAD(Register):
    """Consumer: the current descriptor, or after an error the faulty one."""
    OFFSET = 0x54
    INDEX = Bits(0, 0xFFFF)  # Index.
    LAP = Bits(31, 0x80000000)  # Lap; the phase expected of the descriptor is its complement.

class CH_ERR_INFO(Register):
    """First error since START or CLEAR."""
    OFFSET = 0x58
    KIND = Bits(0, 0xF)  # Kind.
    RESP = Bits(4, 0x30)  # AXI response: 2 SLVERR, 3 DECERR; else 0.
    BEAT = Bits(8, 0xFF00)  # Beat within the burst (RD, DESC_RD).
    INDEX = Bits(16, 0xFFFF0000)  # Index of the descriptor.

class CH_ERR_ADDR_LO(Register):
    """Address of the failing burst or descriptor, low; reading it latches ERR_ADDR_HI."""
    OFFSET = 0x5C
    ADDR = Bits(0, 0xFFFFFFFF)  # Address bits 31:0.

class CH_ERR_ADDR_HI(Register):
    """Address bits 63:32 as of the last read of ERR_ADDR_LO."""
    OFFSET = 0x60
    ADDR = Bits(0, 0xFFFFFFFF)  # Address bits 63:32.

class CH_RESIDUE(Register):
    """Bytes of the current descriptor that no B has acknowledged (SINK: not yet read)."""
    OFFSET = 0x64
    BYTES = Bits(0, 0xFFFFFFFF)  # Bytes, modulo 2^32.

class CH_DONE_CNT(Register):
    """Descriptors (or direct jobs) completed since reset; wraps."""
    OFFSET = 0x68
    COUNT = Bits(0, 0xFFFFFFFF)  # Count.

class CH_CUR_DESC_LO(Register):
    """Address of the current descriptor, low."""
    OFFSET = 0x6C
    ADDR = Bits(0, 0xFFFFFFFF)  # Address bits 31:0.

class CH_CUR_DESC_HI(Register):
    """Address of the current descriptor, high."""
    OFFSET = 0x70
    ADDR = Bits(0, 0xFFFFFFFF)  # Address bits 63:32.

class CH_DIGEST(Register):
    """CRC of the last SINK."""
    OFFSET = 0x74
    CRC = Bits(0, 0xFFFFFFFF)  # CRC-32.

class CH_IGNORED(Register):
    """Writes to job registers that were ignored because the channel was BUSY; saturates."""
    OFFSET = 0x78
    COUNT = Bits(0, 0xFFFF)  # Count since reset.

GLOBAL_REGISTERS: dict[int, type[Register]] = {
    0x00: ID,
    0x04: VERSION,
    0x08: CAP0,
    0x0C: CAP1,
    0x10: CTRL,
    0x14: STATUS,
    0x18: IRQ_PEND,
    0x1C: SCRATCH,
    0x20: WDOG,
    0x40: PMU_CTRL,
    0x44: PMU_CYCLES,
    0x48: PMU_BUSY,
    0x4C: PMU_R_BEATS,
    0x50: PMU_W_BEATS,
    0x54: PMU_R_STALL,
    0x58: PMU_W_STALL,
    0x5C: PMU_AR_WAIT,
    0x60: PMU_AW_WAIT,
    0x64: PMU_ZSTRB,
    0x68: PMU_FIFO_MAX,
    0x6C: PMU_DESCS,
    0x70: PMU_MAX_OUT,
}

CHANNEL_REGISTERS: dict[int, type[Register]] = {
    0x00: CH_CMD,
    0x04: CH_STATUS,
    0x08: CH_IRQ_EN,
    0x0C: CH_CFG,
    0x10: CH_COALESCE,
    0x14: CH_SRC_LO,
    0x18: CH_SRC_HI,
    0x1C: CH_DST_LO,
    0x20: CH_DST_HI,
    0x24: CH_LEN,
    0x28: CH_ROWS,
    0x2C: CH_SSTRIDE,
    0x30: CH_DSTRIDE,
    0x34: CH_FILL,
    0x38: CH_ATTR_SRC,
    0x3C: CH_ATTR_DST,
    0x40: CH_ATTR_DESC,
    0x44: CH_DESC_BASE_LO,
    0x48: CH_DESC_BASE_HI,
    0x4C: CH_RING_LEN,
    0x50: CH_TAIL,
    0x54: CH_HEAD,
    0x58: CH_ERR_INFO,
    0x5C: CH_ERR_ADDR_LO,
    0x60: CH_ERR_ADDR_HI,
    0x64: CH_RESIDUE,
    0x68: CH_DONE_CNT,
    0x6C: CH_CUR_DESC_LO,
    0x70: CH_CUR_DESC_HI,
    0x74: CH_DIGEST,
    0x78: CH_IGNORED,
}
