# SPDX-License-Identifier: Apache-2.0
"""Random programs as scripts of `engine_bench replay`, run there on the RTL and here on the behavioural engine.

What does not depend on timing has to agree: bursts by channel, kind and direction, in their order, with all that stands
on the address channels; registers at rest; memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np
from device_programs import PARTIAL, SHOWN, SIZE, SOURCE, Program, random_program
from numpy.typing import NDArray

from bench._engine_bench import told
from dmasan.device import register_file
from dmasan.device import registers as reg
from dmasan.device.bits import Register
from dmasan.device.burst import DECERR, SLVERR, Burst, decode_user
from dmasan.device.bus import Sizes
from dmasan.device.engine import Engine
from dmasan.device.plain import RAM_BASE, BeatwiseMemory
from dmasan.device.registers import Mode, Op, State
from dmasan.events import BurstKind

MEMORY = 2 * SIZE  # one half for each of two programs
LIMIT = 1_000_000  # cycles
Words = tuple[Any, ...]
KINDS = ("none", "none", "error", "pause", "stop", "abort", "two", "cyclic")
ALWAYS = (reg.CH_ERR_INFO, reg.CH_ERR_ADDR_LO, reg.CH_ERR_ADDR_HI, reg.CH_DIGEST)  # after a new START too


@dataclass
class Script:
    """Commands for an engine whose data bus has `beat` bytes, and how to judge what comes of them."""

    kind: str
    programs: list[Program]
    seed: int
    commands: list[Words] = field(default_factory=list)
    shown: list[tuple[int, type[Register]]] = field(default_factory=list)  # channel and register of each read

    @property
    def text(self) -> str:
        return "".join(" ".join(map(str, command)) + "\n" for command in self.commands)

    @property
    def healed(self) -> Script:
        """The same without errors on the bus."""
        return replace(self, commands=[command for command in self.commands if command[0] != "bad"])


class Outcome(NamedTuple):
    """What a device did: registers, bursts by stream (direction, channel, kind), memory."""

    reads: list[int]
    streams: dict[tuple[str, int, str], list[tuple[int, ...]]]
    data: NDArray[np.uint8]


def image(seed: int) -> NDArray[np.uint8]:
    """Memory at the beginning of a script; replay.cpp has the same formula."""
    place = np.arange(MEMORY, dtype=np.uint32)
    return ((place * np.uint32(2654435761) + np.uint32(seed * 40503 & 0xFFFF_FFFF)) >> 13).astype(np.uint8)


# --- making scripts


def random_script(seed: int) -> Script:
    """A script of the kind that is `seed`'s turn."""
    draw = Random(seed)
    kind = KINDS[seed % len(KINDS)]
    programs = [random_program(seed, errors_too=False)]
    if kind == "error":
        programs = [with_error(programs[0], seed, draw)]
    if kind == "two":
        other = random_program(seed + 1_000_003, RAM_BASE + SIZE, errors_too=False)
        programs.append(replace(other, channel=1 - programs[0].channel))
    if kind == "cyclic":
        programs = [cyclic(programs[0], draw)]
    script = Script(kind, programs, seed)
    script.commands = list(commands(script, draw))
    return script


def watched_script(seed: int) -> Script:
    """A ring or list on a memory that answers later than the watchdog allows; then the same without the watchdog."""
    draw = Random(seed)
    program = random_program(seed, errors_too=False)
    while program.mode is Mode.DIRECT:
        program = random_program(draw.getrandbits(30), errors_too=False)
    script = Script("watchdog", [program], seed)
    whole = list(commands(script, draw))
    script.shown[:0] = [(program.channel, reg.CH_STATUS), (program.channel, reg.CH_ERR_INFO)]
    start = whole.index(("write", at(program.channel, reg.CH_CMD), reg.CH_CMD.START.mask))
    end = whole.index(("rest", program.channel))
    script.commands = [
        *(("new", seed, MEMORY, draw.randint(80, 200), 0, 0, 64), *whole[1:start]),
        *(("write", reg.WDOG.OFFSET, draw.randint(20, 60)), *whole[start : end + 1]),
        *(("read", at(channel, register)) for channel, register in script.shown[:2]),
        *(("write", reg.WDOG.OFFSET, 0), whole[start], *whole[end:]),
    ]
    return script


