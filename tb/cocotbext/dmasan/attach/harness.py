# SPDX-License-Identifier: Apache-2.0
"""Writes the top module that puts a design between the register or stream host and the memory ports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cocotbext.dmasan import hdl
from cocotbext.dmasan.attach import signals as sig
from cocotbext.dmasan.attach.description import Clock, Description
from cocotbext.dmasan.attach.ports import options
from cocotbext.dmasan.attach.resolve import Memory, Resolved
from cocotbext.dmasan.build import Design

TOP = "attach_top"
TIMEOUT = 20_000  # of the protocol checkers, cycles
BENCH = ("axi_mem_port", "axil_host", "stream_host", "wlast_maker", "dmasan_dpi_pkg")
HEADERS = (".vh", ".svh", ".h", ".inc")
PUBLIC = (
    *((TOP, name, "rw") for name in ("clk", "rst_n", "latency", "clear")),
    (TOP, "irq", "rd"),
    ("axi_mem_port", "pace", "rw"),
    *(("axi_checker", name, "rd") for name in ("violations", "count", "first_cycle", "first_time", "first_address")),
)
REGISTER_PUBLIC = (
    *(("axil_host", name, "rw") for name in ("request", "command")),
    *(("axil_host", name, "rd") for name in ("done", "result")),
)
STREAM_PUBLIC = (
    *(("stream_host", name, "rw") for name in ("request", "descriptor", "taken")),
    *(("stream_host", name, "rd") for name in ("done", "status", "waiting")),
)


def write(description: Description, resolved: Resolved, folder: Path) -> Design:
    """The design of the whole harness; its two files are written to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    top, waivers = folder / f"{TOP}.sv", folder / "attach_public.vlt"
    top.write_text("\n".join(_module(description, resolved)) + "\n", encoding="utf-8")
    pins = ((TOP, f"pin_{name}", "rw") for name in resolved.pins)
    public = (*PUBLIC, *pins, *(STREAM_PUBLIC if resolved.stream else REGISTER_PUBLIC))
    lines = [f'public_flat_{how} -module "{module}" -var "{name}"' for module, name, how in public]
    waivers.write_text("\n".join(["`verilator_config", *lines, ""]), encoding="utf-8")
    bench = hdl.bench()
    ours = [bench / f"{name}.sv" for name in BENCH] + sorted(bench.glob("ax*_checker*.sv"))
    headers = [p for each in description.include for p in sorted(each.rglob("*")) if p.suffix in HEADERS]
    return Design(
        TOP,
        (waivers, *description.sources, *ours, bench / "dmasan_dpi.cpp", top),
        depends=(bench / "dmasan_shared.h", *headers),
        options=tuple(o for o in options(description) if o.startswith("-") or o.startswith("+")),
    )


def _module(description: Description, resolved: Resolved) -> Iterator[str]:
    yield "// SPDX-License-Identifier: Apache-2.0"
    yield f"// Written by `dmasan attach` for {description.top}; do not edit."
    yield f"module {TOP} (input logic clk, input logic rst_n);"
    yield "  logic irq;"
    yield "  logic [15:0] latency = 16'd12;  // written from Python"
    yield "  logic clear = 1'b0;             // the checkers' counters; written from Python"
    yield "  logic reset_n = 1'b0;"
    yield "  always_ff @(posedge clk) reset_n <= rst_n;"
    connections: dict[str, str] = {}
    connections |= _clock(description.clock, "clk", "reset_n")
    yield from _register_side(description, resolved, connections)
    for index, memory in enumerate(resolved.memories):
        yield from _memory(index, memory, connections)
    yield from _interrupt(description, resolved, connections)
    for name, port in resolved.pins.items():
        yield f"  logic [{port.width - 1}:0] pin_{name} = '0;  // written from Python"
        connections[name] = f"pin_{name}"
    connections |= {name: f"'h{value:x}" for name, value in resolved.ties.items()}
    parameters = ", ".join(f".{name}({value})" for name, value in description.parameters.items())
    pins = ",\n".join(f"    .{name}({value})" for name, value in connections.items())
    yield f"  {description.top}{f' #({parameters})' if parameters else ''} dut (\n{pins});"
    yield "endmodule"


