# SPDX-License-Identifier: Apache-2.0
"""The device as RTL in a simulator: clock, register accesses, interrupt, and the memory port's bursts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, cast

from cocotb.triggers import First, RisingEdge, Timer, ValueChange
from cocotb.utils import get_sim_time

from cocotbext.dmasan.clock import clock_cycles, start_clock
from cocotbext.dmasan.pace import Pace
from cocotbext.dmasan.protocol import Violation, sentence, violations
from cocotbext.dmasan.shared import RingPort, Shared, State
from cocotbext.dmasan.waves.plan import Plan
from dmasan.arch.machine import Machine
from dmasan.config import Knobs, RunError, UsageError
from dmasan.device.backend import BackendHost, DeviceBusError, register_offset
from dmasan.sanitizer import Sanitizer
from dmasan.schedule import Schedule

RESET_CYCLES = 8


class DecodingPort(RingPort, Protocol):
    """A port behind which a bus address may mean another physical address."""

    direct: Callable[[], bool]  # whether none does, now


class Bindable(Protocol):
    """What this backend needs of a `Soc`."""

    @property
    def machine(self) -> Machine: ...

    @property
    def sanitizer(self) -> Sanitizer: ...

    @property
    def schedule(self) -> Schedule: ...

    @property
    def port(self) -> DecodingPort: ...

    @property
    def knobs(self) -> Knobs: ...


def state_of(soc: Bindable) -> State:
    """The arrays of a SoC that the memory port works on. Every burst goes to Python where the schedule makes moves."""
    memory, sanitizer = soc.machine.memory, soc.sanitizer
    columns = sanitizer.automaton.columns
    return State(
        memory.base,
        memory.data,
        memory.version,
        memory.latest,
        sanitizer.shadow.states,
        sanitizer.buffers.permissions,
        columns["dev_read"].fast,
        columns["dev_write_posted"].fast,
        columns["dev_write_done"].fast,
        always_call=not soc.schedule.benign,
    )


class RtlBackend:
    """`dmasan.device.backend.Backend` on `cosim_top.sv`. The clock has `clock_ns` ns per cycle.

    Nothing here wakes per clock: a register access wakes once when it is complete, a wait once when it is over.
    After each of them bursts that were served in C++ are handed to the port, and errors of its calls are raised.
    `beat` is the width of the memory port in bytes. With `check_protocol` a run whose protocol checkers counted a violation fails at its end; `violations()` tells
    what they have counted so far.
    """

    name = "rtl"

    dut: Any  # the handle of the top module

    def __init__(
        self, dut: Any, *, clock_ns: float = 10.0, check_protocol: bool = True, beat: int = 8
    ) -> None:
        self.dut = dut
        self.beat = beat
        self.check_protocol = check_protocol
        self._host = self._register_host(dut)
        self._clock_ns = clock_ns
        self._request = 0
        self._start_cycles = 0
        self.shared = Shared()
        self.direct: Callable[[], bool] = lambda: True  # bus addresses are physical ones
        self.interrupt_ns = 0.0  # how long after the line has risen a CPU takes the interrupt

    def _register_host(self, dut: Any) -> Any:
        return dut.host

    async def start(self) -> None:
        """Starts the clock and resets the design."""
        self.dut.rst_n.value = 0
        self._host.request.value = 0
        start_clock(self._clock_ns)
        await Timer(RESET_CYCLES * self._clock_ns, "ns", round_mode="round")
        self.dut.rst_n.value = 1
        self._start_cycles = clock_cycles()

    def finish(self) -> None:
        """The end of a run: hands over the last bursts, raises what went wrong since the last await.

        Raises RunError if a port broke a rule of its protocol, unless `check_protocol` is off.
        """
        self._settle()
        if self.check_protocol and (told := self.protocol_report()):
            raise RunError(told)

    def violations(self) -> list[Violation]:
        """The rules of AXI and AXI4-Lite that the design's ports have broken, the first one first."""
        return violations(self.dut, self._clock_ns)

    def protocol_report(self) -> str:
        """`violations()` in one sentence; empty if there is none."""
        found = self.violations()
        return sentence(found) if found else ""

    def _settle(self) -> None:
        self.shared.drain()
        self.shared.check()

    @property
    def now_ns(self) -> float:
        """Simulated time, ns."""
        return get_sim_time("ns")

    @property
    def cycles(self) -> int:
        """Clock cycles of the device since its reset; while it is quiet its clock is gated."""
        return clock_cycles() - self._start_cycles

    @property
    def irq(self) -> bool:
        """Level of the interrupt line."""
        return bool(self.dut.irq.value)

    def bind(self, soc: BackendHost) -> None:
        """Connects the memory port with the memory of a `Soc`: the fast path needs its arrays, not only its port."""
        whole = cast("Bindable", soc)
        if whole.knobs.ring_poll:
            raise UsageError(f"knob ring_poll: {whole.knobs.ring_poll} is for --backend model; the RTL waits for TAIL, allowed is 0")
        self.dut.coherent_data.value = self.dut.coherent_desc.value = int(whole.knobs.snoop_port)
        self.direct = whole.port.direct
        self.connect(state_of(whole), whole.port, whole.knobs.latency)

    def connect(self, state: State, port: RingPort, latency: int) -> None:
        """Connects the memory port with any memory; `latency` in cycles."""
        self.shared.bind(state, port)
        self.dut.latency.value = latency

    def memory_ports(self) -> list[Any]:
        """The handles of the design's memory ports."""
        return [self.dut.port]

    def set_pace(self, pace: Pace, latency: int | None = None) -> None:
        """How the memory ports behave from now on; `latency` in cycles."""
        for port in self.memory_ports():
            port.pace.value = pace.word()
        if latency is not None:
            self.dut.latency.value = latency

    def watch(self, soc: Bindable, plan: Plan) -> None:
        """Shows the model in the waves from now on: bursts to watched lines go to Python, and are shown when they happen."""
        from cocotbext.dmasan.waves.channel import Channel
        from cocotbext.dmasan.waves.probe import ModelProbe, World

        probe = ModelProbe(cast("World", soc), plan, Channel())
        self.shared.watch([address for address, _ in plan.lines], probe.line)

    async def advance(self, ns: float) -> None:
        """Lets `ns` of simulated time pass (at least one simulator step, 1 ps)."""
        await Timer(max(ns, 0.001), "ns", round_mode="round")
        self._settle()

    async def read32(self, pa: int) -> int:
        """Loads a device register. Raises DeviceBusError on an error response."""
        return await self._access(self._offset(pa), "load from")

    async def write32(self, pa: int, value: int) -> None:
        """Stores to a device register; complete when its B has come. Raises DeviceBusError on an error response.

        A device may have got dma-ranges, an IOMMU or fewer address lines since the last one, and starts by such a store.
        """
        self.shared.set_decoded(not self.direct())
        await self._access(1 << 64 | (value & 0xFFFF_FFFF) << 32 | self._offset(pa), "store to")

    def _offset(self, pa: int) -> int:
        return register_offset(pa)

    async def _access(self, command: int, what: str) -> int:
        host = self._host
        self._request ^= 1
        host.command.value = command
        host.request.value = self._request
        await ValueChange(host.done)
        result = int(host.result.value)
        self._settle()
        if response := result >> 32:
            name = ("EXOKAY", "SLVERR", "DECERR")[response - 1]
            raise DeviceBusError(f"{what} register offset {command & 0xFFF:#x}: the device answered {name}")
        return result & 0xFFFF_FFFF

    async def wait_irq(self, timeout_ns: float) -> None:
        """Returns when the interrupt line is high. Raises RunError when `timeout_ns` have passed before."""
        if not self.irq:
            await First(RisingEdge(self.dut.irq), Timer(max(timeout_ns, 0.001), "ns", round_mode="round"))
        self._settle()
        if not self.irq:
            raise RunError(f"waited for the device's interrupt for {timeout_ns:g} ns: it did not come")
        if self.interrupt_ns:
            await self.advance(self.interrupt_ns)
