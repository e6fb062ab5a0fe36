# SPDX-License-Identifier: Apache-2.0
"""Channel activity for hdl/checker_player.sv: one dictionary of signals per clock cycle, and how to write them down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

Cycle = dict[str, int]

# The packed structure of checker_player.sv, most significant field first.
REQUEST = [
    ("id", 4),
    ("addr", 40),
    ("len", 8),
    ("size", 3),
    ("burst", 2),
    ("lock", 1),
    ("cache", 4),
    ("prot", 3),
    ("qos", 4),
]
FIELDS: list[tuple[str, int]] = [
    ("report", 1),
    ("reset", 1),
    *((f"aw{name}", width) for name, width in [*REQUEST, ("domain", 2), ("snoop", 3), ("user", 8)]),
    *(("awvalid", 1), ("awready", 1)),
    *(("wid", 4), ("wdata", 64), ("wstrb", 8), ("wlast", 1), ("wvalid", 1), ("wready", 1)),
    *(("bid", 4), ("bresp", 2), ("bvalid", 1), ("bready", 1)),
    *((f"ar{name}", width) for name, width in [*REQUEST, ("domain", 2), ("snoop", 4), ("user", 8)]),
    *(("arvalid", 1), ("arready", 1)),
    *(("rid", 4), ("rdata", 64), ("rresp", 2), ("rlast", 1), ("rvalid", 1), ("rready", 1)),
]
IDLE: Cycle = {f"{channel}ready": 1 for channel in ("aw", "w", "b", "ar", "r")}


def request(channel: str, addr: int = 0x1000, **others: int) -> Cycle:
    """An address request: one full transfer of 64 bits, Normal Non-cacheable in the System domain, if not told otherwise."""
    given = {"addr": addr, "len": 0, "size": 3, "burst": 1, "cache": 3, "domain": 3, **others}
    return {f"{channel}{name}": value for name, value in given.items()} | {f"{channel}valid": 1}


def aw(addr: int = 0x1000, **others: int) -> Cycle:
    return request("aw", addr, **others)


def ar(addr: int = 0x1000, **others: int) -> Cycle:
    return request("ar", addr, **others)


def w(last: int = 1, strb: int = 0xFF, **others: int) -> Cycle:
    return {
        "wvalid": 1,
        "wlast": last,
        "wstrb": strb,
        **{f"w{name}": value for name, value in others.items()},
    }


def beats(count: int, **others: int) -> list[Cycle]:
    """The beats of a whole write burst."""
    return [w(last=int(i == count - 1), **others) for i in range(count)]


def b(id: int = 0, resp: int = 0) -> Cycle:
    return {"bvalid": 1, "bid": id, "bresp": resp}


def r(last: int = 1, id: int = 0, resp: int = 0, data: int = 0) -> Cycle:
    return {"rvalid": 1, "rlast": last, "rid": id, "rresp": resp, "rdata": data}


def held(cycle: Cycle, cycles: int = 1) -> list[Cycle]:
    """The same activity with every READY low."""
    return [{**cycle, **dict.fromkeys(IDLE, 0)}] * cycles


@dataclass
class Case:
    """Cycles, and what one checker must count for them: exactly these rules, this often."""

    name: str
    cycles: Sequence[Cycle]
    expected: dict[str, int] = field(default_factory=dict)
    checker: str = "axi4"
    address: int | None = None  # of the first violation
    at: int | None = None  # its cycle, counted from the case's first


RESET = [{"reset": 1}] * 3


def rows(cases: Iterable[Case]) -> tuple[list[Cycle], list[int]]:
    """All cycles of a script, and for each case the number of its first cycle."""
    script: list[Cycle] = []
    starts = []
    for case in cases:
        script += [*RESET, {}]
        starts.append(len(script))
        script += [*case.cycles, {}, {}, {}, {"report": 1}]
    return script, starts


def encode(cycle: Cycle) -> str:
    """One line of the script."""
    given = IDLE | cycle
    unknown = given.keys() - {name for name, _ in FIELDS}
    if unknown:
        raise ValueError(f"no such signal: {', '.join(sorted(unknown))}")
    value = 0
    for name, width in FIELDS:
        value = value << width | given.get(name, 0) & (1 << width) - 1
    return f"{value:x}"
