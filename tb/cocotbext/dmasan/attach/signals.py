# SPDX-License-Identifier: Apache-2.0
"""The signals of the buses that a design is attached by, and what stands for one that it does not have.

Widths and directions: IHI 0022E, tables A2-2 to A2-6, B1-1, C3-1 (from memory). `output` is the side of the design.
"""

from __future__ import annotations

from dataclasses import dataclass

DATA, STROBE, ADDRESS, ANY = -1, -2, -3, -4  # widths that the bus decides


@dataclass(frozen=True)
class Signal:
    """`width` in bits, or DATA, STROBE, ADDRESS, ANY; `tie` is the value without the signal, None if it is needed."""

    name: str
    output: bool
    width: int
    tie: str | None = None


def _request(x: str, axi3: bool) -> tuple[Signal, ...]:
    return (
        Signal(f"{x}addr", True, ADDRESS),
        Signal(f"{x}len", True, 4 if axi3 else 8),
        Signal(f"{x}size", True, 3, "SIZE"),  # as wide as the bus
        Signal(f"{x}burst", True, 2, "2'b01"),  # INCR
        Signal(f"{x}id", True, ANY, "'0"),
        Signal(f"{x}lock", True, ANY, "'0"),
        Signal(f"{x}cache", True, 4, "4'b0011"),  # Normal, Non-cacheable, bufferable
        Signal(f"{x}prot", True, 3, "3'b010"),  # unprivileged, Non-secure, data
        Signal(f"{x}qos", True, 4, "'0"),
        Signal(f"{x}domain", True, 2, "2'b11"),  # System
        Signal(f"{x}snoop", True, 3 if x == "aw" else 4, "'0"),
        Signal(f"{x}user", True, ANY, "'0"),  # not coherent
        Signal(f"{x}valid", True, 1),
        Signal(f"{x}ready", False, 1),
    )


def memory_signals(axi3: bool) -> dict[str, tuple[Signal, ...]]:
    """The signals of a memory port by direction: "write" and "read". A design may have one direction only."""
    write = (
        *_request("aw", axi3),
        *((Signal("wid", True, ANY, "'0"),) if axi3 else ()),
        Signal("wdata", True, DATA),
        Signal("wstrb", True, STROBE, "'1"),
        Signal("wlast", True, 1, "LAST"),  # made by wlast_maker.sv
        Signal("wvalid", True, 1),
        Signal("wready", False, 1),
        Signal("bid", False, ANY, ""),
        Signal("bresp", False, 2, ""),
        Signal("bvalid", False, 1),
        Signal("bready", True, 1),
    )
    read = (
        *_request("ar", axi3),
        Signal("rid", False, ANY, ""),
        Signal("rdata", False, DATA),
        Signal("rresp", False, 2, ""),
        Signal("rlast", False, 1, ""),
        Signal("rvalid", False, 1),
        Signal("rready", True, 1),
    )
    return {"write": write, "read": read}


REGISTER_SIGNALS = (
    Signal("awaddr", False, ADDRESS),
    Signal("awprot", False, 3, ""),
    Signal("awvalid", False, 1),
    Signal("awready", True, 1),
    Signal("wdata", False, 32),
    Signal("wstrb", False, 4, ""),
    Signal("wvalid", False, 1),
    Signal("wready", True, 1),
    Signal("bresp", True, 2, "'0"),
    Signal("bvalid", True, 1),
    Signal("bready", False, 1),
    Signal("araddr", False, ADDRESS),
    Signal("arprot", False, 3, ""),
    Signal("arvalid", False, 1),
    Signal("arready", True, 1),
    Signal("rdata", True, 32),
    Signal("rresp", True, 2, "'0"),
    Signal("rvalid", True, 1),
    Signal("rready", False, 1),
)
