# SPDX-License-Identifier: Apache-2.0
"""Every execution of a litmus test on the machine: all interleavings, all hidden moves at all points.

States that were seen before are not entered again, so that no bound on the number of hidden moves is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import replace
from typing import Any

import numpy as np
from arch_bench import DATA, NC, PA, WB, ArchBench, run, tiny
from litmus import FAULT, Litmus, Operation

from dmasan.arch.cache import Cache
from dmasan.arch.early_loads import Found
from dmasan.arch.faults import Fault
from dmasan.arch.indexed_cache import IndexedCache
from dmasan.arch.residues import Residue, Residues
from dmasan.arch.short_descriptor import Kind, Leaf, encode
from dmasan.arch.write_buffer import Entry, WriteBuffer
from dmasan.events import MemoryType
from dmasan.schedule import Footprint, MachineView, Move, MoveKind, Point, Replay

PAGES = 0x5000_0000  # Write-Back, in small pages that a test may change
PRIVATE = 0x5010_0000  # the same pages, Non-shareable
_TABLES = (PA + 0x4000, PA + 0x4400)

MAINTENANCE = ("dccmvac", "dcimvac", "dccimvac")
HELD = ", held"

Registers = dict[tuple[str, str], int]


class Chosen(Replay):
    """Makes the move that was chosen for the operation that comes next, and no other."""

    coming: Move | None = None

    def moves(self, point: Point, footprint: Footprint, machine: MachineView) -> Sequence[Move]:
        move, self.coming = self.coming, None
        return () if move is None else (move,)


class World:
    """A small machine, the places of the variables, and what the agents have read."""

    def __init__(self, test: Litmus, profile: str) -> None:
        self.test = test
        name, *options = profile.split("+")
        self.early = "early" in options
        self.schedule = Chosen()
        small = tiny(name, l1_lines=16, l2_lines=32)
        self.bench = ArchBench(
            replace(small, buffered_stores=True) if "buffered" in options else small,
            schedule=self.schedule,
            observe=False,
            sections=2,
            versions=False,
            cpus=1 + max(int(agent[3:]) for agent in test.programs if agent != "dev"),
        )
        self.machine = self.bench.machine
        line = self.machine.hierarchy.line
        # Pages of their own, and lines of different sets.
        self.offset = {name: n * 0x1000 + n * line for n, name in enumerate(test.variables)}
        for va, table in zip((PAGES, PRIVATE), _TABLES, strict=True):
            self.bench.link(va, table)
            for offset in self.offset.values():
                page = PA + DATA + (offset & -4096)
                self.bench.page(va + (offset & -4096), page, table=table, s=va == PAGES)
        for cpu in self.machine.cpus:
            for base in (PAGES, PRIVATE, NC + DATA):
                for offset in self.offset.values():
                    run(cpu.ldr(base + offset)) if base == NC + DATA else cpu.translate(base + offset)
        # Only the pages of the variables are mapped cacheable, so that `unmap` leaves no alias.
        self.bench.section(WB + DATA, None)
        run(self._flush())
        self.maps = any(op.name in ("map", "unmap") for program in test.programs.values() for op in program)
        self.registers: Registers = {}
        self.done = dict.fromkeys(test.programs, 0)
        self.rung = False
        self.moves = list(self._moves(line))

    async def _flush(self) -> None:
        await self.bench.cpu.tlbimvais(WB + DATA, 1 << 20)
        await self.bench.cpu.dsb()

    def pa(self, name: str) -> int:
        return PA + DATA + self.offset[name]

    def va(self, name: str, alias: str) -> int:
        return {"wb": PAGES, "nc": NC + DATA, "ns": PRIVATE}[alias] + self.offset[name]

    def _moves(self, line: int) -> Iterator[Move]:
        profile = self.machine.profile
        cpus = len(self.machine.cpus)
        levels = ["l1", *(["l2"] if profile.l2 else [])]
        maintained = any(op.name in MAINTENANCE for program in self.test.programs.values() for op in program)
        for name in self.offset:
            pa = self.pa(name)
            for kind in (MoveKind.FILL, MoveKind.EVICT):
                for level in levels:
                    for cpu in range(cpus) if level == "l1" else (0,):
                        yield Move(kind, level, cpu, pa)
            for cpu in range(cpus):
                yield Move(MoveKind.DRAIN, "store_buffer", cpu, pa & -line)
                if self.early:
                    yield from (Move(MoveKind.LOAD, alias, cpu, pa & -line) for alias in ("wb", "nc"))
                if maintained:
                    yield Move(MoveKind.DRAIN, "maintenance", cpu)
                if self.maps:
                    yield Move(MoveKind.FILL, "tlb", cpu, self.va(name, "wb"))
                    yield Move(MoveKind.EVICT, "tlb", cpu, self.va(name, "wb"))
            if profile.outer:
                yield Move(MoveKind.DRAIN, "outer_buffer", 0, pa & -line)

    # --- steps ---

    def enabled(self) -> Iterator[str]:
        for agent, program in self.test.programs.items():
            if self.done[agent] < len(program):
                if program[self.done[agent]].name != "wait" or self.rung:
                    yield agent
                if program[self.done[agent]].name in MAINTENANCE:
                    yield agent + HELD

    def step(self, agent: str) -> None:
        """One operation; the maintenance of "cpu0, held" stays in flight."""
        agent, held = agent.removesuffix(HELD), agent.endswith(HELD)
        if held:
            self.schedule.coming = Move(MoveKind.HOLD, "maintenance", int(agent[3:]))
        operation = self.test.programs[agent][self.done[agent]]
        self.done[agent] += 1
        if operation.name == "wait":
            return
        if agent == "dev":
            self._device(operation)
            return
        try:
            run(self._perform(agent, operation))
        except Fault:
            if operation.name == "ldr":
                self.registers[agent, operation.arguments[0]] = FAULT

    def _device(self, operation: Operation) -> None:
        match operation.name, operation.arguments:
            case "dread", (register, name):
                self.registers["dev", register] = self.bench.device(self.pa(name))
            case "dwrite", (name, value):
                self.bench.device_write(self.pa(name), int(value))

    async def _perform(self, agent: str, operation: Operation) -> None:
        cpu = self.machine.cpus[int(agent[3:])]
        name = operation.variable
        va, pa = (self.va(name, operation.alias), self.pa(name)) if name else (0, 0)
        match operation.name:
            case "str":
                await cpu.str_(va, int(operation.arguments[1]))
            case "ldr" | "ldrex":
                value = await getattr(cpu, operation.name)(va)
                self.registers[agent, operation.arguments[0]] = value
            case "strex":
                failed = await cpu.strex(va, int(operation.arguments[2]))
                self.registers[agent, operation.arguments[0]] = failed
            case "map" | "unmap":
                page = PA + DATA + (self.offset[name or ""] & -4096)
                kind = operation.arguments[1] if operation.name == "map" else None
                word = encode(Leaf(Kind.SMALL_PAGE, page, MemoryType(kind))) if kind else 0
                at = _TABLES[0] + (va >> 12 & 255) * 4
                await cpu.set_descriptor(at, word, va=va & -4096, level=2)
            case "bell":
                cpu._noncacheable.before_store(cpu.index)
                self.rung = True
            case "dmb":
                await cpu.dmb("sy" if operation.alias == "wb" else operation.alias)
            case "outer_clean" | "outer_invalidate" | "outer_flush":
                await getattr(cpu, operation.name)(pa, 4)
            case _:
                await getattr(cpu, operation.name)(*([va] if name else []))

    def move(self, move: Move) -> bool:
        """A hidden move; False if it is not possible here or changes nothing."""
        if move.kind is MoveKind.FILL and move.level != "tlb":
            if not (self.machine.profile.speculates and self.machine.aliases.is_live(move.address)):
                return False
        return self.machine.apply(move)

    # --- states ---

    def save(self) -> tuple[Any, ...]:
        """All that can change, as immutable values: the state, and its own key."""
        m, h = self.machine, self.machine.hierarchy
        caches = tuple(_cache(each) for each in (*h.l1, h.l2) if each is not None)
        buffers = tuple(_entries(each) for each in (*m.noncacheable.buffers, m.noncacheable.outer) if each)
        memory = tuple(self.bench.device(self.pa(name)) for name in self.offset)
        tables = self._tables() if self.maps else ()
        cpus = (tuple(cpu._reserved for cpu in m.cpus), tuple(map(tuple, m.maintenance.in_flight)))
        own = (tuple(self.done.items()), tuple(sorted(self.registers.items())), self.rung)
        epochs = (tuple(m.noncacheable.epochs), tuple(m.noncacheable.orders_all))
        early = tuple((at, f.cpu, f.cacheable, f.data, bytes(f.used)) for at, f in m.early.lines.items())
        return caches, buffers, memory, epochs, tables, cpus, early, own

    def load(self, state: tuple[Any, ...]) -> None:
        caches, buffers, memory, epochs, tables, cpus, early, (done, registers, self.rung) = state
        m, h = self.machine, self.machine.hierarchy
        for cache, saved in zip([each for each in (*h.l1, h.l2) if each is not None], caches, strict=True):
            _restore(cache, saved)
        held = [each for each in (*m.noncacheable.buffers, m.noncacheable.outer) if each]
        for buffer, entries in zip(held, buffers, strict=True):
            buffer.entries = [
                Entry(a, c, e, bytearray(d), bytearray(len(d)), bytearray(k), wb) for a, c, e, d, k, wb in entries
            ]
        for name, value in zip(self.offset, memory, strict=True):
            at = self.pa(name) - PA
            m.memory.data[at : at + 4] = np.frombuffer(value.to_bytes(4, "little"), np.uint8)
        m.noncacheable.epochs[:], m.noncacheable.orders_all[:] = epochs
        for cpu, reserved, waiting in zip(m.cpus, *cpus, strict=True):
            cpu._reserved = reserved
            m.maintenance.in_flight[cpu.index] = list(waiting)
        m.early.lines.clear()  # the CPUs hold it
        m.early.lines.update({at: Found(cpu, wb, data, None, bytearray(used)) for at, cpu, wb, data, used in early})
        self.done, self.registers = dict(done), dict(registers)
        if self.maps:
            self._load_tables(tables)

    def _tables(self) -> tuple[Any, ...]:
        aliases = self.machine.aliases
        words = self.machine.hierarchy.peek(_TABLES[0], 64).tobytes()
        tlbs = tuple(tuple(sorted(cpu.tlb.pages.items())) for cpu in self.machine.cpus)
        residues = tuple((r.span, r.holders, r.serial, r.count) for r in aliases.residues)
        pending = tuple((cpu, tuple(each)) for cpu, each in sorted(aliases._pending.items()) if each)
        first = DATA >> 12
        live = aliases.live[first : first + 8].tobytes(), aliases.uncached[first : first + 8].tobytes()
        return words, tlbs, residues, pending, live, aliases._serial

    def _load_tables(self, saved: tuple[Any, ...]) -> None:
        words, tlbs, residues, pending, (live, uncached), serial = saved
        aliases = self.machine.aliases
        self.machine.memory.data[0x4000:0x4040] = np.frombuffer(words, np.uint8)
        for cpu, pages in zip(self.machine.cpus, tlbs, strict=True):
            cpu.tlb.pages = dict(pages)
        aliases.residues, aliases._last = Residues(), None
        for each in residues:
            aliases.residues.add(Residue(*each))
        aliases._pending = {cpu: list(each) for cpu, each in pending}
        first = DATA >> 12
        aliases.live[first : first + 8] = np.frombuffer(live, np.int32)
        aliases.uncached[first : first + 8] = np.frombuffer(uncached, np.int32)
        aliases._serial = serial


def _cache(cache: Cache) -> tuple[Any, ...]:
    slots = np.flatnonzero(cache.tags >= 0)
    private = None if cache.private is None else cache.private.tobytes()
    return (
        tuple((slot, int(cache.tags[slot]), bool(cache.dirty[slot]), cache.data[slot].tobytes()) for slot in slots.tolist()),
        private,
        cache._turn.tobytes(),
        None if cache.parts is None else (cache.parts & cache.dirty[:, None]).tobytes(),
    )


def _restore(cache: Cache, saved: tuple[Any, ...]) -> None:
    lines, private, turn, parts = saved
    if cache.parts is not None:
        cache.parts[:] = np.frombuffer(parts, np.bool_).reshape(cache.parts.shape)
    cache.tags[:] = -1
    cache.dirty[:] = False
    for slot, tag, dirty, data in lines:
        cache.tags[slot], cache.dirty[slot] = tag, dirty
        cache.data[slot] = np.frombuffer(data, np.uint8)
    cache.private = None if private is None else np.frombuffer(private, np.bool_).copy()
    cache._turn[:] = np.frombuffer(turn, np.uint32)
    if isinstance(cache, IndexedCache):
        cache.reindex()


def _entries(buffer: WriteBuffer) -> tuple[Any, ...]:
    return tuple((e.address, e.cpu, e.epoch, bytes(e.data), bytes(e.mask), e.cacheable) for e in buffer.entries)


def explore(test: Litmus, profile: str) -> tuple[set[tuple[tuple[tuple[str, str], int], ...]], int]:
    """The registers of every final state, and the number of states."""
    world = World(test, profile)
    start = world.save()
    seen, todo = {start}, [start]
    finals: set[tuple[tuple[tuple[str, str], int], ...]] = set()
    while todo:
        state = todo.pop()
        world.load(state)
        changed = False
        agents = list(world.enabled())
        if not agents and all(world.done[a] == len(p) for a, p in test.programs.items()):
            finals.add(tuple(sorted(copy(world.registers).items())))
            continue
        for choice in (*agents, *world.moves):
            if changed:
                world.load(state)
                changed = False
            if isinstance(choice, str):
                world.step(choice)
            elif not world.move(choice):
                continue
            changed = True
            after = world.save()
            if after not in seen:
                seen.add(after)
                todo.append(after)
    return finals, len(seen)


def matches(final: tuple[tuple[tuple[str, str], int], ...], condition: dict[tuple[str, str], int]) -> bool:
    registers = dict(final)
    return all(registers.get(name) == value for name, value in condition.items())
