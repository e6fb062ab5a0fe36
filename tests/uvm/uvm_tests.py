# SPDX-License-Identifier: Apache-2.0
"""Tests in the pyuvm environment; test_uvm.py runs them, one simulation each."""

from __future__ import annotations

from pyuvm import uvm_factory

from cocotbext.dmasan.pace import Pace
from cocotbext.dmasan.uvm import DmasanTest
from cocotbext.dmasan.uvm.items import RegisterItem
from cocotbext.dmasan.uvm.knob_sequences import (
    WORLD,
    ErrorSequence,
    KnobSequence,
    PaceSequence,
    RandomWorldSequence,
    ScheduleSequence,
)
from cocotbext.dmasan.uvm.register_agent import RegisterDriver
from cocotbext.dmasan.uvm.register_sequences import BitBashSequence, HardwareResetSequence
from cocotbext.dmasan.uvm.sequences import SIZE, CopySequence, ForgetfulCopySequence
from dmasan.device import registers as reg
from dmasan.device.driver import DmaEngine
from dmasan.device.transaction import DmaError
from dmasan.events import BurstKind
from dmasan.soc.soc import Soc

CFG = reg.CHANNEL_BASE + reg.CH_CFG.OFFSET


class CopyTest(DmasanTest):
    """A correct driver on a correct device."""

    expected: frozenset[str] = frozenset()

    async def main(self) -> None:
        self.env.scoreboard.expected = self.expected
        sequence = CopySequence.create("copy")
        sequence.env = self.env
        await sequence.start()
        board = self.env.scoreboard
        bursts = board.memory.bursts
        type(self).told = {
            "equal": sequence.equal,
            "bytes": dict(board.memory.bytes),
            "descriptors": bursts["read", BurstKind.DESCRIPTOR],
            "statuses": bursts["done", BurstKind.STATUS],
            "interrupts": board.interrupts.count,
            "accesses": len(board.registers.items),
        }


class PacedCopyTest(CopyTest):
    """The same with stalls, late addresses and responses, and reads out of order."""

    async def main(self) -> None:
        pace = Pace(reorder=True, b_delay=60, aw_hold=9, w_hold=4, stall_ar=96, stall_w=96, gap_r=96)
        await PaceSequence("pace", self.env, pace, 30).start()
        await super().main()


class ForgetfulDriverTest(CopyTest):
    """The factory replaces the driver program by one that forgets a sync."""

    expected = frozenset({"CPU_WR_OWNED"})

    def overrides(self) -> None:
        uvm_factory().set_type_override_by_type(CopySequence, ForgetfulCopySequence)


class EarlyRegisterDriver(RegisterDriver):
    """Turns the engine into one that reports completion before its data has arrived."""

    async def access(self, item: RegisterItem) -> None:
        if item.write and item.offset == CFG:
            item.data |= reg.CH_CFG.FI_EARLY_STATUS.mask | reg.CH_CFG.IRQ_EARLY.mask
        await super().access(item)


class EarlyDeviceTest(CopyTest):
    """The factory replaces the device by one that signals completion early: what it still writes is unmapped."""

    expected = frozenset({"DEV_UNMAPPED"})

    def overrides(self) -> None:
        uvm_factory().set_type_override_by_type(RegisterDriver, EarlyRegisterDriver)

    async def main(self) -> None:
        await PaceSequence("pace", self.env, Pace(b_delay=300)).start()
        await super().main()


class RegisterTest(DmasanTest):
    """The register model against the engine: reset values, and every RW bit."""

    async def main(self) -> None:
        reset = HardwareResetSequence("reset", self.env.model)
        await reset.start()
        bash = BitBashSequence("bash", self.env.model)
        await bash.start()
        type(self).told = {"reset": [reset.checked, reset.mismatches], "bash": [bash.checked, bash.mismatches]}


QUIET = {
    "latency": 12, "stall_ar": 0, "stall_aw": 0, "stall_w": 0, "gap_r": 0, "gap_b": 0, "reorder": 0, "aw_hold": 0,
    "w_hold": 0, "sample": 0, "b_delay": 0,
}  # fmt: skip
SLOW = {
    "LatencySequence": {"latency": 200},
    "BackPressureSequence": dict.fromkeys(("stall_ar", "stall_aw", "stall_w", "gap_r", "gap_b"), 160),
    "ReorderSequence": {"reorder": 1},
    "AddressOrderSequence": {"aw_hold": 40, "w_hold": 8},
    "SampleSequence": {"sample": 2},
    "ResponseDelaySequence": {"b_delay": 400},
    "InterruptLatencySequence": {"ns": 5000},
    "QuantumSequence": {"ns": 0},
}


class KnobTest(DmasanTest):
    """A correct driver under each knob of the world in turn, under all of them at random, and with error responses."""

    cell = {"policy": "strict", "schedule": "switched"}  # noqa: RUF012
    soc: Soc

    async def main(self) -> None:
        self.soc = self.env.system.soc
        await self.soc.boot()
        await self.copy()  # of memory that no cache has seen
        told = {"base": await self.copy()}
        for kind in WORLD:
            await kind(kind.__name__, self.env, **SLOW[kind.__name__]).start()
            told[kind.__name__] = await self.copy()
            await self.calm(kind)
        for seed in (1, 2):
            world = RandomWorldSequence("world", self.env, seed)
            await world.start()
            told[f"world {seed}"] = await self.copy()
        for kind in WORLD:
            await self.calm(kind)
        type(self).told = {"ns": told, "moves": await self.moves(), "errors": await self.errors()}

    async def copy(self) -> float:
        """ns of a whole copy program; raises AssertionError for wrong data."""
        begin, sequence = self.backend.now_ns, CopySequence("copy", self.env)
        await sequence.program(self.soc)
        assert sequence.equal, "the CPU found other data than it sent"
        return self.backend.now_ns - begin

    async def calm(self, kind: type[KnobSequence]) -> None:
        values = {name: QUIET.get(name, 100 if kind.__name__ == "QuantumSequence" else 0) for name in kind.ranges}
        await kind("calm", self.env, **values).start()

    async def moves(self) -> dict[str, int]:
        """How many hidden moves were made under each schedule."""
        made = {}
        for name in ("benign", "random", "adversarial"):
            before = len(self.soc.schedule.log)
            await ScheduleSequence("schedule", self.env, name).start()
            await self.copy()
            made[name] = len(self.soc.schedule.log) - before
        await ScheduleSequence("schedule", self.env, "benign").start()
        return made

    async def errors(self) -> dict[str, bool]:
        """Whether the driver saw an error that was planted, and none when there was none any more."""
        seen = {}
        source, target = [await self.soc.dma.alloc_coherent(SIZE, name) for name in ("source", "target")]
        for name, length in (("planted", SIZE), ("taken away", 0)):
            engine = await DmaEngine.probe(self.soc)
            await ErrorSequence("error", self.env, target.dma_handle, length, read=False).start()
            try:
                await engine.memcpy(target.dma_handle, source.dma_handle, SIZE)
                seen[name] = False
            except DmaError:
                seen[name] = True
            await engine.remove()
        return seen