def _clock(clock: Clock, signal: str, reset: str) -> dict[str, str]:
    return {clock.port: signal, clock.reset: reset if clock.reset_low else f"!{reset}"}


def _register_side(description: Description, resolved: Resolved, connections: dict[str, str]) -> Iterator[str]:
    if resolved.stream is not None:
        yield from _stream(resolved, connections)
        return
    assert description.registers is not None
    clk, reset = "clk", "reset_n"
    if (clock := description.registers.clock) is not None:
        clk, reset = "register_clk", "register_reset_n"
        yield "  logic register_clk = 1'b0;"
        yield f"  always #({clock.ns / 2:.3f}) register_clk = !register_clk;"
        yield "  logic [1:0] register_resets = '0;"
        yield "  always_ff @(posedge register_clk) register_resets <= {register_resets[0], rst_n};"
        yield "  wire register_reset_n = register_resets[1];"
        connections |= _clock(clock, clk, reset)
    width = max(resolved.registers[name].width for name in ("awaddr", "araddr"))
    for signal in sig.REGISTER_SIGNALS:
        bits = width if signal.width == sig.ADDRESS else signal.width
        yield f"  logic [{bits - 1}:0] r_{signal.name};"
        port = resolved.registers.get(signal.name)
        if port is not None:
            connections[port.name] = f"r_{signal.name}[{port.width - 1}:0]"
        elif signal.output:
            yield f"  assign r_{signal.name} = {signal.tie};"
    yield "  assign r_awprot = '0;"
    yield "  assign r_arprot = '0;"
    names = [signal.name for signal in sig.REGISTER_SIGNALS if not signal.name.endswith("prot")]
    pins = ", ".join(f".m_axil_{name}(r_{name})" for name in names)
    yield f"  axil_host #(.ADDR_W({width})) host (.clk({clk}), .rst_n({reset}), {pins});"
    rules = ", ".join(f".{signal.name}(r_{signal.name})" for signal in sig.REGISTER_SIGNALS)
    yield f"  axil_checker #(.ADDR_W({width}), .DATA_W(32), .TIMEOUT({TIMEOUT})) axil_rules ("
    yield f"    .clk({clk}), .rst_n({reset}), .clear, {rules});"


def _stream(resolved: Resolved, connections: dict[str, str]) -> Iterator[str]:
    stream = resolved.stream
    assert stream is not None
    for name, ports in (("descriptor", stream.fields), ("status", stream.status)):
        at = 0
        for port in ports.values():
            connections[port.name] = f"{name}[{at + port.width - 1}:{at}]"
            at += port.width
        yield f"  logic [{at - 1}:0] {name};"
    yield "  logic d_valid, d_ready, s_valid, s_ready, status_waiting;"
    connections |= {stream.valid: "d_valid", stream.ready: "d_ready", stream.status_valid: "s_valid"}
    if stream.status_ready:
        connections[stream.status_ready] = "s_ready"
    yield "  stream_host #(.DESCRIPTOR_W($bits(descriptor)), .STATUS_W($bits(status))) stream ("
    yield "    .clk, .rst_n(reset_n), .m_descriptor(descriptor), .m_valid(d_valid), .m_ready(d_ready),"
    yield "    .s_status(status), .s_valid(s_valid), .s_ready(s_ready), .waiting(status_waiting));"


def _interrupt(description: Description, resolved: Resolved, connections: dict[str, str]) -> Iterator[str]:
    if description.interrupt:
        yield "  logic interrupt;"
        connections[description.interrupt] = "interrupt"
        yield f"  assign irq = {'!' if description.interrupt_low else ''}interrupt;"
    else:
        source = "status_waiting" if resolved.stream else "1'b0"
        yield f"  assign irq = {source};"