def with_error(program: Program, seed: int, draw: Random) -> Program:
    """The program with one address that it reads or writes, of whatever kind of burst, whose beats answer with an error."""
    healthy = Script("none", [program], seed)
    healthy.commands = list(commands(healthy, Random(seed)))
    places: dict[tuple[bool, BurstKind], list[int]] = {}
    for what, burst in OnModel(healthy, beat=8).memory.log:
        if what != "done":
            place = burst.address + draw.randrange(burst.length)
            places.setdefault((what == "read", burst.kind), []).append(place)
    if not places:
        return program
    kind = draw.choice(sorted(places, key=str))
    return replace(program, errors={draw.choice(places[kind]): draw.choice((SLVERR, DECERR))})


def cyclic(program: Program, draw: Random) -> Program:
    """The program as a cyclic ring, without the faults that would end it."""
    jobs = [
        replace(d, magic=0xD5, phase=1, phase2=1, attr=None, op=d.op if d.op <= Op.SINK else Op.NOP, next=0)
        for d in program.descriptors
        if d.src < 1 << 39 and d.dst < 1 << 39 and d.length < 1 << 15
    ]
    cfg = reg.CH_CFG.MODE.replace(program.cfg, Mode.RING) | reg.CH_CFG.CYCLIC.mask | reg.CH_CFG.WB_EN.mask
    return replace(program, mode=Mode.RING, cfg=cfg, descriptors=jobs or [replace(program.descriptors[0], op=Op.NOP)])


def commands(script: Script, draw: Random) -> Iterator[Words]:
    """The whole script: set-up, start, disturbance, end."""
    stall, late = draw.choice((0, 0, 40)), draw.choice((0, 0, 1))
    yield "new", script.seed & 0xFFFF_FFFF, MEMORY, draw.choice((0, 4, 12, 40, 120)), stall, late, draw.choice((64, 64, 2))
    yield "write", reg.CTRL.OFFSET, reg.CTRL.ENABLE.mask
    for program in script.programs:
        yield "load", program.base - RAM_BASE, program.ring_bytes.hex()
        for address, response in program.errors.items():
            yield "bad", address, response
        yield from set_up(program, len(program.descriptors) + (script.kind != "cyclic"))
    for program in script.programs:
        yield "write", at(program.channel, reg.CH_CMD), reg.CH_CMD.START.mask
        yield "write", at(program.channel, reg.CH_TAIL), len(program.descriptors)
    yield from disturbance(script, draw)
    for program in script.programs:
        yield "rest", program.channel
    for program in script.programs:
        for register in SHOWN:
            script.shown.append((program.channel, register))
            yield "read", at(program.channel, register)
    yield ("end",)


def at(channel: int, register: type[Register]) -> int:
    return reg.CHANNEL_BASE + channel * reg.CHANNEL_STRIDE + register.OFFSET


def set_up(program: Program, entries: int) -> Iterator[Words]:
    yield "write", at(program.channel, reg.CH_CFG), program.cfg
    for register, value in program.registers:
        yield "write", at(program.channel, register), value
    yield "write", at(program.channel, reg.CH_RING_LEN), entries
    yield "write", at(program.channel, reg.CH_DESC_BASE_LO), program.base


