# SPDX-License-Identifier: Apache-2.0
"""Tests in the pyuvm environment; test_uvm.py runs them, one simulation each."""

from __future__ import annotations

from pyuvm import uvm_factory

from cocotbext.dmasan.pace import Pace
from cocotbext.dmasan.uvm import DmasanTest
from cocotbext.dmasan.uvm.items import RegisterItem
from cocotbext.dmasan.uvm.register_agent import RegisterDriver
from cocotbext.dmasan.uvm.register_sequences import BitBashSequence, HardwareResetSequence
from cocotbext.dmasan.uvm.sequences import CopySequence, ForgetfulCopySequence, PaceSequence
from dmasan.device import registers as reg
from dmasan.events import BurstKind

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