def _memory(index: int, memory: Memory, connections: dict[str, str]) -> Iterator[str]:
    """Wires of canonical width, what drives them, the port and its checker."""
    m = f"m{index}_"
    groups = sig.memory_signals(axi3=True)  # with WID
    there = {"write": memory.writes, "read": memory.reads}
    for direction, group in groups.items():
        for signal in group:
            yield f"  logic [{_bits(signal, memory) - 1}:0] {m}{signal.name};"
            if not there[direction]:
                if signal.output:
                    yield f"  assign {m}{signal.name} = '0;"
                continue
            yield from _wire(m, signal, memory, connections)
    yield from _instances(index, memory)


def _bits(signal: sig.Signal, memory: Memory) -> int:
    stem = signal.name.lstrip("arwb") if signal.width == sig.ANY else ""
    if signal.width == sig.ANY:
        return {"id": memory.id, "user": memory.user, "lock": 1}[stem]
    if signal.name.endswith("len"):
        return 8
    special = {sig.DATA: memory.data, sig.STROBE: memory.data // 8, sig.ADDRESS: memory.address}
    return special.get(signal.width, signal.width)


def _wire(m: str, signal: sig.Signal, memory: Memory, connections: dict[str, str]) -> Iterator[str]:
    name, port = signal.name, memory.ports.get(signal.name)
    makes_last = memory.writes and "wlast" not in memory.ports
    if not signal.output:
        if port is not None:
            gate = f" && {m}known" if makes_last and name == "wready" else ""
            connections[port.name] = f"{m}{name}[{port.width - 1}:0]{gate}"
        return
    override = memory.bus.overrides.get(name, memory.bus.overrides.get(name[2:]) if name[:2] in ("aw", "ar") else None)
    if override is not None:
        yield f"  assign {m}{name} = {_bits(signal, memory)}'({override});"
        return
    if port is None:
        tie = signal.tie or "'0"
        if tie == "SIZE":
            tie = f"3'd{(memory.data // 8).bit_length() - 1}"
        if tie == "LAST":
            yield f"  logic {m}known;"
            yield f"  wlast_maker {m}last (.clk, .rst_n(reset_n), .aw_taken({m}awvalid && {m}awready), .aw_len({m}awlen),"
            yield f"    .w_taken({m}wvalid && {m}wready), .known({m}known), .last({m}wlast));"
            return
        yield f"  assign {m}{name} = {tie};"
        return
    yield f"  logic [{port.width - 1}:0] d_{m}{name};"
    connections[port.name] = f"d_{m}{name}"
    gate = f" && {m}known" if makes_last and name == "wvalid" else ""
    yield f"  assign {m}{name} = {_bits(signal, memory)}'(d_{m}{name}){gate};"


_NO_PORT = ("awlock", "arlock", "wid")  # what the memory port does not look at


def _instances(index: int, memory: Memory) -> Iterator[str]:
    m, bus = f"m{index}_", memory.bus
    names = [s.name for group in sig.memory_signals(axi3=True).values() for s in group]
    widths = f".ADDR_W({memory.address}), .DATA_W({memory.data}), .ID_W({memory.id}), .USER_W({memory.user})"
    pins = ", ".join(f".s_axi_{name}({m}{name})" for name in names if name not in _NO_PORT)
    yield f"  axi_mem_port #({widths}, .MASTER({index}), .TAGGED({int(bus.tagged)})) memory{index} ("
    yield f"    .clk, .rst_n(reset_n), .latency, {pins});"
    rules = ", ".join(f".{name}({m}{name})" for name in names)
    kinds = f".ACE_LITE({int(bus.protocol == 'ace-lite')}), .AXI3({int(bus.protocol == 'axi3')})"
    yield f"  axi_checker #({widths}, {kinds}, .TIMEOUT({TIMEOUT})) axi_rules{index} ("
    yield f"    .clk, .rst_n(reset_n), .clear, {rules});"