def disturbance(script: Script, draw: Random) -> Iterator[Words]:
    """What happens to channels that run."""
    program = script.programs[0]
    command = at(program.channel, reg.CH_CMD)
    moment = ("run", draw.randrange(draw.choice((30, 300, 3000))))
    if script.kind == "pause":
        yield from (moment, ("write", command, reg.CH_CMD.PAUSE.mask), ("run", draw.randrange(2000)))
        yield "write", command, reg.CH_CMD.RESUME.mask
    if script.kind in ("stop", "abort"):
        bit = reg.CH_CMD.STOP if script.kind == "stop" else reg.CH_CMD.ABORT
        yield from (moment, ("write", command, bit.mask), ("rest", program.channel))
        yield "write", command, reg.CH_CMD.START.mask
    if script.kind == "cyclic":
        laps = len(program.descriptors) * draw.randint(1, 3)
        yield "until", at(program.channel, reg.CH_DONE_CNT), 0xFFFF_FFFF, laps
        yield "write", command, reg.CH_CMD.STOP.mask


# --- running them


def on_rtl(executable: Path, scripts: list[Script], timeout: float) -> Iterator[Outcome]:
    """All scripts in one run of `engine_bench replay`."""
    answers = told(executable, "replay", timeout=timeout, script="".join(script.text for script in scripts))
    for script, answer in zip(scripts, answers, strict=True):
        data = image(script.seed)
        for _, place, text in (command for command in script.commands if command[0] == "load"):
            load(data, place, text)
        for place, text in answer["changes"]:
            load(data, place, text)
        streams: dict[tuple[str, int, str], list[tuple[int, ...]]] = {}
        for way in ("ar", "aw"):
            for burst in answer[way]:
                tag = decode_user(burst[3])
                streams.setdefault((way, tag.channel, tag.kind.value), []).append(tuple(burst))
        yield Outcome(answer["reads"], streams, data)


def load(data: NDArray[np.uint8], place: int, text: str) -> None:
    raw = np.frombuffer(bytes.fromhex(text), np.uint8)
    data[place : place + len(raw)] = raw


class Snapshots(BeatwiseMemory):
    """Keeps what memory was between two jobs."""

    def __init__(self) -> None:
        super().__init__(MEMORY)
        self.taken: list[NDArray[np.uint8]] = []
        self.writer: int | None = None

    def write(self, burst: Burst, data: NDArray[np.uint8], strobe: NDArray[np.bool_] | None) -> int:
        if burst.tag != self.writer:
            self.taken.append(self.data.copy())
            self.writer = burst.tag
        return super().write(burst, data, strobe)


