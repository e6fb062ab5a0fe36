# SPDX-License-Identifier: Apache-2.0
"""The design in its harness, as a device of dmasan: accesses with a time limit, resets between scenarios, pace."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace
from typing import Any, cast

from cocotb.triggers import First, SimTimeoutError, Timer, ValueChange, with_timeout

from cocotbext.dmasan.attach.resolve import Resolved, Stream
from cocotbext.dmasan.backend import RESET_CYCLES, Bindable, RtlBackend, state_of
from cocotbext.dmasan.pace import Pace
from cocotbext.dmasan.protocol import Violation, read_checker
from dmasan.config import RunError
from dmasan.device.backend import REGISTERS_BASE, BackendHost, DeviceBusError

# A stream has registers too, of the host's: words of the next descriptor, its doorbell, statuses that wait, the words of
# the oldest. So a driver program reaches both kinds of designs in the same way, barriers and all.
DESCRIPTOR, PUSH, WAITING, STATUS = 0x000, 0x400, 0x800, 0x804
WORD = 0xFFFF_FFFF


class Hang(RunError):
    """The design did not answer within the time limit; the text says what was waited for."""


class AttachedBackend(RtlBackend):
    """`RtlBackend` on a generated harness. `limit_ns` is how long one access or wait may take."""

    name = "attached"

    def __init__(
        self, dut: Any, resolved: Resolved, *, clock_ns: float, beat: int, limit_ns: float, bus_offset: bool = False
    ) -> None:
        self.resolved = resolved
        self.bus_offset = bus_offset
        super().__init__(dut, clock_ns=clock_ns, check_protocol=False, beat=beat)
        self.limit_ns = limit_ns
        self._words: dict[int, int] = {}
        self._status = 0
        self._taken = 0

    @property
    def call_limit_ns(self) -> float:
        """How long one call of a driver class may take: longer than one access, so that the access tells its own end."""
        return 1.5 * self.limit_ns

    @property
    def clock_ns(self) -> float:
        return self._clock_ns

    @property
    def stream(self) -> Stream | None:
        return self.resolved.stream

    def _register_host(self, dut: Any) -> Any:
        return dut.host if self.resolved.stream is None else dut.stream

    async def restart(self) -> None:
        """Resets the design, the bus and the counters of the checkers."""
        self.set_pace(Pace())
        self.shared.plant_error(0, 0, read=False, write=False)
        self.dut.rst_n.value = 0
        self.dut.clear.value = 1
        await self._cycles(RESET_CYCLES)
        self.shared.reset()
        self.shared.drain()
        self._words.clear()
        for name in self.resolved.pins:
            getattr(self.dut, f"pin_{name}").value = 0
        self.dut.clear.value = 0
        self.dut.rst_n.value = 1
        self._request = 0 if self.stream is None else self._request
        self._host.request.value = self._request
        await self._cycles(RESET_CYCLES)

    async def _cycles(self, count: int) -> None:
        await Timer(count * self._clock_ns, "ns", round_mode="round")

    def memory_ports(self) -> list[Any]:
        return [getattr(self.dut, f"memory{index}") for index in range(len(self.resolved.memories))]

    async def set_pin(self, name: str, value: int) -> None:
        """An input of the design, from the next cycle on."""
        getattr(self.dut, f"pin_{name}").value = value
        await self._cycles(1)

    def posted(self) -> int:
        """Write bursts that wait for their B, of all masters."""
        return sum(self.shared.posted(index) for index in range(len(self.resolved.memories)))

    def unaddressed(self) -> int:
        """Bursts of write data that wait for their address, of all masters."""
        return sum(self.shared.unaddressed(index) for index in range(len(self.resolved.memories)))

    def violations(self) -> list[Violation]:
        """The rules that the design's ports have broken since the last reset, the first one first."""
        found = []
        for index, memory in enumerate(self.resolved.memories):
            checker = getattr(self.dut, f"axi_rules{index}")
            found += read_checker(checker, f"memory port {memory.bus.prefix}*", self._clock_ns)
        if self.stream is None:
            found += read_checker(self.dut.axil_rules.rules, "the register port (AXI4-Lite)", self._clock_ns)
        return sorted(found, key=lambda violation: violation.cycle)

    def bind(self, soc: BackendHost) -> None:
        """Connects the memory ports. Behind a bus offset every burst goes to Python, which knows where RAM is."""
        whole = cast("Bindable", soc)
        state = state_of(whole)
        self.connect(replace(state, always_call=state.always_call or self.bus_offset), whole.port, whole.knobs.latency)

    def _offset(self, pa: int) -> int:
        return pa - REGISTERS_BASE

    async def read32(self, pa: int) -> int:
        if self.stream is None:
            return await self._limited(super().read32(pa), f"a load from register {pa - REGISTERS_BASE:#x}")
        offset = pa - REGISTERS_BASE
        if offset == WAITING:
            return await self._next_status()
        if offset >= STATUS:
            return self._status >> 8 * (offset - STATUS) & WORD
        raise DeviceBusError(f"offset {offset:#x} of the stream host cannot be read")

    async def write32(self, pa: int, value: int) -> None:
        if self.stream is None:
            return await self._limited(super().write32(pa, value), f"a store to register {pa - REGISTERS_BASE:#x}")
        offset = pa - REGISTERS_BASE
        if offset == PUSH:
            await self._limited(self._push(), "the descriptor")
        else:
            self._words[offset] = value & WORD

    async def _limited(self, access: Awaitable[Any], what: str) -> Any:
        try:
            return await with_timeout(access, round(self.limit_ns), "ns")
        except SimTimeoutError:
            raise Hang(f"the design did not accept {what} within {self.limit_ns:,.0f} ns") from None

    async def _push(self) -> None:
        host = self._host
        host.descriptor.value = sum(value << 8 * offset for offset, value in self._words.items())
        self._words.clear()
        self._request ^= 1
        host.request.value = self._request
        await ValueChange(host.done)
        self._settle()

    async def _next_status(self) -> int:
        """Takes the oldest status, if there is one: 1."""
        host = self._host
        await self._cycles(1)
        if not int(host.waiting.value):
            return 0
        self._status = int(host.status.value)
        self._taken ^= 1
        host.taken.value = self._taken
        await self._cycles(2)
        self._settle()
        return 1

    async def wait_status(self) -> None:
        """Returns when a status waits. Raises Hang at the time limit."""
        waiting = self._host.waiting
        if not int(waiting.value):
            await First(ValueChange(waiting), Timer(round(self.limit_ns), "ns"))
        self._settle()
        if not int(waiting.value):
            raise Hang(f"no status came within {self.limit_ns:,.0f} ns")

    async def wait_irq(self, timeout_ns: float) -> None:
        try:
            await super().wait_irq(min(timeout_ns, self.limit_ns))
        except Hang:
            raise
        except RunError as error:
            if "waited for the device's interrupt" in str(error):
                raise Hang(f"the interrupt did not come within {min(timeout_ns, self.limit_ns):,.0f} ns") from None
            raise
