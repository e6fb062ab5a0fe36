# SPDX-License-Identifier: Apache-2.0
"""A machine as start-up code leaves it: caches on, memory mapped flat, one region Non-cacheable for descriptors.

On a processor with an MMU the map is made of sections of 1 MiB, as boot loaders make it (U-Boot: dram_bank_mmu_setup,
arch/arm/lib/cache-cp15.c; Xilinx: translation_table.S); with an MPU, of regions, without which the default map decides
(DDI 0403E, B3.1).
"""

from __future__ import annotations

import numpy as np

from dmasan.arch.cpu import Cpu
from dmasan.arch.machine import Machine
from dmasan.arch.mpu import MpuRegion
from dmasan.arch.short_descriptor import FIRST_LEVEL_BYTES, SECTION_SIZE, Access, Kind, Leaf, encode
from dmasan.baremetal.memory import STACK_BYTES, Section, StaticMemory
from dmasan.config import UsageError
from dmasan.events import ContentUndefined, Event, MemoryType, Site, call_site

REGISTERS = 0x4000_0000  # physical address of the device's registers
_TABLES = 1 << 20  # the first MiB: translation tables and code
_UNCACHED = 1 << 20  # the last MiB but one
_STACK = 1 << 20  # the last MiB


class BareMetal:
    """One program on `machine`. `memory` places its variables; `cpu` is the CPU that it runs on."""

    def __init__(self, machine: Machine, registers: int = REGISTERS) -> None:
        self.machine = machine
        self.registers = registers
        base, end = machine.memory.base, machine.memory.base + machine.memory.size
        self.memory = StaticMemory(
            Section("data", base + _TABLES, end - _UNCACHED - _STACK),
            Section("uncached", end - _UNCACHED - _STACK, end - _STACK),
            Section("stack", end - STACK_BYTES, end),
            self._tell,
            self._stamp,
        )

    @property
    def cpu(self) -> Cpu:
        return self.machine.cpus[0]

    async def boot(self, type_: MemoryType = MemoryType.WB) -> None:
        """Maps memory as `type_`, the uncached section as Normal Non-cacheable."""
        if self.machine.profile.translation == "regions":
            await self._boot_regions(type_)
        else:
            await self._boot_sections(type_)

    async def remap(self, address: int, size: int, type_: MemoryType) -> None:
        """Changes the attributes of a region, as Xil_SetTlbAttributes or an MPU set-up does: no cache maintenance.

        Whole sections of 1 MiB with an MMU, a naturally aligned power of two with an MPU. Raises UsageError otherwise.
        """
        cpu = self.cpu
        if cpu.mpu is not None:
            number = next(n for n in range(16) if n not in cpu.mpu.regions)
            await cpu.mpu_set(number, MpuRegion(address, size, type_))
            await cpu.dsb()
            await cpu.isb()
            return
        if address % SECTION_SIZE or size % SECTION_SIZE or size <= 0:
            raise UsageError(f"{size:#x} bytes at {address:#x} are not whole sections of 1 MiB")
        for start in range(address, address + size, SECTION_SIZE):
            entry = self.machine.memory.base + (start >> 20) * 4
            await cpu.set_descriptor(entry, _section(start, type_), va=start, level=1)
            await cpu.dsb()
            await cpu.tlbimva(start, SECTION_SIZE)
            await cpu.dsb()
            await cpu.isb()

    async def write_register(self, offset: int, value: int) -> None:
        """A plain store to a device register: no barrier."""
        await self.cpu.store_device(self.registers + offset, value)

    async def read_register(self, offset: int) -> int:
        """A plain load from a device register: no barrier."""
        return await self.cpu.load_device(self.registers + offset)

    async def _boot_regions(self, type_: MemoryType) -> None:
        memory, cpu = self.machine.memory, self.cpu
        await cpu.mpu_set(0, MpuRegion(memory.base, memory.size, type_))
        await cpu.mpu_set(1, MpuRegion(self.memory.uncached.next, _UNCACHED, MemoryType.NC))
        await cpu.dsb()
        await cpu.isb()

    async def _boot_sections(self, type_: MemoryType) -> None:
        machine = self.machine
        memory, table = machine.memory, machine.memory.base
        uncached = self.memory.uncached.next
        memory.write(table, np.zeros(FIRST_LEVEL_BYTES, np.uint8))
        starts = range(memory.base, memory.base + memory.size, SECTION_SIZE)
        words = [_section(start, MemoryType.NC if start == uncached else type_) for start in starts]
        first = table + (memory.base >> 20) * 4
        await self.cpu.set_descriptors(first, np.array(words, np.uint32), va=memory.base, level=1)
        await self.cpu.dsb()
        await self.cpu.outer_sync()
        # Caches are still off here: nothing of the tables' old content can be in them when they are enabled.
        self._tell(ContentUndefined(*self._stamp(), table, FIRST_LEVEL_BYTES, "written with the caches off"))
        for cpu in machine.cpus:
            cpu.ttbr = table
        await self.cpu.isb()

    def _tell(self, event: Event) -> None:
        if self.machine.bus.active:
            self.machine.bus.emit(event)

    def _stamp(self) -> tuple[float, Site]:
        return self.machine.now_ns(), call_site()


def _section(start: int, type_: MemoryType) -> int:
    return encode(Leaf(Kind.SECTION, start, type_, Access.KERNEL, execute_never=False))