class OnModel:
    """Interprets a script on the behavioural engine."""

    def __init__(self, script: Script, beat: int) -> None:
        self.memory = Snapshots()
        self.memory.data[:] = image(script.seed)
        self.beat = beat
        latency = script.commands[0][3]
        self.engine = Engine(self.memory, Sizes(beat=beat, max_burst=256, latency=latency))
        self.reads: list[int] = []
        for name, *values in script.commands[1:]:
            getattr(self, name)(*values)

    @property
    def outcome(self) -> Outcome:
        streams: dict[tuple[str, int, str], list[tuple[int, ...]]] = {}
        for what, b in self.memory.log:
            if what != "done":
                way = "ar" if what == "read" else "aw"
                beats = (b.length + b.address % self.beat) // self.beat
                shape = (b.address, beats - 1, b.axi_id, b.user, b.cache, b.prot, b.domain, b.qos)
                streams.setdefault((way, b.channel, b.kind.value), []).append(shape)
        return Outcome(self.reads, streams, self.memory.data)

    def load(self, place: int, text: str) -> None:
        load(self.memory.data, place, text)

    def bad(self, address: int, response: int) -> None:
        first = address // self.beat * self.beat
        self.memory.responses.update(dict.fromkeys(range(first, first + self.beat), response))

    def write(self, offset: int, value: int) -> None:
        register_file.write(self.engine, offset, value)

    def read(self, offset: int) -> None:
        self.reads.append(register_file.read(self.engine, offset))

    def run(self, cycles: int) -> None:
        self.engine.run_until(self.engine.cycle + cycles)

    def until(self, offset: int, mask: int, least: int) -> None:
        for _ in range(LIMIT // 50):
            if register_file.read(self.engine, offset) & mask >= least:
                return
            self.run(50)
        raise TimeoutError(f"register {offset:#x} never reached {least}")

    def rest(self, channel: int) -> None:
        c = self.engine.channels[channel]
        for _ in range(LIMIT // 50):
            if c.state in (State.IDLE, State.HALTED) or (c.state is State.WAIT and (c.head, c.head_lap) == c.tail):
                self.run(100)
                return
            self.run(50)
        raise TimeoutError(f"channel {channel} does not come to rest")

    def end(self) -> None:
        """Nothing is left to do."""


# --- comparing them


def differences(script: Script, rtl: Outcome, beat: int) -> list[str]:
    """What the two devices did not do alike, as text."""
    model = OnModel(script, beat)
    ours = model.outcome
    texts = []
    for (channel, register), a, b in zip(script.shown, rtl.reads, ours.reads, strict=True):
        mask = compared(script, register)
        if a & mask != b & mask:
            texts.append(f"channel {channel} {register.__name__}: rtl {a:#x}, model {b:#x}")
    if script.kind in ("none", "error", "pause", "two"):
        for stream in sorted(rtl.streams.keys() | ours.streams.keys()):
            if script.programs[0].errors and stream[2] == BurstKind.DATA.value:
                continue  # how far data came when the error was seen depends on timing
            a, b = rtl.streams.get(stream, []), ours.streams.get(stream, [])
            if script.programs[0].errors and abs(len(a) - len(b)) <= reg.CH_CFG.PREFETCH.get(script.programs[0].cfg):
                least = min(len(a), len(b))  # what was read ahead when the error was seen depends on timing
                a, b = a[:least], b[:least]
            if a != b:
                n = next((n for n, pair in enumerate(zip(a, b, strict=False)) if pair[0] != pair[1]), min(len(a), len(b)))
                texts.append(f"{stream} burst {n} of {len(a)}/{len(b)}: rtl {a[n : n + 1]}, model {b[n : n + 1]}")
    return texts + memory_differences(script, rtl.data, model, beat)


def compared(script: Script, register: type[Register]) -> int:
    """The bits of a register at the end that do not depend on timing."""
    if script.kind == "cyclic":
        causes = reg.CH_STATUS
        coalesced = dict(script.programs[0].registers)[reg.CH_COALESCE] > 1  # not yet due, or due
        return 0xFFFF_FFFF & ~(coalesced * causes.PERIOD.mask) if register is causes else 0
    if script.kind in ("stop", "abort"):  # how often the jobs were run
        return reg.CH_STATUS.STATE.mask if register is reg.CH_STATUS else 0xFFFF_FFFF * (register in ALWAYS)
    return 0 if script.programs[0].errors and register in PARTIAL else 0xFFFF_FFFF


def memory_differences(script: Script, found: NDArray[np.uint8], model: OnModel, beat: int) -> list[str]:
    """Bytes that differ; where an error or a lap ended the run, bytes that none of the jobs can have left."""
    expected, theirs = model.memory.data.copy(), found.copy()
    for program in script.programs:
        base = program.base - RAM_BASE
        for n in range(len(program.descriptors)):
            place = base + n * program.stride
            for data in (expected, theirs):
                if script.kind == "cyclic":
                    data[place + (3 if program.short else 0x33)] = 0  # has the phase of the last lap
                if not program.short:
                    # The time stamp; after an error how far the job came, too.
                    data[place + (0x34 if program.errors else 0x3C) : place + 0x40] = 0
    wrong = theirs != expected
    if script.programs[0].errors or script.kind == "cyclic":
        right = OnModel(script.healed, beat).memory
        for data in (image(script.seed), right.data, *right.taken):
            wrong[SOURCE:] &= theirs[SOURCE:] != data[SOURCE:]
    place = np.flatnonzero(wrong)
    return [f"memory at {RAM_BASE + int(place[0]):#x} and {place.size - 1} more bytes"] if place.size else []
