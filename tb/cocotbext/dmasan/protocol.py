# SPDX-License-Identifier: Apache-2.0
"""The rules of tb/hdl/axi_checker.sv in words, and what its counters say at the end of a run.

Clauses are those of the AMBA AXI and ACE specification, IHI 0022E. They agree with Arm's own lists of assertions
(DUI 0534, DUI 0576) where these name a clause; the ones with "(M)" are from memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MASTER, SLAVE, LIMIT = "master", "slave", "limit"


@dataclass(frozen=True)
class Rule:
    """One rule: its name in axi_checker_pkg.sv, which side can break it, what it demands, and where that is written."""

    name: str
    side: str
    text: str
    clause: str


def _handshake(channel: str, side: str) -> list[Rule]:
    other = SLAVE if side == MASTER else MASTER
    return [
        Rule(f"{channel}_VALID", side, f"{channel}VALID stays high until {channel}READY", "A3.2.1"),
        Rule(
            f"{channel}_STABLE",
            side,
            f"{channel} does not change while it waits for {channel}READY",
            "A3.2.1",
        ),
        Rule(f"{channel}_RESET", side, f"{channel}VALID is low in reset", "A3.1.2"),
        Rule(f"{channel}_TIMEOUT", other, f"{channel}READY comes within the time limit", LIMIT),
    ]


def _request(x: str) -> list[Rule]:
    rules = [
        ("BURST", f"{x}BURST is not 0b11", "table A3-3"),
        ("SIZE", f"{x}SIZE is not wider than the bus", "A3.4.1"),
        ("BOUNDARY", "a burst does not cross a 4 KiB boundary", "A3.4.1"),
        ("LEN", "a FIXED burst (in AXI3 any) has at most 16 beats", "A3.4.1"),
        ("WRAP_LEN", "a WRAP burst has 2, 4, 8 or 16 beats", "A3.4.1"),
        ("WRAP_ALIGN", "a WRAP burst starts aligned to its transfers", "A3.4.1"),
        ("CACHE", f"{x}CACHE[3:2] is 0 when {x}CACHE[1] is 0", "table A4-5"),
        (
            "EXCLUSIVE",
            "an exclusive access is aligned to its size, a power of two of at most 128 bytes",
            "A7.2.4",
        ),
        (
            "DOMAIN",
            f"{x}DOMAIN is System for Device memory and is not System for cacheable memory",
            "table C3-3",
        ),
        (
            "SNOOP",
            f"{x}SNOOP is a transaction of ACE-Lite, legal with its domain and burst",
            "tables C3-7, C3-8",
        ),
    ]
    return [Rule(f"{x}_{name}", MASTER, text, clause) for name, text, clause in rules]


RULES: tuple[Rule, ...] = (
    *_handshake("AW", MASTER),
    *_handshake("W", MASTER),
    *_handshake("B", SLAVE),
    *_handshake("AR", MASTER),
    *_handshake("R", SLAVE),
    *_request("AW"),
    *_request("AR"),
    Rule("W_LAST", MASTER, "WLAST is high with the last beat of a burst and with no other", "A3.2.2"),
    Rule("W_STRB", MASTER, "WSTRB is high for byte lanes of the transfer only", "A3.4.3"),
    Rule("W_INTERLEAVE", MASTER, "write data comes in the order of the addresses", "A5.4 (M)"),
    Rule("W_MISSING", MASTER, "write data follows its address within the time limit", LIMIT),
    Rule("B_ORPHAN", SLAVE, "a write response answers an accepted address with its ID", "A3.3.1"),
    Rule("B_EARLY", SLAVE, "a write response comes after its burst's last data", "A3.3.1"),
    Rule("B_EXOKAY", SLAVE, "EXOKAY answers an exclusive access only", "A7.2.3 (M)"),
    Rule("B_MISSING", SLAVE, "a write response comes within the time limit", LIMIT),
    Rule("R_ORPHAN", SLAVE, "read data answers an accepted address with its ID", "A3.3.1"),
    Rule("R_LAST", SLAVE, "RLAST is high with the last beat of a burst and with no other", "A3.2.2"),
    Rule("R_EXOKAY", SLAVE, "EXOKAY answers an exclusive access only", "A7.2.3 (M)"),
    Rule("R_MISSING", SLAVE, "read data comes within the time limit", LIMIT),
    Rule("UNKNOWN", "either", "no signal is X or Z where its value counts", "A3.2.2"),
    Rule("CAPACITY", "bench", "not more is in flight than the checker can follow", LIMIT),
)


@dataclass(frozen=True)
class Violation:
    """What one rule counted on one port, and the first time: `cycle` (rising clock edges), `time_ns`, `address`."""

    port: str
    rule: Rule
    count: int
    cycle: int
    time_ns: float
    address: int

    @property
    def times(self) -> str:
        return "once" if self.count == 1 else f"{self.count} times"

    def describe(self) -> str:
        """One sentence."""
        rule = self.rule
        source = "a limit of the test bench" if rule.clause == LIMIT else f"IHI 0022E {rule.clause}"
        return (
            f"the {rule.side} on {self.port} broke {rule.name} {self.times}, first at {self.time_ns:,.12g} ns (cycle {self.cycle}, "
            f"address {self.address:#x}): {rule.text} ({source})"
        )


# Port names by the checkers' instance names in a top module.
CHECKERS = {
    "axi_rules": ("the memory port (AXI)", ()),
    "axil_rules": ("the register port (AXI4-Lite)", ("rules",)),
}


def violations(dut: Any, clock_ns: float) -> list[Violation]:
    """What the checkers of a top module have counted, the earliest first. A top without checkers has none."""
    found: list[Violation] = []
    for name, (port, inside) in CHECKERS.items():
        checker = getattr(dut, name, None)
        for step in inside:
            checker = getattr(checker, step, None)
        if checker is not None:
            found += read_checker(checker, port, clock_ns)
    return sorted(found, key=lambda violation: violation.cycle)


def read_checker(checker: Any, port: str, clock_ns: float) -> list[Violation]:
    """What one checker has counted; `port` is the name of what it watches."""
    if not int(checker.violations.value):
        return []

    def first(what: str, rule: int) -> int:
        return int(getattr(checker, f"first_{what}")[rule].value)

    counts = [int(checker.count[rule].value) for rule in range(len(RULES))]
    return [
        Violation(port, RULES[i], n, first("cycle", i), first("time", i) - clock_ns, first("address", i))
        for i, n in enumerate(counts)
        if n
    ]


def sentence(found: Sequence[Violation]) -> str:
    """All violations in one sentence: the first in full, the others by name, count and time."""
    others = ", ".join(f"{v.rule.name} on {v.port} {v.times} from {v.time_ns:,.12g} ns" for v in found[1:])
    return found[0].describe() + (f"; then {others}" if others else "")
