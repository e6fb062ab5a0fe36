# SPDX-License-Identifier: Apache-2.0
"""The agent of the register port: every access passes its sequencer, those of the CPU and those of the register model."""

from __future__ import annotations

from typing import Any

from pyuvm import (
    ConfigDB,
    uvm_access_e,
    uvm_agent,
    uvm_analysis_port,
    uvm_driver,
    uvm_reg_adapter,
    uvm_reg_bus_op,
    uvm_sequence,
    uvm_sequencer,
    uvm_status_e,
)

from cocotbext.dmasan.uvm.items import RegisterItem
from dmasan.device.backend import REGISTERS_BASE, Backend, DeviceBusError, register_offset


class RegisterDriver(uvm_driver):
    """Runs accesses on the device, one after the other, and publishes them."""

    def build_phase(self) -> None:
        self.backend: Backend = ConfigDB().get(self, "", "BACKEND")
        self.ap = uvm_analysis_port("ap", self)

    async def run_phase(self) -> None:
        while True:
            item: RegisterItem = await self.seq_item_port.get_next_item()
            await self.access(item)
            self.ap.write(item)
            self.seq_item_port.item_done()

    async def access(self, item: RegisterItem) -> None:
        """One access. A device with a fault in its registers overrides this."""
        try:
            if item.write:
                await self.backend.write32(REGISTERS_BASE + item.offset, item.data)
            else:
                item.data = await self.backend.read32(REGISTERS_BASE + item.offset)
        except DeviceBusError:
            item.good = False


class RegisterAdapter(uvm_reg_adapter):
    """Between the register model and the agent's items."""

    def reg2bus(self, rw: uvm_reg_bus_op) -> RegisterItem:
        write = rw.kind == uvm_access_e.UVM_WRITE
        return RegisterItem("model", write=write, offset=int(rw.addr), data=int(rw.data) if write else 0)

    def bus2reg(self, bus_item: RegisterItem, rw: uvm_reg_bus_op) -> None:
        rw.data = bus_item.data
        rw.status = uvm_status_e.UVM_IS_OK if bus_item.good else uvm_status_e.UVM_NOT_OK


class Access(uvm_sequence):
    """One access."""

    def __init__(self, name: str, item: RegisterItem) -> None:
        super().__init__(name)
        self.item = item

    async def body(self) -> None:
        await self.start_item(self.item)
        await self.finish_item(self.item)


class CpuAccesses:
    """`machine.mmio`: the CPU's loads and stores of registers as items."""

    def __init__(self, sequencer: Any) -> None:
        self.sequencer = sequencer

    async def read32(self, pa: int) -> int:
        return (await self._run(RegisterItem("load", offset=register_offset(pa)))).data

    async def write32(self, pa: int, value: int) -> None:
        await self._run(RegisterItem("store", write=True, offset=register_offset(pa), data=value & 0xFFFF_FFFF))

    async def _run(self, item: RegisterItem) -> RegisterItem:
        await Access("cpu", item).start(self.sequencer)
        if not item.good:
            raise DeviceBusError(f"{item}")
        return item


class RegisterAgent(uvm_agent):
    """Sequencer and driver. `ap` publishes every access when it is complete."""

    def build_phase(self) -> None:
        super().build_phase()
        self.sequencer = uvm_sequencer("sequencer", self)
        self.driver = RegisterDriver.create("driver", self)

    def connect_phase(self) -> None:
        self.driver.seq_item_port.connect(self.sequencer.seq_item_export)

    @property
    def ap(self) -> uvm_analysis_port:
        return self.driver.ap
