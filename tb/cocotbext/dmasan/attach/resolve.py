# SPDX-License-Identifier: Apache-2.0
"""Holds the description of a design against the ports that it has. Raises UsageError that names the port."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from cocotbext.dmasan.attach import signals as sig
from cocotbext.dmasan.attach.description import DATA_WIDTHS, Clock, Description, MemoryBus
from cocotbext.dmasan.attach.ports import Port
from cocotbext.dmasan.attach.signals import Signal
from dmasan.config import UsageError

USER_WIDTHS = (16, 32)  # of the memory port: least and most
ID_LIMIT = 16
ADDRESS_WIDTHS = (12, 64)
REGISTER_LIMIT = 32


@dataclass(frozen=True)
class Memory:
    """A memory port with its widths in bits, and the ports of the design by canonical signal name."""

    bus: MemoryBus
    data: int
    address: int
    id: int
    user: int
    ports: Mapping[str, Port]
    reads: bool
    writes: bool


@dataclass(frozen=True)
class Stream:
    """Both streams: ports by the names of their fields, in order, and of the handshakes."""

    fields: Mapping[str, Port]
    valid: str
    ready: str
    status: Mapping[str, Port]
    status_valid: str
    status_ready: str


@dataclass
class Resolved:
    """All that the harness connects. `notes` are sentences about what was tied or left open."""

    memories: list[Memory] = field(default_factory=list)
    registers: dict[str, Port] = field(default_factory=dict)
    stream: Stream | None = None
    pins: dict[str, Port] = field(default_factory=dict)
    ties: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


class Resolver:
    """Looks up ports, and remembers which it has used."""

    def __init__(self, description: Description, ports: Mapping[str, Port]) -> None:
        self.description = description
        self.ports = ports
        self.used: set[str] = set()

    def error(self, reason: str) -> UsageError:
        return UsageError(f"{self.description.path}: {reason}")

    def find(self, name: str, *, output: bool, width: int | None = None, what: str = "") -> Port:
        """The port `name`. Raises UsageError if it is missing, points the other way or is not `width` bits wide."""
        port = self.ports.get(name)
        if port is None:
            near = get_close_matches(name, self.ports, 1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            raise self.error(f"{self.description.top} has no port {name}{what and f', {what}'}{hint}")
        if port.output is not output:
            raise self.error(f"port {name} is an {_way(port.output)}, expected is an {_way(output)}")
        if port.width == 0:
            raise self.error(f"port {name} is a struct, an array or an interface: only plain vectors are supported")
        if width is not None and port.width != width:
            raise self.error(f"port {name} is {port.width} bits wide, expected are {width}")
        self.used.add(name)
        return port

    def optional(self, name: str, *, output: bool, width: int | None = None) -> Port | None:
        return self.find(name, output=output, width=width) if name in self.ports else None


def resolve(description: Description, ports: Mapping[str, Port]) -> Resolved:
    """The connections of a design. Raises UsageError."""
    resolver, found = Resolver(description, ports), Resolved()
    for clock in _clocks(description):
        resolver.find(clock.port, output=False, width=1, what="the clock")
        resolver.find(clock.reset, output=False, width=1, what="the reset")
    for bus in description.memories:
        found.memories.append(_memory(resolver, bus, found.notes))
    if description.registers is not None:
        found.registers = _registers(resolver, description.registers.prefix)
    if description.stream is not None:
        found.stream = _stream(resolver)
    if description.interrupt:
        resolver.find(description.interrupt, output=True, width=1, what="the interrupt")
    for name in description.pins:
        found.pins[name] = resolver.find(name, output=False, what="named under pins")
    _ties(resolver, found)
    return found


def _clocks(description: Description) -> Iterable[Clock]:
    yield description.clock
    if description.registers is not None and description.registers.clock is not None:
        yield description.registers.clock


def _memory(resolver: Resolver, bus: MemoryBus, notes: list[str]) -> Memory:
    prefix, axi3 = bus.prefix, bus.protocol == "axi3"
    directions = sig.memory_signals(axi3)
    has = {name: f"{prefix}{x}valid" in resolver.ports for name, x in (("write", "aw"), ("read", "ar"))}
    if not any(has.values()):
        resolver.find(f"{prefix}awvalid", output=True, what=f"and no {prefix}arvalid: this is no AXI port")
    wanted = [signal for name, group in directions.items() if has[name] for signal in group]
    found: dict[str, Port] = {}
    for signal in wanted:
        port = _port(resolver, prefix, signal, notes)
        if port is not None:
            found[signal.name] = port
    data = _data_width(resolver, bus, found)
    _check_lanes(resolver, found, data)
    address = _same(resolver, [found[name] for name in ("awaddr", "araddr") if name in found])
    if not ADDRESS_WIDTHS[0] <= address <= ADDRESS_WIDTHS[1]:
        raise resolver.error(f"the addresses of {prefix}* have {address} bits, allowed are 12 to 64")
    if address < 32 and resolver.description.bus_base is None:
        raise resolver.error(
            f"the addresses of {prefix}* have {address} bits and RAM is at 0x80000000: say under [bus] where the design sees it"
        )
    ids = max((found[name].width for name in ("awid", "arid", "wid") if name in found), default=1)
    users = max((found[name].width for name in ("awuser", "aruser") if name in found), default=0)
    if ids > ID_LIMIT or users > USER_WIDTHS[1]:
        raise resolver.error(f"{prefix}*: IDs of {ids} and AxUSER of {users} bits, allowed are {ID_LIMIT} and 32")
    if bus.tagged and users != USER_WIDTHS[0]:
        raise resolver.error(f"{prefix}*: tagged needs AxUSER of 16 bits, it has {users}")
    user = USER_WIDTHS[0] if users <= USER_WIDTHS[0] else USER_WIDTHS[1]
    return Memory(bus, data, address, ids, user, found, has["read"], has["write"])


def _port(resolver: Resolver, prefix: str, signal: Signal, notes: list[str]) -> Port | None:
    """The port of a signal; None if the design has none and can do without."""
    width = signal.width if signal.width > 0 else None
    if signal.tie is None:
        return resolver.find(prefix + signal.name, output=signal.output, width=width)
    port = resolver.optional(prefix + signal.name, output=signal.output, width=width)
    if port is None and signal.output:
        notes.append(f"{prefix}{signal.name} is missing: {_MISSING.get(signal.tie, f'tied to {signal.tie}')}")
    return port


_MISSING = {"SIZE": "tied to the width of the bus", "LAST": "made from AWLEN", "'0": "tied to 0", "'1": "all lanes"}


def _data_width(resolver: Resolver, bus: MemoryBus, found: Mapping[str, Port]) -> int:
    width = _same(resolver, [found[name] for name in ("wdata", "rdata") if name in found])
    if bus.data_width and width != bus.data_width:
        port = next(found[name].name for name in ("wdata", "rdata") if name in found)
        raise resolver.error(f"port {port} is {width} bits wide, data_width says {bus.data_width}")
    if width not in DATA_WIDTHS:
        raise resolver.error(f"the data of {bus.prefix}* has {width} bits, supported are 32, 64, 128 and 256")
    return width


def _check_lanes(resolver: Resolver, found: Mapping[str, Port], data: int) -> None:
    strobe = found.get("wstrb")
    if strobe is not None and strobe.width != data // 8:
        raise resolver.error(f"port {strobe.name} is {strobe.width} bits wide, expected are {data // 8}")


def _same(resolver: Resolver, ports: list[Port]) -> int:
    widths = {port.width for port in ports}
    if len(widths) != 1:
        told = " and ".join(f"{port.name} ({port.width})" for port in ports)
        raise resolver.error(f"the ports {told} differ in width")
    return widths.pop()


def _registers(resolver: Resolver, prefix: str) -> dict[str, Port]:
    found = {}
    for signal in sig.REGISTER_SIGNALS:
        width = signal.width if signal.width > 0 else None
        name = prefix + signal.name
        port = (
            resolver.find(name, output=signal.output, width=width)
            if signal.tie is None
            else resolver.optional(name, output=signal.output, width=width)
        )
        if port is not None:
            found[signal.name] = port
    for name in ("awaddr", "araddr"):
        if found[name].width > REGISTER_LIMIT:
            raise resolver.error(f"port {found[name].name} has {found[name].width} bits, allowed are up to 32")
    return found


def _stream(resolver: Resolver) -> Stream:
    stream = resolver.description.stream
    assert stream is not None
    valid, ready = _handshake(resolver, stream.prefix, valid_output=False)
    status_valid, status_ready = _handshake(resolver, stream.status_prefix, valid_output=True)
    return Stream(
        {name: resolver.find(stream.prefix + name, output=False) for name in stream.fields},
        valid,
        ready,
        {name: resolver.find(stream.status_prefix + name, output=True) for name in stream.status_fields},
        status_valid,
        status_ready,
    )


def _handshake(resolver: Resolver, prefix: str, *, valid_output: bool) -> tuple[str, str]:
    t = "t" if f"{prefix}tvalid" in resolver.ports else ""  # as AXI4-Stream spells it
    valid = resolver.find(f"{prefix}{t}valid", output=valid_output, width=1)
    ready = resolver.optional(f"{prefix}{t}ready", output=not valid_output, width=1)
    if ready is None and not valid_output:
        resolver.find(f"{prefix}{t}ready", output=True, width=1)
    return valid.name, ready.name if ready else ""


def _ties(resolver: Resolver, found: Resolved) -> None:
    for name, value in resolver.description.tie.items():
        port = resolver.find(name, output=False, what="named under tie")
        if value < 0 or value >> port.width:
            raise resolver.error(f"tie: {name} has {port.width} bits, {value} does not fit")
        found.ties[name] = value
    for port in resolver.ports.values():
        if not port.output and port.name not in resolver.used:
            if port.width == 0:
                resolver.find(port.name, output=False)
            found.ties[port.name] = 0
            found.notes.append(f"input {port.name} is tied to 0 (design.tie chooses another value)")


def _way(output: bool) -> str:
    return "output" if output else "input"
