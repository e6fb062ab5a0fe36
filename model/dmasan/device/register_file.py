# SPDX-License-Identifier: Apache-2.0
"""What software reads from and writes to the behavioural engine's registers."""

from __future__ import annotations

from dmasan.device import registers as reg
from dmasan.device.backend import REGISTERS_BASE, DeviceBusError
from dmasan.device.bits import Register
from dmasan.device.channel import Channel
from dmasan.device.coalescing import CAUSES
from dmasan.device.engine import Engine
from dmasan.device.judge import ADDRESS_BITS
from dmasan.device.registers import State

_WORD = 0xFFFF_FFFF
_STICKY = sum(
    f.mask for f in (CAUSES.DONE, CAUSES.ERR, CAUSES.EMPTY, CAUSES.PERIOD, CAUSES.ABORTED, CAUSES.STOPPED)
)


def read(engine: Engine, offset: int) -> int:
    """A register's value. Raises DeviceBusError where none is."""
    channel, inner, register = _find(engine, offset)
    if channel is None:
        return _read_global(engine, inner, register)
    return _read_channel(channel, inner)


def write(engine: Engine, offset: int, value: int) -> None:
    """Writes a register, with all that follows from it. Raises DeviceBusError where none is."""
    channel, inner, register = _find(engine, offset)
    value &= _WORD
    if channel is None:
        _write_global(engine, inner, register, value)
    else:
        _write_channel(engine, channel, inner, register, value)


def _find(engine: Engine, offset: int) -> tuple[Channel | None, int, type[Register]]:
    """Channel (None: global), offset inside, and register."""
    number, inner = divmod(offset - reg.CHANNEL_BASE, reg.CHANNEL_STRIDE)
    table = reg.CHANNEL_REGISTERS
    if number < 0:
        inner, table = offset, reg.GLOBAL_REGISTERS
    if number >= len(engine.channels) or inner not in table:
        raise DeviceBusError(f"register access at {REGISTERS_BASE + offset:#x}: the engine has no register there")
    return (engine.channels[number] if number >= 0 else None), inner, table[inner]


# --- global registers


def _read_global(engine: Engine, offset: int, register: type[Register]) -> int:
    if register is reg.STATUS:
        return _global_status(engine)
    if register is reg.IRQ_PEND:
        return sum(1 << c.number for c in engine.channels if c.causes & c.words[reg.CH_IRQ_EN.OFFSET >> 2])
    if register is reg.CAP0:
        return _sizes(engine)
    if register is reg.CAP1:
        return _features(engine)
    if register is reg.CTRL:
        return reg.CTRL.SOFT_RESET.replace(engine.words[offset >> 2], engine.resetting)
    return engine.words[offset >> 2]


def _global_status(engine: Engine) -> int:
    working = any(c.posted or c.busy for c in engine.channels)
    draining = any(c.state is State.DRAIN for c in engine.channels)
    writes = sum(len(c.posted) for c in engine.channels)
    return reg.STATUS.IDLE.put(not working) | reg.STATUS.DRAINING.put(draining) | reg.STATUS.OUT_WR.put(writes)


def _sizes(engine: Engine) -> int:
    sizes = engine.sizes
    return (
        reg.CAP0.NCH.put(sizes.channels)
        | reg.CAP0.LOG2_BEAT.put(sizes.beat.bit_length() - 1)
        | reg.CAP0.ADDR_W.put(ADDRESS_BITS)
        | reg.CAP0.LOG2_FIFO.put(sizes.fifo_beats.bit_length() - 1)
        | reg.CAP0.LOG2_MAX_BURST.put(sizes.max_burst.bit_length() - 1)
    )


def _features(engine: Engine) -> int:
    f = reg.CAP1
    always = (f.SG, f.RECT, f.UNALIGNED, f.FILL, f.SINK, f.CYCLIC, f.ACE, f.PMU, f.SHORT_DESC, f.FAULT_INJECT)
    return (
        sum(bit.mask for bit in always)
        | f.COHERENT_DATA.put(engine.sizes.coherent_data)
        | f.COHERENT_DESC.put(engine.sizes.coherent_descriptors)
    )


def _write_global(engine: Engine, offset: int, register: type[Register], value: int) -> None:
    if register is reg.PMU_CTRL:
        _counters(engine, value)
        return
    engine.words[offset >> 2] = value & register.WRITABLE
    if register is reg.CTRL:
        if value & reg.CTRL.SOFT_RESET.mask:
            engine.soft_reset()
        elif value & reg.CTRL.ENABLE.mask:
            for channel in engine.channels:
                if channel.state is State.WAIT:
                    engine.proceed(channel)


def _counters(engine: Engine, value: int) -> None:
    """PMU_CTRL: snapshot, then clear."""
    live = engine.bus.counters
    live[reg.PMU_CYCLES.OFFSET] = engine.cycle - engine.counted_from
    if value & reg.PMU_CTRL.SNAPSHOT.mask:
        for offset, count in live.items():
            engine.words[offset >> 2] = count & _WORD
    if value & reg.PMU_CTRL.CLEAR.mask:
        live.clear()
        engine.counted_from = engine.cycle


# --- registers of a channel


def _read_channel(channel: Channel, offset: int) -> int:
    if offset == reg.CH_STATUS.OFFSET:
        return _status(channel)
    if offset == reg.CH_HEAD.OFFSET:
        return reg.CH_HEAD.INDEX.put(channel.head) | reg.CH_HEAD.LAP.put(channel.head_lap)
    if offset == reg.CH_ERR_INFO.OFFSET:
        fault, info = channel.fault, reg.CH_ERR_INFO
        return (
            info.KIND.put(fault.kind)
            | info.RESP.put(fault.response)
            | info.BEAT.put(fault.beat)
            | info.INDEX.put(fault.index)
        )
    if offset == reg.CH_ERR_ADDR_LO.OFFSET:
        channel.err_addr_high = channel.fault.address >> 32  # reading the low half latches the high one
        return channel.fault.address & _WORD
    if offset == reg.CH_RESIDUE.OFFSET:
        return channel.job.residue & _WORD if channel.job else 0
    plain = {
        reg.CH_ERR_ADDR_HI.OFFSET: channel.err_addr_high,
        reg.CH_DONE_CNT.OFFSET: channel.done_count,
        reg.CH_CUR_DESC_LO.OFFSET: channel.current & _WORD,
        reg.CH_CUR_DESC_HI.OFFSET: channel.current >> 32,
        reg.CH_DIGEST.OFFSET: channel.digest,
        reg.CH_IGNORED.OFFSET: channel.ignored,
    }
    return plain[offset] if offset in plain else channel.words[offset >> 2]


def _status(channel: Channel) -> int:
    state = State.PAUSED if channel.paused else channel.state
    return (
        channel.causes
        | CAUSES.STATE.put(state)
        | CAUSES.BUSY.put(channel.busy)
        | CAUSES.PAUSED.put(channel.paused)
        | CAUSES.HALTED.put(channel.state is State.HALTED)
    )


def _write_channel(engine: Engine, channel: Channel, offset: int, register: type[Register], value: int) -> None:
    if register is reg.CH_CMD:
        _command(engine, channel, value)
        return
    if register is reg.CH_STATUS:
        channel.causes &= ~(value & _STICKY)
        return
    if register.LOCKED and channel.busy:
        channel.ignored = min(channel.ignored + 1, reg.CH_IGNORED.COUNT.limit)
        return
    channel.words[offset >> 2] = value & register.WRITABLE
    if register is reg.CH_DESC_BASE_LO:
        channel.rewind()
    elif register is reg.CH_TAIL and channel.state is State.WAIT:
        engine.proceed(channel)


def _command(engine: Engine, channel: Channel, value: int) -> None:
    """CMD: all bits that are set act, ABORT last."""
    cmd = reg.CH_CMD
    if value & cmd.CLEAR.mask:
        channel.clear()
        if channel.state is State.HALTED:
            channel.state = State.IDLE
    if value & cmd.START.mask and not channel.busy:
        engine.start(channel)
    if value & cmd.PAUSE.mask and channel.busy:
        channel.pause = True
    if value & cmd.RESUME.mask:
        channel.pause = False
    if value & cmd.STOP.mask:
        engine.stop(channel)
    if value & cmd.ABORT.mask:
        engine.abort(channel)
